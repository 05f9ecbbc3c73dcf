#!/usr/bin/env python3
"""`verify` finds what somebody changed in a sink; receipts say what a day was made of; `prune` takes away what it says and no more.

usage: verify_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import csv
import datetime
import json
import sys

from incremental_bench import ALL_KINDS, main, over  # first, for it says where the tools are

import pyarrow as pa
import pyarrow.parquet as pq
from costmill_project import require
from sinks_under_test import TABLE
from small_month import DAYS, SOURCE, SmallMonth

DAY = DAYS[1]
OTHER_SOURCE = "00000000-0000-4000-8000-0000000000b2"
# (column, value that is there, value that is planted) of the row of pod web-0 of the day
CELLS = [("pod_usage_cpu_core_hours", "6", "6.000000000000001"), ("pod_labels", '{"app":"web","team":"a"}', '{"app":"web","team":"b"}'),
         ("namespace", "shop", "shop2"), ("pod_effective_usage_cpu_core_hours", "6", None), ("cost_category_id", "1", None)]


def vandal_of(sink):
    return {"csv": CsvVandal, "sqlite": SqlVandal, "parquet": ParquetVandal, "postgresql": SqlVandal}[sink.kind](sink)


def is_chosen(row):
    return row["usage_start"] in (DAY, datetime.date.fromisoformat(DAY)) and row["data_source"] == "Pod" and row["namespace"] == "shop"


class RowsVandal:
    """Changes rows of a file that is rewritten whole."""

    def change_cell(self, column, value):
        self.rewrite(lambda rows: [row | {column: self.cell(column, value)} if is_chosen(row) else row for row in rows])

    def cell(self, column, value):
        return value

    def take_row(self):
        self.rewrite(lambda rows: [row for row in rows if not is_chosen(row)])

    def add_row(self):
        self.rewrite(lambda rows: [copy for row in rows for copy in ([row, row] if is_chosen(row) else [row])])


class CsvVandal(RowsVandal):
    def __init__(self, sink):
        self.path = sink.place / f"{TABLE}.csv"

    def cell(self, column, value):
        return "\\N" if value is None else value

    def rewrite(self, change):
        with open(self.path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        with open(self.path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(change(rows))


class ParquetVandal(RowsVandal):
    def __init__(self, sink):
        self.path = sink.place / TABLE / f"source={SOURCE}" / f"{DAY}.parquet"

    def cell(self, column, value):
        kind = pq.read_schema(self.path).field(column).type
        return pa.scalar(value, pa.string()).cast(kind).as_py()

    def rewrite(self, change):
        table = pq.ParquetFile(self.path).read()
        pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), table.schema), self.path)


class SqlVandal:
    """SQLite and PostgreSQL."""

    def __init__(self, sink):
        self.sink = sink
        self.table = TABLE if sink.kind == "sqlite" else f"{sink.schema}.{TABLE}"
        self.chosen = f"usage_start = '{DAY}' AND data_source = 'Pod' AND namespace = 'shop'"

    def execute(self, *statements):
        if self.sink.kind == "sqlite":
            self.sink.execute(*statements)
        else:
            for statement in statements:
                self.sink.admin.execute(statement)

    def change_cell(self, column, value):
        self.execute(f"UPDATE {self.table} SET {column} = {'NULL' if value is None else repr(value)} WHERE {self.chosen}")

    def take_row(self):
        self.execute(f"DELETE FROM {self.table} WHERE {self.chosen}")

    def add_row(self):
        self.execute(f"CREATE TEMP TABLE planted AS SELECT * FROM {self.table} WHERE {self.chosen}",
                     "UPDATE planted SET uuid = '00000000-0000-4000-8000-00000000ffff'", f"INSERT INTO {self.table} SELECT * FROM planted",
                     "DROP TABLE planted")


def verify(bench, *options):
    return bench.month.run(bench.sink, *options, subcommand="verify")


def require_all_is_well(bench):
    verify(bench).require(0, "verified: 3 days made again", " 0 differ, 0 missing in the sink, 0 only there; 0 days not looked at")


@over(*ALL_KINDS)
def check_verify_finds_one_changed_cell(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    require_all_is_well(bench)
    before = bench.days()
    for column, right, wrong in CELLS:
        vandal_of(bench.sink).change_cell(column, wrong)
        require(bench.days() != before, f"{column} was not changed")
        done = verify(bench).require(1, DAY, "different: 3 days made again")
        is_number = column.startswith("pod_") and column.endswith("hours")
        wanted = [column, right, wrong or "\\N"] if is_number else [", 0 differ, 1 missing in the sink, 1 only there"]
        for word in wanted + ([", 1 differ, 0 missing in the sink, 0 only there"] if is_number else []):
            require(word in done.output, f"{column}: the output lacks {word!r}: {done.output}")
        require(DAYS[0] not in done.output and DAYS[2] not in done.output, f"other days are named: {done.output}")
        bench.month.run(bench.sink, "--full").require(0)
        require(bench.days() == before, f"{column}: a full run does not mend it")


@over(*ALL_KINDS)
def check_verify_finds_a_row_that_is_missing_or_too_many(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    before = bench.days()
    for change, counts in (("take_row", " 0 differ, 1 missing in the sink, 0 only there"), ("add_row", " 0 differ, 0 missing in the sink, 1 only there")):
        getattr(vandal_of(bench.sink), change)()
        require(bench.days() != before, f"{change} changed nothing")
        done = verify(bench).require(1, DAY, counts)
        require(DAYS[0] not in done.output and DAYS[2] not in done.output, f"other days are named: {done.output}")
        bench.month.run(bench.sink, "--full").require(0)
    require_all_is_well(bench)


@over(*ALL_KINDS)
def check_verify_finds_a_day_that_is_missing(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    if bench.sink.kind == "parquet":
        bench.sink.lose_rows(SOURCE, DAY)
    else:
        for _ in bench.days()[DAY] if bench.sink.kind != "postgresql" else range(bench.days()[DAY][0]):
            if bench.sink.kind == "csv":
                CsvVandal(bench.sink).rewrite(lambda rows: [row for row in rows if row["usage_start"] != DAY])
            else:
                bench.sink.lose_rows(SOURCE, DAY)
    require(sorted(bench.days()) == [DAYS[0], DAYS[2]], "the day is still there")
    verify(bench).require(1, DAY, "missing in the sink")


@over("csv", "sqlite", "parquet")
def check_verify_finds_a_record_with_another_digest(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    wrong = "0" * 32
    if bench.sink.kind == "sqlite":
        bench.sink.execute(("UPDATE costmill_days SET digest = ? WHERE day = ?", (wrong, DAY)))
    else:
        state = json.loads(bench.sink.state_file.read_text())
        for record in state["days"]:
            record["digest"] = wrong if record["day"] == DAY else record["digest"]
        bench.sink.state_file.write_text(json.dumps(state))
    verify(bench).require(1, f"digest      {DAY}", " 0 differ, 0 missing in the sink, 0 only there")


@over(*ALL_KINDS)
def check_verify_reports_a_stale_day_which_is_no_difference(bench):
    month = bench.month
    month.run(bench.sink).require_days(3, 0)
    records, rows = bench.sink.records(), bench.days()
    month.write_day(DAY)
    month.remove_day(DAYS[2])
    done = verify(bench).require(0, "verified: 1 days made again", "2 days not looked at", f"not looked at: {DAY} {SOURCE}: ", "was replaced",
                                 f"not looked at: {DAYS[2]} {SOURCE}: its input is gone")
    require(DAYS[0] not in done.output, f"{done.output}")
    require((bench.sink.records(), bench.days()) == (records, rows), "verify wrote something")
    vandal_of(bench.sink).take_row()
    verify(bench).require(0, "2 days not looked at")


def check_verify_of_a_sample_looks_at_so_many_days(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    verify(bench, "--sample", "2").require(0, "verified: 2 days made again")
    for _ in DAYS:
        bench.sink.lose_rows(SOURCE, DAY)
    codes = []
    while len(set(codes)) < 2 and len(codes) < 60:
        codes.append(verify(bench, "--sample", "1").code)
    require(set(codes) == {0, 1}, f"samples of one day of three ended with {codes}")
    verify(bench, "--sample", "99").require(1, "different: 3 days made again")


@over(*ALL_KINDS)
def check_receipts_say_what_each_day_was_made_of(bench):
    month = bench.month
    month.write_day(DAYS[2], hours=range(17))
    month.run(bench.sink).require_days(3, 0)
    receipts, records = month.receipts(bench.sink), bench.sink.records()
    require([receipt["day"] for receipt in receipts] == DAYS, f"{receipts}")
    require([receipt["hours_seen"] for receipt in receipts] == [24, 24, 17], f"{receipts}")
    for receipt in receipts:
        record = records[SOURCE, receipt["day"]]
        for name in ("rows", "digest", "files", "reference_digest", "config_digest", "program_version"):
            require(receipt[name] == record[name], f"{name}: {receipt[name]}, the sink has {record[name]}")
        rows = bench.days()[receipt["day"]]
        require(receipt["rows"] == (rows[0] if bench.sink.kind == "postgresql" else len(rows)), f"{receipt}")
        require(receipt["config"]["ocp.cluster_alias"] == "Cluster one", f"{receipt['config']}")
        there = sorted(file.relative_to(month.input) for file in month.input.rglob(f"*{receipt['day']}*.parquet"))
        require(sorted(file["path"] for file in receipt["files"]) == [str(path) for path in there], f"files: {receipt['files']}")
        for file in receipt["files"]:
            status = (month.input / file["path"]).stat()
            modified = f"{status.st_mtime_ns // 10**9}.{status.st_mtime_ns % 10**9:09}"
            require((file["bytes"], file["version"]) == (status.st_size, modified), f"{file} is on the disk {status}")


# --- prune ------------------------------------------------------------------------------------------------------------------------

def prune(bench, *options):
    return bench.month.run(bench.sink, *options, subcommand="prune").require(0)


def two_clusters(bench):
    """The month, and the same one of another cluster, in one sink."""
    other = SmallMonth(bench.month.binary, bench.folder / "other", source=OTHER_SOURCE)
    for month in (bench.month, other):
        month.run(bench.sink).require_days(3, 0)
    return other


@over(*ALL_KINDS)
def check_prune_removes_a_cluster_and_no_other(bench):
    other = two_clusters(bench)
    rows, records = bench.sink.days(OTHER_SOURCE), bench.sink.records()
    require(len(rows) == 3 and len(records) == 6, f"{records}")
    prune(bench, "--cluster", SOURCE, "--dry-run").require(0, f"{SOURCE}  2025-10  3 days", "3 days would be removed")
    require(len(bench.days()) == 3 and bench.sink.records() == records, "a dry run removed something")
    prune(bench, "--cluster", SOURCE).require(0, f"{SOURCE}  2025-10  3 days", "3 days removed")
    require(not bench.days() and bench.sink.days(OTHER_SOURCE) == rows, "not the days of that cluster")
    require(set(bench.sink.records()) == {(OTHER_SOURCE, day) for day in DAYS}, f"{bench.sink.records()}")
    prune(bench, "--cluster", SOURCE).require(0, "0 days removed")
    other.run(bench.sink).require_days(0, 3)
    bench.month.run(bench.sink).require_days(3, 0)


@over(*ALL_KINDS)
def check_prune_removes_months_before_the_last_so_many(bench):
    two_clusters(bench)
    today = datetime.datetime.now(datetime.timezone.utc)
    since = (today.year - 2025) * 12 + today.month - 10  # months from the data's to the current one
    prune(bench, "--older-than", str(since)).require(0, "0 days removed")
    require(len(bench.days()) == 3, "a month that is not older was removed")
    prune(bench, "--older-than", str(since - 1), "--dry-run").require(0, "6 days would be removed")
    prune(bench, "--older-than", str(since - 1), "--cluster", OTHER_SOURCE).require(0, "3 days removed")
    require(len(bench.days()) == 3 and not bench.sink.days(OTHER_SOURCE), "not the days of that cluster")
    prune(bench, "--older-than", str(since - 1)).require(0, "3 days removed")
    require(not bench.days() and not bench.sink.records(), f"{bench.sink.records()}")


@over("postgresql")
def check_prune_leaves_rows_of_other_jobs(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    bench.sink.admin.execute(f"INSERT INTO {bench.sink.schema}.{TABLE} (uuid, usage_start, usage_end, source_uuid, infrastructure_raw_cost) "
                             "VALUES (gen_random_uuid(), %s, %s, %s, 5)", (DAY, DAY, SOURCE))
    prune(bench, "--cluster", SOURCE)
    require({day: rows[0] for day, rows in bench.days().items()} == {DAY: 1}, f"{bench.days()}")


def check_prune_without_a_choice_is_bad_usage(bench):
    bench.month.run(bench.sink).require_days(3, 0)
    bench.month.run(bench.sink, subcommand="prune").require(2, "--cluster")
    require(len(bench.days()) == 3, "rows were removed")


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
