#!/usr/bin/env python3
"""Writes the seeds of the fuzz target `parquet`: small files of every table, in many physical forms.

usage: make_parquet_corpus.py FOLDER

A seed is a byte of settings (tests/fuzz/fuzz_parquet.cc) and a file.
"""
import datetime
import decimal
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 12
HOURS = [datetime.datetime(2025, 10, 1 + row // 8, row % 24) for row in range(ROWS)]


def texts(*values):
    return [values[row % len(values)] for row in range(ROWS)]


def numbers(*values):
    return [float(values[row % len(values)]) if values[row % len(values)] is not None else None for row in range(ROWS)]


POD_NUMBERS = ["pod_usage_cpu_core_seconds", "pod_request_cpu_core_seconds", "pod_effective_usage_cpu_core_seconds",
               "pod_limit_cpu_core_seconds", "pod_usage_memory_byte_seconds", "pod_request_memory_byte_seconds",
               "pod_effective_usage_memory_byte_seconds", "pod_limit_memory_byte_seconds", "node_capacity_cpu_cores",
               "node_capacity_memory_bytes", "node_capacity_cpu_core_seconds", "node_capacity_memory_byte_seconds"]
STORAGE_NUMBERS = ["persistentvolumeclaim_capacity_bytes", "persistentvolumeclaim_capacity_byte_seconds",
                   "volume_request_storage_byte_seconds", "persistentvolumeclaim_usage_byte_seconds"]
PODS = {"namespace": texts("apps", "db", None), "node": texts("n1", "n2"), "pod": texts("p1", "p2", "p3"), "resource_id": texts("i-1", None),
        "pod_labels": texts('{"app": "x"}', "{}", None), "node_role": texts("worker", "master"),
        **{name: numbers(3600, 0.5, None, 1e9) for name in POD_NUMBERS}}
STORAGE = {"namespace": texts("apps"), "pod": texts("p1", None), "persistentvolumeclaim": texts("claim", "claim2"),
           "persistentvolume": texts("v1", "v2"), "storageclass": texts("gp2", None), "csi_volume_handle": texts("h", None),
           "persistentvolume_labels": texts('{"a": 1.5}', "{}"), "persistentvolumeclaim_labels": texts(None, '{"b": null}'),
           **{name: numbers(1e9, 2.5) for name in STORAGE_NUMBERS}}
TABLES = [PODS, PODS, STORAGE, {"node": texts("n1", "n2"), "node_labels": texts('{"zone": "a"}', "{}")},
          {"namespace": texts("apps", "db"), "namespace_labels": texts('{"team": "x"}', None)}]

# What writing is told, and the bits of the settings.
FORMS = {
    "plain": (dict(compression="none", use_dictionary=False), 0),
    "coded": (dict(compression="none", use_dictionary=True), 8),
    "second_pages": (dict(compression="none", data_page_version="2.0"), 0),
    "snappy": (dict(compression="snappy"), 16),
    "gzip": (dict(compression="gzip", use_dictionary=False), 8),
    "zstd": (dict(compression="zstd", data_page_version="2.0"), 64),
    "int96": (dict(compression="none", use_deprecated_int96_timestamps=True), 0),
    "small_pages": (dict(compression="none", data_page_size=16, write_batch_size=2), 64),
    "groups": (dict(compression="none", row_group_size=5), 32),
    "delta": (dict(compression="none", use_dictionary=False, column_encoding="DELTA"), 32),
    "split": (dict(compression="none", use_dictionary=False, column_encoding="SPLIT"), 8),
}
# Types other than Koku's: text, the type of numbers, the type of interval_start.
TYPES = {
    "koku": (pa.string(), pa.float64(), pa.timestamp("ms")),
    "floats": (pa.binary(), pa.float32(), pa.timestamp("us", "UTC")),
    "integers": (pa.large_string(), pa.int64(), pa.timestamp("ns")),
    "decimals": (pa.string(), pa.decimal128(20, 3), pa.string()),
}


def encodings(kind, schema):
    if kind == "SPLIT":
        return {field.name: "BYTE_STREAM_SPLIT" for field in schema if pa.types.is_floating(field.type)}
    by_type = {pa.string(): "DELTA_BYTE_ARRAY", pa.int64(): "DELTA_BINARY_PACKED", pa.timestamp("ms"): "DELTA_BINARY_PACKED"}
    return {field.name: by_type[field.type] for field in schema if field.type in by_type}


def column(values, text, number, name):
    if isinstance(next(value for value in values if value is not None), str):
        return pa.array(values, pa.string()).cast(text)
    whole = [None if value is None else int(value) for value in values]
    if pa.types.is_decimal(number):
        return pa.array([None if value is None else decimal.Decimal(value) for value in whole], number)
    return pa.array(whole if pa.types.is_integer(number) else values, number)


def seed(table_index, types, form, path):
    text, number, time = TYPES[types]
    options, bits = FORMS[form]
    hours = [hour.isoformat(" ") for hour in HOURS] if pa.types.is_string(time) else HOURS
    columns = {"interval_start": pa.array(hours, time)}
    columns.update({name: column(values, text, number, name) for name, values in TABLES[table_index].items()})
    table = pa.table(columns)
    options = dict(options)
    if "column_encoding" in options:
        options["column_encoding"] = encodings(options["column_encoding"], table.schema)
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(None), sink, store_schema=False, **options)
    path.write_bytes(bytes([table_index | bits]) + sink.getvalue().to_pybytes())


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for form in FORMS:
        seed(2, "koku", form, folder / f"storage_{form}")
    for types in TYPES:
        seed(2, types, "plain", folder / f"storage_{types}")
        seed(3, types, "coded", folder / f"node_labels_{types}")
    seed(0, "koku", "coded", folder / "pods_hourly")
    seed(1, "koku", "plain", folder / "pods_daily")
    seed(4, "koku", "snappy", folder / "namespace_labels")


if __name__ == "__main__":
    main()
