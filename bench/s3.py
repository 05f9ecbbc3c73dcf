#!/usr/bin/env python3
"""Times runs over buckets of servers of its own and prints tables in Markdown.

usage: s3.py --bin PATH [--rows 10000000] [--runs 5] [--only latency|bytes|transfer|listing] [--data DIR]

  latency   200 small files, each request answered 30 ms late by the tests' own server: 1, 4 and 16 readers
  bytes     what is fetched of files with 22 and with 50 columns, from MinIO
  transfer  runs from MinIO and from disk, beside fetch_ranges, which fetches the same and throws it away
  listing   a month of 50,000 objects, 48 of them Parquet, from MinIO

What is compared takes turns; ratios are medians over the runs of the ratio within a run, with their range.
"""
import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from datasets import HERE, data_set
from measure import in_turns
from postgres import ratio, row, table

sys.path.insert(0, str(HERE.parent / "tests" / "tools"))
from minio_server import MinioServer  # noqa: E402
from sick_s3 import BUCKET, SickS3  # noqa: E402

MONTH = "2025-10"
LATENCY_SECONDS = 0.03
SMALL_FILES, SMALL_DAYS = 200, 20
LISTED_OBJECTS = 50_000


class Runs:
    def __init__(self, arguments, folder):
        self.binary, self.runs, self.folder = str(Path(arguments.bin).resolve()), arguments.runs, Path(folder)
        self.fetch = str(Path(self.binary).with_name("fetch_ranges"))
        self.input, self.environment = None, {}

    def from_bucket(self, server_environment, prefix=""):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "S3_", "COSTMILL_"))}
        self.environment = {**clean, "HOME": str(self.folder), **server_environment}
        self.input = f"s3://{BUCKET}/{prefix}"

    def timed(self, command):
        """(wall seconds, output)"""
        begin = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment, cwd=self.folder)
        if done.returncode:
            sys.exit(f"{command} failed: {done.stdout}{done.stderr}")
        return time.monotonic() - begin, done.stdout

    def run(self, readers, uri=None, **options):
        command = [self.binary, "run", "--input", uri or self.input, "--month", MONTH, "--sink", f"parquet:{self.folder / 'out'}", "--full",
                   "--progress", "never", "--log-level", "error", "--set", f"performance.parallel_readers={readers}"]
        return self.timed([*command, *[f"--{name}={value}" for name, value in options.items()]])

    def fetch_only(self, readers):
        return self.timed([self.fetch, self.input, MONTH, str(readers)])


def small_files(data):
    """The set's objects, its hourly and daily pods cut into many files."""
    paths = sorted((data / "data").rglob("*.parquet"))
    pieces = SMALL_FILES // sum("pod_usage" in path.parts for path in paths)
    objects = {}
    for path in paths:
        key = str(path.relative_to(data))
        if "pod_usage" not in path.parts:
            objects[key] = path.read_bytes()
            continue
        rows = pq.read_table(path)
        for piece in range(pieces):
            out = io.BytesIO()
            begin, end = rows.num_rows * piece // pieces, rows.num_rows * (piece + 1) // pieces
            pq.write_table(rows.slice(begin, end - begin), out)
            objects[key.replace(".parquet", f"_{piece}.parquet")] = out.getvalue()
    return objects


def report_latency(runs, data_folder):
    objects = small_files(data_set(data_folder, 100_000, days=SMALL_DAYS))
    pods = sum("pod_usage" in key for key in objects)
    with SickS3(objects, latency_seconds=LATENCY_SECONDS) as server:
        runs.from_bucket({"AWS_ENDPOINT_URL": server.url})
        got = in_turns(runs.runs, {readers: lambda readers=readers: runs.run(readers)[0] for readers in (1, 4, 16)})
        server.forget()
        runs.run(4)
        requests = len(server.requests)
    print(f"\n{pods} files of pods among {len(objects)}, {requests} requests, each answered after {LATENCY_SECONDS * 1000:.0f} ms:")
    table("`performance.parallel_readers`", "wall s", "1 reader ÷ this")
    for readers, seconds in got.items():
        row(str(readers), f"{sorted(seconds)[len(seconds) // 2]:.2f}", ratio(got[1], seconds))


def fetched(output):
    """(MiB of the files, MiB fetched), as a run prints them."""
    return tuple(float(part) for part in re.search(r"of ([\d.]+) MiB, ([\d.]+) MiB fetched", output).groups())


def report_bytes(runs, server, data_folder, rows):
    table("objects", "layout", "MiB in the objects", "MiB fetched", "share")
    for name, options in (("22 columns", {}), ("50 columns", {"pad_columns": 28})):
        data = data_set(data_folder, rows, **options)
        prefix = "columns_" + name.split()[0]
        server.upload(data / "data", f"{prefix}/data/")
        server.upload(data / "poc", f"{prefix}/poc/")
        for layout, below in (("koku", ""), ("poc", "/poc")):
            runs.from_bucket(server.environment(), prefix + below)
            whole, travelled = fetched(runs.run(4, layout=layout)[1])
            row(name, f"`{layout}`", f"{whole:.1f}", f"{travelled:.1f}", f"{100 * travelled / whole:.0f}%")


def report_transfer(runs, server, data_folder, rows):
    table("", "wall s", "÷ from disk", "(run from MinIO − run from disk) ÷ fetched and thrown away")
    data = data_set(data_folder, rows)
    server.upload(data / "data", "transfer/data/")
    runs.from_bucket(server.environment(), "transfer")
    for readers in (4, 16):
        got = in_turns(runs.runs, {
            "run from disk": lambda: runs.run(readers, uri=f"file:{data}")[0], "run from MinIO": lambda: runs.run(readers)[0],
            "fetched and thrown away": lambda: runs.fetch_only(readers)[0]})
        more = [bucket - disk for bucket, disk in zip(got["run from MinIO"], got["run from disk"])]
        for name, seconds in got.items():
            row(f"{name}, {readers} readers", f"{sorted(seconds)[len(seconds) // 2]:.2f}", ratio(seconds, got["run from disk"]),
                ratio(more, got["fetched and thrown away"]) if name == "run from MinIO" else "")


def report_listing(runs, server, data_folder):
    data = data_set(data_folder, 100_000, days=SMALL_DAYS)
    server.upload(data / "data", "listing/data/")
    some = next((data / "data").rglob("pod_usage/**/*.parquet")).parent.relative_to(data)
    server.put({f"listing/{some}/{number:06}.txt": b"x" for number in range(LISTED_OBJECTS)})
    runs.from_bucket(server.environment(), "listing")
    seconds, output = runs.run(4)
    disk = runs.run(4, uri=f"file:{data}")[1]
    if re.search(r"rows +.*", output)[0] != re.search(r"rows +.*", disk)[0]:
        sys.exit(f"a listing of {LISTED_OBJECTS} objects lost some:\n{output}\n{disk}")
    print(f"\nA folder of {LISTED_OBJECTS:,} other objects beside the month's: {seconds:.2f} s, the same rows as from disk.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", choices=["", "latency", "bytes", "transfer", "listing"])
    parser.add_argument("--data", type=Path, default=HERE.parent / "build" / "bench")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.data) as folder:
        runs = Runs(arguments, folder)
        if arguments.only in ("", "latency"):
            report_latency(runs, arguments.data)
        if arguments.only == "latency":
            return
        with MinioServer() as server:
            if arguments.only in ("", "bytes"):
                report_bytes(runs, server, arguments.data, arguments.rows)
            if arguments.only in ("", "transfer"):
                report_transfer(runs, server, arguments.data, arguments.rows)
            if arguments.only in ("", "listing"):
                report_listing(runs, server, arguments.data)


if __name__ == "__main__":
    sys.exit(main())
