#!/usr/bin/env python3
"""`kill -9` right before each call that changes a disk, one after the other, then a rerun (F29).

usage: crash_points_test.py --bin PATH --preload PATH [--stride N] [--only SUBSTRING]

--preload: the library crash_at_call. The runs replace a day, remove one whose input is gone, add one and leave one alone. --stride N takes every
N-th call only of SQLite, which makes many. The last line reads 'N passed, N failed'.
"""

import itertools
import shutil
import sys
from pathlib import Path

from incremental_bench import FOLDER_KINDS, main, over  # first, for it says where the tools are

from costmill_project import finish, require
from small_month import DAYS, rows_of

AT_ONCE = ("--set", "performance.incremental_db_writes=false")
ADDED = "2025-10-04"


def inputs_of(month):
    """{state: input}; what is equal in both has equal times, too."""
    new = month.folder / "new"
    shutil.copytree(month.input, new)
    inputs = {"old": f"file:{month.input}", "new": f"file:{new}"}
    month.input = new
    month.write_file("pod_daily", DAYS[0], rows_of("pod_daily", DAYS[0], usage=7.0))
    month.remove_day(DAYS[1])
    month.write_day(ADDED)
    return inputs


def crash_at_each_call(bench, *options):
    month, sink, library = bench.month, bench.sink, str(Path(bench.arguments.preload).resolve())
    month.config["ocp"]["end_date"] = ADDED
    month.write_settings()
    inputs = inputs_of(month)

    def run(state, *more, **environment):
        month.input_uri = inputs[state]
        return finish(month.start(sink, "--prune", "--set", "performance.max_workers=1", *options, *more, environment={"LD_PRELOAD": library, **environment}))

    days = {}
    for state in ("old", "new", "old"):
        run(state).require(0)
        days[state] = bench.days()
    require(days["old"][DAYS[0]] != days["new"][DAYS[0]] and len({*days["old"], *days["new"]}) == 4, "not the changes that are wanted")

    def require_state(state, when):
        run(state).require(0)
        require(bench.days() == days[state], f"{when}, then a run over the {state} input: not its rows")
        require(recorded(sink) == sorted(days[state]), f"{when}: records of {recorded(sink)}")
        require(not sink.leftovers(), f"{when}: left over: {sink.leftovers()}")

    stride = bench.arguments.stride if bench.kind == "sqlite" else 1
    for call in itertools.count(stride, stride):
        for state in ("new", "old"):  # of the run after the crash: the same input again, or the one of before
            done = run("new", CRASH_AT_CALL=str(call))
            require(done.code in (0, -9), f"call {call}: exit {done.code}: {done.output[-600:]}")
            require_whole(bench.days(), days["old"], days["new"], f"call {call}")
            require_state(state, f"killed before call {call}")
            run(state).require_days(0, 3)
            run("old").require(0)
        if done.code == 0:
            break
    require(call > 5 * stride, f"only {call} calls: is the library loaded?")
    print(f"     {call} calls", flush=True)


def recorded(sink):
    return sorted(day for _, day in sink.records())


def require_whole(found, old, new, when):
    for day in {*found, *old, *new}:
        require(found.get(day) in (old.get(day), new.get(day)), f"{when}: {day} is neither the old day nor the new one")


@over(*FOLDER_KINDS)
def check_killed_before_each_call(bench):
    crash_at_each_call(bench)


@over(*FOLDER_KINDS)
def check_killed_before_each_call_of_one_transaction(bench):
    crash_at_each_call(bench, *AT_ONCE)


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")],
                  {"--preload": str, "--stride": 1}))
