#!/usr/bin/env python3
"""Times the whole job on generated months and prints a table: CPU seconds, wall seconds, peak memory (medians).

usage: bench.py --bin PATH [--rows 1000000 ...] [--runs 5] [--data DIR]

Each run is a process of its own, timed by the operating system's account of it; the data set is in the page cache after a warm-up.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SINKS = ("csv", "parquet", "sqlite")


def measure(command):
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed: {errors}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024


def data_set(folder, rows, days=30):
    target = folder / f"{rows}_rows_{days}_days"
    if not (target / "reference").exists():
        subprocess.run([sys.executable, HERE / "generate.py", "--output", target, "--rows", str(rows), "--days", str(days)], check=True)
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data", type=Path, default=HERE.parent / "build" / "bench")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores; medians of {arguments.runs} runs after one warm-up\n")
    print("| hourly rows | sink | CPU s | wall s | peak MiB |\n| --- | --- | --- | --- | --- |")
    for rows in arguments.rows:
        data = data_set(arguments.data, rows)
        for sink in SINKS:
            with tempfile.TemporaryDirectory() as out:
                target = f"{sink}:{out}/costmill.db" if sink == "sqlite" else f"{sink}:{out}"
                command = [arguments.bin, "run", "--input", f"file:{data}", "--reference", f"csv:{data / 'reference'}", "--month", "2025-10",
                           "--sink", target, "--full", "--progress", "never", "--log-level", "error"]
                figures = [measure(command) for _ in range(arguments.runs + 1)][1:]
            cpu, wall, peak = (statistics.median(column) for column in zip(*figures))
            print(f"| {rows:,} | {sink} | {cpu:.2f} | {wall:.2f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
