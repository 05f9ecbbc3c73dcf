#!/usr/bin/env python3
"""What asks for work and what does not: the states and reasons of `plan`, and that `run` does those days and no others.

usage: incremental_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import json
import os
import re
import subprocess
import sys

from incremental_bench import ALL_KINDS, ROOT, main, over  # first, for it says where the tools are

import koku_layout
from costmill_project import Failure, require
from small_month import DAYS, SOURCE, rows_of

# The configuration's keys that change figures, with another value.
FIGURES = {"features.cost_category": "false", "features.pod_aggregation": "false", "features.storage_aggregation": "false",
           "features.unallocated_capacity": "false", "ocp.cluster_alias": "Another name", "ocp.cluster_id": "another-cluster",
           "ocp.report_period_id": "2"}
# Those that do not, with another value.
OTHERS = {
    "run.strict": "true", "run.keep_going": "true", "run.progress": "always", "run.numeric": "float64",
    "performance.use_streaming": "true", "performance.chunk_size": "7", "performance.streaming_threshold_rows": "1",
    "performance.memory_limit": "512MiB", "performance.parallel_readers": "1", "performance.max_workers": "1",
    "performance.parallel_chunks": "false", "performance.column_filtering": "false", "performance.use_categorical": "false",
    "performance.use_arrow_compute": "false", "performance.cache_enabled_tags": "false", "performance.gc_after_aggregation": "false",
    "performance.delete_intermediate_dfs": "false", "performance.db_batch_size": "3", "performance.use_bulk_copy": "false",
    "performance.incremental_db_writes": "false", "performance.task_rows": "3", "logging.level": "warning", "logging.format": "json", "logging.show_sql": "true",
    "metrics.file": "costmill.prom", "metrics.push_url": "http://127.0.0.1:1", "metrics.listen": ":0",
    "s3.endpoint": "http://127.0.0.1:1", "s3.region": "eu-west-1", "s3.connect_timeout": "7", "s3.request_timeout": "7", "s3.max_attempts": "1",
    "s3.deadline": "9", "s3.use_ssl": "false", "s3.verify_ssl": "false", "s3.path_style": "true", "postgresql.connections": "4",
    "postgresql.lock_timeout": "3", "postgresql.statement_timeout": "77", "postgresql.replace": "koku", "validation.enabled": "true",
    "validation.sample_size": "3", "validation.tolerance": "0.5", "validation.trino.host": "h", "cost.distribution.method": "memory", "cost.markup": "5",
    "cost.resource_types": "[]", "aws.provider_uuid": "00000000-0000-4000-8000-00000000aaaa",
}
# Those that choose what is read, where it goes and which days, or that need a server; their effect is in the files and the reference data.
CHOICES = {"organization.org_id", "ocp.provider_uuid", "ocp.year", "ocp.month", "ocp.start_date", "ocp.end_date", "run.input", "run.sink",
           "run.reference", "run.layout", "run.full", "run.prune", "run.watch", "run.update_nodes", "run.engine", "labels.enabled_keys", "s3.bucket",
           "s3.access_key", "s3.secret_key", "s3.session_token", "s3.ca_file"}


def states(plan):
    return {day: planned.state for day, planned in plan.items()}


def all_days(state):
    return {day: state for day in DAYS}


def require_work(bench, days, reason):
    """Exactly these days are changed, for this reason; run does them, and then all is as one full run makes it."""
    plan = bench.month.plan(bench.sink)
    wanted = {day: "changed" if day in days else "unchanged" for day in DAYS}
    require(states(plan) == wanted, f"the plan is {states(plan)}, not {wanted}: {plan}")
    for day in days:
        require(any(reason in text for text in plan[day].reasons), f"{day}: the reasons {plan[day].reasons} lack {reason!r}")
    bench.month.run(bench.sink).require_days(len(days), len(DAYS) - len(days))
    require_as_a_full_run(bench)


def require_as_a_full_run(bench):
    full = bench.another_sink()
    bench.month.run(full, "--full").require(0)
    require(bench.days() == bench.days(full), "the rows are not those of a full run")


@over(*ALL_KINDS)
def check_life_of_a_month(bench):
    month, sink = bench.month, bench.sink
    require(states(month.plan(sink)) == all_days("new"), "days of an empty sink are not new")
    month.run(sink).require_days(3, 0)
    first = bench.days()
    require(sorted(first) == DAYS, f"days in the sink: {sorted(first)}")
    require(states(month.plan(sink)) == all_days("unchanged"), "days are not unchanged after a run")
    month.run(sink).require_days(0, 3)
    month.write_day(DAYS[1])
    require_work(bench, DAYS[1:2], f"file {month.path('pod_daily', DAYS[1]).relative_to(month.input)} was replaced")
    require(bench.days() == first, "equal input gave other rows")
    added = month.write_file("pod_daily", DAYS[2], rows_of("pod_daily", DAYS[2], usage=7.0), number=1)
    require_work(bench, DAYS[2:], f"file {added.relative_to(month.input)} was added")
    added.unlink()
    require_work(bench, DAYS[2:], f"file {added.relative_to(month.input)} is gone")
    require(bench.days() == first, "a file that came and went left something")
    month.remove_day(DAYS[0])
    require(states(month.plan(sink)) == {**all_days("unchanged"), DAYS[0]: "gone"}, "a day without files is not gone")
    month.run(sink).require_days(0, 2).require(0, DAYS[0], "--prune")
    require(bench.days() == first, "a day whose input vanished did not stay")
    month.run(sink, "--prune").require_days(0, 2, removed=1)
    require(sorted(bench.days()) == DAYS[1:], "--prune did not remove the day")
    require(states(month.plan(sink)) == {day: "unchanged" for day in DAYS[1:]}, "a day that was removed is not forgotten")
    month.run(sink, "--prune").require_days(0, 2)


@over(*ALL_KINDS)
def check_full_run_empties_a_day_that_is_gone(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    bench.month.remove_day(DAYS[1])
    bench.month.run(bench.sink, "--full").require(0)
    require(sorted(bench.days()) == [DAYS[0], DAYS[2]], f"days in the sink: {sorted(bench.days())}")
    bench.month.run(bench.sink, "--prune").require_days(0, 2)


def check_a_full_run_does_every_day(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    bench.month.run(bench.sink, "--full").require_days(3, 0)


# --- reference data ---------------------------------------------------------------------------------------------------------------

REFERENCE_EDITS = {  # (table, row added or removed, days, reason)
    "a key that no label has": ("reporting_enabledtagkeys", ("nobody", "true", "OCP"), [], ""),
    "a key of another provider": ("reporting_enabledtagkeys", ("tier", "true", "AWS"), [], ""),
    "a key that is disabled": ("reporting_enabledtagkeys", ("tier", "false", "OCP"), [], ""),
    "a key of the labels of one day": ("reporting_enabledtagkeys", ("tier", "true", "OCP"), DAYS[1:2], "keys of its labels"),
    "a key of the node labels": ("reporting_enabledtagkeys", ("zone", "true", "OCP"), DAYS, "keys of its labels"),
    "a key of the namespace labels": ("reporting_enabledtagkeys", ("owner", "true", "OCP"), DAYS, "keys of its labels"),
    "a key of all days": ("reporting_enabledtagkeys", ("team", "true", "OCP"), DAYS, "keys of its labels"),
    "a node that no day has": ("reporting_ocp_nodes", ("node-9", "i-9", "worker"), [], ""),
    "a node of that name with another id": ("reporting_ocp_nodes", ("node-2", "i-9", "infra"), [], ""),
    "the role of a node of one day": ("reporting_ocp_nodes", ("node-2", "i-2", "infra"), DAYS[1:2], "roles of its nodes"),
    "a lesser role of a known node": ("reporting_ocp_nodes", ("node-1", "i-1", "master"), [], ""),
    "a node row twice": ("reporting_ocp_nodes", ("node-1", "i-1", "worker"), [], ""),
    "a greater role of a known node": ("reporting_ocp_nodes", ("node-1", "i-1", "x"), DAYS, "roles of its nodes"),
    "a cost category": ("reporting_ocp_cost_category_namespace", ("data", "2"), DAYS, "reporting_ocp_cost_category_namespace"),
}


def check_reference_data_asks_for_the_days_that_it_changes(bench):
    month = bench.month
    month.run(bench.sink).require_days(3, 0)
    for name, (table, row, days, reason) in REFERENCE_EDITS.items():
        before = list(month.tables[table])
        month.tables[table] = [other for other in before if other != row] if row in before and name != "a node row twice" else [*before, row]
        month.write_settings()
        try:
            require_work(bench, days, reason)
            month.tables[table] = before
            month.write_settings()
            month.run(bench.sink).require_days(len(days), len(DAYS) - len(days))
        except Failure as failure:
            raise Failure(f"{name}: {failure}") from failure


def check_order_of_reference_rows_asks_for_no_work(bench):
    month = bench.month
    month.tables["reporting_ocp_cost_category_namespace"] += [("data", "2"), ("%", "3")]
    month.write_settings()
    month.run(bench.sink).require_days(3, 0)
    for rows in month.tables.values():
        rows.reverse()
    month.write_settings()
    require_work(bench, [], "")


def check_the_first_enabled_key_keeps_the_label_of_virtual_machines(bench):
    """A key that no label has asks for work where it is the first: with any key enabled, vm_kubevirt_io_name is kept."""
    month = bench.month
    month.tables["reporting_enabledtagkeys"] = []
    rows = rows_of("pod_daily", DAYS[0])
    month.write_file("pod_daily", DAYS[0], [row | {"pod_labels": '{"vm_kubevirt_io_name": "vm-1"}'} for row in rows])
    month.write_settings()
    month.run(bench.sink).require_days(3, 0)
    month.tables["reporting_enabledtagkeys"] = [("nobody", "true", "OCP")]
    month.write_settings()
    require_work(bench, DAYS[:1], "keys of its labels")


def check_enabled_keys_of_the_configuration_count_as_reference_data(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    bench.month.config["labels"] = {"enabled_keys": ["app", "team", "nobody"]}
    bench.month.write_settings()
    require_work(bench, [], "")
    bench.month.config["labels"] = {"enabled_keys": ["app", "team", "tier"]}
    bench.month.write_settings()
    require_work(bench, DAYS[1:2], "keys of its labels")


def check_no_reference_data_at_all_is_another_reference(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    bench.month.command = lambda sink, *options, subcommand="run", of=bench.month.command: [
        word for word in of(sink, *options, subcommand=subcommand) if word != "--reference" and not word.startswith("csv:" + str(bench.month.reference))]
    require_work(bench, DAYS, "roles of its nodes")


# --- configuration ----------------------------------------------------------------------------------------------------------------

def check_keys_that_change_figures_ask_for_work(bench):
    month = bench.month
    month.run(bench.sink).require_days(3, 0)
    for key, value in FIGURES.items():
        section, name = key.split(".")
        before = month.config.setdefault(section, {}).get(name, "true")
        month.config[section][name] = value
        month.write_settings()
        require_work(bench, DAYS, f"{key} is {value}, it was {before}")
        month.config[section][name] = before
        month.write_settings()
        month.run(bench.sink).require_days(3, 0)


def check_other_keys_ask_for_no_work(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    for key, value in OTHERS.items():
        plan = bench.month.plan(bench.sink, "--set", f"{key}={value}")
        require(states(plan) == all_days("unchanged"), f"{key}={value} asks for work: {plan}")
    every = [word for key, value in OTHERS.items() for word in ("--set", f"{key}={value}") if key != "logging.format"]
    bench.month.run(bench.sink, *every).require_days(0, 3)


def check_every_key_is_known_to_change_figures_or_not_to(bench):
    """A key that the program gets besides has to be put into one of the lists."""
    printed = bench.month.run(bench.sink, "--print-config").require(0).output
    keys, section = set(), None
    for line in printed.splitlines():
        if match := re.match(r"(\w+):", line):
            section = match.group(1)
        elif (match := re.match(r"  (\w+):", line)) and not match.group(1).startswith("parquet_path_"):
            keys.add(f"{section}.{match.group(1)}")
    of_the_uri = {f"postgresql.{name}" for name in ("host", "port", "database", "user", "password", "schema", "sslmode")}
    known = {".".join(key.split(".")[:2]) for key in (*FIGURES, *OTHERS, *CHOICES)}
    require(keys - of_the_uri == known, f"of one of both only: {(keys - of_the_uri) ^ known}")


@over("parquet")
def check_the_type_of_parquet_columns_asks_for_work(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    bench.month.config["run"] = {"numeric": "float64"}
    bench.month.write_settings()
    require_work(bench, DAYS, "run.numeric is float64, it was decimal")


# --- remarks ----------------------------------------------------------------------------------------------------------------------

def check_a_day_that_comes_after_later_ones_is_late(bench):
    month = bench.month
    month.remove_day(DAYS[1])
    month.run(bench.sink).require_days(2, 0)
    month.write_day(DAYS[1])
    plan = month.plan(bench.sink)
    require((plan[DAYS[1]].state, plan[DAYS[1]].remarks) == ("new", "late"), f"{plan[DAYS[1]]}")
    month.run(bench.sink).require_days(1, 2)
    month.write_day(DAYS[2])
    require(month.plan(bench.sink)[DAYS[2]].remarks == "", "the last day is called late")
    month.write_day(DAYS[0])
    require(month.plan(bench.sink)[DAYS[0]].remarks == "late", "a changed day before others is not called late")


def check_a_day_with_some_hours_is_partial(bench):
    month, remark = bench.month, "partial: 17 of 24 hours seen"
    month.write_day(DAYS[2], hours=range(17))
    for _ in ("by statistics", "by the record"):
        plan = month.plan(bench.sink)
        require([plan[day].remarks for day in DAYS] == ["", "", remark], f"{plan}")
        month.run(bench.sink).require(0)
    month.write_day(DAYS[2])
    plan = month.plan(bench.sink)
    require((plan[DAYS[2]].state, plan[DAYS[2]].remarks) == ("changed", ""), f"{plan}")
    require_work(bench, DAYS[2:], "was replaced")


def check_hours_between_others_are_counted_by_the_record(bench):
    """Statistics know only the first and the last; the run counts."""
    month = bench.month
    month.write_day(DAYS[2], hours=[0, 1, 22, 23])
    month.run(bench.sink).require_days(3, 0)
    require(month.plan(bench.sink)[DAYS[2]].remarks == "partial: 4 of 24 hours seen", f"{month.plan(bench.sink)}")


# --- files of several days --------------------------------------------------------------------------------------------------------

def check_a_file_of_several_days_belongs_to_those_of_its_row_groups(bench):
    month = bench.month
    for day in DAYS[:2]:
        month.path("pod_daily", day).unlink()
    rows = rows_of("pod_daily", DAYS[0]) + rows_of("pod_daily", DAYS[1])
    path = month.write_file("pod_daily", DAYS[0], rows)
    month.run(bench.sink).require_days(3, 0)
    month.write_file("pod_daily", DAYS[0], [rows[0] | {"pod_usage_cpu_core_seconds": 1.0}, *rows[1:]])
    require_work(bench, DAYS[:2], f"file {path.relative_to(month.input)} was replaced")


def check_a_file_without_statistics_belongs_to_every_day(bench):
    month = bench.month
    for day in DAYS:
        month.path("namespace_labels_daily", day).unlink()
    rows = rows_of("namespace_labels_daily", DAYS[1])
    path = month.write_file("namespace_labels_daily", DAYS[1], rows, write_statistics=False)
    month.run(bench.sink).require_days(3, 0)
    month.run(bench.sink, "--from", DAYS[0], "--to", DAYS[1]).require_days(0, 2)
    month.write_file("namespace_labels_daily", DAYS[1], rows, write_statistics=False)
    require_work(bench, DAYS, f"file {path.relative_to(month.input)} was replaced")


@over(*ALL_KINDS)
def check_days_within_a_row_group_that_has_no_rows_of_them_are_done_once(bench):
    month = bench.month
    for table in koku_layout.TABLES:
        rows = rows_of(table, DAYS[0]) + rows_of(table, DAYS[2])
        for day in DAYS:
            month.path(table, day).unlink()
        month.write_file(table, DAYS[0], rows)
    month.run(bench.sink).require(0)
    require(sorted(bench.days()) == [DAYS[0], DAYS[2]], f"days in the sink: {sorted(bench.days())}")
    month.run(bench.sink).require_days(0, 3)
    month.run(bench.sink, "--prune").require_days(0, 3)


def check_a_window_within_the_month_leaves_the_other_days_alone(bench):
    month = bench.month
    month.run(bench.sink).require_days(3, 0)
    first = bench.days()
    month.remove_day(DAYS[0])
    month.write_day(DAYS[1])
    month.write_day(DAYS[2])
    month.run(bench.sink, "--from", DAYS[1], "--to", DAYS[1], "--prune").require_days(1, 0)
    require(bench.days() == first, "days outside of the window changed")
    plan = month.plan(bench.sink)
    require(states(plan) == {DAYS[0]: "gone", DAYS[1]: "unchanged", DAYS[2]: "changed"}, f"{plan}")


def check_a_day_with_a_damaged_file_is_unreadable_and_tried_again(bench):
    month = bench.month
    month.run(bench.sink).require_days(3, 0)
    before = bench.days()
    month.path("pod_daily", DAYS[1]).write_bytes(b"no Parquet")
    plan = month.plan(bench.sink)
    require("unreadable" in states(plan).values(), f"{plan}")
    require(any(month.path("pod_daily", DAYS[1]).name in reason for reason in plan[DAYS[1]].reasons), f"{plan}")
    for _ in range(2):
        month.run(bench.sink).require(3)
        require(bench.days() == before, "rows changed in spite of a damaged file")
    month.write_day(DAYS[1])
    require_work(bench, DAYS[1:2], "was replaced")


# --- what is read -----------------------------------------------------------------------------------------------------------------

def fetched_mib(done):
    return float(re.search(r"of [\d.]+ MiB, ([\d.]+) MiB fetched", done.require(0).output).group(1))


def check_a_run_over_an_unchanged_month_reads_footers_only(bench):
    month = bench.month
    subprocess.run([sys.executable, str(ROOT / "bench" / "generate.py"), "--output", str(month.folder / "large"), "--rows", "400000", "--days", "4",
                    "--no-dictionary"], check=True, stdout=subprocess.DEVNULL)
    month.input_uri = f"file:{month.folder / 'large'}"
    month.config["ocp"].update(provider_uuid="00000000-0000-4000-8000-000000000001", end_date="2025-10-04")
    month.write_settings()
    files = list((month.folder / "large" / "data").rglob("*.parquet"))
    first = fetched_mib(month.run(bench.sink).require_days(4, 0))
    unchanged = fetched_mib(month.run(bench.sink).require_days(0, 4))
    os.utime(next(file for file in files if file.name.startswith("pod_usage.2025-10-04.1.0_daily")))
    one_day = fetched_mib(month.run(bench.sink).require_days(1, 3))
    print(f"     fetched: {first} MiB, unchanged {unchanged} MiB, one day of four {one_day} MiB, {len(files)} files")
    tail = 64 / 1024  # MiB that a footer is looked for in
    require(unchanged < len(files) * tail and unchanged < first / 4, f"an unchanged month fetched {unchanged} MiB of {first}")
    require(unchanged < one_day < unchanged + first / 3, f"one day of four fetched {one_day} MiB")


# --- records that are of no use ---------------------------------------------------------------------------------------------------

def downgrade(sink):
    """The state as version 1 had it: without what tells what changed."""
    if sink.kind in ("csv", "parquet"):
        state = json.loads(sink.state_file.read_text())
        for record in state["days"]:
            for name in ("hours_seen", "config", "reference"):
                del record[name]
        del state["being_written"]
        sink.state_file.write_text(json.dumps(state | {"version": 1}))
        return
    statements = [f"ALTER TABLE {'costmill.days' if sink.kind == 'postgresql' else 'costmill_days'} DROP COLUMN {name}"
                  for name in ("hours_seen", "config", "reference", "totals")]
    if sink.kind == "postgresql":
        for statement in [*statements, "UPDATE costmill.schema_version SET version = 1"]:
            sink.admin.execute(statement)
        return
    sink.execute(*statements, "UPDATE costmill_meta SET value = '1' WHERE key = 'schema_version'")


@over(*ALL_KINDS)
def check_records_of_an_older_state_are_upgraded_and_their_days_done_again(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    before = bench.days()
    downgrade(bench.sink)
    require("unchanged" not in states(bench.month.plan(bench.sink)).values(), f"{bench.month.plan(bench.sink)}")
    bench.month.run(bench.sink).require_days(3, 0)
    require(bench.days() == before, "other rows after the upgrade")
    bench.month.run(bench.sink).require_days(0, 3)


@over("sqlite", "postgresql", "parquet")
def check_rows_that_somebody_deleted_are_made_again(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    before = bench.days()
    bench.sink.lose_rows(SOURCE, DAYS[1])
    plan = bench.month.plan(bench.sink)
    require({**states(plan), DAYS[1]: ""} == {**all_days("unchanged"), DAYS[1]: ""} and plan[DAYS[1]].state in ("new", "changed"), f"{plan}")
    bench.month.run(bench.sink).require_days(1, 2)
    require(bench.days() == before, "the rows are not as they were")


@over("csv", "sqlite", "parquet")
def check_a_sink_that_was_removed_is_made_again(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    before = bench.days()
    bench.sink.clear()
    bench.month.run(bench.sink).require_days(3, 0)
    require(bench.days() == before, "the rows are not as they were")


@over("csv", "parquet")
def check_without_the_state_file_every_day_is_done_again(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    bench.sink.state_file.unlink()
    bench.month.run(bench.sink).require_days(3, 0)
    bench.month.run(bench.sink).require_days(0, 3)


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
