#!/usr/bin/env python3
"""F04: every file of apache/parquet-testing, decoded by the column readers and run as a file of a cluster's month.

usage: parquet_testing_test.py --bin PATH --scan-file PATH [--update]

The outcome of every file and way is a line of tests/parquet_testing/outcomes.csv; --update writes it again. Besides:
no crash, no end later than 10 s, and where pyarrow reads a column its values are ours.
"""

import argparse
import concurrent.futures
import csv
import decimal
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))
from costmill_project import clean_environment, Failure, require, run_checks, temporary_folder  # noqa: E402

TESTS = Path(__file__).parent.parent
FILES = TESTS / "parquet_testing"
OUTCOMES = FILES / "outcomes.csv"
CASE = TESTS / "golden" / "31-nise-ocp-on-aws-example"
DAY = "2025-10-02"
SECONDS_TO_END = 10
WIDTH_OF_MESSAGE = 120
MEMORY_LIMIT_MIB = "256"
# What it stands in for.
WAYS = {"daily pods": "daily/*/OCP/pod_usage", "hourly pods": "org*/OCP/pod_usage", "storage": "daily/*/OCP/storage_usage"}
CAN_READ = (0, 3, 7)


def run(command, folder):
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS_TO_END, cwd=folder,
                              env=clean_environment())
    except subprocess.TimeoutExpired:
        raise Failure(f"no end after {SECONDS_TO_END} s: {command}") from None
    require(done.returncode in CAN_READ, f"exit {done.returncode}: {command}: {done.stderr[-600:]}")
    return done.returncode, done.stdout, done.stderr


def short(message):
    """What is wrong, without the path and the time."""
    text = re.sub(r"\S*?([\w.-]+\.parquet)(\.encrypted)?", "FILE", message.strip().replace("\t", " "))
    return text[:WIDTH_OF_MESSAGE]


# --- values, as pyarrow reads them ------------------------------------------------------------------------------------------------

def stored_bytes(value, physical, kind, length):
    """The value as Parquet stores it; None: this test does not know how."""
    if pa.types.is_decimal(kind):
        unscaled = int(value.scaleb(kind.scale, decimal.Context(prec=100)))
        if physical == "INT32":
            return struct.pack("<i", unscaled)
        if physical == "INT64":
            return struct.pack("<q", unscaled)
        return unscaled.to_bytes(length, "big", signed=True) if physical == "FIXED_LEN_BYTE_ARRAY" else None
    if physical == "INT32":
        return struct.pack("<I", int(value) & 0xFFFFFFFF)
    if physical == "INT64":
        return struct.pack("<Q", int(value) & 0xFFFFFFFFFFFFFFFF)
    if physical == "FLOAT":
        return struct.pack("<f", value)
    if physical == "DOUBLE":
        return struct.pack("<d", value)
    data = value.encode() if isinstance(value, str) else value
    if physical == "BYTE_ARRAY" and isinstance(data, bytes):
        return struct.pack("<I", len(data)) + data
    return data if physical == "FIXED_LEN_BYTE_ARRAY" and isinstance(data, bytes) else None


def plain(column):
    """Dates and times as their integers, half floats as their bytes."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_timestamp(kind) or pa.types.is_time64(kind) or pa.types.is_duration(kind):
        return column.cast(pa.int64()), kind
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        return column.cast(pa.int32()), kind
    if pa.types.is_float16(kind):
        half = [c.view(pa.binary(2)) for c in column.chunks]
        return pa.chunked_array(half, pa.binary(2)), pa.binary(2)
    return column, kind


def expected_line(file, index, column):
    """(rows, NULLs, CRC-32) of a column by pyarrow; None where it cannot read it, or this test cannot say what is stored."""
    described = file.schema.column(index)
    try:
        values, kind = plain(column)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    crc = nulls = 0
    for scalar in values:
        value = scalar.as_py()
        if value is None:
            nulls += 1
            crc = zlib.crc32(b"\0", crc)
            continue
        data = stored_bytes(value, described.physical_type, kind, described.length)
        if data is None:
            return None
        crc = zlib.crc32(data, zlib.crc32(b"\1", crc))
    return f"{len(values)}\t{nulls}\t{crc:08x}"


def check_values(path, lines):
    """How many columns were compared. `lines`: what scan_file printed."""
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
    except (OSError, pa.ArrowException):
        return 0
    compared = 0
    for index, line in enumerate(lines):
        name, physical, *rest = line.split("\t")
        if rest[0] in ("nested", "error") or physical in ("INT96", "BOOLEAN"):
            continue
        try:
            column = file.read(columns=[name]).column(0)
        except (OSError, pa.ArrowException):
            continue
        expected = expected_line(file, index, column)
        if expected is not None:
            require("\t".join(rest) == expected, f"{path.name}, column {name}: ours {rest}, pyarrow's {expected!r}")
            compared += 1
    return compared


# --- outcomes ---------------------------------------------------------------------------------------------------------------------

class Bench:
    def __init__(self, binary, scan_file, folder):
        self.binary, self.scan_file, self.folder = binary, scan_file, Path(folder)
        p = json.loads((CASE / "params.json").read_text())
        self.config = self.folder / "costmill.json"
        self.config.write_text(json.dumps({  # JSON is YAML
            "organization": {"org_id": p["account"]},
            "ocp": {"provider_uuid": p["source"], "cluster_id": p["cluster_id"], "cluster_alias": p["cluster_alias"],
                    "report_period_id": p["report_period_id"], "start_date": "2025-10-01", "end_date": "2025-10-03"}}))
        self.files = sorted(path for path in FILES.glob("*/*") if ".parquet" in path.name and not path.name.endswith(".json"))
        self.compared = 0
        self.lock = threading.Lock()

    def outcomes(self, path):
        """[(file, way, exit code, message)] of one file."""
        where = f"{path.parent.name}/{path.name}"
        found = [(where, *self.scan(path))]
        for way, folder in WAYS.items():
            found.append((where, way, *self.run(path, folder)))
        return found

    def scan(self, path):
        code, output, _ = run([self.scan_file, str(path.parent), path.name, MEMORY_LIMIT_MIB], self.folder)
        lines = output.splitlines()
        if code != 0:
            return "columns", code, short(lines[0].split("\t", 1)[1])
        compared = check_values(path, lines)
        with self.lock:
            self.compared += compared
        results = [line.split("\t")[2:] for line in lines]
        nested, bad = sum(r[0] == "nested" for r in results), [r[1] for r in results if r[0] == "error"]
        text = f"{len(lines) - nested - len(bad)} read, {nested} nested, {len(bad)} refused" + (f": {bad[0]}" if bad else "")
        return "columns", 0, short(text)

    def run(self, path, folder):
        place = self.folder / f"{os.getpid()}-{path.name}-{folder.replace('/', '').replace('*', '')}"
        shutil.copytree(CASE / "input", place / "input")
        target = next((place / "input").glob(f"data/parquet/{folder}/source=*/year=*/month=*/*{DAY}*.parquet"))
        shutil.copyfile(path, target)
        code, output, errors = run([self.binary, "run", "--config", str(self.config), "--input", f"file:{place}/input", "--sink", f"csv:{place}/sink",
                                    "--reference", f"csv:{CASE / 'tables'}", "--progress", "never"], place)
        shutil.rmtree(place)
        if code == 0:
            return code, ""
        last = [line for line in errors.splitlines() if target.name in line]
        require(last, f"{path.name}: exit {code}, and no message names the file: {errors[-400:]}")
        return code, short(re.sub(r"^\S+ \w+ +", "", last[-1]))


def written(rows):
    return [("file", "way", "exit", "message"), *((a, b, str(c), d) for a, b, c, d in rows)]


def check_outcomes(bench, update):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = written([row for rows in pool.map(bench.outcomes, bench.files) for row in rows])
    if update:
        with open(OUTCOMES, "w", newline="", encoding="utf-8") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)
    with open(OUTCOMES, newline="", encoding="utf-8") as lines:
        golden = [tuple(row) for row in csv.reader(lines)]
    differences = [f"{b} instead of {a}" for a, b in zip(golden, rows) if a != b]
    require(golden == rows, f"{len(differences)} outcomes differ ({len(rows)} lines, {len(golden)} golden): {differences[:5]}")
    require(bench.compared > 250, f"only {bench.compared} columns compared with pyarrow's")
    return f"{len(bench.files)} files, {len(rows) - 1} outcomes, {bench.compared} columns as pyarrow reads them"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", required=True)
    arguments.add_argument("--scan-file", required=True)
    arguments.add_argument("--update", action="store_true")
    arguments = arguments.parse_args()
    with temporary_folder() as folder:
        bench = Bench(str(Path(arguments.bin).resolve()), str(Path(arguments.scan_file).resolve()), folder)
        return run_checks([("F04 files of parquet-testing", lambda: check_outcomes(bench, arguments.update))])


if __name__ == "__main__":
    sys.exit(main())
