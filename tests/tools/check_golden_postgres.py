#!/usr/bin/env python3
"""Runs the golden suite through PostgreSQL: each case into a tenant as Koku makes it, read back by a client that shares no code with ours.

usage: check_golden_postgres.py --bin PATH [--cases DIR] [--only SUBSTRING]

What the table holds is compared twice: with expected.csv, as check_golden.py does, and text for text with what the same case gives
through the sink csv:. It runs under several variants: COPY and INSERTs, one and more connections, one transaction, reference data from the tenant's
own tables, and a role with the least rights (F36). The last line reads 'N passed, N failed'; one test is one case under one variant.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from psycopg import sql

import check_golden
import koku_tenant
from postgres_server import ADMIN, PostgresServer

WRITER = "costmill_writer"  # with the least rights
INSERTS = "performance.use_bulk_copy=false"
VARIANTS = {  # settings, where reference data comes from, who writes
    "COPY": ([], "csv", ADMIN),
    "COPY, 1 connection, reference in the tenant": (["postgresql.connections=1"], "tenant", ADMIN),
    "COPY, 4 connections, least rights": (["postgresql.connections=4"], "tenant", WRITER),
    "INSERTs of 1 row": ([INSERTS, "performance.db_batch_size=1"], "csv", ADMIN),
    "INSERTs of 7 rows, 4 connections": ([INSERTS, "performance.db_batch_size=7", "postgresql.connections=4"], "tenant", ADMIN),
    "INSERTs of 1000 rows": ([INSERTS, "performance.db_batch_size=1000"], "csv", ADMIN),
    "one transaction": (["performance.incremental_db_writes=false"], "tenant", ADMIN),
    "one transaction of INSERTs, validated": (["performance.incremental_db_writes=false", INSERTS, "validation.enabled=true"], "csv", ADMIN),
}
LEAST_RIGHTS = f"""
  GRANT USAGE ON SCHEMA {koku_tenant.SCHEMA}, costmill TO {WRITER};
  GRANT SELECT, INSERT, DELETE ON {koku_tenant.SCHEMA}.{koku_tenant.TABLE} TO {WRITER};
  GRANT SELECT ON {koku_tenant.SCHEMA}.partitioned_tables, {koku_tenant.SCHEMA}.reporting_enabledtagkeys, {koku_tenant.SCHEMA}.reporting_ocp_nodes,
    {koku_tenant.SCHEMA}.reporting_ocp_cost_category_namespace, {koku_tenant.SCHEMA}.reporting_ocpusagereportperiod TO {WRITER};
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA costmill TO {WRITER};
"""


def load_tenant(connection, case):
    """The case's reference data, and the rows that its summary rows refer to."""
    parameters = json.loads((case / "params.json").read_text())
    for table in ("reporting_enabledtagkeys", "reporting_ocp_nodes", "reporting_ocp_cost_category", "reporting_ocpusagereportperiod"):
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(koku_tenant.SCHEMA, table)))
    koku_tenant.add_report_period(connection, koku_tenant.SCHEMA, parameters["report_period_id"], parameters["cluster_id"],
                                  parameters["start_date"][:7], parameters["source"])
    categories = {row["cost_category_id"] for row in rows_of(case / "tables" / "reporting_ocp_cost_category_namespace.csv")}
    insert(connection, "reporting_ocp_cost_category", [{"id": number, "name": f"category {number}"} for number in categories])
    for table in ("reporting_enabledtagkeys", "reporting_ocp_nodes", "reporting_ocp_cost_category_namespace"):
        insert(connection, table, rows_of(case / "tables" / f"{table}.csv"))


def rows_of(path):
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return [{name: None if text == "\\N" else text for name, text in row.items()} for row in csv.DictReader(file)]


def insert(connection, table, rows):
    for row in rows:
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(koku_tenant.SCHEMA, table), sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Literal, row.values())))
        connection.execute(statement)


def ensure_partition(connection, month):
    found = connection.execute(sql.SQL("SELECT 1 FROM {}.partitioned_tables WHERE table_name LIKE %s").format(sql.Identifier(koku_tenant.SCHEMA)),
                               (f"%{month.replace('-', '_')}",)).fetchone()
    if not found:
        koku_tenant.register_partition(connection, koku_tenant.SCHEMA, month)


def clear(connection):
    connection.execute(f"TRUNCATE {koku_tenant.SCHEMA}.{koku_tenant.TABLE}")


def canonical(name, text):
    if text is None:
        return "\\N"
    if name in check_golden.JSON_COLUMNS:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if check_golden.is_number_column(name) and "." in text:
        return text.rstrip("0").rstrip(".")
    return text


def dump(connection, columns, path):
    """The table as the sink csv: would write it."""
    select = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns),
        sql.Identifier(koku_tenant.SCHEMA, koku_tenant.TABLE))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([canonical(name, text) for name, text in zip(columns, row)] for row in connection.execute(select))


def sorted_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, sorted(rows)


class Suite:
    def __init__(self, binary, server, folder):
        self.binary, self.server, self.folder = binary, server, Path(folder)
        self.connection = server.admin()

    def check(self, case, settings, reference, user):
        out = self.folder / case.name
        parameters = json.loads((case / "params.json").read_text())
        clear(self.connection)
        uri = self.server.uri(user=user)
        command = check_golden.command_of(self.binary, case, out, uri, uri if reference == "tenant" else f"csv:{case / 'tables'}",
                                          [f"postgresql.schema={koku_tenant.SCHEMA}", *settings])
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=self.server.environment(user), cwd=out)
        wanted = 3 if "reference_error" in parameters else 0
        if done.returncode != wanted:
            return f"exit {done.returncode} instead of {wanted}: {done.stderr.strip()[-400:]}"
        columns, through_csv = sorted_rows(out / "out" / check_golden.TABLE) if wanted == 0 else (["node"], [])
        dump(self.connection, columns, out / "postgres.csv")
        _, found = sorted_rows(out / "postgres.csv")
        if wanted == 0 and (problem := check_golden.compare(case / "expected.csv", out / "postgres.csv", parameters.get("exact_text", False))):
            return problem
        if found != through_csv:
            differing = [(a, b) for a, b in zip(found, through_csv) if a != b]
            return f"{len(found)} rows, through the sink csv: {len(through_csv)}; the first that differ: {differing[:1]}"
        return None

    def prepare(self, case):
        """Loads the tenant and runs the case into the sink csv:."""
        out = self.folder / case.name
        out.mkdir()
        parameters = json.loads((case / "params.json").read_text())
        load_tenant(self.connection, case)
        ensure_partition(self.connection, parameters["start_date"][:7])
        return check_golden.run_case(self.binary, case, out, [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--cases", default=str(Path(__file__).parent.parent / "golden"))
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    cases = sorted(d for d in Path(arguments.cases).resolve().iterdir() if (d / "params.json").exists() and arguments.only in d.name)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder, PostgresServer() as server:
        suite = Suite(str(Path(arguments.bin).resolve()), server, folder)
        koku_tenant.create_koku_tenant(suite.connection)
        server.create_role(WRITER)
        granted = False
        for case in cases:
            problem = suite.prepare(case)
            for name, (settings, reference, user) in VARIANTS.items():
                problem = problem or suite.check(case, settings, reference, user)
                if problem:
                    print(f"FAIL {case.name} with {name}: {problem}", flush=True)
                failed += bool(problem)
                passed += not problem
                if not granted:  # the first run made the schema costmill
                    suite.connection.execute(LEAST_RIGHTS)
                    granted = True
                problem = None
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
