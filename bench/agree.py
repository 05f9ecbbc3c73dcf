#!/usr/bin/env python3
"""Compares the summary that a peer wrote with Costmill's: the same keys and labels, row for row, and numbers within 1e-9 of each other.
Unallocated capacity is a difference of two sums: there it is 1e-9 of the capacity.

usage: agree.py COSTMILL_FOLDER PEER.parquet     exit 1 and a line for each column that differs
"""
import sys

import duckdb
from peer_inputs import NUMBERS, TEXTS

TOLERANCE = 1e-9
KEYS = ["data_source", "usage_start", *TEXTS, "all_labels", "cost_category_id", "infrastructure_usage_cost"]


def differing(column):
    """SQL: how many of the matched rows o, t have other values in the column."""
    resource = "cpu_core" if "cpu" in column else "memory_gigabyte"
    scale = f"greatest(abs(o.{column}), abs(t.{column}), 1e-6"
    if column.startswith("pod_"):
        scale += f", CASE WHEN o.infrastructure_usage_cost IS NULL THEN o.node_capacity_{resource}_hours END"
    return f"count(*) FILTER ((o.{column} IS NULL) <> (t.{column} IS NULL) OR abs(o.{column} - t.{column}) > {TOLERANCE} * {scale}))"


def main():
    folder, peer = sys.argv[1:]
    connection = duckdb.connect()
    for name, files in (("ours", f"{folder}/*/*/*.parquet"), ("theirs", peer)):
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT true AS here, "
                           f"* FROM read_parquet('{files}', hive_partitioning = false, union_by_name = true)")
    same = " AND ".join(f"o.{key} IS NOT DISTINCT FROM t.{key}" for key in KEYS)
    differs = ", ".join(map(differing, NUMBERS))
    rows, only_ours, only_theirs, *numbers = connection.execute(
        f"SELECT count(*) FILTER (o.here AND t.here), count(*) FILTER (t.here IS NULL), count(*) FILTER (o.here IS NULL), {differs} "
        f"FROM ours o FULL JOIN theirs t ON {same}").fetchone()
    wrong = [f"{column}: {count} rows differ" for column, count in zip(NUMBERS, numbers) if count and not only_ours + only_theirs]
    if only_ours or only_theirs:
        wrong.append(f"{only_ours} rows are Costmill's only, {only_theirs} the peer's only, {rows} have the same keys and labels")
    if rows == 0 or wrong:
        sys.exit("\n".join(wrong) or "no rows")
    print(f"{rows} rows agree")


if __name__ == "__main__":
    main()
