"""The four sinks as a test sees them: where each is, what it holds, what a run left behind. Read without any code of ours.

  sink = FolderSink("parquet", folder)     also csv, sqlite
  sink = PostgresSink(server, "org1234567")

days() gives {day: rows} of a source, comparable with == between sinks of one kind. uuids are among the cells: they number the rows of a
day in canonical order, so equal days are equal dumps.
"""

import csv
import json
import shutil
import sqlite3
import time
from pathlib import Path

import pyarrow.parquet as pq

import koku_tenant

TABLE = koku_tenant.TABLE
FOLDER_KINDS = ("csv", "sqlite", "parquet")


class FolderSink:
    def __init__(self, kind, folder):
        self.kind, self.folder = kind, Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def place(self):
        return self.folder / "sink.db" if self.kind == "sqlite" else self.folder / "sink"

    @property
    def uri(self):
        return f"{self.kind}:{self.place}"

    @property
    def state_file(self):
        return self.place / "costmill-state.json"

    def clear(self):
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def days(self, source):
        return {"csv": self._csv_days, "sqlite": self._sqlite_days, "parquet": self._parquet_days}[self.kind](source)

    def leftovers(self):
        """Files that a run makes and must not leave. SQLite itself leaves a journal that was never begun until it writes again."""
        return sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*")
                      if file.name.startswith(".costmill-") or file.name.endswith(("-wal", "-shm"))
                      or (file.name.endswith("-journal") and file.read_bytes()[:1] not in (b"", b"\0")))

    def records(self):
        """{(source, day): record}, of a file sink's own state."""
        if self.kind == "sqlite":
            with sqlite3.connect(self.place) as connection:
                connection.row_factory = sqlite3.Row
                found = [dict(row) for row in connection.execute("SELECT * FROM costmill_days")]
            return {(row["source_uuid"], row["day"]): row | {"files": json.loads(row["files"])} for row in found}
        return {(record["source_uuid"], record["day"]): record for record in json.loads(self.state_file.read_text())["days"]}

    def execute(self, *statements):
        """Of SQLite."""
        connection = sqlite3.connect(self.place)
        try:
            with connection:
                for statement in statements:
                    connection.execute(*((statement,) if isinstance(statement, str) else statement))
        finally:
            connection.close()

    def lose_rows(self, source, day):
        """As if somebody deleted a row of the day, or its file."""
        if self.kind == "sqlite":
            self.execute((f"DELETE FROM {TABLE} WHERE rowid = (SELECT min(rowid) FROM {TABLE} WHERE source_uuid = ? AND usage_start = ?)", (source, day)))
        else:
            (self.place / TABLE / f"source={source}" / f"{day}.parquet").unlink()

    def _csv_days(self, source):
        table = self.place / f"{TABLE}.csv"
        days = {}
        if not table.exists():
            return days
        with open(table, newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            header = next(rows)
            day, owner = header.index("usage_start"), header.index("source_uuid")
            for row in rows:
                if row[owner] == source:
                    days.setdefault(row[day], []).append(row)
        return days

    def _sqlite_days(self, source):
        days = {}
        if not self.place.exists():
            return days
        connection = sqlite3.connect(self.place)
        try:
            connection.row_factory = lambda _, row: row
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone():
                for row in connection.execute(f"SELECT usage_start, * FROM {TABLE} WHERE source_uuid = ? ORDER BY usage_start, uuid", (source,)):
                    days.setdefault(row[0], []).append(row)
        finally:
            connection.close()
        return days

    def _parquet_days(self, source):
        files = (self.place / TABLE / f"source={source}").glob("*.parquet")
        tables = {file.stem: pq.ParquetFile(file).read() for file in files}
        return {day: table for day, table in sorted(tables.items()) if table.num_rows}


class PostgresSink:
    """A tenant of its own in the server's database koku."""

    kind = "postgresql"

    def __init__(self, server, schema=koku_tenant.SCHEMA, months=("2025-10",), report_periods=()):
        self.server, self.schema = server, schema
        self.admin = server.admin()
        koku_tenant.create_koku_tenant(self.admin, schema, months)
        for number in report_periods:
            koku_tenant.add_report_period(self.admin, schema, number, f"cluster of period {number}", months[0])
        self.admin.execute(f"INSERT INTO {schema}.reporting_ocp_cost_category (id, name) SELECT n, 'category ' || n FROM generate_series(1, 9) n")

    @property
    def uri(self):
        return self.server.uri(schema=self.schema)

    def environment(self):
        return self.server.environment()

    def clear(self):
        self.admin.execute(f"TRUNCATE {self.schema}.{TABLE}")
        if self.admin.execute("SELECT to_regclass('costmill.days')").fetchone()[0]:
            self.admin.execute("DELETE FROM costmill.days WHERE tenant_schema = %s", (self.schema,))

    def days(self, source):
        found = self.admin.execute(f"SELECT usage_start::text, count(*), md5(string_agg(t::text, E'\\n' ORDER BY uuid)) FROM {self.schema}.{TABLE} t "
                                   "WHERE source_uuid = %s GROUP BY 1 ORDER BY 1", (source,))
        return {day: (count, digest) for day, count, digest in found}

    def lose_rows(self, source, day):
        """As if somebody deleted a row of the day."""
        self.admin.execute(f"DELETE FROM {self.schema}.{TABLE} WHERE uuid = (SELECT min(uuid::text)::uuid FROM {self.schema}.{TABLE} "
                           "WHERE source_uuid = %s AND usage_start = %s)", (source, day))

    def records(self):
        with self.admin.cursor() as cursor:
            found = cursor.execute("SELECT * FROM costmill.days WHERE tenant_schema = %s", (self.schema,))
            names = [column.name for column in found.description]
            rows = [dict(zip(names, row)) for row in found]
        return {(str(row["source_uuid"]), str(row["day"])): row for row in rows}

    def leftovers(self):
        """Sessions of the program and what they hold; one that was killed may take the server a moment."""
        deadline = time.monotonic() + 10
        while True:
            found = self.admin.execute(
                "SELECT 'session ' || coalesce(state, '') || ' ' || query FROM pg_stat_activity WHERE application_name = 'costmill' "
                "UNION ALL SELECT 'lock ' || mode FROM pg_locks WHERE locktype = 'advisory' "
                "UNION ALL SELECT 'prepared ' || gid FROM pg_prepared_xacts").fetchall()
            if not found or time.monotonic() > deadline:
                return [text for text, in found]
            time.sleep(0.005)
