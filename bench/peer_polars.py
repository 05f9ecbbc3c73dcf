#!/usr/bin/env python3
"""The whole job in Polars, as fast as we could make it: lazy scans with the streaming engine, label texts as categories, line items summed
by raw label text first; label texts are parsed once each, and merged once for each combination that occurs, in Python.
The rules are those of docs/rules.md, but for one: the sum of nothing but NULLs is 0 here, so that data with NULLs is not compared.

usage: peer_polars.py DATA OUTPUT.parquet [--layout koku|poc] [--threads 1]
"""
import json
import os
import re
from datetime import datetime

from peer_inputs import DAYS_OF_MONTH, MONTH_BEGIN, MONTH_END, OUTPUT, SOURCE, SUMS, SYNTHETIC, ZERO_COST, Inputs

inputs = Inputs(__doc__)
os.environ["POLARS_MAX_THREADS"] = str(inputs.threads)  # read when Polars is loaded
import polars  # noqa: E402
from polars import col  # noqa: E402

GIB = 2.0**-30
MONTH_SECONDS = 86400.0 * DAYS_OF_MONTH
DAY = col("interval_start").cast(polars.Date).alias("day")
BOTH = [(resource, name) for resource in ("cpu", "memory") for name in SUMS]
COLUMNS = [f"{resource}_{name}" for resource, name in BOTH]
KEPT = set(inputs.enabled_keys())
encoded = json.JSONEncoder(ensure_ascii=False).encode


def scan(table):
    begin, end = (datetime.fromisoformat(moment) for moment in (MONTH_BEGIN, MONTH_END))
    return polars.scan_parquet(inputs.files(table), hive_partitioning=False).filter(col("interval_start") >= begin, col("interval_start") < end)


def collect(frame):
    return frame.collect(engine="streaming")


def seconds(resource, name):
    unit = "core" if resource == "cpu" else "byte"
    column = col(f"pod_{name}_{resource}_{unit}_seconds")
    if name != "effective_usage":
        return column
    usage, request = (col(f"pod_{other}_{resource}_{unit}_seconds") for other in ("usage", "request"))
    return polars.coalesce(column, polars.when(usage.is_not_null() & request.is_not_null()).then(polars.max_horizontal(usage, request)))


def kept(text):
    """By enabled key the piece of JSON that it becomes."""
    if text is None:
        return None
    return {key: f"{encoded(key)}:{encoded(value)}" for key, value in json.loads(text).items() if key in KEPT}


def written(pieces):
    """Sorted pieces are sorted keys, as long as no key holds a character below the quotation mark."""
    return "{" + ",".join(sorted(pieces.values())) + "}"


def capacity():
    """Of nodes by (day, node), of the cluster by day."""
    cpu, memory = "node_capacity_cpu_core_seconds", "node_capacity_memory_byte_seconds"
    nodes = collect(scan("hourly").group_by("interval_start", "node").agg(col(cpu, memory).max()).group_by(DAY, "node").agg(
        node_cpu=col(cpu).sum() / 3600, node_memory=col(memory).sum() / 3600 * GIB))
    return nodes, nodes.group_by("day").agg(cluster_cpu=col("node_cpu").sum(), cluster_memory=col("node_memory").sum())


def pod_sums():
    keys = ["namespace", "node", "pod_labels"]
    sums = [seconds(*one).sum().alias("_".join(one)) for one in BOTH]
    return collect(scan("pods").filter(col("node") != "").with_columns(DAY, col(keys).cast(polars.Categorical)).group_by("day", *keys).agg(
        *sums, col("resource_id").max(), cores=col("node_capacity_cpu_cores").max(),
        gigabytes=col("node_capacity_memory_bytes").max() * GIB)).with_columns(col(keys).cast(polars.String))


def label_maps(subject):
    """The distinct maps, as text, by (day, subject)."""
    texts = f"{subject}_labels"
    rows = collect(scan(texts).select(DAY, subject, texts).unique())
    distinct = rows[texts].unique()
    maps = polars.DataFrame({texts: distinct, f"{subject}_map": [written(kept(text) or {}) for text in distinct]})
    return rows.join(maps, on=texts, nulls_equal=True).select("day", subject, f"{subject}_map").unique()


def with_merged_labels(rows, texts, merged):
    """Adds the merge of the maps of node and namespace with the label columns `texts`."""
    keys = ["node_map", "namespace_map", *texts]
    combinations = rows.select(keys).unique()
    lower = {text: kept(text) or {} for key in keys[:2] for text in combinations[key].unique()}
    upper = {text: kept(text) for key in texts for text in combinations[key].unique()}
    labels = []
    for node, namespace, *own in combinations.iter_rows():
        pieces = lower[node] | lower[namespace]
        for text in own:
            pieces = None if pieces is None or upper[text] is None else pieces | upper[text]
        labels.append(None if pieces is None else written(pieces))
    return rows.join(combinations.with_columns(polars.Series(merged, labels, polars.String)), on=keys, nulls_equal=True, how="left")


def categories_of(namespaces):
    """(namespace, category), a row for each pattern that matches."""
    patterns = [(re.compile("".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern), re.DOTALL), number)
                for pattern, number in inputs.categories()]
    matches = [(name, number) for name in namespaces if name is not None for pattern, number in patterns if pattern.fullmatch(name)]
    return polars.DataFrame(matches, schema={"namespace": polars.String, "category": polars.Int32}, orient="row")


def pod_rows(sums, maps, nodes, cluster, categories):
    joined = sums.join(maps["node"], on=["day", "node"], how="left").join(maps["namespace"], on=["day", "namespace"], how="left")
    merged = with_merged_labels(joined.rename({"pod_labels": "text"}), ["text"], "pod_labels")
    hours = [(col(name).sum() / 3600 * (1 if name.startswith("cpu") else GIB)).alias(name) for name in COLUMNS]
    groups = merged.group_by("day", "namespace", "node", "pod_labels").agg(*hours, col("resource_id", "cores", "gigabytes").max())
    return groups.join(categories, on="namespace", how="left").with_columns(col(COLUMNS) * col("matches").fill_null(1)).join(
        nodes, on=["day", "node"], how="left").join(cluster, on="day", how="left")


def storage_rows(maps, categories):
    rows = collect(scan("storage").select(
        DAY, "namespace", "pod", "csi_volume_handle", claim="persistentvolumeclaim", volume="persistentvolume", **{"class": "storageclass"},
        volume_text="persistentvolume_labels", claim_text="persistentvolumeclaim_labels", capacity="persistentvolumeclaim_capacity_bytes",
        capacity_seconds="persistentvolumeclaim_capacity_byte_seconds", request_seconds="volume_request_storage_byte_seconds",
        usage_seconds="persistentvolumeclaim_usage_byte_seconds"))
    placed = collect(scan("pods").select(DAY, "namespace", "pod", "node", "resource_id").join(
        rows.lazy().select("namespace", "pod").unique(), on=["namespace", "pod"], how="semi").unique())
    relation = rows.select("day", "claim", "volume", "pod", "namespace").unique().join(placed, on=["day", "namespace", "pod"])
    nodes_of_volume = relation.group_by("day", "volume").agg(nodes=col("node").drop_nulls().n_unique())
    joined = (rows.join(relation.select("day", "claim", "pod", "namespace", "node", "resource_id"), on=["day", "claim", "pod", "namespace"],
                        how="left").join(nodes_of_volume, on=["day", "volume"], how="left")
              .join(maps["node"], on=["day", "node"], how="left").join(maps["namespace"], on=["day", "namespace"], how="left"))
    merged = with_merged_labels(joined, ["volume_text", "claim_text"], "volume_labels").join(categories, on="namespace", how="left")
    matches, nodes = col("matches").max().fill_null(1), col("nodes").max()
    return merged.group_by("day", "namespace", "node", "resource_id", "claim", "volume", "class", "csi_volume_handle", "volume_labels").agg(
        col("category").max(), capacity=col("capacity").max() * GIB, capacity_months=col("capacity_seconds").sum() * matches / MONTH_SECONDS * GIB,
        request_months=col("request_seconds").sum() * matches / nodes / MONTH_SECONDS * GIB,
        usage_months=col("usage_seconds").sum() * matches / nodes / MONTH_SECONDS * GIB)


def unallocated_rows(pods):
    roles = polars.DataFrame(inputs.roles(), schema=["node", "resource_id", "role"], orient="row").group_by("node", "resource_id").agg(
        col("role").max())
    left_over = [(col(f"node_{resource}").max() - col(f"{resource}_{name}").sum()).alias(f"{resource}_{name}")
                 for resource, name in BOTH if name != "limit"]
    names = {"master": "Platform unallocated", "infra": "Platform unallocated", "worker": "Worker unallocated"}
    rows = pods.filter(col("namespace").is_not_null() & ~col("namespace").is_in(SYNTHETIC)).join(
        roles, on=["node", "resource_id"], how="left").group_by("day", "node").agg(
        *left_over, col("resource_id", "cores", "gigabytes", "node_cpu", "node_memory", "cluster_cpu", "cluster_memory").max(),
        namespace=col("role").max().replace_strict(names, default=None, return_dtype=polars.String))
    return rows.join(categories_of(rows["namespace"].unique()), on="namespace", how="left")


def main():
    nodes, cluster = capacity()
    sums = pod_sums()
    maps = {subject: label_maps(subject) for subject in ("node", "namespace")}
    namespaces = set(sums["namespace"].unique()) | set(collect(scan("storage").select("namespace").unique())["namespace"])
    categories = categories_of(namespaces).group_by("namespace").agg(col("category").max(), matches=polars.len())
    pods = pod_rows(sums, maps, nodes, cluster, categories)
    parts = [("Pod", ZERO_COST, pods), ("Storage", ZERO_COST, storage_rows(maps, categories)), ("Pod", None, unallocated_rows(pods))]
    rows = polars.concat([part.with_columns(data_source=polars.lit(kind), infrastructure_usage_cost=polars.lit(cost, polars.String))
                          for kind, cost, part in parts], how="diagonal")
    source = polars.lit(SOURCE)
    rows.select(
        "data_source", *[col(name).alias(column) for column, name in OUTPUT.items()], "infrastructure_usage_cost",
        all_labels=polars.coalesce("pod_labels", "volume_labels", polars.lit("{}")), usage_end="day", source_uuid=source, cluster_id=source,
        cluster_alias=source, report_period_id=polars.lit(None, polars.Int32)).write_parquet(inputs.output, compression="snappy")


if __name__ == "__main__":
    main()
