#!/usr/bin/env python3
"""Signs of bad data: warned with counts, refused under --strict, figures as they are. docs/sanity.md. Faults F10, F11, F12, F33.

usage: sanity_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""
import argparse
import csv
import json
import re
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import koku_layout
from costmill_project import Project, require, run_checks, temporary_folder
from small_month import DAYS, SmallMonth, rows_of
from sinks_under_test import FolderSink

WARNING = re.compile(r"(\d{4}-\d\d-\d\d): ([a-z_]+): (\d+) ")
GOLDEN = Path(__file__).resolve().parent.parent / "golden"
# Cases whose data have signs: made by generators that give nodes more pods than fit, or by hand to show a rule.
ABOVE_CAPACITY = {"usage_above_capacity", "request_above_capacity"}
SIGNS_OF_GOLDEN = {
    "08-shared-pv-nodes": {"request_above_capacity"}, "20-storage-no-pod": {"request_above_capacity"}, "31-nise-ocp-on-aws-example": set(),
    "rule-capacity-hourly-daily-mismatch": {"usage_above_capacity", "nodes_disagree"},
    "rule-effective-usage-nulls": {"effective_usage_out_of_bounds", "nodes_disagree"},
    "rule-node-labels-change-in-day": {"missing_hours"}, "rule-shared-volume-two-nodes": {"missing_hours"},
    "rule-unallocated-roles": ABOVE_CAPACITY | {"odd_name"}}


class Bench:
    def __init__(self, binary, folder):
        self.month, self.folder, self.sinks = SmallMonth(binary, folder / "month"), folder, 0

    def sink(self):
        self.sinks += 1
        return FolderSink("csv", self.folder / f"sink{self.sinks}")

    def payload(self, table, day, rows, manifest, chunk=0):
        path = self.month.path(table, day).with_name(koku_layout.file_name(table, day, manifest, 0, chunk))
        koku_layout.write_as_koku(path, koku_layout.arrow_table(table, rows))

    def change(self, table, day, change):
        rows = rows_of(table, day)
        for number, row in enumerate(rows):
            change(number, row)
        self.month.write_file(table, day, rows)

    def split(self, day, *payloads):
        """Hourly and daily pods of the day in payloads (manifest, hours) instead of one."""
        for table in ("pod_hourly", "pod_daily"):
            self.month.path(table, day).unlink()
            for manifest, hours in payloads:
                self.payload(table, day, rows_of(table, day, hours), manifest)

    def signs(self, *options, sink=None):
        done = self.month.run(sink or self.sink(), *options).require(0)
        return {(day, check): int(count) for day, check, count in WARNING.findall(done.output)}

    def require_signs(self, expected, *options):
        found = self.signs(*options)
        require(found == expected, f"{found}, not {expected}")

    def require_strict_refuses(self, day, *words):
        sink = self.sink()
        self.month.run(sink, "--strict").require(3, day, "run.strict", *words)
        left = self.month.run(sink, "--strict", "--keep-going").require(6)
        require(day in left.output and day not in {receipt["day"] for receipt in self.month.receipts(sink)}, f"{day} was written: {left.output}")
        require(len(self.month.receipts(sink)) == len(DAYS) - 1, "the other days are missing")


def total(bench, sink, column):
    path = Path(sink.uri.removeprefix("csv:")) / "reporting_ocpusagelineitem_daily_summary.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return sum(float(row[column]) for row in csv.DictReader(file)
                   if row[column] != "\\N" and row["usage_start"] == DAYS[1] and row["namespace"] in ("shop", "data"))


def check_a_clean_month_has_no_signs_and_passes_strict(bench):
    bench.require_signs({})
    bench.require_signs({}, "--strict")


def check_the_same_files_twice_are_summed_and_warned_about(bench):
    """F11"""
    once, twice = bench.sink(), bench.sink()
    bench.signs(sink=once)
    for table in ("pod_hourly", "pod_daily"):
        bench.payload(table, DAYS[1], rows_of(table, DAYS[1]), 2)
    # Written again in the form of the first, so that the footers say the same.
    for table in ("pod_hourly", "pod_daily"):
        bench.payload(table, DAYS[1], rows_of(table, DAYS[1]), 1)
    found = bench.signs(sink=twice)
    require(found == {(DAYS[1], "duplicate_rows"): 2, (DAYS[1], "overlapping_payloads"): 24}, f"{found}")
    column = "pod_usage_cpu_core_hours"
    require(abs(total(bench, twice, column) - 2 * total(bench, once, column)) < 1e-9, "the figures are not the reference's")
    bench.require_strict_refuses(DAYS[1], "duplicate_rows: 2", "overlapping_payloads: 24")


def check_payloads_that_overlap_are_counted_by_hours(bench):
    """F11"""
    bench.split(DAYS[1], (7, range(14)), (8, range(11, 24)))
    bench.require_signs({(DAYS[1], "overlapping_payloads"): 3})


def check_payloads_and_chunks_of_one_day_are_no_sign(bench):
    """F11"""
    bench.split(DAYS[1], (7, range(12)), (8, range(12, 24)))
    bench.require_signs({})
    rows = rows_of("pod_hourly", DAYS[0])
    for chunk in range(3):
        bench.payload("pod_hourly", DAYS[0], rows[chunk::3], 1, chunk)
    bench.require_signs({})


def check_hours_that_are_missing_are_counted_unless_they_may_still_come(bench):
    """F11"""
    bench.month.write_day(DAYS[0], range(6, 24))
    bench.month.write_day(DAYS[2], range(10))
    bench.require_signs({})
    bench.month.write_day(DAYS[1], [hour for hour in range(22) if hour != 5])
    bench.require_signs({(DAYS[1], "missing_hours"): 3})
    bench.require_strict_refuses(DAYS[1], "missing_hours: 3", "hour 05")


def check_usage_above_capacity(bench):
    """F12"""
    bench.change("pod_daily", DAYS[1], lambda n, row: row.update(pod_usage_cpu_core_seconds=9 * 86400.0, pod_effective_usage_cpu_core_seconds=9 * 86400.0))
    bench.require_signs({(DAYS[1], "usage_above_capacity"): 3})  # two nodes and the cluster
    bench.require_strict_refuses(DAYS[1], "usage_above_capacity: 3", 'node "node-1"')


def check_two_capacities_in_an_hour(bench):
    """F12"""
    rows = rows_of("pod_hourly", DAYS[0])
    bench.month.write_file("pod_hourly", DAYS[0], rows + [row | {"pod": "web-1", "node_capacity_cpu_core_seconds": 7200.0} for row in rows[3:5]])
    bench.require_signs({(DAYS[0], "two_capacities_in_hour"): 2})
    bench.require_strict_refuses(DAYS[0], "two_capacities_in_hour: 2", "hour 03: 7200 and 14400")


def check_rows_of_another_month(bench):
    """F12"""
    stray = koku_layout.day_start(koku_layout.EPOCH.fromisoformat("2025-09-30"))
    rows = [row | {"interval_start": stray} for row in rows_of("pod_daily", DAYS[0])]
    bench.payload("pod_daily", DAYS[0], rows, 3)
    bench.require_signs({(DAYS[0], "rows_outside_month"): 1})
    bench.require_strict_refuses(DAYS[0], "rows_outside_month: 1", "2025-09-30")


def check_negative_values(bench):
    """F10"""
    bench.change("storage_daily", DAYS[0], lambda n, row: row.update(persistentvolumeclaim_usage_byte_seconds=-1.0))
    bench.change("pod_hourly", DAYS[1], lambda n, row: row.update(node_capacity_memory_byte_seconds=-2.0) if n == 4 else None)
    found = bench.signs()
    require(found[DAYS[0], "negative_value"] == 1 and found[DAYS[1], "negative_value"] == 1, f"{found}")
    refused = bench.month.run(bench.sink(), "--strict").require(3, DAYS[0], "negative_value: 1")
    require("storage_usage" in refused.output and "row 1, column persistentvolumeclaim_usage_byte_seconds" in refused.output, refused.output)


def check_a_jump_is_seen_against_the_records_of_earlier_runs(bench):
    sink = bench.sink()
    bench.month.write_file("pod_hourly", DAYS[2], rows_of("pod_hourly", DAYS[2]))
    require(bench.signs("--set", f"ocp.end_date={DAYS[1]}", sink=sink) == {}, "a sign")
    jump = {f"{table}": rows_of(table, DAYS[2]) for table in ("pod_hourly", "pod_daily")}
    for rows in jump.values():
        for row in rows:
            for column, value in row.items():
                if column.endswith(("_seconds", "_cores", "_bytes")):
                    row[column] = value * 1000
    for table, rows in jump.items():
        bench.month.write_file(table, DAYS[2], rows)
    require(bench.signs(sink=sink) == {(DAYS[2], "totals_jump"): 10}, "not the jump of eight sums and two capacities")
    bench.require_strict_refuses(DAYS[2], "totals_jump: 10")


def check_a_value_beyond_its_statistics_is_corrupt(bench):
    """F03"""
    rows = rows_of("pod_daily", DAYS[0])
    rows = [row | {"pod": f"web-{n}", "pod_limit_cpu_core_seconds": limit} for n, limit in enumerate((1000.5, 2000.25, 3000.125)) for row in rows]
    path = bench.month.write_file("pod_daily", DAYS[0], rows, compression="none", use_dictionary=False)
    content = path.read_bytes()
    require(content.count(struct.pack("<d", 2000.25)) == 1, "the value is not there once")
    path.write_bytes(content.replace(struct.pack("<d", 2000.25), struct.pack("<d", 4000.25)))
    bench.month.run(bench.sink()).require(3, path.name, "pod_limit_cpu_core_seconds", "4000.25", "statistics say 1000.5 to 3000.125")


def check_a_column_that_one_file_lacks(bench):
    """F07"""
    table = koku_layout.arrow_table("pod_daily", rows_of("pod_daily", DAYS[1]))
    koku_layout.write_as_koku(bench.month.path("pod_daily", DAYS[1]), table.drop_columns(["pod_effective_usage_cpu_core_seconds"]))
    bench.require_signs({(DAYS[1], "missing_column"): 1})


def check_warnings_are_the_same_for_any_number_of_threads(bench):
    """F33"""
    check = bench.change
    check("pod_daily", DAYS[0], lambda n, row: row.update(pod_limit_cpu_core_seconds=-1.0, namespace="Shop"))
    bench.month.write_day(DAYS[1], [0, 1, 5, 6])
    for table in ("pod_hourly", "pod_daily"):
        bench.payload(table, DAYS[1], rows_of(table, DAYS[1], [5, 6, 7]), 9)
    outputs = []
    for workers in (1, 2, 8):
        output = bench.month.run(bench.sink(), "--set", f"performance.max_workers={workers}").require(0, "checks ", "days with signs of bad data").output
        outputs.append([line.split(" warning ")[1] for line in output.splitlines() if WARNING.search(line)])
    require(outputs[0] and outputs[0] == outputs[1] == outputs[2], f"{outputs}")


def check_golden_cases_have_just_their_signs(bench):
    for case in sorted(GOLDEN.iterdir()):
        parameters = json.loads((case / "params.json").read_text())
        if "reference_error" in parameters:
            continue
        project = Project(bench.month.binary, bench.folder / case.name, parameters["source"], parameters["start_date"], parameters["end_date"])
        project.config["organization"]["org_id"] = parameters["account"]
        project.write_settings()
        project.input_uri, project.reference = f"file:{case / 'input'}", case / "tables"
        found = {check for _, check, _ in WARNING.findall(project.run(bench.sink()).require(0).output)}
        expected = SIGNS_OF_GOLDEN.get(case.name, set() if case.name.startswith("rule-") else ABOVE_CAPACITY)
        require(found == expected, f"{case.name}: {found}, not {expected}")


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bin", required=True)
    a.add_argument("--only", default="")
    a = a.parse_args()
    checks = []
    with temporary_folder() as name:
        for number, (title, check) in enumerate(sorted(globals().items())):
            if title.startswith("check_") and a.only in title:
                checks.append((title[6:].replace("_", " "), lambda check=check, number=number: check(Bench(a.bin, Path(name) / str(number)))))
        return run_checks(checks)


if __name__ == "__main__":
    sys.exit(main())
