#!/usr/bin/env python3
"""Seeded small clusters in Koku's layout, as odd as the rules allow, for property tests.

usage: random_cluster.py --seed N --output DIR [--style N] [--refusals]

DIR gets input/ (the tree), tables/ (reference data) and params.json, like a golden case. The seed alone decides what the case
means. The style only decides its physical form: order of rows, cutting into files and row groups, spelling of the label texts,
compression, encodings, pages, timestamp units, column order, extra columns. Style 0 is Koku's own form.
"""

import argparse
import copy
import datetime
import json
import math
import random
import sys
from pathlib import Path

import koku_layout
import physical_styles

SOURCES = ["11111111-1111-4111-8111-111111111111", "0f0e0d0c-0b0a-4908-8706-050403020100"]
NAMESPACES = ["ns1", "ns2", "openshift-a", "openshift-monitoring", "kube-b", "", None, "\\N", 'od,d"\n', "naïve-ñs", "ns_1"] + [
    "Platform unallocated",
    "Worker unallocated",
    "Network unattributed",
    "Storage unattributed",
]
NODES = ["n1", "n2", "n3", "nœud", "", None, "N1"]
PODS = ["p1", "p2", "p3", "p4", "p5", "", None]
RESOURCE_IDS = ["i-1", "i-2", "", None, "ï-9", "i-10"]
CLAIMS = ["c1", "c2", "c3", "", None]
VOLUMES = ["v1", "v2", "v3", "", None]
CLASSES = ["gp3", "ceph-rbd", "", None]
HANDLES = [None, "", "h1", "h2"]
LABEL_KEYS = ["app", "env", "zone", "App", "café", "k😀", "vm_kubevirt_io_name", 'q"k', "", "cost_center"]
LABEL_VALUES = ["a", "b", "", "ü😀", 'x"y\\z', "tab\tnl\n", 1, 0, -0, 12345678901234567890123, True, False, None, "\x1f\x7f", "true"]
BAD_LABEL_TEXTS = ["", "[]", "7", '{"app":"a"', "{'app':'a'}", '{"app":{"x":1}}', '{"other":[1]}', '{"app":"a","\\u0061pp":"b"}']
BAD_LABEL_TEXTS += ['{"app":"a"} x', '{"app":"a",}', '{"app":01}', '{"app":NaN}', '\ufeff{"app":"a"}', '{"app":"a\tb"}', '{"app":+1}']
PATTERNS = ["openshift-%", "openshift-mon%", "kube-%", "%", "", "ns_", "ns%", "_s1", "%unallocated", "Platform unallocated", "n%1", "ns\\_1"]
ROLES = ["master", "worker", "infra"] * 3 + ["", None, "gpu"]
NUMERIC_TEXTS = ["1.5", "0.1", "1e3", "-2.50", "1E-7", "-0", "0.0", "100.0"]


class RawNumber(str):
    """A JSON number as it must stand in the label text."""


class Cluster:
    """Draws the rows of one case."""

    def __init__(self, seed):
        self.rng = random.Random(f"case {seed}")
        rng = self.rng
        self.namespaces = rng.sample(NAMESPACES, rng.randint(2, 5))
        self.nodes = rng.sample(NODES, rng.randint(2, 4))
        if not any(self.nodes):
            self.nodes.append("n1")
        self.pods = rng.sample(PODS, rng.randint(2, 4))
        self.resource_ids = rng.sample(RESOURCE_IDS, rng.randint(1, 3))
        self.claims = rng.sample(CLAIMS, rng.randint(2, 4))
        self.volumes = rng.sample(VOLUMES, rng.randint(2, 4))
        self.label_keys = rng.sample(LABEL_KEYS, rng.randint(2, 5))
        self.magnitudes = rng.choice([(0, 4), (-12, 3), (3, 17), (-25, 17)])
        self.chance_of_null = rng.choice([0, 0.05, 0.3])
        self.start, self.days = self.window()

    def window(self):
        rng = self.rng
        year, month = rng.choice([(2025, 10), (2025, 2), (2024, 2), (2025, 11)])
        last = (datetime.date(year, month, 28) + datetime.timedelta(days=4)).replace(day=1) - datetime.timedelta(days=1)
        days = rng.randint(1, 3)
        start = rng.choice([datetime.date(year, month, 1), last - datetime.timedelta(days=days - 1), datetime.date(year, month, rng.randint(4, 24))])
        return start, days

    # ---- cells

    def number(self, largest=1e17, negative=0.03):
        rng = self.rng
        if rng.random() < self.chance_of_null:
            return None
        kind = rng.random()
        if kind < 0.1:
            return rng.choice([0.0, -0.0])
        if kind < 0.3:
            return float(rng.randint(0, 100000))
        if kind < 0.5:
            return round(rng.uniform(0, 1000), rng.randint(1, 6))
        value = min(rng.random() * 10.0 ** rng.uniform(*self.magnitudes), largest)
        return -value if rng.random() < negative else value

    def capacity(self):
        return None if self.rng.random() < self.chance_of_null else self.rng.choice([0.0, 4.0, 3.5, 16.0, 1 / 3, self.rng.random() * 1e6])

    def labels(self):
        """A map, or None for NULL, or the text `null`."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.06:
            return None
        if kind < 0.1:
            return "null"
        labels = {}
        for key in rng.sample(self.label_keys, rng.randint(0, min(3, len(self.label_keys)))):
            labels[key] = RawNumber(rng.choice(NUMERIC_TEXTS)) if rng.random() < 0.08 else rng.choice(LABEL_VALUES)
        return labels

    def time(self, day):
        """Mostly the midnight that Koku writes; else any other moment of the day."""
        rng = self.rng
        offset = rng.choice([0, 0, 0, 0, 48_600_000, koku_layout.MICROSECONDS_PER_DAY // 1000 - 1])
        return koku_layout.day_start(day) + offset * 1000

    # ---- rows

    def pod_cells(self):
        rng = self.rng
        row = {"namespace": rng.choice(self.namespaces), "node": rng.choice(self.nodes), "pod": rng.choice(self.pods)}
        row["resource_id"] = rng.choice(self.resource_ids)
        for quantity in ("cpu_core_seconds", "memory_byte_seconds"):
            for name in ("usage", "request", "limit"):
                row[f"pod_{name}_{quantity}"] = self.number()
            row[f"pod_effective_usage_{quantity}"] = self.number() if rng.random() < 0.6 else None
        row["node_capacity_cpu_cores"] = self.capacity()
        row["node_capacity_memory_bytes"] = self.number(1e17, 0)
        return row

    def pod_daily(self, day):
        row = self.pod_cells() | {"interval_start": self.time(day), "pod_labels": self.labels()}
        row["node_role"] = self.rng.choice(["worker", "master", "", None])
        if row["node"] in (None, "") and self.rng.random() < 0.3:
            row["pod_labels"] = self.rng.choice(BAD_LABEL_TEXTS)  # such rows are dropped before anything is parsed
        return row

    def pod_hourly(self, day):
        hour = self.rng.choice([0, 0, 1, 5, 23])
        row = self.pod_cells() | {"pod_labels": "{}", "interval_start": koku_layout.day_start(day) + hour * 3_600_000_000}
        row["node_capacity_cpu_core_seconds"] = self.number(1e17, 0)
        row["node_capacity_memory_byte_seconds"] = self.number(1e17, 0)
        return row

    def storage_daily(self, day):
        rng = self.rng
        row = {"namespace": rng.choice(self.namespaces), "pod": rng.choice(self.pods), "node": rng.choice(NODES)}
        row |= {"persistentvolumeclaim": rng.choice(self.claims), "persistentvolume": rng.choice(self.volumes)}
        row |= {"storageclass": rng.choice(CLASSES), "csi_driver": rng.choice([None, "ebs"]), "csi_volume_handle": rng.choice(HANDLES)}
        row |= {"persistentvolume_labels": self.labels(), "persistentvolumeclaim_labels": self.labels(), "interval_start": self.time(day)}
        row["persistentvolumeclaim_capacity_bytes"] = self.number(1e17, 0)
        for name in ("persistentvolumeclaim_capacity", "volume_request_storage", "persistentvolumeclaim_usage"):
            row[f"{name}_byte_seconds"] = self.number()
        return row

    def label_rows(self, day, key, column, values):
        rng = self.rng
        for value in values:
            for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
                yield {key: value, column: self.labels(), "interval_start": self.time(day)}

    def rows_of_day(self, day, tables):
        rng = self.rng
        tables["pod_daily"] += [self.pod_daily(day) for _ in range(rng.randint(0, 20))]
        hourly = [self.pod_hourly(day) for _ in range(rng.randint(0, 16))]
        for row in rng.sample(hourly, min(len(hourly), 2)):
            nan = copy.copy(row)  # MAX skips a NaN beside a number
            for column in ("node_capacity_cpu_core_seconds", "node_capacity_memory_byte_seconds"):
                if row[column] is not None:
                    nan[column] = math.nan
            hourly.append(nan)
        tables["pod_hourly"] += hourly
        tables["storage_daily"] += [self.storage_daily(day) for _ in range(rng.randint(0, 12))]
        tables["node_labels_daily"] += self.label_rows(day, "node", "node_labels", NODES)
        tables["namespace_labels_daily"] += self.label_rows(day, "namespace", "namespace_labels", self.namespaces)

    def rows(self):
        """Table -> rows of the window, of the days around it, and of no day at all."""
        rng = self.rng
        tables = {table: [] for table in koku_layout.TABLES}
        for i in range(self.days):
            self.rows_of_day(self.start + datetime.timedelta(days=i), tables)
        if rng.random() < 0.5:
            for outside in (self.start - datetime.timedelta(days=1), self.start + datetime.timedelta(days=self.days)):
                self.rows_of_day(outside, tables)
            tables["pod_daily"].append(self.pod_daily(outside) | {"pod_labels": "no JSON", "interval_start": koku_layout.day_start(outside)})
        if rng.random() < 0.3:
            for draw, table in ((self.pod_daily, "pod_daily"), (self.pod_hourly, "pod_hourly"), (self.storage_daily, "storage_daily")):
                tables[table].append(draw(self.start) | {"interval_start": None})
        if not tables["pod_daily"]:
            tables["pod_daily"].append(self.pod_daily(self.start))
        if not tables["pod_hourly"]:
            tables["pod_hourly"].append(self.pod_hourly(self.start))
        for table in ("storage_daily", "node_labels_daily", "namespace_labels_daily"):
            if rng.random() < 0.05:
                tables[table] = []
        for table, rows in tables.items():
            self.forget_columns(table, rows)
            for row in rows:
                row["report_period_start"] = koku_layout.day_start(self.start.replace(day=1))
                row["report_period_end"] = row["report_period_start"] + 31 * koku_layout.MICROSECONDS_PER_DAY
                if "interval_end" in koku_layout.TABLES[table][2] and row["interval_start"] is not None:
                    row["interval_end"] = row["interval_start"] + 3_600_000_000
        return tables

    def forget_columns(self, table, rows):
        """NULLs that whole files of older operators have, in some or all rows, so that files can lack the column."""
        rng = self.rng
        for column in physical_styles.OPTIONAL_COLUMNS & koku_layout.TABLES[table][2].keys():
            share = rng.choice([0, 0, 0, 0, 0.3, 1])
            if column.endswith("_labels") and share:
                share = rng.choice([0, 0.2])
            for row in rows:
                if rng.random() < share:
                    row[column] = None

    # ---- reference data

    def reference(self):
        rng = self.rng
        keys = [] if rng.random() < 0.08 else rng.sample(LABEL_KEYS, rng.randint(1, len(LABEL_KEYS)))
        enabled = [(key, rng.choice(["true", "true", "true", "false"]), rng.choice(["OCP", "OCP", "OCP", "AWS", "ocp"])) for key in keys]
        patterns = [(p, str(rng.randint(1, 9))) for p in rng.sample(PATTERNS, rng.randint(0, 5))]
        nodes = []
        for node in NODES:
            for _ in range(rng.choice([0, 1, 1, 2, 3])):
                nodes.append((node, rng.choice(rng.choice([RESOURCE_IDS, self.resource_ids])), "4.00", rng.choice(ROLES), None))
        return {
            "reporting_enabledtagkeys": (("key", "enabled", "provider_type"), enabled),
            "reporting_ocp_cost_category_namespace": (("namespace", "cost_category_id"), patterns),
            "reporting_ocp_nodes": (("node", "resource_id", "node_capacity_cpu_cores", "node_role", "architecture"), nodes),
        }


def avoid_division_by_zero(tables):
    """Takes request and usage from volumes whose pods all have NULL nodes: their node count is 0, which the rules refuse."""
    pods = {}
    for row in tables["pod_daily"]:
        if row["interval_start"] is not None and row["namespace"] is not None and row["pod"] is not None:
            key = (koku_layout.day_of(row["interval_start"]), row["namespace"], row["pod"])
            pods.setdefault(key, set()).add(row["node"])
    timed = [(koku_layout.day_of(row["interval_start"]), row) for row in tables["storage_daily"] if row["interval_start"] is not None]
    nodes = {}
    for day, row in timed:
        found = pods.get((day, row["namespace"], row["pod"]))
        if found is not None and row["persistentvolume"] is not None:
            nodes.setdefault((day, row["persistentvolume"]), set()).update(found)
    for day, row in timed:
        if nodes.get((day, row["persistentvolume"])) == {None}:
            row["volume_request_storage_byte_seconds"] = row["persistentvolumeclaim_usage_byte_seconds"] = None


def inject_refusal(cluster, tables):
    """Puts one thing that the rules refuse into one day; returns what it was."""
    rng = cluster.rng
    day = cluster.start + datetime.timedelta(days=rng.randrange(cluster.days))
    pod = cluster.pod_daily(day) | {"namespace": "ns1", "node": "n1", "pod": "bad", "pod_labels": {}}
    volume = cluster.storage_daily(day) | {"namespace": "ns1", "pod": "bad", "persistentvolumeclaim": "bad", "persistentvolume": "bad"}
    period = {"report_period_start": koku_layout.day_start(day), "report_period_end": koku_layout.day_start(day)}
    text = rng.choice(BAD_LABEL_TEXTS)
    at = {"interval_start": koku_layout.day_start(day)}
    number = rng.choice([math.nan, math.inf, -math.inf])
    additions = {
        "pod labels": [("pod_daily", pod | {"pod_labels": text})],
        "volume labels": [("storage_daily", volume | {"persistentvolume_labels": text})],
        "claim labels": [("storage_daily", volume | {"persistentvolumeclaim_labels": text})],
        "node labels": [("node_labels_daily", {"node": "nowhere", "node_labels": text} | at)],
        "namespace labels": [("namespace_labels_daily", {"namespace": "nowhere", "namespace_labels": text} | at)],
        "usage": [("pod_daily", pod | {"pod_usage_memory_byte_seconds": number})],
        "limit": [("pod_daily", pod | {"pod_limit_cpu_core_seconds": number})],
        "capacity": [("storage_daily", volume | {"persistentvolumeclaim_capacity_byte_seconds": number})],
        "long text": [("pod_daily", pod | {"namespace": "x" * 253 + "y"})],
        "division by zero": [
            ("pod_daily", pod | {"node": None}),
            ("storage_daily", volume | {"volume_request_storage_byte_seconds": 0.0}),
        ],
    }
    what = rng.choice(sorted(additions))
    for table, row in additions[what]:
        tables[table].append(period | row)
    return what


def make_case(seed, directory, style=0, refusals=False):
    """Writes the case and returns its params."""
    directory = Path(directory)
    cluster = Cluster(seed)
    tables = cluster.rows()
    avoid_division_by_zero(tables)
    params = {
        "source": cluster.rng.choice(SOURCES),
        "cluster_id": "cluster, with comma" if cluster.rng.random() < 0.1 else "random-cluster",
        "cluster_alias": "Zufälliger Cluster",
        "account": "org1234567",
        "year": f"{cluster.start.year:04d}",
        "month": f"{cluster.start.month:02d}",
        "start_date": str(cluster.start),
        "end_date": str(cluster.start + datetime.timedelta(days=cluster.days - 1)),
        "report_period_id": cluster.rng.randint(1, 9999),
        "seed": seed,
        "style": style,
    }
    for table, (header, rows) in cluster.reference().items():
        koku_layout.write_reference(directory / "tables" / f"{table}.csv", header, rows)
    if refusals:
        params["refusal"] = inject_refusal(cluster, tables)
    physical_styles.write_tree(directory / "input", tables, params, seed, style)
    directory.joinpath("params.json").write_text(json.dumps(params, indent=1) + "\n", encoding="utf-8")
    return params


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--seed", type=int, required=True)
    a.add_argument("--output", required=True)
    a.add_argument("--style", type=int, default=0)
    a.add_argument("--refusals", action="store_true")
    a = a.parse_args()
    print(json.dumps(make_case(a.seed, a.output, a.style, a.refusals)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
