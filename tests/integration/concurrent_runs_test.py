#!/usr/bin/env python3
"""Two runs at once on one month (F31), a disk that is full (F28), the same run ten times (F33), in every sink.

usage: concurrent_runs_test.py --bin PATH [--rounds N] [--seed N] [--only SUBSTRING]

Whatever happens, each day is whole, one run's or the other's. The last line reads 'N passed, N failed'.
"""

import argparse
import random
import sys
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from costmill_project import finish, require, run_checks, temporary_folder  # noqa: E402
from month_in_two_states import AT_ONCE, DAYS, SOURCE, STATES, MonthInTwoStates, other, whole_days  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from sinks_under_test import FOLDER_KINDS, FolderSink, PostgresSink  # noqa: E402
from small_disk import filled, small_disk  # noqa: E402

ROWS = 60_000
DISK_MB = 8
KIB_LEFT = (0, 200, 1000)
MESSAGES = {"csv": "another run is writing", "parquet": "another run is writing", "sqlite": "another program holds", "postgresql": "another run"}


class Bench:
    def __init__(self, month, sink, rounds, rng):
        self.month, self.sink, self.rounds, self.rng = month, sink, rounds, rng

    def days(self):
        return self.sink.days(SOURCE)


def check_two_runs_at_once(bench):
    """Of different states of the input: each day is one run's; then of the same one."""
    content, seconds = bench.month.contents(bench.sink)
    conflicts = 0
    for number in range(bench.rounds):
        states = (other(STATES[number % 2]), STATES[number % 2]) if number % 3 else ("new", "new")
        options = AT_ONCE if number % 4 == 3 else ()
        runs = [bench.month.of(states[0]).start(bench.sink, *options)]
        time.sleep(bench.rng.choice([0, bench.rng.uniform(0, seconds["new"])]))
        runs.append(bench.month.of(states[1]).start(bench.sink))
        done = [finish(run) for run in runs]
        for one in done:
            one.require((0, 5), *([MESSAGES[bench.sink.kind]] if one.code == 5 else []))
        require(any(one.code == 0 for one in done), f"round {number}: neither run succeeded: {done}")
        conflicts += sum(one.code == 5 for one in done)
        names = whole_days(bench.days(), content)
        if states[0] == states[1]:
            require(names == ["new"] * DAYS, f"round {number}: two runs of one input, and days of another: {names}")
        require(not bench.sink.leftovers(), f"round {number}: left over: {bench.sink.leftovers()}")
    for state in STATES:
        bench.month.of(state).run(bench.sink).require(0)
        require(bench.days() == content[state], f"a run after them does not give the {state} month")
    return f"{conflicts} of {2 * bench.rounds} runs ended with a conflict"


def check_ten_full_runs_are_equal(bench):
    content, _ = bench.month.contents(bench.sink)
    receipts = []
    for number in range(10):
        bench.month.of("old").run(bench.sink, "--full", "--set", f"performance.max_workers={(1, 2, 8)[number % 3]}").require_days(DAYS, 0)
        require(bench.days() == content["old"], f"rerun {number}: other rows")
        receipts.append(bench.month.receipts(bench.sink))
    require(all(one == receipts[0] for one in receipts) and len(receipts[0]) == DAYS, "the receipts differ")


def check_full_disk(bench):
    """A sink on a disk that takes the old state and only a part of the new one."""
    failures = 0
    with small_disk(DISK_MB) as disk:
        sink = FolderSink(bench.sink.kind, disk / "data")
        content, _ = bench.month.contents(sink)
        for options in ((), AT_ONCE):
            for kib_left in KIB_LEFT:
                with filled(disk, kib_left):
                    done = bench.month.of("new").run(sink, *options).require((0, 5))
                require(done.code == 5 or kib_left > 0, "a run into a full disk ended well")
                if done.code == 5:
                    failures += 1
                    require("free some space" in done.output, f"the message does not say what to do: {done.output[-400:]}")
                names = whole_days(sink.days(SOURCE), content)
                require(names == ["old"] * DAYS or kib_left > 0, f"with no room at all: {names}")
                require(names == sorted(names), f"a later day is new and an earlier one is not: {names}")
                require(not sink.leftovers(), f"{kib_left} KiB left: left over: {sink.leftovers()}")
                for state in ("new", "old"):
                    bench.month.of(state).run(sink).require(0)
                    require(sink.days(SOURCE) == content[state], f"{kib_left} KiB left: a run after it does not give the {state} month")
    require(failures >= 3, f"the disk was full only {failures} times")
    return f"{failures} of {2 * len(KIB_LEFT)} runs found the disk full"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    a = parser.parse_args()
    checks = [(check, kind) for check, kinds in ((check_two_runs_at_once, (*FOLDER_KINDS, "postgresql")),
                                                 (check_ten_full_runs_are_equal, (*FOLDER_KINDS, "postgresql")), (check_full_disk, FOLDER_KINDS))
              for kind in kinds]
    checks = [(f"{check.__name__.removeprefix('check_').replace('_', ' ')} [{kind}]", check, kind) for check, kind in checks]
    checks = [entry for entry in checks if a.only in entry[0]]
    with temporary_folder() as folder, PostgresServer() as server:
        month = MonthInTwoStates(a.bin, Path(folder) / "month", ROWS)

        def performed(number, name, check, kind):
            sink = PostgresSink(server, f"org{number}", report_periods=(1,)) if kind == "postgresql" else FolderSink(kind, Path(folder) / str(number))
            return check(Bench(month, sink, a.rounds, random.Random(f"{a.seed} {name}")))

        return run_checks([(name, partial(performed, number, name, check, kind)) for number, (name, check, kind) in enumerate(checks, 1)])


if __name__ == "__main__":
    sys.exit(main())
