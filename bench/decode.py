#!/usr/bin/env python3
"""Decodes the columns that the rules need, on one thread, and throws them away: what reading the same month costs at least.

usage: decode.py DIR
"""
import sys
from pathlib import Path

import pyarrow.parquet

HOURLY = ["interval_start", "node", "node_capacity_cpu_core_seconds", "node_capacity_memory_byte_seconds"]
UNUSED = {"report_period_start", "report_period_end", "interval_end", "node_capacity_cpu_core_seconds", "node_capacity_memory_byte_seconds"}


def main():
    for path in sorted(Path(sys.argv[1]).rglob("*.parquet")):
        daily = "daily" in path.parts
        file = pyarrow.parquet.ParquetFile(path, pre_buffer=False)
        texts = [field.name for field in file.schema_arrow if pyarrow.types.is_string(field.type)]
        columns = [name for name in file.schema_arrow.names if (name not in UNUSED if daily else name in HOURLY)]
        coded = pyarrow.parquet.ParquetFile(path, read_dictionary=texts, pre_buffer=False)
        for batch in coded.iter_batches(columns=columns, use_threads=False):
            del batch


if __name__ == "__main__":
    main()
