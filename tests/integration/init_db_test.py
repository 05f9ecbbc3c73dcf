#!/usr/bin/env python3
"""`costmill init-db` on fresh databases, on Koku's tenants, and on databases where something stands in its way.

usage: init_db_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from database_checks import SCHEMA, TABLE, main, require, require_in  # noqa: E402
from koku_tenant import set_partition_active  # noqa: E402

MONTH = ("--month", "2025-11")
PARTITION = f"{TABLE}_2025_11"
BOUNDS = "FOR VALUES FROM ('2025-11-01') TO ('2025-12-01')"
READ_TABLES = {"reporting_enabledtagkeys", "reporting_ocp_nodes", "reporting_ocp_clusters", "reporting_ocp_cost_category",
               "reporting_ocp_cost_category_namespace", "reporting_ocpusagereportperiod"}


def columns_of(bench, schema):
    return set(bench.admin.execute(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
        (f"{schema}.{TABLE}",)).fetchall())


def index_forms(bench, schema):
    """Of the summary table: what stands behind USING."""
    rows = bench.admin.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = %s AND tablename = %s", (schema, TABLE)).fetchall()
    return sorted(row[0].split(" USING ")[1] for row in rows)


def refused(bench, exit_code, *parts, arguments=MONTH, **options):
    """init-db fails with the parts in its message, and leaves the database as it was."""
    before = bench.relations()
    require_in(bench.init_db(*arguments, exit_code=exit_code, **options), *parts)
    require(bench.relations() == before, "init-db changed something although it failed")


def check_a_fresh_database_gets_what_koku_has(bench):
    bench.init_db("--month", "2025-10", *MONTH)
    bench.koku_tenant(schema="koku")
    require(columns_of(bench, SCHEMA) == columns_of(bench, "koku"), columns_of(bench, SCHEMA) ^ columns_of(bench, "koku"))
    require(index_forms(bench, SCHEMA) == index_forms(bench, "koku"), index_forms(bench, SCHEMA))
    require(bench.partitions() == {f"{TABLE}_default": "DEFAULT", f"{TABLE}_2025_10": "FOR VALUES FROM ('2025-10-01') TO ('2025-11-01')",
                                   PARTITION: BOUNDS}, bench.partitions())
    tables = {name for schema, name, kind, *_ in bench.relations() if schema == SCHEMA and kind == "r"}
    require(READ_TABLES <= tables, tables)
    require(bench.one("SELECT version FROM costmill.schema_version") == 3, "no version")


def check_a_second_run_has_nothing_to_do(bench):
    bench.init_db("--role", bench.create_role())
    require(len(bench.partitions()) == 4, f"not the three months around today and the default one: {bench.partitions()}")
    before = bench.relations()
    require_in(bench.init_db(), "nothing was missing")
    require_in(bench.init_db("--dry-run"), "nothing is missing")
    require(bench.relations() == before, "the second run changed something")


def check_dry_run_prints_what_would_be_run_and_changes_nothing(bench):
    role = bench.create_role()
    script = bench.init_db("--dry-run", *MONTH, "--role", role)
    require(bench.relations() == [], "--dry-run changed something")
    bench.admin.execute(script)
    require_in(bench.init_db(*MONTH, "--role", role), "nothing was missing")


def check_a_koku_tenant_gets_partitions_through_its_registry(bench):
    bench.koku_tenant()
    before = {name for _, name, *_ in bench.relations()}
    bench.init_db(*MONTH)
    require(bench.partitions()[PARTITION] == BOUNDS, bench.partitions())
    row = bench.admin.execute(f"SELECT schema_name, partition_of_table_name, partition_type, partition_col, partition_parameters, active, "
                              f"subpartition_type, subpartition_col FROM {SCHEMA}.partitioned_tables WHERE table_name = %s", (PARTITION,)).fetchone()
    require(row == (SCHEMA, TABLE, "range", "usage_start", {"default": False, "from": "2025-11-01", "to": "2025-12-01"}, True, None, None), row)
    made = {name for _, name, *_ in bench.relations()} - before
    require(all(name.startswith((PARTITION, "reporting_ocpusagelineitem_daily_summ", "days", "schema_version")) for name in made), made)
    require_in(bench.init_db(*MONTH), "nothing was missing")


def check_a_detached_partition_is_a_conflict(bench):
    bench.koku_tenant(months=("2025-11",))
    set_partition_active(bench.admin, SCHEMA, "2025-11", False)
    refused(bench, 5, "detached", "SET active = true")


def check_a_partition_detached_by_hand_is_a_conflict(bench):
    bench.init_db(*MONTH)
    bench.admin.execute(f"ALTER TABLE {SCHEMA}.{TABLE} DETACH PARTITION {SCHEMA}.{PARTITION}")
    refused(bench, 5, "not attached", "ATTACH PARTITION")


def moving_recipe(heading):
    """The SQL of docs/postgresql.md, for November."""
    text = (ROOT / "docs" / "postgresql.md").read_text(encoding="utf-8")
    section = text.split('## Rows in the default partition')[1].split("\n## ")[0]
    found = dict(re.findall(r"^(\S[^\n]*):\n\n```sql\n(.*?)^```", section, re.MULTILINE | re.DOTALL))
    return found[heading].replace("2025-11", "2025-12").replace("2025-10", "2025-11").replace("2025_10", "2025_11")


def check_rows_in_the_default_partition_are_a_conflict_until_they_are_moved(bench):
    bench.init_db("--month", "2025-10")
    bench.insert_day("2025-11-30")
    refused(bench, 5, "default partition holds rows", "docs/postgresql.md")
    bench.insert_day("2025-12-01")
    bench.admin.execute(moving_recipe("Without Koku"))
    require_in(bench.init_db(*MONTH), "nothing was missing")
    rows = bench.admin.execute(f"SELECT tableoid::regclass::text, usage_start::text FROM {SCHEMA}.{TABLE} ORDER BY 2").fetchall()
    require(rows == [(f"{SCHEMA}.{PARTITION}", "2025-11-30"), (f"{SCHEMA}.{TABLE}_default", "2025-12-01")], rows)


def check_rows_in_the_default_partition_of_koku_too(bench):
    bench.koku_tenant()
    bench.insert_day("2025-11-01")
    refused(bench, 5, "default partition holds rows")
    bench.admin.execute(moving_recipe("With Koku's registry"))
    require(bench.one(f"SELECT tableoid::regclass::text FROM {SCHEMA}.{TABLE}") == f"{SCHEMA}.{PARTITION}", "not moved")
    bench.init_db(*MONTH)
    require(bench.partitions()[PARTITION] == BOUNDS, bench.partitions())


def check_partitions_are_known_by_their_bounds(bench):
    bench.init_db(*MONTH)
    bench.admin.execute(f"CREATE TABLE {SCHEMA}.y26 PARTITION OF {SCHEMA}.{TABLE} FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')")
    bench.admin.execute(f"CREATE TABLE {SCHEMA}.later PARTITION OF {SCHEMA}.{TABLE} FOR VALUES FROM ('2030-01-01') TO (MAXVALUE)")
    bench.admin.execute(f"CREATE TABLE {SCHEMA}.week PARTITION OF {SCHEMA}.{TABLE} FOR VALUES FROM ('2027-06-08') TO ('2027-06-15')")
    require_in(bench.init_db("--month", "2026-07", "--month", "2031-01"), "nothing was missing")
    refused(bench, 5, "week takes a part of the month", arguments=("--month", "2027-06"))
    require_in(bench.init_db("--month", "2027-05"), "1 statements")


def check_a_table_without_partitions_stays_as_it_is(bench):
    bench.koku_tenant()
    bench.admin.execute(f"DROP TABLE {SCHEMA}.{TABLE}; CREATE TABLE {SCHEMA}.{TABLE} (uuid uuid, usage_start date)")
    bench.init_db(*MONTH)
    require(bench.partitions() == {}, "partitions of a table that has none")


def check_F36_a_role_gets_the_least_rights(bench):
    role = bench.create_role()
    bench.init_db(*MONTH, "--role", role)
    with psycopg.connect(host=str(bench.server.folder), port=bench.server.port, user=role, dbname=bench.database, autocommit=True) as runner:
        runner.execute(f"INSERT INTO {SCHEMA}.{TABLE} (uuid, usage_start, usage_end) VALUES (gen_random_uuid(), '2025-11-01', '2025-11-01')")
        runner.execute(f"DELETE FROM {SCHEMA}.{TABLE} WHERE usage_start = '2025-11-01'")
        runner.execute("SELECT version FROM costmill.schema_version")
        for statement in (f"UPDATE {SCHEMA}.{TABLE} SET node = 'x'", f"TRUNCATE {SCHEMA}.{TABLE}", f"CREATE TABLE {SCHEMA}.x (y int)",
                          "UPDATE costmill.schema_version SET version = 7", f"INSERT INTO {SCHEMA}.reporting_ocp_nodes (node) VALUES ('x')"):
            try:
                runner.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                continue
            raise AssertionError(f"the role may {statement}")
    bench.admin.execute(f'REVOKE DELETE ON {SCHEMA}.{TABLE} FROM "{role}"')
    script = bench.init_db(*MONTH, "--role", role, "--dry-run")
    require(re.findall("GRANT.*", script) == [f'GRANT DELETE ON "{SCHEMA}"."{TABLE}" TO "{role}";'], script)


def check_of_a_koku_tenant_a_role_may_read_what_is_there(bench):
    role = bench.create_role()
    bench.koku_tenant()
    bench.admin.execute(f"DROP TABLE {SCHEMA}.reporting_enabledtagkeys")
    script = bench.init_db(*MONTH, "--role", role, "--dry-run")
    require_in(script, f'GRANT SELECT ON "{SCHEMA}"."partitioned_tables"', f'GRANT SELECT ON "{SCHEMA}"."reporting_ocp_nodes"')
    require("enabledtagkeys" not in script, script)
    bench.init_db(*MONTH, "--role", role)
    require_in(bench.init_db(*MONTH, "--role", role), "nothing was missing")


def check_F15_names_of_roles_are_quoted(bench):
    name = "we\"ird'; DROP SCHEMA costmill; --\\"
    bench.admin.execute('CREATE ROLE "' + name.replace('"', '""') + '"')
    bench.init_db(*MONTH, "--role", name)
    require_in(bench.init_db(*MONTH, "--role", name), "nothing was missing")
    require(bench.one("SELECT has_table_privilege(%s, 'costmill.days', 'INSERT')", name), "no grant")


def check_a_role_that_is_missing_is_said(bench):
    refused(bench, 2, "CREATE ROLE", "nobody", arguments=(*MONTH, "--role", "nobody"))
    refused(bench, 2, "CREATE ROLE", arguments=(*MONTH, "--role", "x" * 70))


def check_who_may_not_is_told_who_may(bench):
    refused(bench, 5, "run init-db as the owner", user=bench.create_role())


def check_a_schema_made_by_an_administrator_is_filled(bench):
    role = bench.create_role()
    bench.admin.execute(f'CREATE SCHEMA costmill AUTHORIZATION "{role}"; CREATE SCHEMA {SCHEMA} AUTHORIZATION "{role}"')
    bench.init_db(*MONTH, user=role)
    require(bench.one("SELECT count(*) FROM costmill.schema_version") == 1, "no version")


def check_a_schema_of_a_later_costmill_is_refused(bench):
    bench.init_db(*MONTH)
    bench.admin.execute("UPDATE costmill.schema_version SET version = 99")
    refused(bench, 5, "later Costmill", "upgrade the program")


def check_tenants_share_the_schema_costmill(bench):
    bench.init_db(*MONTH)
    script = bench.init_db(*MONTH, "--dry-run", sink=bench.uri(schema="org7"))
    require("costmill." not in script and 'CREATE SCHEMA "org7"' in script, script)
    bench.init_db(*MONTH, sink=bench.uri(schema="org7"))
    require(bench.one("SELECT version FROM costmill.schema_version") == 3, "no version")


def check_several_at_once_make_it_once(bench):
    with ThreadPoolExecutor(4) as pool:
        outputs = list(pool.map(lambda _: bench.init_db(*MONTH), range(4)))
    require(sum("nothing was missing" in output for output in outputs) == 3, outputs)


def check_bad_arguments_are_refused(bench):
    refused(bench, 2, "--month", arguments=("--month", "2025-13"))
    refused(bench, 2, "schema", sink=bench.uri(schema='x";DROP'))
    refused(bench, 2, "postgresql.schema", sink=bench.server.uri(bench.database))
    refused(bench, 2, "PostgreSQL", sink="sqlite:x.db")


def check_psql_takes_the_script(bench):
    script = bench.init_db("--dry-run", *MONTH)
    done = subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(bench.server.folder), "-p", str(bench.server.port), "-U",
                           "costmill_admin", "-d", bench.database], input=script, capture_output=True, text=True, timeout=60)
    require(done.returncode == 0 and not done.stderr, done.stderr)
    require_in(bench.init_db(*MONTH), "nothing was missing")


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
