#!/usr/bin/env python3
"""The rules of the daily summary, written a second time, as plainly as possible and without any code of the program.

usage: rules_oracle.py --input DIR --reference DIR --params params.json [--output FILE]

Reads a tree in Koku's layout, reference tables as CSV and a params.json as golden cases have it, and writes the canonical CSV
of reporting_ocpusagelineitem_daily_summary. Where the rules refuse a day it exits 3 and names the day and the reason.
Meant for small inputs: dicts of Python integers and fractions, one row at a time.
"""

import argparse
import calendar
import datetime
import decimal
import functools
import json
import sys
from pathlib import Path

import koku_layout
import label_text
from exact_numbers import CPU_BITS, HOURS_BITS, MEMORY_BITS, ExactSum, Refusal, decimal_text, maximum, scale
from reference_tables import Reference

GIGABYTES_PER_BYTE = 2.0**-30
ZERO_COST = '{"cpu":0.0,"memory":0.0,"storage":0.0}'
NOT_ALLOCATABLE = {"Platform unallocated", "Worker unallocated", "Network unattributed", "Storage unattributed"}

POD_SUMS = ["usage", "request", "effective_usage", "limit"]
STORAGE_SUMS = [
    "persistentvolumeclaim_capacity_byte_seconds",
    "volume_request_storage_byte_seconds",
    "persistentvolumeclaim_usage_byte_seconds",
]
CPU_HOURS = [f"pod_{name}_cpu_core_hours" for name in POD_SUMS]
MEMORY_HOURS = [f"pod_{name}_memory_gigabyte_hours" for name in POD_SUMS]
NODE_CAPACITY = [
    "node_capacity_cpu_cores",
    "node_capacity_cpu_core_hours",
    "node_capacity_memory_gigabytes",
    "node_capacity_memory_gigabyte_hours",
]
CLUSTER_CAPACITY = ["cluster_capacity_cpu_core_hours", "cluster_capacity_memory_gigabyte_hours"]
STORAGE_NUMBERS = [
    "persistentvolumeclaim_capacity_gigabyte",
    "persistentvolumeclaim_capacity_gigabyte_months",
    "volume_request_storage_gigabyte_months",
    "persistentvolumeclaim_usage_gigabyte_months",
]
COLUMNS = (
    "report_period_id cluster_id cluster_alias data_source usage_start usage_end namespace node resource_id pod_labels".split()
    + CPU_HOURS
    + MEMORY_HOURS
    + NODE_CAPACITY
    + CLUSTER_CAPACITY
    + "persistentvolumeclaim persistentvolume storageclass volume_labels all_labels".split()
    + STORAGE_NUMBERS
    + "source_uuid infrastructure_usage_cost cost_category_id".split()
)
NUMBERS = CPU_HOURS + MEMORY_HOURS + NODE_CAPACITY + CLUSTER_CAPACITY + STORAGE_NUMBERS
INTEGERS = ["report_period_id", "cost_category_id"]
MAX_LENGTHS = {"cluster_id": 50, "cluster_alias": 256, "data_source": 64} | dict.fromkeys(
    ["namespace", "node", "resource_id", "persistentvolumeclaim", "persistentvolume", "storageclass"], 253
)


# ---- one day


class DayInput:
    """The rows of one day, by table."""

    def __init__(self, tables, day):
        first = koku_layout.day_start(day)
        for name, rows in tables.items():
            inside = [r for r in rows if r["interval_start"] is not None and first <= r["interval_start"] < first + koku_layout.MICROSECONDS_PER_DAY]
            setattr(self, name, inside)
        self.day = day
        self.placed_pods = [r for r in self.pod_daily if r["node"] not in (None, "")]


def label_sets(rows, key, column, reference):
    """Rule 3: key -> the distinct maps of the day; a NULL key never joins, a NULL map counts as {}."""
    sets = {}
    for row in rows:
        labels = reference.labels(row[column], column)
        if row[key] is not None:
            # NULL and {} are different rows of the reference's set: both are kept, both merge as {}.
            sets.setdefault(row[key], {})[label_text.frozen(labels)] = labels or {}
    return {key: list(maps.values()) for key, maps in sets.items()}


def merged(*maps):
    """Later maps win, also with a NULL value; one NULL map makes all NULL."""
    if any(m is None for m in maps):
        return None
    return functools.reduce(lambda a, b: a | b, maps, {})


def capacities(hourly):
    """Rule 5: (cpu, memory) seconds of each node, and of the cluster."""
    quantities = [("node_capacity_cpu_core_seconds", CPU_BITS), ("node_capacity_memory_byte_seconds", MEMORY_BITS)]
    intervals = {}
    for row in hourly:
        intervals.setdefault((row["interval_start"], row["node"]), []).append(row)
    nodes, cluster = {}, [ExactSum(bits) for _, bits in quantities]
    for (_, node), rows in intervals.items():
        sums = nodes.setdefault(node, [ExactSum(bits) for _, bits in quantities])
        for i, (column, _) in enumerate(quantities):
            largest = maximum(r[column] for r in rows)
            sums[i].add(largest)
            cluster[i].add(largest)
    return {node: [s.value() for s in sums] for node, sums in nodes.items()}, [s.value() for s in cluster]


def effective(row, quantity, unit):
    """The stored value, else the larger of usage and request; NULL if either is NULL, NaN loses."""
    stored = row[f"pod_effective_usage_{quantity}_{unit}"]
    if stored is not None:
        return stored
    pair = [row[f"pod_{name}_{quantity}_{unit}"] for name in ("usage", "request")]
    return None if None in pair else maximum(pair)


def pod_rows(day, reference, node_labels, namespace_labels):
    """Rule 6."""
    groups = {}
    for row in day.placed_pods:
        own = reference.labels(row["pod_labels"], "pod_labels")
        repeats = max(1, len(reference.categories(row["namespace"])))
        for of_node in node_labels.get(row["node"], [{}]):
            for of_namespace in namespace_labels.get(row["namespace"], [{}]):
                labels = merged(of_node, of_namespace, own)
                key = (row["namespace"], row["node"], label_text.frozen(labels))
                group = groups.setdefault(key, {"labels": labels, "rows": []})
                group["rows"].append((row, repeats))

    of_nodes, of_cluster = capacities(day.pod_hourly)
    for (namespace, node, _), group in groups.items():
        rows = [row for row, _ in group["rows"]]
        out = {"data_source": "Pod", "namespace": namespace, "node": node, "infrastructure_usage_cost": ZERO_COST}
        out["resource_id"] = max((r["resource_id"] for r in rows if r["resource_id"] is not None), default=None)
        out["pod_labels"] = group["labels"]
        for quantity, unit, bits, columns, factor in (
            ("cpu", "core_seconds", CPU_BITS, CPU_HOURS, 1.0),
            ("memory", "byte_seconds", MEMORY_BITS, MEMORY_HOURS, GIGABYTES_PER_BYTE),
        ):
            for name, column in zip(POD_SUMS, columns):
                total = ExactSum(bits)
                for row, repeats in group["rows"]:
                    value = effective(row, quantity, unit) if name == "effective_usage" else row[f"pod_{name}_{quantity}_{unit}"]
                    total.add(value, repeats)
                out[column] = scale(total.value(), [3600], factor)
        seconds = of_nodes.get(node, [None, None])
        out["node_capacity_cpu_cores"] = maximum(r["node_capacity_cpu_cores"] for r in rows)
        out["node_capacity_cpu_core_hours"] = scale(seconds[0], [3600])
        out["node_capacity_memory_gigabytes"] = scale(maximum(r["node_capacity_memory_bytes"] for r in rows), [], GIGABYTES_PER_BYTE)
        out["node_capacity_memory_gigabyte_hours"] = scale(seconds[1], [3600], GIGABYTES_PER_BYTE)
        out["cluster_capacity_cpu_core_hours"] = scale(of_cluster[0], [3600])
        out["cluster_capacity_memory_gigabyte_hours"] = scale(of_cluster[1], [3600], GIGABYTES_PER_BYTE)
        out["cost_category_id"] = max(reference.categories(namespace), default=None)
        yield out


def volume_relation(day):
    """Rule 7: the distinct (claim, volume, pod, namespace, node, resource_id) of volumes whose pod is known."""
    pods = {}
    for row in day.pod_daily:
        if row["namespace"] is not None and row["pod"] is not None:
            pods.setdefault((row["namespace"], row["pod"]), set()).add((row["node"], row["resource_id"]))
    relation = set()
    for row in day.storage_daily:
        for node, resource_id in pods.get((row["namespace"], row["pod"]), ()):
            relation.add((row["persistentvolumeclaim"], row["persistentvolume"], row["pod"], row["namespace"], node, resource_id))
    return relation


def node_counts(relation):
    nodes = {}
    for _, volume, _, _, node, _ in relation:
        if volume is not None:
            nodes.setdefault(volume, set()).update(() if node is None else (node,))
    return {volume: len(names) for volume, names in nodes.items()}


def storage_rows(day, reference, node_labels, namespace_labels):
    """Rule 7."""
    relation = volume_relation(day)
    counts = node_counts(relation)
    by_claim = {}
    for claim, _, pod, namespace, node, resource_id in relation:
        if claim is not None:
            by_claim.setdefault((claim, pod, namespace), []).append((node, resource_id))

    groups = {}
    for row in day.storage_daily:
        of_volume = reference.labels(row["persistentvolume_labels"], "persistentvolume_labels")
        of_claim = reference.labels(row["persistentvolumeclaim_labels"], "persistentvolumeclaim_labels")
        repeats = max(1, len(reference.categories(row["namespace"])))
        places = by_claim.get((row["persistentvolumeclaim"], row["pod"], row["namespace"]), [(None, None)])
        for node, resource_id in places:
            for of_node in node_labels.get(node, [{}]):
                for of_namespace in namespace_labels.get(row["namespace"], [{}]):
                    labels = merged(of_node, of_namespace, of_volume, of_claim)
                    names = ("namespace", "persistentvolumeclaim", "persistentvolume", "storageclass", "csi_volume_handle")
                    key = (*(row[name] for name in names), node, resource_id, label_text.frozen(labels))
                    out = {name: row[name] for name in names} | {"node": node, "resource_id": resource_id, "volume_labels": labels}
                    groups.setdefault(key, (out, []))[1].append((row, repeats))

    seconds_of_month = 86400.0 * calendar.monthrange(day.day.year, day.day.month)[1]
    for out, rows in groups.values():
        sums = []
        for column in STORAGE_SUMS:
            total = ExactSum(MEMORY_BITS)
            for row, repeats in rows:
                total.add(row[column], repeats)
            sums.append(total.value())
        nodes = counts.get(out["persistentvolume"])
        if nodes == 0 and (sums[1] is not None or sums[2] is not None):
            raise Refusal(f"volume {out['persistentvolume']!r} is used by pods without a node only: division by zero")
        capacity = maximum(row["persistentvolumeclaim_capacity_bytes"] for row, _ in rows)
        out["persistentvolumeclaim_capacity_gigabyte"] = scale(capacity, [], GIGABYTES_PER_BYTE)
        out["persistentvolumeclaim_capacity_gigabyte_months"] = scale(sums[0], [seconds_of_month], GIGABYTES_PER_BYTE)
        for column, total in zip(STORAGE_NUMBERS[2:], sums[1:]):
            out[column] = scale(total, [nodes, seconds_of_month], GIGABYTES_PER_BYTE) if nodes else None
        out["data_source"] = "Storage"
        out["infrastructure_usage_cost"] = ZERO_COST
        out["cost_category_id"] = max(reference.categories(out["namespace"]), default=None)
        yield out


def unallocated_rows(pods, reference):
    """Rule 9, from the rows of rule 6."""
    by_node = {}
    for row in pods:
        if row["namespace"] is not None and row["namespace"] not in NOT_ALLOCATABLE:
            by_node.setdefault(row["node"], []).append(row)
    for node, rows in by_node.items():
        out = {"data_source": "Pod", "node": node}
        for column in NODE_CAPACITY + CLUSTER_CAPACITY:
            out[column] = maximum(r[column] for r in rows)
        out["resource_id"] = max((r["resource_id"] for r in rows if r["resource_id"] is not None), default=None)
        for columns, capacity in ((CPU_HOURS, "node_capacity_cpu_core_hours"), (MEMORY_HOURS, "node_capacity_memory_gigabyte_hours")):
            for column in columns[:3]:
                total = ExactSum(HOURS_BITS)
                for row in rows:
                    total.add(row[column])
                used = total.value()
                out[column] = None if used is None or out[capacity] is None else out[capacity] - used
        role = max((reference.roles.get((node, r["resource_id"]), "") for r in rows), default="")
        names = {"master": "Platform unallocated", "infra": "Platform unallocated", "worker": "Worker unallocated"}
        out["namespace"] = names.get(role)
        for category in reference.categories(out["namespace"]) or [None]:
            yield out | {"cost_category_id": category}


def check_texts(row):
    for column, limit in MAX_LENGTHS.items():
        text = row.get(column)
        if text is None:
            continue
        if "\0" in text:
            raise Refusal(f"{column} holds a NUL character")
        if len(text) > limit:
            if text[limit:].strip(" "):
                raise Refusal(f"{column} has {len(text)} characters, {limit} are allowed")
            row[column] = text[:limit]


def finished(row, params, day):
    """Rule 10: the row with every column, numbers still doubles."""
    out = {column: row.get(column) for column in COLUMNS}
    out["csi_volume_handle"] = row.get("csi_volume_handle")
    out["all_labels"] = label_text.canonical((row.get("pod_labels") or {}) | (row.get("volume_labels") or {}))
    for column in ("pod_labels", "volume_labels"):
        out[column] = label_text.canonical(row.get(column))
    out |= {name: params[name] for name in ("report_period_id", "cluster_id", "cluster_alias")}
    out |= {"usage_start": str(day), "usage_end": str(day), "source_uuid": params["source"]}
    check_texts(out)
    out["texts"] = {column: decimal_text(out[column]) for column in NUMBERS if out[column] is not None}
    return out


def canonical_order(row):
    """usage_start, data_source, the other texts in table order (NULL first, UTF-8 bytes), numbers as written, the CSI handle."""
    numeric = set(NUMBERS + INTEGERS)

    def number(column):
        text = row["texts"].get(column) if column in NUMBERS else row[column]
        return (text is not None, decimal.Decimal(text or 0))

    texts = ["usage_start", "data_source"] + [c for c in COLUMNS if c not in numeric and c not in ("usage_start", "data_source")]
    numbers = [c for c in COLUMNS if c in numeric]
    return (
        [(row[c] is not None, (row[c] or "").encode()) for c in texts],
        [number(c) for c in numbers],
        (row["csi_volume_handle"] is not None, (row["csi_volume_handle"] or "").encode()),
    )


def day_rows(tables, day, params, reference):
    inside = DayInput(tables, day)
    node_labels = label_sets(inside.node_labels_daily, "node", "node_labels", reference)
    namespace_labels = label_sets(inside.namespace_labels_daily, "namespace", "namespace_labels", reference)
    pods = list(pod_rows(inside, reference, node_labels, namespace_labels))
    rows = pods + list(storage_rows(inside, reference, node_labels, namespace_labels)) + list(unallocated_rows(pods, reference))
    return sorted((finished(row, params, day) for row in rows), key=canonical_order)


# ---- the whole run


def days_of(params):
    day = datetime.date.fromisoformat(params["start_date"])
    while day <= datetime.date.fromisoformat(params["end_date"]):
        yield day
        day += datetime.timedelta(days=1)


def summarize(tree, reference_folder, params):
    """Day -> its finished rows, or the Refusal that the rules have for it. Months are read one by one."""
    reference = Reference(reference_folder)
    results, tables, month = {}, {}, None
    for day in days_of(params):
        if month != (day.year, day.month):
            month = (day.year, day.month)
            org = params.get("account", "org1234567").removeprefix("acct")
            tables = {t: koku_layout.read_rows(tree, t, org, params["source"], *month) or [] for t in koku_layout.TABLES}
        try:
            results[day] = day_rows(tables, day, params, reference)
        except Refusal as refusal:
            results[day] = Refusal(f"{day}: {refusal}")
    return results


def csv_text(rows):
    def field(row, column):
        if column in NUMBERS:
            return row["texts"].get(column)
        value = row[column]
        return str(value) if column in INTEGERS and value is not None else value

    return koku_layout.csv_line(COLUMNS) + "".join(koku_layout.csv_line(field(row, c) for c in COLUMNS) for row in rows)


def expected_csv(results):
    """The CSV of the days before the first refused one, and that refusal or None."""
    rows = []
    for day in sorted(results):
        if isinstance(results[day], Refusal):
            return csv_text(rows), results[day]
        rows += results[day]
    return csv_text(rows), None


def run_case(tree, reference_folder, params):
    """The canonical CSV; raises the first Refusal."""
    text, refusal = expected_csv(summarize(tree, reference_folder, params))
    if refusal:
        raise refusal
    return text


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--input", required=True)
    a.add_argument("--reference", required=True)
    a.add_argument("--params", required=True)
    a.add_argument("--output")
    a = a.parse_args()
    try:
        text = run_case(a.input, a.reference, json.loads(Path(a.params).read_text()))
    except Refusal as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return 3
    if a.output:
        Path(a.output).write_bytes(text.encode())
    else:
        sys.stdout.buffer.write(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
