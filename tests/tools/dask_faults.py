#!/usr/bin/env python3
"""Workers and schedulers of a Dask cluster killed in the middle of runs: the sink ends as after an undisturbed run, and nothing is left.

usage: dask_faults.py --bin PATH --preload PATH [--runs N] [--seed N] [--rows N] [--only SUBSTRING]

A month is there in two states that differ in every day; each run replaces the one by the other. Disturbances take turns over the sinks:
  worker     one of two workers is killed at a random time
  commit     workers die right before a call that changes what others see on the disk; into PostgreSQL, while they write a day
  all        every worker is killed, one after the other
  scheduler  the scheduler and all workers are killed; the run ends with exit 5, and is repeated
A run that survives must be right by itself. Printed is how many tasks were begun, and how many of those again. The last line reads
'N passed, N failed'.
"""
import argparse
import contextlib
import random
import sys
import time
from pathlib import Path

from costmill_project import finish, require, run_checks, temporary_folder
from dask_cluster import DaskCluster
from kill_test import sink_of
from month_in_two_states import DAYS, SOURCE, MonthInTwoStates, other
from sinks_under_test import FOLDER_KINDS

KINDS = (*FOLDER_KINDS, "postgresql")
DISTURBANCES = ("worker", "commit", "all", "scheduler")
MOST_CALLS = {"csv": (16, 40), "parquet": (16, 40), "sqlite": (60, 160)}  # that a worker makes before it dies; a day takes fewer
SINK_UNAVAILABLE = 5


class Disturbed:
    """Runs into one sink by the workers of a cluster."""

    def __init__(self, month, sink, cluster, rng):
        self.month, self.sink, self.cluster, self.rng = month, sink, cluster, rng
        self.environment = {"COSTMILL_PYTHON": sys.executable, "PYTHONPATH": cluster.environment["PYTHONPATH"]}
        self.content, seconds = month.contents(sink)
        self.state = "old"
        self.run("new").require(0)
        self.run("old").require(0)
        self.seconds = seconds["new"]  # from its first task to its end, give or take

    def options(self):
        return ("--engine", self.cluster.engine, "--set", f"performance.task_rows={self.rng.choice([1000, 20_000_000])}")

    def run(self, state):
        return self.month.of(state).run(self.sink, *self.options(), environment=self.environment)

    def disturb(self, disturbance):
        self.cluster.wait_for_workers()
        before = len(self.cluster.begun_tasks())
        after = other(self.state)
        run = self.month.of(after).start(self.sink, *self.options(), environment=self.environment)
        self.state = after
        while run.poll() is None and len(self.cluster.begun_tasks()) == before:
            time.sleep(0.002)
        getattr(self, disturbance)(run)
        done = finish(run)
        if disturbance == "scheduler":
            before = 0
            require(done.code in (0, SINK_UNAVAILABLE), f"exit {done.code}: {done.output[-800:]}")
            self.run(after).require(0)
        else:
            done.require(0)
        begun = self.cluster.begun_tasks()[before:]
        self.require_undisturbed()
        return f"exit {done.code}, {len(begun)} tasks begun, {len(begun) - len(set(begun))} of them again"

    def require_undisturbed(self):
        require(self.sink.days(SOURCE) == self.content[self.state], "the rows are not those of an undisturbed run")
        left = self.sink.leftovers() + [str(path) for path in Path(getattr(self.sink, "folder", "/nowhere")).glob("*.staging")]
        require(not left, f"left over: {left}")
        self.month.of(self.state).run(self.sink).require_days(0, DAYS)

    def worker(self, _run):
        time.sleep(self.rng.uniform(0, self.seconds))
        self.cluster.kill_worker(self.rng)

    def all(self, _run):
        for _ in range(self.cluster.workers + 1):
            time.sleep(self.rng.uniform(0, self.seconds / 2))
            self.cluster.kill_worker(self.rng)

    def scheduler(self, _run):
        time.sleep(self.rng.uniform(0, self.seconds))
        self.cluster.restart_scheduler()

    def commit(self, run):
        if not hasattr(self.sink, "server"):
            return  # its workers die by themselves
        while run.poll() is None:
            ports = {port for (port,) in self.sink.server.admin().execute(
                "SELECT client_port FROM pg_stat_activity WHERE state <> 'idle' AND query ~ '^(COMMIT|COPY|DELETE|INSERT)'")}
            for process in self.cluster.worker_processes():
                with contextlib.suppress(Exception):
                    if ports & {connection.laddr.port for connection in process.net_connections("tcp")}:
                        process.kill()
                        return
            time.sleep(0.002)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--preload", required=True)
    parser.add_argument("--runs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--only", default="", help="of 'commit into sqlite' and the like")
    a = parser.parse_args()
    # Neighbours differ in both, so that a few runs have all of either.
    plan = [(DISTURBANCES[(i + i // len(KINDS)) % len(DISTURBANCES)], KINDS[i % len(KINDS)]) for i in range(len(DISTURBANCES) * len(KINDS))]
    plan = [(disturbance, kind) for disturbance, kind in plan if a.only in f"{disturbance} into {kind}"]
    package = {"PYTHONPATH": str(Path(a.bin).resolve().parent / "python")}
    checks = []
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(temporary_folder()))
        month = MonthInTwoStates(a.bin, folder / "month", a.rows)

        def check(number, disturbance, kind):
            rng = random.Random(f"{a.seed} {number}")
            dying = {"LD_PRELOAD": str(Path(a.preload).resolve()), "CRASH_AT_CALL": str(rng.randint(*MOST_CALLS.get(kind, (0, 0))))}
            with sink_of(kind, folder / f"{number} {kind}") as sink:
                secrets = sink.environment() if hasattr(sink, "environment") else {}
                preload = dying if disturbance == "commit" and kind != "postgresql" else {}
                with DaskCluster(2, {**package, **secrets, **preload}, folder) as cluster:
                    return Disturbed(month, sink, cluster, rng).disturb(disturbance)

        for number in range(a.runs):
            disturbance, kind = plan[number % len(plan)]
            checks.append((f"run {number}: {disturbance} into {kind}",
                           lambda number=number, disturbance=disturbance, kind=kind: check(number, disturbance, kind)))
        return run_checks(checks)


if __name__ == "__main__":
    sys.exit(main())
