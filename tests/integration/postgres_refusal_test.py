#!/usr/bin/env python3
"""Timeouts (F26), a server that only reads (F25), missing rights, wrong names and databases that are not as they should be: exit 5 or 2, advice, and the old days untouched.

usage: postgres_refusal_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import sys
import time

from postgres_bench import DAYS, SCHEMA, SOURCE, SUMMARY, finish, main, require, require_run, wait_until


def require_refused(bench, done, code, *words):
    """Refused with these words, the old days are there; and once the reason is gone the same run succeeds."""
    require_run(done, code, *words)
    bench.require_no_sessions()
    bench.require_state("old")


def require_rerun(bench):
    require_run(bench.run("new"), 0)
    bench.require_state("new")


def check_lock_of_another_run(bench):
    """The second run over the same days gives up after its timeout; the first is not disturbed."""
    require_run(bench.run("old"), 0)
    with bench.slow_rows(0.05):
        first = bench.start("new")
        wait_until(lambda: bench.copied_rows() > 0, "the first run to write")
        second = bench.run("new", "--set", "postgresql.lock_timeout=1")
        require_run(second, 5, "postgresql.lock_timeout", "another run", DAYS[0])
        require(first.poll() is None, "the first run was faster than the timeout of the second; the test shows nothing")
    require_run(finish(first), 0)
    bench.require_state("new")


def check_rows_locked_by_somebody(bench):
    require_run(bench.run("old"), 0)
    with bench.admin() as somebody, somebody.transaction():
        somebody.execute(f"SELECT 1 FROM {SUMMARY} WHERE source_uuid = %s FOR UPDATE", (SOURCE,))
        require_refused(bench, bench.run("new", "--set", "postgresql.lock_timeout=1"), 5, "postgresql.lock_timeout")
    require_rerun(bench)


def check_signal_while_waiting_for_rows(bench):
    """A run that waits for rows that somebody has locked ends within 5 s of SIGTERM."""
    require_run(bench.run("old"), 0)
    with bench.admin() as somebody, somebody.transaction():
        somebody.execute(f"SELECT 1 FROM {SUMMARY} WHERE source_uuid = %s FOR UPDATE", (SOURCE,))
        run = bench.start("new")
        wait_until(lambda: bench.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = 'costmill' AND wait_event_type = 'Lock'"),
                   "the run to wait")
        begin = time.monotonic()
        run.terminate()
        require_refused(bench, finish(run), 143, "stopped by a signal")
        require(time.monotonic() - begin < 5, f"it took {time.monotonic() - begin:.1f} s")
    require_rerun(bench)


def check_table_locked_by_somebody(bench):
    require_run(bench.run("old"), 0)
    with bench.admin() as somebody:
        with somebody.transaction():
            somebody.execute(f"LOCK TABLE {SUMMARY} IN SHARE MODE")
            done = bench.run("new", "--set", "postgresql.lock_timeout=1")
    require_refused(bench, done, 5, "postgresql.lock_timeout")
    require_rerun(bench)


def check_statement_timeout(bench):
    require_run(bench.run("old"), 0)
    with bench.slow_rows(0.05):
        require_refused(bench, bench.run("new", "--set", "postgresql.statement_timeout=1"), 5, "postgresql.statement_timeout")
    require_rerun(bench)


def check_read_only_server(bench):
    """With a schema costmill, and without."""
    for has_state in (True, False):
        require_run(bench.run("old"), 0)
        if not has_state:
            bench.execute("DROP SCHEMA costmill CASCADE")
        bench.execute("ALTER DATABASE koku SET default_transaction_read_only = on")
        try:
            done = bench.run("new")
        finally:
            with bench.server.admin("postgres") as connection:
                connection.execute("ALTER DATABASE koku RESET default_transaction_read_only")
        require_refused(bench, done, 5, "connect to the primary")
        require_rerun(bench)


def check_role_without_insert(bench):
    require_run(bench.run("old"), 0)
    bench.server.create_role("costmill_lookout")
    bench.execute(f"GRANT USAGE ON SCHEMA {SCHEMA}, costmill TO costmill_lookout; "
                  f"GRANT SELECT, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO costmill_lookout; "
                  "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA costmill TO costmill_lookout")
    done = bench.run("new", uri=bench.server.uri(user="costmill_lookout"), user="costmill_lookout")
    require_refused(bench, done, 5, "permission denied", "init-db --role")
    require_rerun(bench)


def check_role_that_sees_nothing(bench):
    require_run(bench.run("old"), 0)
    bench.server.create_role("costmill_stranger")
    done = bench.run("new", uri=bench.server.uri(user="costmill_stranger"), user="costmill_stranger")
    require_refused(bench, done, 5, SCHEMA)


def check_wrong_password(bench):
    require_run(bench.run("old"), 0)
    done = bench.run("new", environment={**bench.environment(), "PGPASSWORD": "wr0ng-passw0rd"})
    require_refused(bench, done, 5, "password", "PGPASSWORD")
    require("wr0ng-passw0rd" not in done[1], "the password is in the message")


def check_no_such_database_schema_or_port(bench):
    require_run(bench.run("old"), 0)
    require_refused(bench, bench.run("new", uri=bench.server.uri(database="kokku")), 5, "kokku", "check the database's name")
    require_refused(bench, bench.run("new", "--set", "postgresql.schema=org7654321"), 5, "org7654321", "init-db")
    require_refused(bench, bench.run("new", uri="postgresql://127.0.0.1:1/koku"), 5, "check that the server is up")


def check_F15_names_that_are_no_tenants(bench):
    """In the config, in a variable, in the URI; quoted they would be harmless, and are refused all the same."""
    require_run(bench.run("old"), 0)
    for name in ('a"; DROP', 'a"; DROP SCHEMA org1234567 CASCADE; --', "pg_catalog", "pg_toast", "information_schema", "a" * 64, "1org", "org-1", "örg",
                 "a b", "a.b", "'", "a\\", "Org1234567", "ORG1234567", "\u212aelvin", "org1\n", "org1\x1b[2J", "\u202eorg1", "$1"):
        for done in (bench.run("new", "--set", f"postgresql.schema={name}"), bench.run("new", uri=bench.server.uri() + "?schema=" + name)):
            require_refused(bench, done, 2, "postgresql.schema")
            require("\x1b" not in done[1] and "\u202e" not in done[1], done[1])
    done = bench.run("new", environment={**bench.environment(), "COSTMILL_POSTGRESQL_SCHEMA": "pg_catalog"})
    require_refused(bench, done, 2, "'pg_catalog'", "small letters")
    require_refused(bench, bench.run("new", uri=bench.server.uri() + "?schema=a%22%3B%20DROP"), 2)
    require_refused(bench, bench.run("new", "--set", "postgresql.schema=" + "a" * 63), 5, "a" * 63)  # a name, of no schema


def check_missing_parent_row(bench):
    """The foreign keys are checked at the end of the transaction."""
    require_run(bench.run("old"), 0)
    config = bench.write_config("period.json", ocp={"report_period_id": 4711})
    require_refused(bench, bench.run("new", config=config), 5, "report_period")
    require_rerun(bench)


def check_table_that_lacks_a_column(bench):
    require_run(bench.run("old"), 0)
    bench.execute(f"ALTER TABLE {SUMMARY} RENAME COLUMN infrastructure_usage_cost TO renamed")
    try:
        done = bench.run("new")
    finally:
        bench.execute(f"ALTER TABLE {SUMMARY} RENAME COLUMN renamed TO infrastructure_usage_cost")
    require_refused(bench, done, 5, "infrastructure_usage_cost", "costmill doctor")
    require_rerun(bench)


def check_validation(bench):
    """It passes on a good run; a value that the database changes is noticed before the day is committed."""
    validated = ("--set", "validation.enabled=true")
    require_run(bench.run("old", *validated), 0)
    bench.require_state("old")
    changes = {"a number": "NEW.pod_usage_cpu_core_hours := NEW.pod_usage_cpu_core_hours + 0.000000000000001; RETURN NEW;",
               "a text": "NEW.node := 'x'; RETURN NEW;",
               "labels": "NEW.all_labels := '{}'; RETURN NEW;"}
    for what, change in changes.items():
        for commit in ("true", "false"):
            with bench.trigger(change):
                done = bench.run("new", *validated, "--set", "validation.sample_size=1000", "--set", f"performance.incremental_db_writes={commit}")
            require_run(done, 5, "differs from what was written")
            require(bench.days() == bench.states["old"], f"{what}: the old days changed")
    require_rerun(bench)


def check_rows_that_the_database_drops(bench):
    """Also without validation, for the server says how many it took."""
    require_run(bench.run("old"), 0)
    for bulk_copy in ("true", "false"):
        with bench.trigger("IF NEW.data_source = 'Pod' THEN RETURN NULL; END IF; RETURN NEW;"):
            done = bench.run("new", "--set", f"performance.use_bulk_copy={bulk_copy}")
        require_refused(bench, done, 5, "trigger")
    require_rerun(bench)


def raising(day):
    return f"IF NEW.usage_start = '{day}' THEN RAISE EXCEPTION 'no rows of {day}'; END IF;"


def check_days_before_the_bad_one_are_written(bench):
    """Also when they take longer; and none after it."""
    slow_first_day = f"IF NEW.usage_start = '{DAYS[0]}' THEN PERFORM pg_sleep(0.01); END IF;"
    for connections in ("1", "2", "3"):
        require_run(bench.run("old"), 0)
        with bench.trigger(f"{slow_first_day} {raising(DAYS[1])} RETURN NEW;"):
            require_run(bench.run("new", "--set", f"postgresql.connections={connections}"), 5, f"no rows of {DAYS[1]}")
        names = bench.require_whole_days("old", "new")
        require(names == ["new", "old", "old"], f"{connections} connections: written: {names}")


def check_first_bad_day_is_reported(bench):
    """Whichever fails first."""
    slow_first_day = f"IF NEW.usage_start = '{DAYS[0]}' THEN PERFORM pg_sleep(0.3); END IF;"
    for connections in ("1", "2", "3"):
        require_run(bench.run("old"), 0)
        with bench.trigger(f"{slow_first_day} {raising(DAYS[0])} {raising(DAYS[1])} RETURN NEW;"):
            done = bench.run("new", "--set", f"postgresql.connections={connections}")
        require_refused(bench, done, 5, f"no rows of {DAYS[0]}")
    require_rerun(bench)


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
