#!/usr/bin/env python3
"""Runs costmill against real S3 servers, MinIO by http and by https and moto: the same bytes as from disk, whole listings, rights.

usage: s3_servers_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import argparse
import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

import boto3
import moto.server

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import check_golden  # noqa: E402
from costmill_project import Failure, clean_environment, require  # noqa: E402
from minio_server import BUCKET, MinioServer  # noqa: E402

CASES = sorted(case for case in (ROOT / "tests" / "golden").iterdir() if (case / "params.json").exists())
CASE = ROOT / "tests" / "golden" / "21-basic-pod-labelled"
OBJECTS_OF_A_LONG_LISTING = 3_000


class Bench:
    def __init__(self, binary, folder, server):
        self.binary, self.folder, self.server = str(Path(binary).resolve()), Path(folder), server
        self.runs = 0

    def environment(self, **more):
        return clean_environment(**{"HOME": str(self.folder), **self.server.environment(), **more})

    def run_case(self, case, uri, *options, environment=None):
        """(exit code, output, the CSV or None)"""
        self.runs += 1
        out = self.folder / f"run{self.runs}"
        out.mkdir()
        command = check_golden.command_of(self.binary, case, out, f"csv:{out / 'out'}", f"csv:{case / 'tables'}", list(options))
        command[command.index("--input") + 1] = uri
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment or self.environment())
        table = out / "out" / check_golden.TABLE
        return done.returncode, done.stdout + done.stderr, table.read_bytes() if table.exists() else None

    def costmill(self, *arguments, **more):
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=120, env=self.environment(**more), cwd=self.folder)
        return done.returncode, done.stdout + done.stderr

    def require_same_as_from_disk(self, case, uri, *options):
        code, text, rows = self.run_case(case, uri, *options)
        disk_code, disk_text, disk_rows = self.run_case(case, f"file:{case / 'input'}")
        require((code, rows) == (disk_code, disk_rows), f"{case.name}: exit {code}, from disk {disk_code}: {text[-600:]}")


# --- every server ------------------------------------------------------------------------------------------------------------------

def check_golden_cases(bench):
    for case in CASES:
        bench.server.upload(case / "input", f"{case.name}/")
    for readers in (1, 8):
        for case in CASES:
            bench.require_same_as_from_disk(case, f"s3://{BUCKET}/{case.name}", f"performance.parallel_readers={readers}")


def check_plan_and_doctor(bench):
    uri = f"s3://{BUCKET}/{CASE.name}"
    bench.server.upload(CASE / "input", f"{CASE.name}/")
    code, text = bench.costmill("plan", "--input", uri, "--month", "2025-10")
    require(code == 0 and "2025-10-01" in text, text)
    code, text = bench.costmill("doctor", "--input", uri)
    require(code == 0 and "problem" not in text and "reading: the first bytes" in text, text)
    code, text = bench.costmill("doctor", "--input", "s3://no-such-bucket-here")
    require(code == 4 and "no bucket no-such-bucket-here" in text, text)
    code, text = bench.costmill("run", "--input", "s3://no-such-bucket-here", "--month", "2025-10")
    require(code == 4 and "no bucket no-such-bucket-here" in text, text)


def check_a_long_listing(bench):
    """Several pages, with the month's files far apart in them."""
    bench.server.upload(CASE / "input", "long/")
    files = [file.relative_to(CASE / "input") for file in (CASE / "input").rglob("pod_usage*.parquet") if "daily" in file.parts]
    folder = files[0].parent
    bench.server.put({f"long/{folder}/{number:06}.txt": b"x" for number in range(OBJECTS_OF_A_LONG_LISTING)})
    bench.require_same_as_from_disk(CASE, f"s3://{BUCKET}/long")


def check_keys_of_any_text(bench):
    prefix = "a b/ü&'+%2e;=/"
    bench.server.upload(CASE / "input", prefix)
    bench.require_same_as_from_disk(CASE, f"s3://{BUCKET}/{prefix}")


# --- servers that look at signatures -----------------------------------------------------------------------------------------------

def check_keys_are_looked_at(bench):
    bench.server.upload(CASE / "input", "keys/")
    uri = f"s3://{BUCKET}/keys"
    for more, words in (({"AWS_SECRET_ACCESS_KEY": "wrong-secret"}, "correct s3.secret_key or AWS_SECRET_ACCESS_KEY"),
                        ({"AWS_ACCESS_KEY_ID": "nobody"}, "correct s3.access_key or AWS_ACCESS_KEY_ID"),
                        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "the request was anonymous")):
        code, text, rows = bench.run_case(CASE, uri, environment=bench.environment(**more))
        require(code == 4 and words in text and rows is None, f"exit {code}: {text[-600:]}")
        require("wrong-secret" not in text, "the secret is shown")


def check_keys_for_a_while(bench):
    bench.server.upload(CASE / "input", "while/")
    uri = f"s3://{BUCKET}/while"
    keys = bench.server.client("sts").assume_role(RoleArn="arn:aws:iam::1:role/any", RoleSessionName="test", DurationSeconds=900)["Credentials"]
    for token, expected in ((keys["SessionToken"], 0), (keys["SessionToken"][:-8] + "AAAAAAAA", 4), ("", 4)):
        environment = bench.environment(AWS_ACCESS_KEY_ID=keys["AccessKeyId"], AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"],
                                        AWS_SESSION_TOKEN=token)
        code, text, rows = bench.run_case(CASE, uri, environment=environment)
        require(code == expected and (rows is not None) == (expected == 0), f"exit {code}: {text[-600:]}")
        require(expected == 0 or "correct s3.session_token or AWS_SESSION_TOKEN" in text, text[-600:])
        require(not token or token not in text, "the token is shown")


def check_a_bucket_for_everybody(bench):
    bench.server.upload(CASE / "input", "open/")
    client = bench.server.client()
    arn = f"arn:aws:s3:::{BUCKET}"
    everybody = {"Effect": "Allow", "Principal": {"AWS": ["*"]}}
    anonymous = bench.environment(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    try:
        client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
            {**everybody, "Action": ["s3:ListBucket"], "Resource": [arn]}]}))
        code, text, rows = bench.run_case(CASE, f"s3://{BUCKET}/open", environment=anonymous)
        require(code == 4 and "s3:GetObject" in text and rows is None, f"exit {code}: {text[-600:]}")
        client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
            {**everybody, "Action": ["s3:ListBucket"], "Resource": [arn]}, {**everybody, "Action": ["s3:GetObject"], "Resource": [arn + "/*"]}]}))
        code, text, rows = bench.run_case(CASE, f"s3://{BUCKET}/open", environment=anonymous)
        require(code == 0 and rows, f"exit {code}: {text[-600:]}")
    finally:
        client.delete_bucket_policy(Bucket=BUCKET)


EVERY_SERVER = [check_golden_cases, check_plan_and_doctor, check_a_long_listing, check_keys_of_any_text]
WITH_SIGNATURES = [check_keys_are_looked_at, check_keys_for_a_while, check_a_bucket_for_everybody]


class MotoServer:
    """Another make of server; it does not look at signatures."""

    def __enter__(self):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = moto.server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        self.client().create_bucket(Bucket=BUCKET)
        return self

    def __exit__(self, *_):
        self.server.stop()

    def client(self):
        return boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")

    def environment(self):
        return {"AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

    def put(self, objects):
        client = self.client()
        for key, content in objects.items():
            client.put_object(Bucket=BUCKET, Key=key, Body=content)

    upload = MinioServer.upload


SERVERS = {"minio": (MinioServer, EVERY_SERVER + WITH_SIGNATURES), "minio_tls": (lambda: MinioServer(tls=True), EVERY_SERVER + WITH_SIGNATURES),
           "moto": (MotoServer, EVERY_SERVER)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    passed = failed = 0
    for server_name, (make, checks) in SERVERS.items():
        chosen = [check for check in checks if arguments.only in f"{server_name}.{check.__name__}"]
        if not chosen:
            continue
        with tempfile.TemporaryDirectory() as folder, make() as server:
            bench = Bench(arguments.bin, folder, server)
            for check in chosen:
                try:
                    check(bench)
                    passed += 1
                except Failure as failure:
                    print(f"FAIL {server_name}.{check.__name__.removeprefix('check_')}: {failure}", flush=True)
                    failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
