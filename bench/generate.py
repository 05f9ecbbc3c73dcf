#!/usr/bin/env python3
"""Writes a large month of usage in Koku's layout, with reference tables, fast (numpy, whole columns) and the same for the same options.

usage: generate.py --output DIR [--rows 1000000] [options]

--rows counts hourly pod rows, give or take a few in a thousand. Daily pods are the sums of the hourly ones. One pod in ten has a claim.
A day has four files of hourly pods, more where one would have more than 200,000 rows. Memory is that of one such file.
"""
import argparse
import csv
import json
import os
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
from cluster_model import ENABLED_KEYS, GIB, HOURS, Cluster
from storage_model import storage_columns

ORG = "org1234567"
SOURCE = "00000000-0000-4000-8000-000000000001"
YEAR, MONTH = 2025, 10
FILE_ROWS = 200_000
HOUR = numpy.timedelta64(3_600_000, "ms")
# Tables of the Python proof of concept, by table of Koku; its hourly pods serve as the daily ones.
POC_TABLES = {("", "pod_usage"): "openshift_pod_usage_line_items", ("daily", "storage_usage"): "openshift_storage_usage_line_items_daily",
              ("daily", "node_labels"): "openshift_node_labels_line_items",
              ("daily", "namespace_labels"): "openshift_namespace_labels_line_items"}


def coded(texts, codes, missing=None):
    return pyarrow.array(texts, pyarrow.string()).take(pyarrow.array(codes, pyarrow.int32(), mask=missing))


class Writer:
    def __init__(self, options):
        self.options = options
        self.rows = {}

    def write(self, daily, table, day, part, columns):
        path = f"source={SOURCE}/year={YEAR}/month={MONTH:02d}"
        folder = self.options.output / "data/parquet" / daily / ORG / "OCP" / table / path
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{table}.{YEAR}-{MONTH:02d}-{day:02d}.1.{part}{'_daily' if daily else ''}_0.parquet"
        file.unlink(missing_ok=True)  # the other layout may have a link to it
        data = pyarrow.table(columns)
        pyarrow.parquet.write_table(data, file, compression=self.options.compression, row_group_size=FILE_ROWS,
                                    use_dictionary=not self.options.no_dictionary, store_schema=False)
        name = f"{daily or 'hourly'} {table}"
        self.rows[name] = self.rows.get(name, 0) + data.num_rows
        if (daily, table) in POC_TABLES:
            other = self.options.output / "poc/data" / ORG / "OCP" / path / f"day={day:02d}" / POC_TABLES[daily, table]
            other.mkdir(parents=True, exist_ok=True)
            (other / file.name).unlink(missing_ok=True)
            os.link(file, other / file.name)


class Day:
    """The tables of one day."""

    def __init__(self, cluster, options, day):
        self.cluster, self.options, self.day = cluster, options, day
        self.random = numpy.random.default_rng([options.seed, day])
        self.unused = numpy.random.default_rng([options.seed, day, 1])  # unused columns do not change the others
        self.pods = cluster.pods_of_day(self.random, day)
        self.names = pyarrow.array(self.pods.names, pyarrow.string())
        self.midnight = numpy.datetime64(f"{YEAR}-{MONTH:02d}-{day:02d}T00:00:00", "ms")
        self.without_labels = self.random.random(len(self.pods.workload)) < options.nulls / 5

    def write(self, writer):
        running = [numpy.nonzero((self.pods.start <= hour) & (hour < self.pods.start + self.pods.running))[0] for hour in range(HOURS)]
        if self.options.shuffle:
            running = [self.random.permutation(pods) for pods in running]
        pods, hours = numpy.concatenate(running), numpy.repeat(numpy.arange(HOURS), [len(one) for one in running])
        totals = {}
        pieces = max(4, -(-len(pods) // FILE_ROWS))
        for part, (some, their_hours) in enumerate(zip(numpy.array_split(pods, pieces), numpy.array_split(hours, pieces))):
            sums = self.usage(some)
            for name, values in sums.items():
                totals[name] = totals.get(name, 0) + numpy.bincount(some, values, len(self.pods.workload))
            writer.write("", "pod_usage", self.day, part, self.pod_columns(some, self.midnight + their_hours * HOUR, sums, 1))
        self.write_daily(writer, totals)
        for table, subject, texts, names in (
                ("node_labels", "node", self.cluster.label_texts_of_nodes(self.day), self.cluster.nodes),
                ("namespace_labels", "namespace", self.cluster.label_texts_of_namespaces(self.day), self.cluster.namespaces)):
            writer.write("daily", table, self.day, 0, {subject: [names[number] for number, _ in texts], table: [text for _, text in texts],
                                                       **self.period(numpy.full(len(texts), self.midnight))})
        columns = storage_columns(self.random, self.cluster, self.pods)
        writer.write("daily", "storage_usage", self.day, 0, {**columns, **self.period(numpy.full(len(columns["pod"]), self.midnight))})

    def write_daily(self, writer, totals):
        everyone = numpy.arange(len(self.pods.workload))
        pieces = -(-len(everyone) // FILE_ROWS)
        for part, some in enumerate(numpy.array_split(everyone, pieces)):
            sums = {name: values[some] for name, values in totals.items()}
            writer.write("daily", "pod_usage", self.day, part,
                         self.pod_columns(some, numpy.full(len(some), self.midnight), sums, self.pods.running[some]))

    def usage(self, pods):
        """The eight sums of an hour of each of the pods."""
        request, memory, limit = (column[pods] for column in (self.pods.request * 3600, self.pods.memory * 3600, self.pods.limit))
        used, held = request * self.random.gamma(2.0, 0.35, len(pods)), numpy.floor(memory * self.random.gamma(3.0, 0.3, len(pods)))
        return {"pod_usage_cpu_core_seconds": used, "pod_request_cpu_core_seconds": request, "pod_limit_cpu_core_seconds": request * limit,
                "pod_usage_memory_byte_seconds": held, "pod_request_memory_byte_seconds": memory,
                "pod_limit_memory_byte_seconds": memory * limit, "pod_effective_usage_cpu_core_seconds": numpy.maximum(used, request),
                "pod_effective_usage_memory_byte_seconds": numpy.maximum(held, memory)}

    def pod_columns(self, pods, times, sums, hours):
        cluster, node = self.cluster, self.pods.node[pods]
        cores, seconds = cluster.cores[node], hours * 3600.0
        numbers = {**sums, "node_capacity_cpu_cores": cores, "node_capacity_cpu_core_seconds": cores * seconds,
                   "node_capacity_memory_bytes": cores * 4 * GIB, "node_capacity_memory_byte_seconds": cores * 4 * GIB * seconds}
        node_code = numpy.where(node < 0, cluster.node_count, node)
        namespace = cluster.namespace_of[self.pods.workload[pods]]
        columns = {**self.period(times), "pod": self.names.take(pyarrow.array(pods)), "namespace": coded(cluster.namespaces, namespace),
                   "node": coded(cluster.nodes, node_code), "resource_id": coded(cluster.resource_ids, node_code, self.missing(len(pods))),
                   **{name: pyarrow.array(values, mask=self.missing(len(pods))) for name, values in numbers.items()},
                   "pod_labels": coded(cluster.labels, cluster.label_number(self.pods)[pods], self.without_labels[pods]),
                   "node_role": coded(cluster.roles, node_code)}
        for number in range(self.options.pad_columns):
            columns[f"unused_{number:02d}"] = self.unused.random(len(pods)) if number % 2 else columns["namespace"]
        return columns

    def missing(self, rows):
        return self.random.random(rows) < self.options.nulls if self.options.nulls else None

    @staticmethod
    def period(times):
        begin = numpy.datetime64(f"{YEAR}-{MONTH:02d}", "M")
        ends = [numpy.full(len(times), month.astype("datetime64[ms]")) for month in (begin, begin + 1)]
        return {"report_period_start": ends[0], "report_period_end": ends[1], "interval_start": times, "interval_end": times + HOUR}


def write_reference(cluster, folder):
    folder.mkdir(parents=True, exist_ok=True)
    categories = [["openshift-%", 1], ["kube-%", 1], ["Platform unallocated", 1], ["%-prod-%", 2], [cluster.namespaces[0], 3]]
    nodes = list(zip(cluster.nodes, cluster.resource_ids, cluster.roles))[1:-1]  # one node is not known, '' is none
    tables = {"reporting_enabledtagkeys": [["key", "enabled", "provider_type"], *[[key, "true", "OCP"] for key in ENABLED_KEYS]],
              "reporting_ocp_cost_category_namespace": [["namespace", "cost_category_id"], *categories],
              "reporting_ocp_nodes": [["node", "resource_id", "node_role"], *nodes]}
    for name, rows in tables.items():
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    for name, default, meaning in (
            ("rows", 1_000_000, None), ("nodes", 50, None), ("namespaces", 300, None), ("days", 30, None), ("seed", 1, None),
            ("label-sets", 2000, "6000 overflow the dictionary page of 1 MiB: their texts go into the pages"),
            ("groups", 0, "distinct (label set, node) a day, however many rows; 0: as it comes"),
            ("pad-columns", 0, "columns that no rule reads; 28 make 50 of them")):
        parser.add_argument(f"--{name}", type=int, default=default, help=meaning)
    parser.add_argument("--nulls", type=float, default=0.0, help="share of NULLs in numbers and resource ids")
    parser.add_argument("--compression", choices=("snappy", "zstd", "none"), default="snappy")
    parser.add_argument("--shuffle", action="store_true", help="rows in random order within each hour")
    parser.add_argument("--no-dictionary", action="store_true")
    options = parser.parse_args()
    cluster, writer = Cluster(options), Writer(options)
    for day in range(1, options.days + 1):
        Day(cluster, options, day).write(writer)
    write_reference(cluster, options.output / "reference")
    (options.output / "rows.json").write_text(json.dumps(writer.rows))  # last: its presence says that all is there


if __name__ == "__main__":
    main()
