"""The Koku step in a tenant of a real PostgreSQL: steps of five days, calls that come again, rows of other jobs."""
from datetime import date, timedelta

import psycopg
import pytest

import costmill
import costmill.koku
import koku_tenant
from conftest import SAMPLE_CLUSTER
from postgres_server import PostgresServer

PERIOD = 7
COLUMNS = ["usage_start", "data_source", "namespace", "node", "pod_labels::text", "all_labels::text", "pod_usage_cpu_core_hours",
           "node_capacity_cpu_core_hours", "persistentvolumeclaim_usage_gigabyte_months", "report_period_id", "cluster_alias"]
TABLE = f"{koku_tenant.SCHEMA}.{koku_tenant.TABLE}"


@pytest.fixture(scope="module")
def server(program):
    import os
    import subprocess

    with PostgresServer() as server:
        koku_tenant.create_koku_tenant(server.admin(), months=("2025-10",))
        koku_tenant.add_report_period(server.admin(), koku_tenant.SCHEMA, PERIOD, "atlas", provider=SAMPLE_CLUSTER)
        subprocess.run([program, "init-db", "--sink", server.uri(), "--set", f"postgresql.schema={koku_tenant.SCHEMA}"], check=True,
                       env={**os.environ, **server.environment()}, capture_output=True)
        yield server


@pytest.fixture
def step(server, month, monkeypatch):
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)

    def call(start, end, **more):
        return costmill.koku.populate_line_item_daily_summary_table(start, end, PERIOD, "atlas", "Atlas", SAMPLE_CLUSTER,
                                                                    schema=koku_tenant.SCHEMA, database=server.uri(),
                                                                    input=month["input"], **more)
    return call


def rows_of_month(server):
    columns = ", ".join(COLUMNS)
    with psycopg.connect(server.uri(), password=server.passwords["costmill_admin"]) as connection:
        return sorted(map(repr, connection.execute(f"SELECT {columns} FROM {TABLE} WHERE source_uuid = %s", (SAMPLE_CLUSTER,)).fetchall()))


def test_steps_of_five_days_give_the_month(server, step):
    day, last = date(2025, 10, 1), date(2025, 10, 31)
    while day <= last:
        end = min(day + timedelta(days=4), last)
        step(day, end)
        day = end + timedelta(days=1)
    in_steps = rows_of_month(server)
    assert in_steps
    assert step("2025-10-01", "2025-10-31", full=True).days == 31
    assert rows_of_month(server) == in_steps


def test_the_same_call_again_changes_nothing(server, step):
    step("2025-10-01", "2025-10-31")
    before = rows_of_month(server)
    result = step("2025-10-01", "2025-10-31")
    assert (result.days, result.days_unchanged) == (0, 31)
    assert rows_of_month(server) == before


def test_rows_of_other_jobs_stay(server, step):
    with psycopg.connect(server.uri(), password=server.passwords["costmill_admin"]) as connection:
        connection.execute(f"""INSERT INTO {TABLE} (uuid, usage_start, usage_end, source_uuid, report_period_id, cost_model_rate_type)
                               VALUES (gen_random_uuid(), '2025-10-03', '2025-10-03', %s, {PERIOD}, 'Supplementary')""", (SAMPLE_CLUSTER,))
        connection.execute(f"""INSERT INTO {TABLE} (uuid, usage_start, usage_end, source_uuid, report_period_id, infrastructure_raw_cost)
                               VALUES (gen_random_uuid(), '2025-10-03', '2025-10-03', %s, {PERIOD}, 12.5)""", (SAMPLE_CLUSTER,))
    step("2025-10-01", "2025-10-05", full=True)
    with psycopg.connect(server.uri(), password=server.passwords["costmill_admin"]) as connection:
        others = connection.execute(f"SELECT count(*) FROM {TABLE} WHERE cost_model_rate_type IS NOT NULL OR infrastructure_raw_cost > 0")
        assert others.fetchone() == (2,)


def test_two_months_in_one_call_are_refused(step):
    with pytest.raises(costmill.errors.BadConfigError, match="two months"):
        step("2025-09-28", "2025-10-02")


def test_without_a_database_the_call_is_refused(month):
    with pytest.raises(costmill.errors.BadConfigError, match="no database"):
        costmill.koku.populate_line_item_daily_summary_table("2025-10-01", "2025-10-05", 1, "atlas", "Atlas", SAMPLE_CLUSTER,
                                                            schema=koku_tenant.SCHEMA, input=month["input"])
