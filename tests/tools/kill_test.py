#!/usr/bin/env python3
"""`kill -9` at random times, then a rerun: the rows are those of an undisturbed run, and nothing of the killed run is left (F29, F30).

usage: kill_test.py --bin PATH [--kills N] [--seed N] [--rows N] [--only SUBSTRING]

Every sink, with input from disk and from MinIO; the kills are shared out evenly. A month is there in two states that differ in every
day. Each kill hits a run that replaces the one by the other, at a time drawn from its undisturbed duration; every third run writes all
days at once. Printed is how far the killed runs had got. The last line reads 'N passed, N failed'.
"""

import argparse
import collections
import contextlib
import random
import sys
import time
from pathlib import Path

from costmill_project import Failure, finish, require, temporary_folder
from minio_server import BUCKET, MinioServer
from month_in_two_states import AT_ONCE, DAYS, SOURCE, STATES, MonthInTwoStates, other, whole_days
from postgres_server import PostgresServer
from sinks_under_test import FOLDER_KINDS, FolderSink, PostgresSink

class Kills:
    """Kills of runs into one sink, with the input in one place."""

    def __init__(self, month, sink, input_uris, environment, rng):
        self.month, self.sink, self.rng, self.environment = month, sink, rng, environment
        self.month.input_uris = input_uris
        self.content, self.seconds = self.month.contents(self.sink, environment=self.environment)
        self.state = "old"  # that the sink is in
        self.reached = collections.Counter()

    def kill(self, at_once):
        after = other(self.state)
        run = self.month.of(after).start(self.sink, *(AT_ONCE if at_once else ()), environment=self.environment)
        time.sleep(self.rng.uniform(0, self.seconds[after]))
        run.kill()
        code = finish(run).code
        require(code in (-9, 0), f"the killed run ended with {code}")
        self.reached[self.days_reached(after)] += 1
        self.state = self.rng.choice([after, after, other(after)])  # the same input again, or the one of before
        self.month.of(self.state).run(self.sink, environment=self.environment).require(0)
        require(self.sink.days(SOURCE) == self.content[self.state], "the rows are not those of an undisturbed run")
        require(not self.sink.leftovers(), f"left over: {self.sink.leftovers()}")
        self.month.of(self.state).run(self.sink, environment=self.environment).require_days(0, DAYS)

    def days_reached(self, after):
        """How many days are the new ones. Each is whole, the old one or the new one."""
        return whole_days(self.sink.days(SOURCE), self.content).count(after)


@contextlib.contextmanager
def sink_of(kind, folder):
    if kind != "postgresql":
        yield FolderSink(kind, folder)
        return
    with PostgresServer() as server:
        sink = PostgresSink(server, report_periods=(1,))
        yield sink


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--only", default="", help="of 'sqlite from MinIO' and the like")
    a = parser.parse_args()
    pairs = [(kind, place) for place in ("disk", "MinIO") for kind in (*FOLDER_KINDS, "postgresql") if a.only in f"{kind} from {place}"]
    passed = failed = 0
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(temporary_folder()))
        month = MonthInTwoStates(a.bin, folder / "month", a.rows)
        uris, environments = {"disk": dict(month.input_uris)}, {"disk": {}}
        if any(place == "MinIO" for _, place in pairs):
            server = stack.enter_context(MinioServer())
            for state in STATES:
                server.upload(month.folder / state, f"{state}/")
            uris["MinIO"], environments["MinIO"] = {state: f"s3://{BUCKET}/{state}" for state in STATES}, server.environment()
        for number, (kind, place) in enumerate(pairs):
            share = a.kills * (number + 1) // len(pairs) - a.kills * number // len(pairs)
            begin = time.monotonic()
            with sink_of(kind, folder / f"{kind} from {place}") as sink:
                kills = Kills(month, sink, uris[place], environments[place], random.Random(f"{a.seed} {kind} {place}"))
                for kill in range(share):
                    try:
                        kills.kill(at_once=kill % 3 == 2)
                        passed += 1
                    except Failure as failure:
                        failed += 1
                        print(f"FAIL kill {kill} of {kind} from {place}, seed {a.seed}: {failure}", flush=True)
                        kills = Kills(month, sink, uris[place], environments[place], kills.rng)
            reached = ", ".join(f"{count} with {days} of {DAYS} days" for days, count in sorted(kills.reached.items()))
            print(f"{kind} from {place}: {share} kills in {time.monotonic() - begin:.1f} s of runs of {kills.seconds['new']:.2f} s: {reached}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
