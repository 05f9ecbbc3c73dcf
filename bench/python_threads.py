#!/usr/bin/env python3
"""How much 10 threads of one interpreter gain over one: 100 calls of costmill.summarize() over the sample month, each on one worker.
Beside it the gain of as many processes as there are cores, which share no interpreter: what this machine can give.

usage: python_threads.py --bin PATH [--runs 5]    with the package of the same build on PYTHONPATH

All take turns; ratios are medians over the runs.
"""
import argparse
import logging
import os
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pyarrow

import costmill

CALLS, THREADS = 100, 10


def summarize(folder):
    return pyarrow.table(costmill.summarize(f"file:{folder}", "2025-10", reference=f"csv:{folder}/reference", max_workers=1))


def rows(folder):
    return summarize(folder).num_rows


def seconds_of(pool, work, folder, expected):
    with pool:
        list(pool.map(work, [folder] * os.cpu_count()))  # starting processes is not measured
        start = time.perf_counter()
        results = list(pool.map(work, [folder] * CALLS))
        seconds = time.perf_counter() - start
    assert all(result == expected for result in results)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    logging.getLogger("costmill").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([arguments.bin, "sample", folder + "/sample"], check=True, capture_output=True)
        sample = folder + "/sample"
        expected = summarize(sample)
        runs = []
        for _ in range(arguments.runs):
            one = seconds_of(ThreadPoolExecutor(1), summarize, sample, expected)
            many = seconds_of(ThreadPoolExecutor(THREADS), summarize, sample, expected)
            processes = seconds_of(ProcessPoolExecutor(os.cpu_count(), get_context("spawn")), rows, sample, expected.num_rows)
            runs.append((one, one / many, one / processes))
    seconds, threads, processes = (statistics.median(column) for column in zip(*runs))
    print(f"{CALLS} calls, {os.cpu_count()} cores: one thread {seconds:.2f} s; {THREADS} threads {threads:.2f}x; "
          f"{os.cpu_count()} processes {processes:.2f}x")


if __name__ == "__main__":
    main()
