#!/usr/bin/env python3
"""The program, its sessions (F25), the server (F24) or its disk (F28) give out while days are written: the old day stays whole or the new one is whole.

usage: postgres_crash_test.py --bin PATH [--only SUBSTRING]

Points of the write are counted in rows that the server took of a COPY, and one is the COMMIT. The last line reads 'N passed, N failed'.
"""

import contextlib
import sys
import tempfile

from postgres_bench import PODS, Bench, PostgresServer, finish, main, require, require_run, wait_until
from small_disk import filled, small_disk

POINTS = [*range(0, min(PODS.values()), 5), "commit"]  # rows of the COPY under way
ONE_LANE = ("--set", "postgresql.connections=1")


class RunToPoint:
    """A run over slow rows, stopped at the point when `with` begins; the slowness ends with it."""

    def __init__(self, bench, state, point, *options):
        self.bench, self.state, self.point, self.options = bench, state, point, options
        self.slowness = bench.slow_commit() if point == "commit" else bench.slow_rows()

    def reached(self):
        if self.point == "commit":
            return bool(self.looks.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = 'costmill' AND query = 'COMMIT' AND state = 'active'").fetchone())
        return (self.looks.execute("SELECT max(tuples_processed) FROM pg_stat_progress_copy").fetchone()[0] or 0) >= max(self.point, 1)

    def __enter__(self):
        self.slowness.__enter__()
        self.run = self.bench.start(self.state, *ONE_LANE, *self.options)
        with self.bench.admin() as self.looks:
            wait_until(lambda: self.reached() or self.run.poll() is not None, f"the point {self.point}")
        require(self.run.poll() is None, f"the run ended before the point {self.point}: {self.run.poll()}")
        return self.run

    def __exit__(self, kind, *_):
        if kind and self.run.poll() is None:
            self.run.kill()
            self.run.communicate()
        with contextlib.suppress(Exception) if kind else contextlib.nullcontext():
            self.slowness.__exit__()


def other(state):
    return "old" if state == "new" else "new"


def states():
    """For each point the state that is there before, the other one is being written."""
    return [("old" if number % 2 == 0 else "new", point) for number, point in enumerate(POINTS)]


def check_program_killed(bench):
    for before, point in states():
        require_run(bench.run(before), 0)
        with RunToPoint(bench, other(before), point) as run:
            run.kill()
            run.communicate()
        bench.require_no_sessions()
        names = bench.require_whole_days("old", "new")
        # Whether a COMMIT under way went through is the server's affair; a COPY under way is gone.
        require(point == "commit" or names[0] == before, f"killed at {point}: the first day is {names[0]}")
        require_run(bench.run(other(before)), 0)
        bench.require_state(other(before))


def check_program_killed_in_one_transaction(bench):
    for before, point in states()[::4]:
        require_run(bench.run(before), 0)
        with RunToPoint(bench, other(before), point, "--set", "performance.incremental_db_writes=false") as run:
            run.kill()
            run.communicate()
        bench.require_no_sessions()
        names = bench.require_whole_days("old", "new")
        require(len(set(names)) == 1, f"killed at {point}: days of two runs: {names}")
        require_run(bench.run(other(before)), 0)
        bench.require_state(other(before))


def check_program_told_to_end(bench):
    """SIGTERM."""
    for before, point in (("old", POINTS[3]), ("new", "commit")):
        require_run(bench.run(before), 0)
        with RunToPoint(bench, other(before), point) as run:
            run.terminate()
            require_run(finish(run, 15), 143)
        bench.require_no_sessions()
        bench.require_whole_days("old", "new")
        require_run(bench.run(other(before)), 0)
        bench.require_state(other(before))


def check_server_killed_and_back(bench):
    """The server is up again before the program gives up, so the run succeeds."""
    for before, point in states():
        require_run(bench.run(before), 0)
        with RunToPoint(bench, other(before), point) as run:
            bench.server.stop("immediate")
            bench.server.start()
            bench.require_whole_days("old", "new")
        require_run(finish(run), 0)
        bench.require_state(other(before))


def check_server_killed_and_gone(bench):
    for before, point in states()[2::8]:
        require_run(bench.run(before), 0)
        with RunToPoint(bench, other(before), point) as run:
            bench.server.stop("immediate")
            done = finish(run)
            bench.server.start()
        require_run(done, 5, "server is up")
        names = bench.require_whole_days("old", "new")
        require(names[0] == before, f"killed at {point}: the first day is {names[0]}")
        require_run(bench.run(other(before)), 0)
        bench.require_state(other(before))


def check_server_stopped_in_good_order(bench):
    require_run(bench.run("old"), 0)
    with RunToPoint(bench, "new", POINTS[2]) as run:
        bench.server.stop("fast")
        bench.server.start()
    require_run(finish(run), 0, "trying")
    bench.require_state("new")


def check_no_server(bench):
    bench.server.stop()
    try:
        done = bench.run("new")
    finally:
        bench.server.start()
    require_run(done, 5, "check that the server is up")


def check_sessions_terminated(bench):
    for before, point in states():
        require_run(bench.run(before), 0)
        with RunToPoint(bench, other(before), point) as run:
            bench.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'costmill'")
        done = finish(run)
        require_run(done, 0)
        require(point == "commit" or "trying" in done[1], f"terminated at {point}, but nothing was tried again: {done[1][-300:]}")
        bench.require_state(other(before))


def check_sessions_terminated_in_one_transaction(bench):
    """All of the run is lost with its session: exit 5, and nothing of it remains."""
    require_run(bench.run("old"), 0)
    with RunToPoint(bench, "new", POINTS[2], "--set", "performance.incremental_db_writes=false") as run:
        bench.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'costmill'")
        done = finish(run)
    require_run(done, (0, 5))
    bench.require_state("old" if done[0] == 5 else "new")
    require_run(bench.run("new"), 0)
    bench.require_state("new")


def check_sessions_terminated_again_and_again(bench):
    """After the last attempt: exit 5."""
    require_run(bench.run("old"), 0)
    with bench.trigger("PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW;"):
        require_run(bench.run("new", *ONE_LANE), 5, "run again when")
        bench.require_state("old")
    require_run(bench.run("new"), 0)
    bench.require_state("new")


def check_disk_full(bench):
    with small_disk(128) as disk, tempfile.TemporaryDirectory() as folder, PostgresServer(folder=disk) as server:
        there = Bench(bench.binary, server, folder)
        require_run(there.run("old"), 0)
        for options in ((), ("--set", "performance.incremental_db_writes=false"), ("--set", "performance.use_bulk_copy=false")):
            with filled(disk):
                done = there.run("new", *options)
            if server.process.poll() is not None:  # a server whose log does not fit any more may stop itself
                server.stop()
                server.start()
            require_run(done, 5, "disk is full")
            there.require_no_sessions()
            there.require_state("old")
        require_run(there.run("new"), 0)
        there.require_state("new")


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
