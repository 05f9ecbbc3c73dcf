#!/usr/bin/env python3
"""`run --watch` does what is new and survives an input and a sink that are away; signals end runs, whatever they are at (F30).

usage: watch_test.py --bin PATH [--signals N] [--seed N] [--only SUBSTRING]

--signals: how many runs into each sink get a signal at a random time. The last line reads 'N passed, N failed'.
"""

import contextlib
import random
import signal
import sqlite3
import sys
import time

from incremental_bench import ALL_KINDS, main, over  # first, for it says where the tools are

from costmill_project import finish, require
from month_in_two_states import AT_ONCE, MonthInTwoStates, other, whole_days
from month_in_two_states import SOURCE as LARGE_SOURCE
from postgres_bench import wait_until
from small_month import DAYS

SECONDS_TO_STOP = 5
SECONDS_AT_ONCE = 0.5
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130}


class Watch:
    """A run that watches, for the length of a `with`; it must end by SIGTERM, with the words in its output."""

    def __init__(self, bench, *words, seconds="0.2"):
        self.bench, self.words, self.seconds = bench, words, seconds

    def __enter__(self):
        self.log = open(self.bench.folder / "watch.log", "w+", encoding="utf-8")  # a pipe could fill
        self.process = self.bench.month.start(self.bench.sink, "--watch", self.seconds, stdout=self.log)
        return self

    def output(self):
        return (self.bench.folder / "watch.log").read_text(encoding="utf-8")

    def wait_for_days(self, days):
        wait_until(lambda: self.process.poll() is not None or sorted(self.days()) == days, f"the days {days}; {self.output()[-800:]}")
        require(self.process.poll() is None, f"the watching run ended: {self.output()[-800:]}")

    def days(self):
        with contextlib.suppress(sqlite3.OperationalError):  # locked, or half made
            return self.bench.days()
        return {}

    def wait_for(self, words, count=1):
        wait_until(lambda: self.process.poll() is not None or self.output().count(words) >= count, f"{words!r}")
        require(self.process.poll() is None, f"the watching run ended: {self.output()[-800:]}")

    def __exit__(self, kind, *_):
        stopped = None
        if kind is None:
            stopped = stop(self.process, signal.SIGTERM)
        self.process.kill()
        self.process.wait()
        self.log.close()
        if kind is None:
            require(stopped == 143, f"the watching run ended with {stopped}: {self.output()[-800:]}")
            for word in self.words:
                require(word in self.output(), f"the output lacks {word!r}: {self.output()[-800:]}")


def stop(process, number):
    """Exit code; fails unless it comes in time."""
    begin = time.monotonic()
    process.send_signal(number)
    finish(process, seconds=30)
    require(time.monotonic() - begin < SECONDS_TO_STOP, f"ended {time.monotonic() - begin:.1f} s after the signal")
    return process.returncode


@over(*ALL_KINDS)
def check_watching_does_what_is_new(bench):
    month = bench.month
    month.remove_day(DAYS[2])
    with Watch(bench, "nothing new") as watch:
        watch.wait_for_days(DAYS[:2])
        watch.wait_for("nothing new", 2)
        month.write_day(DAYS[2])
        watch.wait_for_days(DAYS)
        month.remove_day(DAYS[0])
        watch.wait_for("--prune removes it")
    require(sorted(bench.days()) == DAYS, f"days in the sink: {sorted(bench.days())}")
    bench.month.run(bench.sink).require_days(0, 2)


@over("csv", "sqlite")
def check_watching_survives_an_input_that_is_away(bench):
    month = bench.month
    month.remove_day(DAYS[2])
    away = bench.folder / "away"
    with Watch(bench, "trying again in 0.2 s") as watch:
        watch.wait_for_days(DAYS[:2])
        month.input.rename(away)
        watch.wait_for("trying again", 2)
        away.rename(month.input)
        month.write_day(DAYS[2])
        watch.wait_for_days(DAYS)


def check_watching_survives_a_damaged_file(bench):
    month = bench.month
    month.path("pod_daily", DAYS[2]).write_bytes(b"no Parquet")
    with Watch(bench, "trying again") as watch:
        watch.wait_for("trying again", 2)
        month.write_day(DAYS[2])
        watch.wait_for_days(DAYS)


@over("postgresql")
def check_watching_survives_a_server_that_starts_again(bench):
    month = bench.month
    month.remove_day(DAYS[2])
    with Watch(bench, "trying again in 0.2 s") as watch:
        watch.wait_for_days(DAYS[:2])
        for mode in ("fast", "immediate"):
            bench.server.stop(mode)
            watch.wait_for("trying again", watch.output().count("trying again") + 2)
            bench.server.start()
            bench.sink.admin = bench.server.admin()
        month.write_day(DAYS[2])
        watch.wait_for_days(DAYS)


def check_watching_ends_at_once_between_two_looks(bench):
    for number, code in CODES.items():
        process = bench.month.start(bench.sink, "--watch", "3600", stdout=open(bench.folder / "watch.log", "w", encoding="utf-8"))
        wait_until(lambda: len(bench.days()) == 3, "the first look")
        time.sleep(0.3)
        require(stop(process, number) == code, f"exit {process.returncode}")


def check_watching_ends_with_a_bad_configuration(bench):
    bench.month.run(bench.sink, "--watch", "0.1", "--set", "features.no_such_key=1").require(2)


# --- signals ----------------------------------------------------------------------------------------------------------------------

@over(*ALL_KINDS)
def check_signals_at_any_time_end_a_run_and_leave_whole_days(bench):
    month = large_month(bench)
    content, seconds = month.contents(bench.sink)
    rng, codes, state = random.Random(f"{bench.arguments.seed} {bench.kind}"), [], "old"
    for count in range(bench.arguments.signals):
        state = other(state)
        number = (signal.SIGTERM, signal.SIGINT)[count % 2]
        process = month.of(state).start(bench.sink, *(AT_ONCE if count % 3 == 2 else ()))
        wait_until(lambda: process.poll() is not None or handles(process, number), "the program to handle signals")
        time.sleep(rng.uniform(0, seconds[state]))
        codes.append(stop(process, number))
        require(codes[-1] in (0, CODES[number]), f"exit {codes[-1]} after {number}")
        whole_days(bench.sink.days(LARGE_SOURCE), content)
        require(not bench.sink.leftovers(), f"left over: {bench.sink.leftovers()}")
        month.of(state).run(bench.sink).require(0)
        require(bench.sink.days(LARGE_SOURCE) == content[state], "the rows are not those of an undisturbed run")
    require(set(codes) - {0}, "every run had ended before its signal")


def handles(process, number):
    with contextlib.suppress(OSError), open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        caught = next(int(line.split()[1], 16) for line in status if line.startswith("SigCgt:"))
        return bool(caught >> (number - 1) & 1)
    return False


def large_month(bench):
    """One for all checks, for it takes a while to make."""
    if "large" not in bench.shared:
        bench.shared["large"] = MonthInTwoStates(bench.binary, bench.shared_folder / "large", 200_000)
    return bench.shared["large"]


def check_a_second_signal_ends_at_once_what_cannot_stop_yet(bench):
    """The run waits for a database that somebody holds."""
    bench.month.run(bench.sink).require_days(3, 0)
    holder = sqlite3.connect(bench.sink.place)
    holder.execute("BEGIN EXCLUSIVE")
    for number in CODES:
        process = bench.month.start(bench.sink, "--full")
        time.sleep(0.7)
        require(process.poll() is None, "the run does not wait for the database")
        process.send_signal(number)
        time.sleep(0.3)
        require(process.poll() is None, "nothing is left for the second signal: this check needs another run that waits")
        begin = time.monotonic()
        require(stop(process, number) == CODES[number], f"exit {process.returncode}")
        require(time.monotonic() - begin < SECONDS_AT_ONCE, f"ended {time.monotonic() - begin:.1f} s after the second signal")
    holder.rollback()
    holder.close()
    bench.month.run(bench.sink).require_days(0, 3)


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")],
                  {"--signals": 6, "--seed": 1}))
