"""What the tests against an S3 server that misbehaves as told share: the server with a golden case, runs, and what must hold after each.

After every run: no key is in any output, and it ended within its deadline.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from costmill_project import Failure, clean_environment, require  # noqa: E402
from sick_s3 import BUCKET, Fault, SickS3  # noqa: E402

CASE = ROOT / "tests" / "golden" / "03-multi-namespace"
TABLE = "reporting_ocpusagelineitem_daily_summary.csv"
SECRETS = {"AWS_ACCESS_KEY_ID": "AKIAPLANTEDKEY00001", "AWS_SECRET_ACCESS_KEY": "pl4nted/secret+key=1", "AWS_SESSION_TOKEN": "pl4nted-token=="}
LIMITS = {"connect_timeout": 1, "request_timeout": 1, "deadline": 4, "max_attempts": 3}
GRACE_SECONDS = 5


class Bench:
    def __init__(self, binary, folder):
        self.binary, self.folder = str(Path(binary).resolve()), Path(folder)
        objects = {str(file.relative_to(CASE / "input")): file.read_bytes() for file in (CASE / "input").rglob("*") if file.is_file()}
        self.server = SickS3(objects)
        self.runs = 0
        self.expected = None

    def environment(self, url, **more):
        return clean_environment(**{"HOME": str(self.folder), "AWS_ENDPOINT_URL": url, **SECRETS, **more})

    def command(self, *arguments, url=None, environment=None, limits=None):
        limits = {**LIMITS, **(limits or {})}
        sets = [part for name, value in limits.items() for part in ("--set", f"s3.{name}={value}")]
        begin = time.monotonic()
        done = subprocess.run([self.binary, *arguments, "--log-level", "trace", *sets], capture_output=True, text=True, timeout=120,
                              env=self.environment(url or self.server.url, **(environment or {})), cwd=self.folder)
        seconds = time.monotonic() - begin
        text = done.stdout + done.stderr
        for name, secret in SECRETS.items():
            require(secret not in text, f"the output holds {name}: {text[-800:]}")
        require(seconds < limits["deadline"] + GRACE_SECONDS, f"{seconds:.1f} s, with a deadline of {limits['deadline']} s: {text[-800:]}")
        return done.returncode, text, seconds

    def run(self, *options, uri=f"s3://{BUCKET}", **more):
        """(exit code, output, seconds); the days that were written are in written()."""
        self.runs += 1
        self.out = self.folder / f"out{self.runs}"
        return self.command("run", "--input", uri, "--month", "2025-10", "--sink", f"csv:{self.out}", "--progress", "never", *options, **more)

    def written(self):
        table = self.out / TABLE
        return table.read_bytes() if table.exists() else b""

    def require_good(self, done):
        require(done[0] == 0, f"exit {done[0]}: {done[1][-800:]}")
        if self.expected is None:
            self.expected = self.written()
        require(self.written() == self.expected != b"", "other rows than an undisturbed run writes")

    def require_refused(self, done, code, *words):
        require(done[0] == code, f"exit {done[0]} instead of {code}: {done[1][-800:]}")
        for word in words:
            require(word in done[1], f"the message lacks {word!r}: {done[1][-800:]}")
        require(not self.written(), "a day was written that could not be read")

    @contextlib.contextmanager
    def fault(self, kind, **fields):
        self.server.forget()
        self.server.faults = [Fault(kind, **fields)]
        yield self.server
        self.server.forget()


def check_nothing_is_wrong(bench):
    """And nothing travels twice: the bytes that are counted are those that were sent."""
    bench.server.forget()
    bench.require_good(bench.run())
    sent = bench.server.bytes_sent
    require(sent < 3 * sum(map(len, bench.server.objects.values())) + 100_000, f"{sent} bytes travelled")
    require(all("x-amz-security-token" in {name.lower() for name in request.headers} for request in bench.server.requests), "no token")
    require(all("AWS4-HMAC-SHA256" in request.headers.get("Authorization", "") for request in bench.server.requests), "not signed")


def main(description, checks):
    """Runs {name: check}, each a function that takes a Bench, after an undisturbed run."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    chosen = {"nothing_is_wrong": check_nothing_is_wrong, **{name: check for name, check in checks.items() if arguments.only in name}}
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments.bin, folder)
        with bench.server:
            for name, check in chosen.items():
                try:
                    check(bench)
                    passed += 1
                except Failure as failure:
                    print(f"FAIL {name}: {failure}", flush=True)
                    failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def checks_in(namespace):
    return {name.removeprefix("check_"): check for name, check in namespace.items()
            if name.startswith("check_") and check is not check_nothing_is_wrong}
