#!/usr/bin/env python3
"""Times the whole job on generated months and prints a table: CPU seconds, wall seconds, peak memory (medians), and the CPU seconds
in multiples of what pyarrow takes to decode the same columns (decode.py), measured in turns with the job.

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
DECODING = "decode only (pyarrow)"


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


def measure_once(program, data):
    """(CPU seconds, wall seconds, peak MiB) by what was done; sinks are empty before."""
    figures = {DECODING: measure([sys.executable, str(HERE / "decode.py"), str(data)])}
    for sink in SINKS:
        with tempfile.TemporaryDirectory() as out:
            target = f"sqlite:{out}/costmill.db" if sink == "sqlite" else f"{sink}:{out}"
            figures[f"`{sink}:`"] = measure([program, "run", "--input", f"file:{data}", "--reference", f"csv:{data / 'reference'}", "--month",
                                             "2025-10", "--sink", target, "--full", "--progress", "never", "--log-level", "error"])
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data", type=Path, default=HERE.parent / "build" / "bench")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores; medians of {arguments.runs} runs after one warm-up\n")
    print("| hourly rows | what | CPU s | CPU, decode = 1 | wall s | peak MiB |\n| --- | --- | --- | --- | --- | --- |")
    for rows in arguments.rows:
        data = data_set(arguments.data, rows)
        rounds = [measure_once(arguments.bin, data) for _ in range(arguments.runs + 1)][1:]
        base = statistics.median(figures[DECODING][0] for figures in rounds)
        for what in rounds[0]:
            cpu, wall, peak = (statistics.median(column) for column in zip(*(figures[what] for figures in rounds)))
            print(f"| {rows:,} | {what} | {cpu:.2f} | {cpu / base:.2f} | {wall:.2f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
