"""What the tests against a real PostgreSQL share: a server with a Koku tenant, a cluster's month in two states, runs, and looks at the table.

The month is three days of one cluster. `old` and `new` are two inputs of it that differ in every day, also in the number of rows, so a
look at a day tells which of the two was written, or that it is neither.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import koku_tenant  # noqa: E402
from costmill_project import Failure, require  # noqa: E402
from koku_tenant import SCHEMA, TABLE  # noqa: E402
from postgres_server import ADMIN, PostgresServer  # noqa: E402

SOURCE = "00000000-0000-4000-8000-000000000001"
CLUSTER = "test-cluster"
REPORT_PERIOD = 7
MONTH = "2025-10"
DAYS = [f"{MONTH}-0{day}" for day in (1, 2, 3)]
SUMMARY = f"{SCHEMA}.{TABLE}"
PODS = {"old": 60, "new": 45}


def require_run(done, codes, *words):
    codes = (codes,) if isinstance(codes, int) else codes
    require(done[0] in codes, f"exit {done[0]} instead of {codes}: {done[1][-600:]}")
    for word in words:
        require(word in done[1], f"the message lacks {word!r}: {done[1][-600:]}")


def wait_until(condition, what, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        require(time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}")
        time.sleep(0.002)


class Bench:
    """One server and its tenant. Checks leave the tenant's schema as `fresh` makes it or say so to the next by calling it first."""

    def __init__(self, binary, server, folder):
        self.binary, self.server, self.folder = str(Path(binary).resolve()), server, Path(folder)
        self.inputs = {name: make_input(self.folder / name, pods) for name, pods in PODS.items()}
        self.config = self.write_config("costmill.json")
        self.fresh()
        self.states = {}
        for name in PODS:
            require_run(self.run(name), 0)
            self.states[name] = self.days()
            require(sorted(self.states[name]) == DAYS, f"days of the input {name}: {self.states[name]}")
        require(all(self.states["old"][day] != self.states["new"][day] for day in DAYS), "the two inputs have equal days")

    # --- the database ---------------------------------------------------------------------------------------------------------

    def admin(self):
        return self.server.admin()

    def execute(self, statement, parameters=None):
        """Rows of a statement of a session of its own."""
        with self.admin() as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def fresh(self, months=(MONTH,)):
        """An empty tenant, and no schema costmill."""
        with self.admin() as connection:
            for schema in (SCHEMA, "costmill"):
                connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            koku_tenant.create_koku_tenant(connection, SCHEMA, months)
            koku_tenant.add_report_period(connection, SCHEMA, REPORT_PERIOD, CLUSTER, MONTH, SOURCE)
            connection.execute(f"INSERT INTO {SCHEMA}.reporting_ocp_cost_category (id, name) SELECT n, 'category ' || n FROM generate_series(1, 9) n")

    def days(self):
        """{day: (rows, digest of all their columns)} of the cluster's rows."""
        found = self.execute(f"SELECT usage_start::text, count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {SUMMARY} t "
                             "WHERE source_uuid = %s GROUP BY 1", (SOURCE,))
        return {day: (count, digest) for day, count, digest in found}

    def insert_row(self, **values):
        """A row of another job; returns its uuid."""
        values = {"usage_start": DAYS[0], "usage_end": DAYS[0], "source_uuid": SOURCE, "data_source": "Pod", **values}
        names, places = ", ".join(values), ", ".join(["%s"] * len(values))
        return self.execute(f"INSERT INTO {SUMMARY} (uuid, {names}) VALUES (gen_random_uuid(), {places}) RETURNING uuid",
                            tuple(values.values()))[0][0]

    def trigger(self, body, table=SUMMARY, when="BEFORE INSERT", name="zz_test", kind="TRIGGER"):
        """A row trigger for the length of a `with`."""
        return Trigger(self, body, table, when, name, kind)

    def slow_rows(self, seconds=0.004):
        return self.trigger(f"PERFORM pg_sleep({seconds}); RETURN NEW;")

    def slow_commit(self, seconds=0.4):
        """Makes the COMMIT of each day slow."""
        return self.trigger(f"PERFORM pg_sleep({seconds}); RETURN NULL;", "costmill.days", "AFTER INSERT OR UPDATE", "zz_test_commit",
                            "CONSTRAINT TRIGGER")

    # --- the program ----------------------------------------------------------------------------------------------------------

    def write_config(self, name, **sections):
        config = {"organization": {"org_id": SCHEMA},
                  "ocp": {"provider_uuid": SOURCE, "cluster_id": CLUSTER, "cluster_alias": CLUSTER, "report_period_id": REPORT_PERIOD,
                          "start_date": DAYS[0], "end_date": DAYS[-1]}}
        for section, keys in sections.items():
            merged = {**config.get(section, {}), **keys}
            config[section] = {key: value for key, value in merged.items() if value is not None}
        path = self.folder / name
        path.write_text(json.dumps(config))  # JSON is YAML
        return path

    def command(self, state, *options, uri=None, config=None):
        given = self.inputs[state]
        sink = [] if uri == "" else ["--sink", uri or self.server.uri()]
        reference = [] if "--reference" in options else ["--reference", f"csv:{given / 'reference'}"]
        return [self.binary, "run", "--config", str(config or self.config), "--input", f"file:{given}", *reference, *sink,
                "--progress", "never", *options]

    def start(self, state, *options, uri=None, config=None, user=ADMIN, environment=None):
        return subprocess.Popen(self.command(state, *options, uri=uri, config=config), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, cwd=self.folder, env=environment or self.environment(user))

    def environment(self, user=ADMIN):
        return {**self.server.environment(user), "HOME": str(self.folder)}  # no ~/.postgresql, no ~/.pgpass

    def run(self, state, *options, **more):
        return finish(self.start(state, *options, **more))

    # --- what must hold after everything ---------------------------------------------------------------------------------------

    def require_whole_days(self, *states):
        """Each day is exactly as one of the states has it; returns which, day by day. "" stands for no rows."""
        found = self.days()
        names = []
        for day in DAYS:
            of = [name for name in states if (self.states[name].get(day) if name else None) == found.get(day)]
            require(of, f"{day} is none of {states}: {found.get(day)}")
            names.append(of[0])
        return names

    def require_state(self, state):
        require(self.days() == self.states[state], f"the table is not as {state}: {self.days()} instead of {self.states[state]}")

    def require_no_sessions(self):
        """No session of the program, and no lock that one left."""
        def sessions():
            return self.execute("SELECT state, query FROM pg_stat_activity WHERE application_name = 'costmill' UNION ALL "
                                "SELECT 'lock', mode FROM pg_locks WHERE locktype = 'advisory' UNION ALL SELECT 'prepared', gid FROM pg_prepared_xacts")
        wait_until(lambda: not sessions(), "the program's sessions to end")

    def copied_rows(self):
        """Rows that COPYs under way have taken so far."""
        return self.execute("SELECT coalesce(max(tuples_processed), 0) FROM pg_stat_progress_copy")[0][0]


class Trigger:
    def __init__(self, bench, body, table, when, name, kind):
        self.bench, self.body, self.table, self.when, self.name, self.kind = bench, body, table, when, name, kind

    def __enter__(self):
        deferred = "DEFERRABLE INITIALLY DEFERRED" if self.kind == "CONSTRAINT TRIGGER" else ""
        self.bench.execute(f"CREATE OR REPLACE FUNCTION public.{self.name}() RETURNS trigger LANGUAGE plpgsql AS $b$BEGIN {self.body} END$b$")
        self.bench.execute(f"CREATE {self.kind} {self.name} {self.when} ON {self.table} {deferred} "
                           f"FOR EACH ROW EXECUTE FUNCTION public.{self.name}()")

    def __exit__(self, *_):
        # A run that is still writing locks partitions in another order; the server may choose this statement as the victim.
        for attempts_left in (2, 1, 0):
            try:
                self.bench.execute(f"DROP FUNCTION IF EXISTS public.{self.name}() CASCADE")
                return
            except psycopg.errors.DeadlockDetected:
                if attempts_left == 0:
                    raise


def finish(process, seconds=90):
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        raise Failure(f"the program hangs after {seconds} s: {output[-600:]}") from None
    return process.returncode, output


MEAN_HOURS_OF_A_POD = 18.75  # as bench/generate.py makes them


def make_input(folder, pods):
    """A month of `pods` pods in Koku's layout."""
    rows = round(pods * MEAN_HOURS_OF_A_POD * len(DAYS))
    subprocess.run([sys.executable, str(ROOT / "bench" / "generate.py"), "--output", str(folder), "--rows", str(rows), "--days", str(len(DAYS)),
                    "--nodes", "6", "--namespaces", "30", "--label-sets", "60", "--seed", str(pods)], check=True, stdout=subprocess.DEVNULL)
    return folder


def main(description, checks, **server_options):
    """Runs the checks, each a function that takes a Bench, or a (name, function)."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    named = [check if isinstance(check, tuple) else (check.__name__.removeprefix("check_").replace("_", " "), check) for check in checks]
    named = [(name, check) for name, check in named if arguments.only in name]
    failed = 0
    with tempfile.TemporaryDirectory() as folder, PostgresServer(**server_options) as server:
        bench = Bench(arguments.bin, server, folder)
        for name, check in named:
            begin = time.monotonic()
            try:
                check(bench)
                bench.require_no_sessions()
            except Exception as problem:  # a check that breaks is a failure, not an end
                failed += 1
                kind = "" if isinstance(problem, Failure) else f"{type(problem).__name__}: "
                print(f"FAIL {name}: {kind}{problem}", flush=True)
            else:
                print(f"ok   {name} ({time.monotonic() - begin:.1f} s)", flush=True)
    print(f"{len(named) - failed} passed, {failed} failed")
    return 1 if failed or not named else 0
