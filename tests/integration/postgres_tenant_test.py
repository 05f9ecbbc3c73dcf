#!/usr/bin/env python3
"""Costmill in a tenant that Koku uses: rows of other jobs, partitions and their registry (F27), report periods.

usage: postgres_tenant_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import sys

from postgres_bench import CLUSTER, DAYS, MONTH, REPORT_PERIOD, SCHEMA, SOURCE, SUMMARY, main, require, require_run
import koku_tenant

OTHER_SOURCE = "99999999-9999-4999-8999-999999999999"
PARTITION = f"{SUMMARY}_{MONTH.replace('-', '_')}"
REGISTRY = f"{SCHEMA}.partitioned_tables"
OF_THE_MONTH = f"table_name LIKE '%{MONTH.replace('-', '_')}'"
# Rows of a day that other jobs wrote.
CLOUD = {"cloud attribution": {"infrastructure_raw_cost": "0.5"}, "a credit": {"infrastructure_raw_cost": "-0.5"},
         "cloud attribution and a cost model": {"infrastructure_raw_cost": "1", "cost_model_rate_type": "Infrastructure"}}
COST_MODEL = {"a cost model's rate": {"cost_model_rate_type": "Supplementary"}, "a monthly cost": {"monthly_cost_type": "Node"},
              "both, and a raw cost of 0": {"cost_model_rate_type": "Infrastructure", "monthly_cost_type": "Tag", "infrastructure_raw_cost": "0"}}
ELSEWHERE = {"another source": {"source_uuid": OTHER_SOURCE}, "no source": {"source_uuid": None},
             "another day": {"usage_start": f"{MONTH}-20", "usage_end": f"{MONTH}-20"}}


def insert_rows(bench, rows):
    """{what: uuid}"""
    return {what: bench.insert_row(report_period_id=None if "source" in what else REPORT_PERIOD, **values) for what, values in rows.items()}


def rows_left(bench, uuids):
    there = {uuid for uuid, in bench.execute(f"SELECT uuid FROM {SUMMARY}")}
    return {what for what, uuid in uuids.items() if uuid in there}


def own_rows(bench):
    return dict(bench.execute(f"SELECT usage_start::text, count(*) FROM {SUMMARY} WHERE source_uuid = %s AND infrastructure_raw_cost IS NULL "
                              "AND cost_model_rate_type IS NULL AND monthly_cost_type IS NULL AND usage_start <= %s GROUP BY 1", (SOURCE, DAYS[-1])))


def check_rows_of_other_jobs_stay(bench):
    bench.fresh()
    require_run(bench.run("old"), 0)
    uuids = insert_rows(bench, {**CLOUD, **COST_MODEL, **ELSEWHERE})
    for settings in ((), ("performance.incremental_db_writes=false",), ("performance.use_bulk_copy=false",), ("validation.enabled=true",)):
        require_run(bench.run("new", *[word for setting in settings for word in ("--set", setting)]), 0)
        require(rows_left(bench, uuids) == set(uuids), f"{settings}: gone: {set(uuids) - rows_left(bench, uuids)}")
        require(own_rows(bench) == {day: bench.states["new"][day][0] for day in DAYS}, f"{settings}: own rows: {own_rows(bench)}")


def check_own_rows_with_a_raw_cost_of_0_are_replaced(bench):
    bench.fresh()
    require_run(bench.run("old"), 0)
    uuids = insert_rows(bench, {"a zero": {"infrastructure_raw_cost": "0"}, "a zero with places": {"infrastructure_raw_cost": "0.000000000000000"}})
    require_run(bench.run("new"), 0)
    require(rows_left(bench, uuids) == set(), f"not replaced: {rows_left(bench, uuids)}")
    bench.require_state("new")


def check_replacing_as_koku_does(bench):
    """Koku deletes a cost model's rows too, and makes them again; rows of the cloud and of other sources stay."""
    bench.fresh()
    require_run(bench.run("old"), 0)
    stay, go = insert_rows(bench, {**CLOUD, **ELSEWHERE}), insert_rows(bench, COST_MODEL)
    require_run(bench.run("new", "--set", "postgresql.replace=koku"), 0)
    require(rows_left(bench, stay) == set(stay), f"gone: {set(stay) - rows_left(bench, stay)}")
    require(rows_left(bench, go) == set(), f"still there: {rows_left(bench, go)}")
    require(own_rows(bench) == {day: bench.states["new"][day][0] for day in DAYS}, f"own rows: {own_rows(bench)}")


def check_two_sources_in_one_tenant(bench):
    bench.fresh()
    require_run(bench.run("old"), 0)
    bench.execute(f"INSERT INTO {SUMMARY} SELECT (jsonb_populate_record(t, jsonb_build_object('uuid', gen_random_uuid(), 'source_uuid', '{OTHER_SOURCE}'))).* "
                  f"FROM {SUMMARY} t")
    others = f"SELECT count(*) FROM {SUMMARY} WHERE source_uuid = '{OTHER_SOURCE}'"
    before = bench.execute(others)
    require_run(bench.run("new"), 0)
    bench.require_state("new")
    require(bench.execute(others) == before, "rows of another source changed")


def require_partition_made(bench):
    bench.require_state("old")
    found = bench.execute(f"SELECT active, partition_of_table_name, partition_type, partition_col, partition_parameters FROM {REGISTRY} WHERE {OF_THE_MONTH}")
    wanted = {"default": False, "from": f"{MONTH}-01", "to": f"{koku_tenant.next_month(MONTH)}-01"}
    require(found == [(True, koku_tenant.TABLE, "range", "usage_start", wanted)], f"the registry says {found}")
    total = sum(count for count, _ in bench.days().values())
    require(bench.execute(f"SELECT count(*) FROM {PARTITION}") == [(total,)], "the rows are not in the month's partition")


def check_missing_month(bench):
    """Made through Koku's registry, with and without one transaction for all."""
    for commit in ("true", "false"):
        bench.fresh(months=())
        require_run(bench.run("old", "--set", f"performance.incremental_db_writes={commit}"), 0)
        require_partition_made(bench)
        require_run(bench.run("old"), 0)
        require_partition_made(bench)


def check_missing_month_with_rows_in_the_default_partition(bench):
    bench.fresh(months=())
    uuid = bench.insert_row(usage_start=DAYS[2], usage_end=DAYS[2], source_uuid=OTHER_SOURCE)
    require_run(bench.run("old"), 5, "default partition", PARTITION.split(".")[1], "docs/postgresql.md")
    require(bench.execute(f"SELECT uuid FROM {SUMMARY}") == [(uuid,)], "rows in spite of the refusal")
    require(not bench.execute(f"SELECT 1 FROM {REGISTRY} WHERE {OF_THE_MONTH}"), "the registry has the month in spite of the refusal")
    bench.execute(f"DELETE FROM {SUMMARY}")
    require_run(bench.run("old"), 0)
    require_partition_made(bench)


def check_detached_month(bench):
    bench.fresh()
    require_run(bench.run("old"), 0)
    with bench.admin() as connection:
        koku_tenant.set_partition_active(connection, SCHEMA, MONTH, False)
    require_run(bench.run("new"), 5, "detached", PARTITION.split(".")[1])
    require(bench.execute(f"SELECT count(*) FROM {SUMMARY}") == [(0,)], "rows beside a detached partition")
    with bench.admin() as connection:
        koku_tenant.set_partition_active(connection, SCHEMA, MONTH, True)
    bench.require_state("old")
    require_run(bench.run("new"), 0)
    bench.require_state("new")


def check_month_without_a_default_partition(bench):
    bench.fresh(months=())
    bench.execute(f"DELETE FROM {REGISTRY} WHERE table_name LIKE '%_default'")
    require_run(bench.run("old"), 0)
    require_partition_made(bench)


def period_of_rows(bench):
    return {period for period, in bench.execute(f"SELECT DISTINCT report_period_id FROM {SUMMARY}")}


def check_report_period_is_looked_up(bench):
    """By cluster, source and month, unless the config says one."""
    bench.fresh()
    config = bench.write_config("no_period.json", ocp={"report_period_id": None})
    with bench.admin() as connection:
        koku_tenant.add_report_period(connection, SCHEMA, 41, CLUSTER, "2025-09", SOURCE)
        koku_tenant.add_report_period(connection, SCHEMA, 42, CLUSTER, MONTH, OTHER_SOURCE)
        koku_tenant.add_report_period(connection, SCHEMA, 43, "another-cluster", MONTH, SOURCE)
    require_run(bench.run("old", config=config), 0)
    require(period_of_rows(bench) == {REPORT_PERIOD}, f"report_period_id: {period_of_rows(bench)}")
    bench.execute(f"DELETE FROM {SCHEMA}.reporting_ocpusagereportperiod WHERE id = %s", (REPORT_PERIOD,))
    require_run(bench.run("old", config=config), 0)
    require(period_of_rows(bench) == {None}, f"report_period_id without such a row: {period_of_rows(bench)}")


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
