#!/usr/bin/env python3
"""How many silent one-bit flips the checks of docs/sanity.md see, by check and by kind of column.

usage: flip_rate.py --bin PATH [--flips N] [--seed N] [--least SHARE]

A small month as Koku writes it, without page checksums, is made and run once. Then single bits of single files are flipped, one a run.
A flip that changes the rows with exit 0 is value-changing; N of them are met. Reported is how many of these had a warning, and beside
them how many flips the program refused or nothing came of. Fails if fewer than SHARE of the value-changing flips were seen.
"""
import argparse
import collections
import csv
import datetime
import io
import json
import random
import re
import subprocess
import sys
from pathlib import Path

import koku_layout
import pyarrow.parquet as pq
from costmill_project import ORG, temporary_folder

SOURCE = "00000000-0000-4000-8000-0000000000a1"
DAYS = [datetime.date(2025, 10, 1), datetime.date(2025, 10, 2)]
GIB = 1 << 30
LARGE = 0.01  # of a column's total
FOUND = re.compile(r"\d{4}-\d\d-\d\d: ([a-z_]+): \d+ ")


def hourly_pods(rng, day, nodes=4, pods=10):
    for node in range(nodes):
        cores, gib = (8, 32) if node % 2 else (16, 64)
        for pod in range(pods):
            request, memory = rng.choice([0.1, 0.25, 0.5]), rng.choice([0.5, 1, 2]) * GIB
            for hour in range(24):
                start = koku_layout.day_start(day) + hour * 3_600_000_000
                usage, used = request * rng.uniform(0.2, 1.4) * 3600, memory * rng.uniform(0.3, 1.2) * 3600
                yield {
                    "namespace": f"team-{(node * pods + pod) % 6}", "node": f"ip-10-0-1-{node}.ec2.internal", "pod": f"app-{node}-{pod}-{rng.randrange(4)}x7k{pod}",
                    "resource_id": f"i-0a1b2c3d4e5f60{node:02d}", "pod_labels": json.dumps({"app": f"app-{pod}", "env": "prod" if pod % 2 else "dev"}),
                    "interval_start": start, "interval_end": start + 3_600_000_000,
                    "pod_usage_cpu_core_seconds": usage, "pod_request_cpu_core_seconds": request * 3600, "pod_limit_cpu_core_seconds": request * 7200,
                    "pod_usage_memory_byte_seconds": used, "pod_request_memory_byte_seconds": memory * 3600, "pod_limit_memory_byte_seconds": memory * 7200,
                    "pod_effective_usage_cpu_core_seconds": max(usage, request * 3600), "pod_effective_usage_memory_byte_seconds": max(used, memory * 3600),
                    "node_capacity_cpu_cores": float(cores), "node_capacity_cpu_core_seconds": cores * 3600.0,
                    "node_capacity_memory_bytes": float(gib * GIB), "node_capacity_memory_byte_seconds": gib * GIB * 3600.0}


def rolled_up(day, hourly):
    """As Koku's ingest does it: domain rule 12."""
    rows = {}
    for row in hourly:
        key = row["namespace"], row["node"], row["pod"], row["pod_labels"]
        daily = rows.setdefault(key, {"namespace": key[0], "node": key[1], "pod": key[2], "pod_labels": key[3], "resource_id": row["resource_id"],
                                      "interval_start": koku_layout.day_start(day), "node_role": "worker"})
        for column, value in row.items():
            if column.endswith("_seconds"):
                daily[column] = daily.get(column, 0.0) + value
            elif column.endswith(("_cores", "_bytes")):
                daily[column] = max(daily.get(column, 0.0), value)
    return list(rows.values())


def storage(rng, day, daily):
    for i, pod in enumerate(daily[::3]):
        size = rng.choice([5, 10, 50]) * GIB
        yield {"namespace": pod["namespace"], "node": pod["node"], "pod": pod["pod"], "persistentvolumeclaim": f"data-{i}", "persistentvolume": f"pvc-{rng.getrandbits(64):016x}",
               "storageclass": "gp3-csi", "csi_driver": "ebs.csi.aws.com", "csi_volume_handle": f"vol-{rng.getrandbits(64):016x}",
               "persistentvolume_labels": "{}", "persistentvolumeclaim_labels": json.dumps({"app": f"app-{i % 10}"}), "interval_start": koku_layout.day_start(day),
               "persistentvolumeclaim_capacity_bytes": float(size), "persistentvolumeclaim_capacity_byte_seconds": size * 86400.0,
               "volume_request_storage_byte_seconds": size * 86400.0, "persistentvolumeclaim_usage_byte_seconds": size * rng.uniform(0.1, 0.9) * 86400}


def write_month(root, seed):
    rng = random.Random(seed)
    for day in DAYS:
        hourly = list(hourly_pods(rng, day))
        daily = rolled_up(day, hourly)
        midnight = {"interval_start": koku_layout.day_start(day)}
        tables = {
            "pod_hourly": hourly, "pod_daily": daily, "storage_daily": list(storage(rng, day, daily)),
            "node_labels_daily": [midnight | {"node": node, "node_labels": json.dumps({"zone": "a"})} for node in sorted({row["node"] for row in daily})],
            "namespace_labels_daily": [midnight | {"namespace": name, "namespace_labels": json.dumps({"team": name})} for name in sorted({row["namespace"] for row in daily})]}
        for table, rows in tables.items():
            for row in rows:
                row |= {"report_period_start": koku_layout.day_start(DAYS[0]), "report_period_end": koku_layout.day_start(datetime.date(2025, 11, 1))}
            path = koku_layout.partition(root, table, ORG, SOURCE, day.year, day.month) / koku_layout.file_name(table, day, 1, 0, 0)
            koku_layout.write_as_koku(path, koku_layout.arrow_table(table, rows))


def kinds_of_bytes(path):
    """[(begin, end, kind)] of a file: the pages of each column by what they hold, and all else."""
    metadata = pq.ParquetFile(path).metadata
    spans = []
    for group in range(metadata.num_row_groups):
        for i in range(metadata.num_columns):
            column = metadata.row_group(group).column(i)
            name = column.path_in_schema
            begin = column.dictionary_page_offset or column.data_page_offset
            kind = "time" if name.startswith(("interval_", "report_")) else "labels" if name.endswith("_labels") else "text" if column.physical_type == "BYTE_ARRAY" else "number"
            spans.append((begin, begin + column.total_compressed_size, kind))
    return spans


class Trial:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.sink = folder / "out"

    def run(self):
        command = [self.binary, "run", "--input", f"file:{self.folder / 'input'}", "--month", "2025-10", "--sink", f"csv:{self.sink}", "--full", "--progress", "never",
                   "--log-level", "warning", "--set", "performance.max_workers=1"]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120, cwd=self.folder)
        dump = self.sink / "reporting_ocpusagelineitem_daily_summary.csv"
        return done.returncode, dump.read_bytes() if done.returncode == 0 else b"", done.stdout + done.stderr


def totals(dump):
    """Column -> sum over all rows, of quantities."""
    sums = collections.Counter()
    for row in csv.DictReader(io.StringIO(dump.decode("utf-8", "replace"))):
        for column, value in row.items():
            if column.endswith(("_hours", "_months", "_cores", "_gigabytes")) and value != "\\N":
                sums[column] += float(value)
    return sums


def is_large(before, after):
    return any(abs(after[column] - value) > LARGE * abs(value) for column, value in before.items())


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bin", required=True)
    a.add_argument("--flips", type=int, default=3000)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--least", type=float, default=0.0)
    a = a.parse_args()
    rng = random.Random(a.seed)
    with temporary_folder() as name:
        trial = Trial(str(Path(a.bin).resolve()), Path(name))
        write_month(trial.folder / "input", a.seed)
        code, rows, output = trial.run()
        if code != 0 or FOUND.search(output):
            sys.exit(f"the undamaged month is not clean: exit {code}, {output}")
        files = sorted((trial.folder / "input").rglob("*.parquet"))
        spans = {path: kinds_of_bytes(path) for path in files}
        ends = collections.Counter()
        met, seen = collections.Counter(), collections.Counter()
        large, seen_large, whole = collections.Counter(), collections.Counter(), totals(rows)
        by_check, missed = collections.Counter(), collections.Counter()
        while sum(met.values()) < a.flips:
            path = rng.choices(files, [path.stat().st_size for path in files])[0]
            content = path.read_bytes()
            bit = rng.randrange(len(content) * 8)
            kind = next((kind for begin, end, kind in spans[path] if begin <= bit // 8 < end), "footer")
            damaged = bytearray(content)
            damaged[bit // 8] ^= 1 << bit % 8
            path.write_bytes(damaged)
            code, dump, output = trial.run()
            path.write_bytes(content)
            if code not in (0, 2, 3, 4, 7):
                sys.exit(f"{path.name}, bit {bit}: exit {code}: {output[-800:]}")
            ends["refused" if code else "harmless" if dump == rows else "changes rows"] += 1
            if code or dump == rows:
                continue
            checks = set(FOUND.findall(output))
            met[kind] += 1
            seen[kind] += bool(checks)
            if is_large(whole, totals(dump)):
                large[kind] += 1
                seen_large[kind] += bool(checks)
            by_check.update(checks)
            if not checks:
                missed[f"{'/'.join(path.parts[-6:-3])[:40]} {kind}"] += 1
    print("flips:", ", ".join(f"{count} {end}" for end, count in ends.most_common()))
    for kind, count in met.most_common():
        print(f"  {kind:8} {seen[kind]:5} of {count:5} seen ({100 * seen[kind] / count:.1f} %); of those that change a total by over 1 %: {seen_large[kind]} of {large[kind]}")
    for check, count in by_check.most_common():
        print(f"  {check:32} {count:5}")
    print("not seen:", dict(missed.most_common(12)))
    share = sum(seen.values()) / sum(met.values())
    print(f"{sum(seen_large.values())} of {sum(large.values())} that change a total by over 1 % seen")
    print(f"{sum(seen.values())} of {sum(met.values())} value-changing flips seen ({100 * share:.1f} %)")
    return 0 if share >= a.least else 1


if __name__ == "__main__":
    sys.exit(main())
