"""A PostgreSQL server of one's own for the length of a test: a cluster in a temporary folder, a free loopback port, its own passwords.

  with PostgresServer() as server:
      server.admin().execute("SELECT 1")
      subprocess.run([...,  server.uri()], env=server.environment())

It listens on 127.0.0.1 (password, scram-sha-256) and on a socket in its folder (no password). The superuser is costmill_admin; the
database koku is there, and empty. PostgreSQL refuses to run as root, so then it runs as the user postgres. It is stopped and its folder
removed at the end, also after an exception or SIGTERM; it dies with the process that started it, also after SIGKILL.
"""

import atexit
import contextlib
import ctypes
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import psycopg

import test_certificates

ADMIN = "costmill_admin"
PACKAGE = "postgresql-15"
PR_SET_PDEATHSIG = 1
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
SETTINGS = {  # nothing here outlives the test, so nothing is flushed to the disk
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "40",
    "shared_buffers": "32MB",
    "min_wal_size": "2MB",
    "max_wal_size": "32MB",
    "deadlock_timeout": "200ms",
    "jit": "off",
    "autovacuum": "off",
    "log_line_prefix": "%m [%p] %a ",
}


class PostgresServer:
    def __init__(self, tls=False, settings=None, folder=None, wal_segment_mib=1):
        self.tls, self.process, self.port, self.wal_segment_mib = tls, None, None, wal_segment_mib
        self.settings = {**SETTINGS, **(settings or {})}
        self.programs = server_programs()
        self.account = server_account()
        self.passwords = {ADMIN: secrets.token_hex(16)}
        self.folder = Path(tempfile.mkdtemp(prefix="costmill-pg-", dir=folder))
        self.data, self.log = self.folder / "data", self.folder / "server.log"

    # --- life -----------------------------------------------------------------------------------------------------------------

    def __enter__(self):
        atexit.register(self.remove)
        end_on_sigterm()
        try:
            self._initialize()
            self._start_on_free_port()
            with self.admin("postgres") as connection:
                connection.execute("CREATE DATABASE koku")
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def start(self):
        """On the port of before; returns when it takes connections."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.programs / "postgres", "-D", self.data], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, preexec_fn=die_with_parent, cwd="/", **self.account)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(psycopg.OperationalError):
                self.admin("postgres").close()
                return
            time.sleep(0.02)
        self.stop("immediate")
        raise RuntimeError(f"the PostgreSQL server does not start:\n{self.log_text()[-2000:]}")

    def stop(self, mode="fast"):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(STOP_SIGNALS[mode])
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(30)
        self.process = None

    def remove(self):
        atexit.unregister(self.remove)
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- ways in --------------------------------------------------------------------------------------------------------------

    def uri(self, database="koku", user=ADMIN, host="127.0.0.1", **parameters):
        """Without a password: environment() has it."""
        query = urllib.parse.urlencode(parameters)
        return f"postgresql://{user}@{host}:{self.port}/{database}" + (f"?{query}" if query else "")

    def environment(self, user=ADMIN):
        """This process's environment without what would meddle, with the user's password."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("COSTMILL_", "PG"))}
        return {**clean, "PGPASSWORD": self.passwords[user]}

    def admin(self, database="koku"):
        return psycopg.connect(host=str(self.folder), port=self.port, user=ADMIN, dbname=database, autocommit=True)

    def create_role(self, name, password=None, superuser=False):
        self.passwords[name] = password or secrets.token_hex(16)
        with self.admin() as connection:
            connection.execute(f"CREATE ROLE \"{name}\" LOGIN {'SUPERUSER' if superuser else ''} PASSWORD '{self.passwords[name]}'")

    @property
    def ca_file(self):
        return self.folder / "ca.crt"

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    # --- making it ------------------------------------------------------------------------------------------------------------

    def _initialize(self):
        self._give(self.folder)
        password_file = self.folder / "password"
        password_file.write_text(self.passwords[ADMIN])
        self._give(password_file)
        done = subprocess.run([self.programs / "initdb", "-D", self.data, "-U", ADMIN, "--pwfile", password_file, "-E", "UTF8", "--locale=C",
                               "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", f"--wal-segsize={self.wal_segment_mib}"],
                              capture_output=True, text=True, cwd="/", **self.account)
        password_file.unlink()
        if done.returncode:
            raise RuntimeError(f"initdb: {done.stdout}{done.stderr}")
        if self.tls:
            certificate, private_key = test_certificates.make(self.folder, "localhost")
            for file in (certificate, private_key):
                self._give(file)
            self.settings.update(ssl="on", ssl_cert_file=str(certificate), ssl_key_file=str(private_key))

    def _start_on_free_port(self):
        for attempts_left in (3, 2, 1, 0):  # somebody may take the port between the look and the start
            self.port = free_port()
            with open(self.data / "postgresql.auto.conf", "w", encoding="utf-8") as file:
                settings = {**self.settings, "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder}
                file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
            try:
                return self.start()
            except RuntimeError:
                if attempts_left == 0 or "in use" not in self.log_text():
                    raise

    def _give(self, path):
        if self.account:
            os.chown(path, pwd.getpwnam(self.account["user"]).pw_uid, -1)


def server_programs():
    """The folder of the newest server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda program: int(re.sub(r"\D", "", program.parts[4])))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path and shutil.which("initdb"):
        return Path(on_path).parent
    raise SystemExit(f"no PostgreSQL server below /usr/lib/postgresql: install the Debian package {PACKAGE} (tools/bootstrap does)")


def server_account():
    """Who the server runs as, as arguments of subprocess.Popen."""
    if os.geteuid() != 0:
        return {}
    try:
        group = pwd.getpwnam("postgres").pw_gid
    except KeyError:
        raise SystemExit(f"root cannot run PostgreSQL and there is no user postgres: install the Debian package {PACKAGE}") from None
    return {"user": "postgres", "group": group, "extra_groups": []}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


LIBC = ctypes.CDLL(None)


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGQUIT))


def end_on_sigterm():
    """Lets SIGTERM unwind the stack, so that servers are stopped and folders removed."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
