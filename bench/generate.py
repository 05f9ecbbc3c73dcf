#!/usr/bin/env python3
"""Writes a large month of usage in Koku's layout, with reference tables, fast (numpy, whole columns at a time).

usage: generate.py --output DIR [--rows 1000000] [--nodes 50] [--namespaces 300] [--label-sets 2000] [--days 30] [--seed 1]

--rows counts hourly pod rows. Every pod runs 24 hours of every day; daily rows are their exact sums. One pod in ten has a claim.
"""
import argparse
import csv
import json
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

ORG = "org1234567"
SOURCE = "00000000-0000-4000-8000-000000000001"
YEAR, MONTH = 2025, 10
HOURS = 24
GIB = 2.0**30
KEYS = ["app", "team", "environment", "tier", "version", "component", "cost_center", "owner"]
SUMS = ["usage_cpu_core", "request_cpu_core", "limit_cpu_core", "usage_memory_byte", "request_memory_byte", "limit_memory_byte",
        "effective_usage_cpu_core", "effective_usage_memory_byte"]


def coded(texts, codes):
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes.astype(numpy.int32)), pyarrow.array(texts)).dictionary_decode()


def write(root, daily, table, day, columns):
    folder = root / "data/parquet" / ("daily" if daily else "") / ORG / "OCP" / table / f"source={SOURCE}/year={YEAR}/month={MONTH:02d}"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{table}.{YEAR}-{MONTH:02d}-{day:02d}.1.0{'_daily' if daily else ''}_0.parquet"
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / name, compression="snappy", row_group_size=200_000)


class Cluster:
    def __init__(self, arguments):
        self.random = numpy.random.default_rng(arguments.seed)
        self.pods = max(1, round(arguments.rows / (arguments.days * HOURS)))
        self.nodes = [f"worker-{i}.example" for i in range(arguments.nodes)]
        self.resource_ids = [f"i-{i:017x}" for i in range(arguments.nodes)]
        self.namespaces = [("openshift-" if i % 5 == 0 else "team-") + f"ns-{i}" for i in range(arguments.namespaces)]
        self.labels = [json.dumps({key: f"{key}-{(i * 7 + j) % 97}" for j, key in enumerate(KEYS)}) for i in range(arguments.label_sets)]
        self.pod_names = [f"pod-{i:07d}" for i in range(self.pods)]
        self.node_of = self.random.integers(0, arguments.nodes, self.pods)
        self.labels_of = self.random.integers(0, arguments.label_sets, self.pods)
        self.namespace_of = self.labels_of % arguments.namespaces
        self.cores = self.random.choice([8.0, 16.0, 32.0], arguments.nodes)
        self.request = self.random.choice([0.05, 0.1, 0.25, 0.5, 1.0], self.pods)
        self.memory = self.random.choice([64, 256, 1024, 4096], self.pods) * 2.0**20

    def texts(self, pods):
        return {"namespace": coded(self.namespaces, self.namespace_of[pods]), "node": coded(self.nodes, self.node_of[pods]),
                "pod": coded(self.pod_names, pods), "resource_id": coded(self.resource_ids, self.node_of[pods]),
                "pod_labels": coded(self.labels, self.labels_of[pods])}

    def capacity(self, pods, seconds):
        cores = self.cores[self.node_of[pods]]
        return {"node_capacity_cpu_cores": cores, "node_capacity_cpu_core_seconds": cores * seconds,
                "node_capacity_memory_bytes": cores * 4 * GIB, "node_capacity_memory_byte_seconds": cores * 4 * GIB * seconds}

    def write_day(self, root, day):
        midnight = numpy.datetime64(f"{YEAR}-{MONTH:02d}-{day:02d}T00:00:00", "ms")
        pods = numpy.tile(numpy.arange(self.pods), HOURS)
        hours = numpy.repeat(numpy.arange(HOURS), self.pods)
        request, memory = self.request[pods] * 3600, self.memory[pods] * 3600
        usage, used = request * self.random.gamma(2.0, 0.35, len(pods)), numpy.floor(memory * self.random.gamma(3.0, 0.3, len(pods)))
        values = [usage, request, request * 2, used, memory, memory * 2, numpy.maximum(usage, request), numpy.maximum(used, memory)]
        sums = {f"pod_{name}_seconds": value for name, value in zip(SUMS, values)}
        write(root, False, "pod_usage", day, {"interval_start": midnight + hours * numpy.timedelta64(3_600_000, "ms"), **self.texts(pods),
                                              **sums, **self.capacity(pods, 3600.0)})
        all_pods = numpy.arange(self.pods)
        daily = {name: numpy.bincount(pods, value, self.pods) for name, value in sums.items()}
        write(root, True, "pod_usage", day, {"interval_start": numpy.full(self.pods, midnight), **self.texts(all_pods), **daily,
                                             **self.capacity(all_pods, 86400.0)})
        self.write_storage(root, day, midnight)
        for table, column, subjects in (("node_labels", "node", self.nodes), ("namespace_labels", "namespace", self.namespaces)):
            texts = [json.dumps({"team": f"team-{i % 30}", "environment": ["prod", "dev"][i % 2]}) for i in range(len(subjects))]
            write(root, True, table, day, {column: subjects, table: texts, "interval_start": numpy.full(len(subjects), midnight)})

    def write_storage(self, root, day, midnight):
        pods = numpy.arange(0, self.pods, 10)
        size = self.random.choice([1, 10, 100], len(pods)) * GIB
        write(root, True, "storage_usage", day, {
            "namespace": coded(self.namespaces, self.namespace_of[pods]), "pod": coded(self.pod_names, pods),
            "persistentvolumeclaim": [f"data-{i}" for i in pods], "persistentvolume": [f"pvc-{i:08x}" for i in pods],
            "storageclass": [["gp3-csi", "ceph-rbd"][i % 2] for i in pods], "csi_volume_handle": [f"vol-{i:017x}" for i in pods],
            "persistentvolume_labels": ["{}"] * len(pods), "persistentvolumeclaim_labels": [json.dumps({"app": f"app-{i % 50}"}) for i in pods],
            "interval_start": numpy.full(len(pods), midnight), "persistentvolumeclaim_capacity_bytes": size,
            "persistentvolumeclaim_capacity_byte_seconds": size * 86400, "volume_request_storage_byte_seconds": size * 86400 * 0.9,
            "persistentvolumeclaim_usage_byte_seconds": size * 86400 * self.random.random(len(pods))})

    def write_reference(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        tables = {
            "reporting_enabledtagkeys": [["key", "enabled", "provider_type"], *[[key, "true", "OCP"] for key in KEYS[:6]]],
            "reporting_ocp_cost_category_namespace": [["namespace", "cost_category_id"], ["openshift-%", 1], ["kube-%", 1]],
            "reporting_ocp_nodes": [["node", "resource_id", "node_role"],
                                    *[[node, rid, "worker"] for node, rid in zip(self.nodes, self.resource_ids)]],
        }
        for name, rows in tables.items():
            with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    for name, default in (("rows", 1_000_000), ("nodes", 50), ("namespaces", 300), ("label-sets", 2000), ("days", 30), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    cluster = Cluster(arguments)
    for day in range(1, arguments.days + 1):
        cluster.write_day(arguments.output, day)
    cluster.write_reference(arguments.output / "reference")


if __name__ == "__main__":
    main()
