#!/usr/bin/env python3
"""Who looks at the table, or writes it (F31), deletes from it (F26) or sums it up (F32), while costmill writes it: whole days only, no row
twice, and nobody waits for ever.

usage: postgres_visibility_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import sys
import threading
import time

import psycopg

from postgres_bench import DAYS, MONTH, SCHEMA, SOURCE, SUMMARY, finish, main, require, require_run, wait_until

OTHER_SOURCE = "99999999-9999-4999-8999-999999999999"
CONFLICT = ("another run", "somebody else holds", "another transaction", "conflict", "deadlock")


class Reader(threading.Thread):
    """Counts the rows of each day, again and again."""

    def __init__(self, bench):
        super().__init__(daemon=True)
        self.connection, self.seen, self.looks, self.ended = bench.admin(), {day: set() for day in DAYS}, 0, threading.Event()

    def run(self):
        while not self.ended.is_set():
            counts = dict(self.connection.execute(f"SELECT usage_start::text, count(*) FROM {SUMMARY} WHERE source_uuid = %s GROUP BY 1", (SOURCE,)))
            for day in DAYS:
                self.seen[day].add(counts.get(day, 0))
            self.looks += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()
        self.connection.close()


def check_a_reader_sees_the_old_day_or_the_new_one_in_50_replacements(bench):
    require_run(bench.run("old"), 0)
    with Reader(bench) as reader:
        for round_number in range(50):
            require_run(bench.run("new" if round_number % 2 == 0 else "old"), 0)
    for day in DAYS:
        allowed = {bench.states[name][day][0] for name in ("old", "new")}
        require(reader.seen[day] == allowed, f"{day}: a reader saw {reader.seen[day]} rows instead of {allowed}")
    require(reader.looks > 100, f"the reader looked {reader.looks} times only")


def check_days_become_visible_in_order(bench):
    require_run(bench.run("old"), 0)
    with bench.slow_rows(0.002):
        run = bench.start("new", "--set", "postgresql.connections=3")
        while run.poll() is None:
            names = bench.require_whole_days("old", "new")
            require(names == sorted(names), f"a later day is visible before an earlier one: {names}")
    require_run(finish(run), 0)
    bench.require_state("new")


def check_one_transaction_shows_all_days_at_once(bench):
    require_run(bench.run("old"), 0)
    with bench.slow_rows(0.002):
        run = bench.start("new", "--set", "performance.incremental_db_writes=false")
        while run.poll() is None:
            names = set(bench.require_whole_days("old", "new"))
            require(len(names) == 1, f"days of two runs side by side: {names}")
    require_run(finish(run), 0)
    bench.require_state("new")


def check_two_runs_at_once_never_double_a_row(bench):
    for round_number in range(20):
        if round_number % 5 == 0:  # both make the schema costmill and the month's partition
            bench.execute("DROP SCHEMA IF EXISTS costmill CASCADE")
            bench.execute(f"DELETE FROM {SCHEMA}.partitioned_tables WHERE table_name LIKE %s", (f"%{MONTH.replace('-', '_')}",))
        runs = [bench.start(state) for state in ("old", "new")]
        done = [finish(run) for run in runs]
        for code, output in done:
            require(code == 0 or (code == 5 and any(word in output for word in CONFLICT)), f"round {round_number}: exit {code}: {output[-600:]}")
        require(any(code == 0 for code, _ in done), f"round {round_number}: neither run succeeded: {done[0][1][-300:]} {done[1][1][-300:]}")
        bench.require_whole_days("old", "new", *(() if all(code == 0 for code, _ in done) else ("",)))


def check_two_runs_in_one_transaction_each_or_day_by_day(bench):
    """The one holds its days until its end, the other writes several at once: who waits too long gives up, with a message."""
    require_run(bench.run("old"), 0)
    for round_number in range(4):
        with bench.slow_rows(0.001):
            whole = bench.start("old", "--set", "performance.incremental_db_writes=false", "--set", "postgresql.lock_timeout=2")
            time.sleep(0.02 * round_number)
            by_day = bench.start("new", "--set", "postgresql.lock_timeout=2")
            done = [finish(run) for run in (whole, by_day)]
        for code, output in done:
            require(code == 0 or (code == 5 and any(word in output for word in CONFLICT)), f"round {round_number}: exit {code}: {output[-600:]}")
        bench.require_whole_days("old", "new")


class KokuDelete:
    """A session that deletes the day's rows as Koku does, but began with a row that costmill comes to last."""

    def __init__(self, bench, gives_way):
        self.connection = bench.admin()
        self.connection.autocommit = False
        # Who waited this long looks for a deadlock, and is the one to give way.
        self.connection.execute(f"SET deadlock_timeout = '{'10ms' if gives_way else '20s'}'")
        self.own_rows = f"usage_start = '{DAYS[0]}' AND source_uuid = '{SOURCE}' AND infrastructure_raw_cost IS NULL"
        uuids = [row[0] for row in self.connection.execute(f"SELECT uuid FROM {SUMMARY} WHERE {self.own_rows} ORDER BY ctid")]
        self.connection.execute(f"DELETE FROM {SUMMARY} WHERE usage_start = %s AND uuid = %s", (DAYS[0], uuids[len(uuids) // 2]))

    def delete_the_rest(self):
        """True if it could; both ways the session ends."""
        try:
            self.connection.execute(f"DELETE FROM {SUMMARY} WHERE {self.own_rows}")
            self.connection.commit()
            return True
        except psycopg.errors.DeadlockDetected:
            self.connection.rollback()
            return False
        finally:
            self.connection.close()


def check_deadlocks_with_a_delete_of_koku_lose_nothing(bench):
    require_run(bench.run("old"), 0)
    before = bench.server.log_text().count("deadlock detected")
    retried = 0
    for round_number in range(20):
        state = "new" if round_number % 2 == 0 else "old"
        koku = KokuDelete(bench, gives_way=round_number % 4 == 3)
        run = bench.start(state, "--set", "postgresql.connections=1")
        wait_until(lambda: bench.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = 'costmill' AND wait_event_type = 'Lock'")
                   or run.poll() is not None, "costmill to wait for the row")
        koku.delete_the_rest()
        done = finish(run)
        require_run(done, 0)
        retried += "trying" in done[1]
        bench.require_state(state)
    deadlocks = bench.server.log_text().count("deadlock detected") - before
    require(deadlocks >= 15, f"only {deadlocks} deadlocks in 20 rounds: the test is not one")
    require(retried >= 10, f"costmill said that it tried again in {retried} rounds only")


def check_update_of_kokus_summaries_at_the_same_time(bench):
    """Koku deletes and writes a cost model's rows of the month while costmill replaces its days."""
    ended = threading.Event()

    def koku():
        with bench.admin() as connection:
            while not ended.is_set():
                with connection.transaction():
                    connection.execute(f"DELETE FROM {SUMMARY} WHERE usage_start BETWEEN %s AND %s AND cost_model_rate_type IS NOT NULL", (DAYS[0], DAYS[-1]))
                    connection.execute(f"INSERT INTO {SUMMARY} (uuid, usage_start, usage_end, source_uuid, cost_model_rate_type) "
                                       "SELECT gen_random_uuid(), d, d, %s, 'Supplementary' FROM generate_series(%s::date, %s::date, '1 day') d",
                                       (OTHER_SOURCE, DAYS[0], DAYS[-1]))

    writer = threading.Thread(target=koku, daemon=True)
    writer.start()
    for round_number in range(5):
        require_run(bench.run("new" if round_number % 2 == 0 else "old"), 0)
    ended.set()
    writer.join()
    bench.require_state("new")
    require(bench.execute(f"SELECT count(*) FROM {SUMMARY} WHERE cost_model_rate_type IS NOT NULL") == [(len(DAYS),)], "rows of the cost model are lost")
    bench.execute(f"DELETE FROM {SUMMARY}")


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
