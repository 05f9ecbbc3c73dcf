"""A tenant schema as Koku makes it: the tables that Costmill writes and reads, with Koku's partitions, keys, indexes and registry."""

from pathlib import Path

from psycopg import sql
from psycopg.types.json import Jsonb

TABLE = "reporting_ocpusagelineitem_daily_summary"
SCHEMA = "org1234567"
SUMMARY_SQL = Path(__file__).with_name("koku_tenant.sql")


def create_koku_tenant(connection, schema=SCHEMA, months=("2025-10",)):
    """The tables of one tenant, with a default partition and one for each month; the trigger's function in public, once a database."""
    statements = SUMMARY_SQL.read_text(encoding="utf-8")
    with connection.transaction():
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        connection.execute(sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(schema)))
        connection.execute(statements)
        register_partition(connection, schema)
        for month in months:
            register_partition(connection, schema, month)


def next_month(month):
    year, number = map(int, month.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def register_partition(connection, schema, month=None):
    """A row of the registry, whose trigger makes the partition; without a month the default one."""
    if month is None:
        name, parameters = f"{TABLE}_default", {"default": True}
    else:
        name = f"{TABLE}_{month.replace('-', '_')}"
        parameters = {"default": False, "from": f"{month}-01", "to": f"{next_month(month)}-01"}
    connection.execute(
        sql.SQL("INSERT INTO {}.partitioned_tables (schema_name, table_name, partition_of_table_name, partition_type, partition_col, "
                "partition_parameters, active) VALUES (%s, %s, %s, 'range', 'usage_start', %s, true)").format(sql.Identifier(schema)),
        (schema, name, TABLE, Jsonb(parameters)))


def set_partition_active(connection, schema, month, active):
    connection.execute(sql.SQL("UPDATE {}.partitioned_tables SET active = %s WHERE table_name = %s").format(sql.Identifier(schema)),
                       (active, f"{TABLE}_{month.replace('-', '_')}"))


def add_report_period(connection, schema, number, cluster_id, month="2025-10", provider="11111111-1111-4111-8111-111111111111"):
    connection.execute(
        sql.SQL("INSERT INTO {}.reporting_ocpusagereportperiod (id, cluster_id, cluster_alias, report_period_start, report_period_end, "
                "provider_id) VALUES (%s, %s, %s, %s, %s, %s)").format(sql.Identifier(schema)),
        (number, cluster_id, cluster_id, f"{month}-01T00:00:00Z", f"{next_month(month)}-01T00:00:00Z", provider))
