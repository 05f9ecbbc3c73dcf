#!/usr/bin/env python3
"""Writes the bundled sample: October 2025 of one OpenShift cluster, in the layout and types that Koku writes.

usage: make_sample.py [--output DIR]

Needs pyarrow, no network. The same version of pyarrow gives the same bytes. What the cluster consists of: sample_cluster.py.
"""

import argparse
import datetime
import json
import math
import random
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "tools"))

import koku_layout
import sample_cluster as cluster
from sample_cluster import GIB, MIB

HOUR = 3_600_000_000  # microseconds
SECONDS = 3600
PERIOD = {
    "report_period_start": koku_layout.day_start(datetime.date(cluster.YEAR, cluster.MONTH, 1)),
    "report_period_end": koku_layout.day_start(datetime.date(cluster.YEAR, cluster.MONTH + 1, 1)),
}
QUANTITIES = ("cpu_core_seconds", "memory_byte_seconds")
DAILY_KEYS = ("namespace", "node", "pod", "pod_labels")
DAILY_SUMS = [f"pod_{name}_{quantity}" for name in ("usage", "request", "effective_usage", "limit") for quantity in QUANTITIES]
DAILY_SUMS += ["node_capacity_cpu_core_seconds", "node_capacity_memory_byte_seconds"]
DAILY_MAXIMA = ("node_capacity_cpu_cores", "node_capacity_memory_bytes", "resource_id")


def date(day):
    return datetime.date(cluster.YEAR, cluster.MONTH, day)


def is_weekend(day):
    return date(day).weekday() >= 5


def hours_of(day):
    return [h for h in range(24) if day != cluster.GAP_DAY or h not in cluster.GAP_HOURS]


def load(shape, day, hour):
    """How busy a workload is, about 1 on average over a week."""
    if shape == "office":
        return 0.25 if is_weekend(day) else 0.3 + 2.0 * math.exp(-(((hour - 12.5) / 4.0) ** 2))
    if shape == "shop":
        return (1.25 if is_weekend(day) else 1.0) * (0.35 + 0.6 * math.exp(-(((hour - 11) / 4.0) ** 2)) + 1.1 * math.exp(-(((hour - 19.5) / 2.8) ** 2)))
    if shape == "night":
        return 2.6 if hour < 6 else 0.45
    return 1.0


def significant(value, digits):
    return 0.0 if value == 0 else round(value, digits - 1 - math.floor(math.log10(abs(value))))


def suffix(*parts):
    """The random-looking end of a pod name."""
    rng = random.Random("/".join(map(str, parts)))
    return "".join(rng.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(5))


class Pod:
    """One pod: where it runs, from when to when, and its labels."""

    def __init__(self, workload, name, node, labels, first_hour=0, last_hour=24, seconds=SECONDS):
        self.workload, self.name, self.node, self.labels = workload, name, node, labels
        self.first_hour, self.last_hour, self.seconds = first_hour, last_hour, seconds


def nodes_of(pool):
    return [node for node in cluster.NODES if pool in ("all", node.role)]


def first_node(workload):
    """Replicas are dealt to the nodes of a pool in turn, from one workload to the next."""
    before = cluster.WORKLOADS[: cluster.WORKLOADS.index(workload)]
    return sum(other.replicas for other in before if other.pool == workload.pool)


def pods_of_workload(workload, day):
    """The pods of a day; on the day of a rollout those before and those after 10:00."""
    if workload.weekdays_only and is_weekend(day):
        return
    nodes = nodes_of(workload.pool)
    if workload.kind in ("daemonset", "static"):
        for node in nodes:
            ending = node.name if workload.kind == "static" else suffix(workload.namespace, workload.name, node.name)
            yield Pod(workload, f"{workload.name}-{ending}", node, workload.labels)
        return
    offset = first_node(workload)
    done = sum(rollout <= day for rollout in workload.rollouts)
    revisions = [(done - 1, 0, 10), (done, 10, 24)] if day in workload.rollouts else [(done, 0, 24)]
    for revision, first_hour, last_hour in revisions:
        for replica in range(workload.replicas):
            node = nodes[(offset + replica + revision) % len(nodes)]
            if workload.kind == "statefulset":
                single = workload.name.startswith("virt-launcher")
                ending = suffix(workload.name) if single else str(replica)
                yield Pod(workload, f"{workload.name}-{ending}", node, workload.labels, first_hour, last_hour)
                continue
            generation = suffix(workload.namespace, workload.name, revision)
            name = f"{workload.name}-{generation}-{suffix(generation, replica)}"
            labels = workload.labels | {"version": f"1.{revision + 4}"} if workload.labels else {}
            yield Pod(workload, name, node, labels, first_hour, last_hour)


def cron_pods(day):
    workers = nodes_of("worker")
    for job in cluster.CRON_JOBS:
        if job.weekdays_only and is_weekend(day):
            continue
        request = (job.cores / 2, int(job.mib))
        as_workload = cluster.Workload(job.namespace, job.name, "worker", 1, job.cores, job.mib, request, labels=job.labels)
        for number, hour in enumerate(job.hours):
            name = f"{job.name}-{29_300_000 + 1440 * day + 60 * hour}-{suffix(job.name, day, number)}"
            yield Pod(as_workload, name, workers[(day + number) % len(workers)], job.labels, hour, hour + 1, job.seconds)


def pods_of(day):
    for workload in cluster.WORKLOADS:
        yield from pods_of_workload(workload, day)
    yield from cron_pods(day)
    if day in cluster.PENDING_DAYS:
        yield Pod(cluster.PENDING, f"notebook-gpu-{suffix('gpu')}", None, cluster.PENDING.labels, 9 if day == cluster.PENDING_DAYS[0] else 0)


def hourly_rows(pod, day, rng):
    """One row an hour that the pod ran in."""
    workload, node, seconds = pod.workload, pod.node, pod.seconds
    cores, gib = node.size(day) if node else (0, 0)
    level = rng.uniform(0.9, 1.1)
    constant = PERIOD | {
        "namespace": workload.namespace,
        "pod": pod.name,
        "node": node.name if node else "",
        "resource_id": node.resource_id if node else "",
        "pod_labels": json.dumps(pod.labels),
        "pod_request_cpu_core_seconds": round(workload.request[0] * seconds, 3),
        "pod_limit_cpu_core_seconds": round(workload.limit[0] * seconds, 3),
        "pod_request_memory_byte_seconds": float(workload.request[1] * MIB * seconds),
        "pod_limit_memory_byte_seconds": float(workload.limit[1] * MIB * seconds),
        "node_capacity_cpu_cores": float(cores),
        "node_capacity_cpu_core_seconds": float(cores * SECONDS),
        "node_capacity_memory_bytes": float(gib * GIB),
        "node_capacity_memory_byte_seconds": float(gib * GIB * SECONDS),
    }
    for hour in hours_of(day):
        if not pod.first_hour <= hour < pod.last_hour:
            continue
        busy = load(workload.shape, day, hour) * level
        core_seconds = significant(workload.cores * busy * seconds * rng.uniform(0.9, 1.1), 2)
        mib = significant(workload.mib * (0.85 + 0.1 * busy + 0.02 * rng.random()), 2)
        row = constant | {
            "interval_start": koku_layout.day_start(date(day)) + hour * HOUR,
            "interval_end": koku_layout.day_start(date(day)) + (hour + 1) * HOUR - 1_000_000,
            "pod_usage_cpu_core_seconds": core_seconds,
            "pod_usage_memory_byte_seconds": float(int(mib * MIB) * seconds),
        }
        for quantity in QUANTITIES:
            row[f"pod_effective_usage_{quantity}"] = max(row[f"pod_usage_{quantity}"], row[f"pod_request_{quantity}"])
        yield row


def daily_rows(hourly, day):
    """Koku's roll-up: sums and maxima a namespace, node, pod and label text."""
    groups = {}
    for row in hourly:
        groups.setdefault(tuple(row[key] for key in DAILY_KEYS), []).append(row)
    for key, rows in sorted(groups.items()):
        out = PERIOD | dict(zip(DAILY_KEYS, key)) | {"interval_start": koku_layout.day_start(date(day))}
        out |= {column: sum(row[column] for row in rows) for column in DAILY_SUMS}
        out |= {column: max(row[column] for row in rows) for column in DAILY_MAXIMA}
        yield out


def storage_rows(pods, day):
    seconds = len(hours_of(day)) * SECONDS
    for number, volume in enumerate(cluster.VOLUMES):
        driver, handle = volume.csi(number + 0x51)
        owners = [p for p in pods if (p.workload.namespace, p.workload.name) == (volume.namespace, volume.workload)]
        if volume.replica >= 0:
            owners = owners[volume.replica : volume.replica + 1]
        used = int(volume.gib * (volume.used + volume.growth * day / cluster.DAYS) * 1024) * MIB
        for owner in owners or [None]:
            share = (owner.last_hour - owner.first_hour) / 24 if owner else 1
            active = int(seconds * share)
            yield PERIOD | {
                "namespace": volume.namespace,
                "node": owner.node.name if owner else "",
                "pod": owner.name if owner else "",
                "persistentvolumeclaim": volume.claim,
                "persistentvolume": f"pvc-{random.Random(volume.namespace + volume.claim).getrandbits(32):08x}-0000-4000-8000-{number:012x}",
                "storageclass": volume.storageclass,
                "csi_driver": driver,
                "csi_volume_handle": handle,
                "persistentvolume_labels": "{}",
                "persistentvolumeclaim_labels": json.dumps(volume.labels),
                "interval_start": koku_layout.day_start(date(day)),
                "persistentvolumeclaim_capacity_bytes": float(volume.gib * GIB),
                "persistentvolumeclaim_capacity_byte_seconds": float(volume.gib * GIB * active),
                "volume_request_storage_byte_seconds": float(volume.gib * GIB * active),
                "persistentvolumeclaim_usage_byte_seconds": float(used * active),
            }


def node_label_rows(day):
    for node in cluster.NODES:
        labels = {
            "kubernetes_io_arch": "amd64",
            "kubernetes_io_hostname": node.name,
            "node_role_kubernetes_io": node.role,
            "topology_kubernetes_io_zone": node.zone,
        }
        changed_on, changed = cluster.NODE_LABEL_CHANGE
        tiers = ["general"] if node.role == "worker" else [None]
        if node.name == changed and day >= changed_on:
            tiers = ["general", "memory"] if day == changed_on else ["memory"]
        for tier in tiers:
            text = json.dumps(labels | ({"tier": tier} if tier else {}))
            yield PERIOD | {"node": node.name, "node_labels": text, "interval_start": koku_layout.day_start(date(day))}


def namespace_label_rows(day):
    changed_on, changed = cluster.NAMESPACE_LABEL_CHANGE
    for namespace in cluster.namespaces():
        before = cluster.namespace_labels(namespace)
        texts = [before]
        if namespace == changed and day >= changed_on:
            after = before | {"cost_center": "CC-1043"}
            texts = [before, after] if day == changed_on else [after]
        for labels in texts:
            yield PERIOD | {"namespace": namespace, "namespace_labels": json.dumps(labels), "interval_start": koku_layout.day_start(date(day))}


def write_day(root, day):
    pods = list(pods_of(day))
    rng = random.Random(f"usage {day}")
    hourly = [row for pod in pods for row in hourly_rows(pod, day, rng)]
    tables = {
        "pod_hourly": hourly,
        "pod_daily": daily_rows(hourly, day),
        "storage_daily": storage_rows(pods, day),
        "node_labels_daily": node_label_rows(day),
        "namespace_labels_daily": namespace_label_rows(day),
    }
    for table, rows in tables.items():
        folder = koku_layout.partition(root, table, cluster.ORG_ID, cluster.SOURCE, cluster.YEAR, cluster.MONTH)
        path = folder / koku_layout.file_name(table, date(day), 2510000 + day, 0, 0)
        koku_layout.write_as_koku(path, koku_layout.arrow_table(table, list(rows)))
    return len(pods), len(hourly)


def write_reference(folder):
    nodes = []
    for node in cluster.NODES:
        for cores in sorted({node.size(1)[0], node.size(cluster.DAYS)[0]}):
            nodes.append((node.name, node.resource_id, f"{cores}.00", node.role, "amd64"))
    keys = [(key, "true", "OCP") for key in cluster.ENABLED_KEYS] + [(key, "false", "OCP") for key in cluster.DISABLED_KEYS]
    categories = [(pattern, str(category)) for pattern, category in cluster.CATEGORY_PATTERNS]
    koku_layout.write_reference(folder / "reporting_enabledtagkeys.csv", ("key", "enabled", "provider_type"), keys)
    header = ("node", "resource_id", "node_capacity_cpu_cores", "node_role", "architecture")
    koku_layout.write_reference(folder / "reporting_ocp_nodes.csv", header, nodes)
    koku_layout.write_reference(folder / "reporting_ocp_cost_category_namespace.csv", ("namespace", "cost_category_id"), categories)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--output", type=Path, default=HERE, help="gets data/ and reference/ (default: beside this script)")
    a = a.parse_args()
    shutil.rmtree(a.output / "data", ignore_errors=True)
    counts = [write_day(a.output, day) for day in range(1, cluster.DAYS + 1)]
    write_reference(a.output / "reference")
    files = list((a.output / "data").rglob("*.parquet"))
    print(f"{len(files)} files, {sum(f.stat().st_size for f in files)} bytes, {min(counts)[0]}..{max(counts)[0]} pods a day, {sum(c[1] for c in counts)} hourly rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
