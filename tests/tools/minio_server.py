"""A MinIO server of one's own for the length of a test: a temporary folder, a free loopback port, its own keys; http, or https.

  with MinioServer() as server:
      server.upload(BUCKET, folder)
      subprocess.run([...], env={**os.environ, **server.environment()})
"""

import atexit
import concurrent.futures
import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import boto3
import botocore.config

import test_certificates
from postgres_server import PR_SET_PDEATHSIG, end_on_sigterm, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
BUCKET = "cost-management"
LIBC = ctypes.CDLL(None)


class MinioServer:
    def __init__(self, tls=False):
        self.tls = tls
        self.access_key, self.secret_key = "tester-" + secrets.token_hex(4), secrets.token_hex(20)
        self.folder = Path(tempfile.mkdtemp(prefix="costmill-minio-"))
        self.process = None

    def __enter__(self):
        atexit.register(self.remove)
        end_on_sigterm()
        try:
            self.program = subprocess.run([ROOT / "tools" / "minio"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
            self._start()
            self.client().create_bucket(Bucket=BUCKET)
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    @property
    def url(self):
        return f"https://localhost:{self.port}" if self.tls else f"http://127.0.0.1:{self.port}"

    @property
    def ca_file(self):
        return self.folder / "certs" / "ca.crt"

    def environment(self):
        found = {"AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}
        return {**found, **({"AWS_CA_BUNDLE": str(self.ca_file)} if self.tls else {})}

    def client(self, service="s3", **keys):
        keys = keys or {"aws_access_key_id": self.access_key, "aws_secret_access_key": self.secret_key}
        config = botocore.config.Config(s3={"addressing_style": "path"}, max_pool_connections=32)
        return boto3.client(service, endpoint_url=self.url, region_name="us-east-1", config=config,
                            verify=str(self.ca_file) if self.tls else None, **keys)

    def upload(self, folder, prefix=""):
        """Every file of the folder, under its path in it."""
        files = [file for file in Path(folder).rglob("*") if file.is_file()]
        self.put({prefix + str(file.relative_to(folder)): file.read_bytes() for file in files})

    def put(self, objects):
        client = self.client()
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda item: client.put_object(Bucket=BUCKET, Key=item[0], Body=item[1]), objects.items()))

    def remove(self):
        atexit.unregister(self.remove)
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        certificates = self.folder / "certs"
        certificates.mkdir()
        if self.tls:
            certificate, private_key = test_certificates.make(certificates, "localhost")
            shutil.copy(certificate, certificates / "public.crt")
            shutil.copy(private_key, certificates / "private.key")
        environment = {**os.environ, "MINIO_ROOT_USER": self.access_key, "MINIO_ROOT_PASSWORD": self.secret_key, "MINIO_BROWSER": "off",
                       "MINIO_UPDATE": "off", "HOME": str(self.folder)}
        for _ in range(3):  # somebody may take the port between the look and the start
            self.port = free_port()
            with open(self.folder / "log", "ab") as log:
                self.process = subprocess.Popen(
                    [self.program, "server", self.folder / "data", "--address", f"127.0.0.1:{self.port}", "--certs-dir", certificates],
                    stdout=log, stderr=log, env=environment, preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL)))
            if self._answers():
                return
        raise RuntimeError(f"MinIO does not start:\n{(self.folder / 'log').read_text(errors='replace')[-2000:]}")

    def _answers(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(Exception):
                self.client().list_buckets()
                return True
            time.sleep(0.05)
        return False
