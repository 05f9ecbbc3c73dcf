"""What the tests of incremental runs share: a small month and a fresh sink for each check, and a server where a check wants one.

A check is a function that takes a Bench. Its sinks are those that `sinks` names: `@over("sqlite", "postgresql")`; a check without it
runs over SQLite.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from costmill_project import run_checks, temporary_folder  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from sinks_under_test import FOLDER_KINDS, FolderSink, PostgresSink  # noqa: E402
from small_month import SOURCE, SmallMonth  # noqa: E402

ALL_KINDS = (*FOLDER_KINDS, "postgresql")
REPORT_PERIODS = (1, 2)


def over(*kinds):
    def marked(check):
        check.kinds = kinds
        return check
    return marked


class Bench:
    def __init__(self, arguments, folder, server, kind, number, shared, shared_folder):
        self.arguments, self.binary, self.folder, self.server, self.kind, self.number = arguments, arguments.bin, Path(folder), server, kind, number
        self.shared, self.shared_folder = shared, Path(shared_folder)  # of all checks
        self.sinks = 0
        self.month = SmallMonth(self.binary, self.folder / "month")
        self.sink = self.another_sink()

    def another_sink(self):
        self.sinks += 1
        if self.kind == "postgresql":
            return PostgresSink(self.server, f"org{self.number}x{self.sinks}", report_periods=REPORT_PERIODS)
        return FolderSink(self.kind, self.folder / f"sink{self.sinks}")

    def days(self, sink=None):
        return (sink or self.sink).days(SOURCE)


def main(description, checks, more=None):
    """Runs the checks, functions named check_*; gives the exit code. `more` are further options: a default, or a type if it must be
    given."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    for option, default in (more or {}).items():
        required = isinstance(default, type)
        parser.add_argument(option, type=default if required else type(default), required=required, default=None if required else default)
    arguments = parser.parse_args()
    named = [(f"{check.__name__.removeprefix('check_').replace('_', ' ')} [{kind}]", check, kind)
             for check in checks for kind in getattr(check, "kinds", ("sqlite",))]
    named = [entry for entry in named if arguments.only in entry[0]]
    shared = {}
    with PostgresServer() as server, temporary_folder() as shared_folder:

        def performed(number, check, kind):
            with temporary_folder() as folder:
                bench = Bench(arguments, folder, server, kind, number, shared, shared_folder)
                check(bench)
                left = bench.sink.leftovers()
                if left:
                    raise AssertionError(f"left over: {left}")

        return run_checks([(name, partial(performed, number, check, kind)) for number, (name, check, kind) in enumerate(named, 1)])
