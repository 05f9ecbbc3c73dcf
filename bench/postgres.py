#!/usr/bin/env python3
"""Times loads of a generated month into a PostgreSQL server of its own and prints tables in Markdown.

usage: postgres.py --bin PATH [--rows 2400000] [--days 20] [--runs 5] [--only copy|inserts|connections|server] [--data DIR]

The server runs with PostgreSQL's own settings, so fsync is on. All loads are of the same rows into the same tables, emptied before
each one (TRUNCATE, then CHECKPOINT). What is compared takes turns: a run measures each once, and ratios are medians over the runs.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from datasets import HERE, data_set
from measure import in_turns

sys.path.insert(0, str(HERE.parent / "tests" / "tools"))
from postgres_server import PostgresServer  # noqa: E402

TABLE = "reporting_ocpusagelineitem_daily_summary"
FIRST_DAY, MONTH = "2025-10-01", "2025-10"
NOT_WRITTEN = "(infrastructure|supplementary|cost_model)_%|distributed_cost|monthly_cost_type|raw_currency"  # columns of other jobs
DEBIAN = {  # what the tests' server sets otherwise
    "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "100", "shared_buffers": "128MB",
    "min_wal_size": "80MB", "max_wal_size": "1GB", "deadlock_timeout": "1s", "jit": "on", "autovacuum": "on"}
# A tenant each, so that turns need no change of tables.
KOKU, NO_GIN, BARE, DIRECT = "all_indexes", "no_gin", "primary_key", "gin_direct"
INSERTED_DAYS = 2  # row by row takes its time
ONE = ["postgresql.connections=1"]
TIMES = """
- **sink**: rows/s that `costmill run` prints in the line `written`, one connection. Its time goes from BEGIN to COMMIT of each day and
  holds the lock, the DELETE of what the day had before, making the rows' bytes, COPY or INSERTs, the record in `costmill.days`,
  and the COMMIT. Not in it: connecting, reading and aggregation, which go on meanwhile on the same cores; `one worker` is with
  `performance.max_workers=1`, so that they leave one of two cores to the server.
- **psql**: one psql, one transaction a day: BEGIN, `\\copy` from a file in the page cache, COMMIT; rows/s by the sum of what `\\timing`
  prints for the three. The files hold the rows that the sink wrote, in the order of the table, in the sink's columns.
- **wall**: seconds of a whole `costmill run`, from its start to its end, with reading and aggregation.
"""


class Tenants:
    """The schemas on the server, and the loads into them."""

    def __init__(self, binary, data, server, days):
        self.binary, self.data, self.server, self.days = binary, data, server, days
        self.admin = server.admin()
        for schema in (KOKU, NO_GIN, BARE, DIRECT):
            self.costmill("init-db", schema, "--month", MONTH)
        self.drop_indexes(NO_GIN, "gin")
        self.drop_indexes(BARE, "gin", "btree")
        for (index,) in self.indexes(DIRECT, "i", ["gin"]):
            self.admin.execute(f"ALTER INDEX {index} SET (fastupdate = off)")

    def costmill(self, command, schema, *arguments, options=""):
        done = subprocess.run([self.binary, command, "--sink", self.server.uri(schema=schema), "--log-level", "error", *arguments],
                              capture_output=True, text=True, env={**self.server.environment(), "PGOPTIONS": options})
        if done.returncode:
            sys.exit(f"costmill {command} {arguments} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def indexes(self, schema, kind, methods):
        return self.admin.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_index x ON x.indexrelid = c.oid JOIN pg_am a ON a.oid = c.relam "
            "JOIN pg_class t ON t.oid = x.indrelid "
            "WHERE c.relnamespace = %s::regnamespace AND c.relkind = %s AND a.amname = ANY (%s) AND NOT x.indisprimary AND t.relname LIKE %s",
            (schema, kind, methods, TABLE + "%")).fetchall()

    def drop_indexes(self, schema, *methods):
        for (index,) in self.indexes(schema, "I", list(methods)):
            self.admin.execute(f"DROP INDEX {index}")

    def empty(self, schema):
        self.admin.execute(f"TRUNCATE {schema}.{TABLE}, costmill.days")
        self.admin.execute("CHECKPOINT")

    def sink(self, schema=KOKU, settings=(), days=None, options=""):
        """(rows/s, wall seconds, MiB of WAL) of a run into the emptied tenant."""
        self.empty(schema)
        before = self.admin.execute("SELECT pg_current_wal_insert_lsn()").fetchone()[0]
        begin = time.monotonic()
        text = self.costmill("run", schema, "--input", f"file:{self.data}", "--reference", f"csv:{self.data / 'reference'}", "--from",
                             FIRST_DAY, "--to", f"{MONTH}-{days or self.days:02d}", "--full", "--progress", "never",
                             *[part for setting in settings for part in ("--set", setting)], options=options)
        wall = time.monotonic() - begin
        log = self.admin.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", (before,)).fetchone()[0]
        return float(re.search(r"written +(\d+) rows/s", text)[1]), wall, float(log) / 2**20

    def psql(self, script):
        done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.server.uri()], input=script, capture_output=True,
                              text=True, env=self.server.environment())
        if done.returncode:
            sys.exit(f"psql failed: {done.stderr}")
        return done.stdout

    def export(self, folder):
        """The rows that are there, a file a day and format; gives their number."""
        columns = self.admin.execute(
            "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND (attname = 'infrastructure_usage_cost' OR attname NOT SIMILAR TO %s)", (f"{KOKU}.{TABLE}", NOT_WRITTEN)).fetchone()[0]
        self.files = {"binary": [], "text": []}
        for day in range(1, self.days + 1):
            query = f"SELECT {columns} FROM {KOKU}.{TABLE} WHERE usage_start = '{MONTH}-{day:02d}' ORDER BY ctid"
            for style, files in self.files.items():
                files.append(folder / f"{day}.{style}")
                self.psql(f"\\copy ({query}) TO '{files[-1]}' (FORMAT {style})")
        self.columns = columns
        return self.admin.execute(f"SELECT count(*) FROM {KOKU}.{TABLE}").fetchone()[0]

    def copy(self, schema, style, rows):
        """rows/s of psql."""
        self.empty(schema)
        script = "\\timing on\n" + "".join(
            f"BEGIN;\n\\copy {schema}.{TABLE} ({self.columns}) FROM '{file}' (FORMAT {style})\nCOMMIT;\n" for file in self.files[style])
        times = re.findall(r"Time: ([\d.]+) ms", self.psql(script))
        loaded = self.admin.execute(f"SELECT count(*) FROM {schema}.{TABLE}").fetchone()[0]
        if (loaded, len(times)) != (rows, 3 * self.days):
            sys.exit(f"psql loaded {loaded} of {rows} rows in {len(times)} steps")
        return rows / (sum(map(float, times)) / 1000)


def ratio(values, others):
    """The median over the runs, and their range."""
    ratios = [value / other for value, other in zip(values, others)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def table(*header):
    print("\n| " + " | ".join(header) + " |\n| " + " | ".join("---" for _ in header) + " |")


def row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def report_copy(tenants, runs, rows):
    table("indexes", "sink, rows/s", "sink, one worker", "psql COPY binary", "psql COPY text", "sink ÷ binary", "one worker ÷ binary",
          "sink ÷ text")
    for schema, name in ((KOKU, "Koku's"), (BARE, "primary key only")):
        got = in_turns(runs, {
            "sink": lambda: tenants.sink(schema, ONE)[0], "alone": lambda: tenants.sink(schema, [*ONE, "performance.max_workers=1"])[0],
            "binary": lambda: tenants.copy(schema, "binary", rows), "text": lambda: tenants.copy(schema, "text", rows)})
        row(name, *[f"{statistics.median(values):,.0f}" for values in got.values()], ratio(got["sink"], got["binary"]),
            ratio(got["alone"], got["binary"]), ratio(got["sink"], got["text"]))


def report_inserts(tenants, runs, _):
    def load(*settings):
        return lambda: tenants.sink(KOKU, [*ONE, *settings], INSERTED_DAYS)[0]

    got = in_turns(runs, {"binary COPY": load(), **{f"INSERT, {batch} rows each": load(
        "performance.use_bulk_copy=false", f"performance.db_batch_size={batch}") for batch in (1000, 100, 1)}})
    table(f"sink writes {INSERTED_DAYS} days by", "rows/s", "÷ COPY")
    for name, values in got.items():
        row(name, f"{statistics.median(values):,.0f}", ratio(values, got["binary COPY"]))


def report_connections(tenants, runs, _):
    got = [in_turns(runs, {count: lambda count=count: tenants.sink(schema, [f"postgresql.connections={count}"])[1] for count in (1, 2, 4)})
           for schema in (KOKU, BARE)]
    table("connections", "wall s, Koku's indexes", "÷ 1", "wall s, primary key only", "÷ 1")
    for count in (1, 2, 4):
        row(str(count), *[cell for one in got for cell in (f"{statistics.median(one[count]):.2f}", ratio(one[count], one[1]))])


def report_server(tenants, runs, _):
    got = in_turns(runs, {
        "default settings, Koku's indexes": lambda: tenants.sink(KOKU, ONE),
        "`synchronous_commit = off`": lambda: tenants.sink(KOKU, ONE, options="-c synchronous_commit=off"),
        "`wal_compression = on`": lambda: tenants.sink(KOKU, ONE, options="-c wal_compression=on"),
        "`gin_pending_list_limit = 64MB`": lambda: tenants.sink(KOKU, ONE, options="-c gin_pending_list_limit=65536"),
        "GIN indexes with `fastupdate = off`": lambda: tenants.sink(DIRECT, ONE),
        "no GIN indexes": lambda: tenants.sink(NO_GIN, ONE),
        "primary key only": lambda: tenants.sink(BARE, ONE)})
    base = [1 / speed for speed, _, _ in got["default settings, Koku's indexes"]]
    table("server", "rows/s", "time ÷ default", "MiB of WAL")
    for name, figures in got.items():
        row(name, f"{statistics.median(f[0] for f in figures):,.0f}", ratio([1 / f[0] for f in figures], base),
            f"{statistics.median(f[2] for f in figures):,.0f}")


REPORTS = {"copy": report_copy, "inserts": report_inserts, "connections": report_connections, "server": report_server}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=2_400_000, help="hourly rows of pods")
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=REPORTS)
    parser.add_argument("--data", type=Path, default=HERE.parent / "build" / "bench")
    arguments = parser.parse_args()
    arguments.bin = arguments.bin.resolve()
    data = data_set(arguments.data, arguments.rows, arguments.days)
    with PostgresServer(settings=DEBIAN, wal_segment_mib=16) as server:
        tenants = Tenants(arguments.bin, data, server, arguments.days)
        tenants.sink()
        rows = tenants.export(data)
        version = tenants.admin.execute("SHOW server_version").fetchone()[0]
        print(f"{os.cpu_count()} cores, PostgreSQL {version} on the same machine, {rows:,} rows of {arguments.days} days; medians of "
              f"{arguments.runs} runs after one warm-up; of ratios the range too\n{TIMES}", flush=True)
        for name, report in REPORTS.items():
            if arguments.only in (None, name):
                report(tenants, arguments.runs, rows)


if __name__ == "__main__":
    main()
