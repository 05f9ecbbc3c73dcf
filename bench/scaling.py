#!/usr/bin/env python3
"""How runs grow over a Dask cluster: figures of single days, a simulation of clusters made of them, and measured runs beside it.

usage: scaling.py measure|size|check|all [--data DIR]    with the package on PYTHONPATH

measure: writes bench/scaling.json. size: what the simulation says of 1,000 clusters. check: runs on this machine beside the simulation.
"""
import argparse
import json
import logging
import os
import platform
import statistics
import sys
from datetime import date, datetime, timezone
from pathlib import Path

from datasets import HERE
from scaling_model import Machines, Model, Work
from tables import rounded, table

FIGURES = HERE / "scaling.json"
WORKERS = (4, 8, 16, 32, 64, 128)
CLUSTERS, LINE_ITEMS_A_DAY, GROUPS_A_DAY, FILES_A_DAY = 1000, 3_512_700, 14_765, 21  # as in 100000000_rows_30_days_groups_10000
SERVER_CORES, SERVER_CONNECTIONS = 16, 32
BUCKET_SECONDS, BUCKET_REQUESTS = 0.02, (4, 64)


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def load():
    return [round(value, 2) for value in os.getloadavg()]


def measure(folder):
    import scaling_measure as measured
    begin = load()
    figures = {}
    for name, part in (("parquet", measured.into_parquet), ("postgres", measured.into_postgres), ("client", measured.of_the_client),
                       ("dask", measured.of_dask)):
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        figures[name] = part(folder)
    figures = {"date": date.today().isoformat(), "cpu": cpu_model(), "cores": os.cpu_count(), "load_at_begin": begin, "load_at_end": load(),
               **figures}
    FIGURES.write_text(json.dumps(rounded(figures), indent=1) + "\n")


def show_figures(figures):
    cpu, wait = ({name: figures[sink][part][kind] for name, sink, part in (("parquet", "parquet", "task"), ("fold", "postgres", "fold"),
                                                                           ("write", "postgres", "write"))} for kind in
                 ("cpu_seconds", "wait_seconds"))
    rows = [[title, *[f"{1e3 * (cpu[name][by] + wait[name][by]):.1f} ({1e3 * cpu[name][by]:.1f})" for by in
                      ("million_line_items", "thousand_groups", "day")]]
            for title, name in (("a day folded and staged as Parquet", "parquet"), ("a day folded for PostgreSQL", "fold"),
                                ("a day written to PostgreSQL, one connection", "write"))]
    print(table(["ms (of them CPU)", "a million line items", "a thousand groups", "a day"], rows))
    rates, client, fetched = figures["postgres"]["rows_a_second"], figures["client"], figures["parquet"]["fetched_bytes"]
    print("\n" + table(["what", "measured"], [
        ["fetched, MB: a million line items / a thousand groups / a day", " / ".join(f"{fetched[name] / 1e6:.2f}" for name in fetched)],
        ["a thousand groups, MB: in Parquet / sent to PostgreSQL / its WAL / its table and indexes", " / ".join(
            [f"{figures['parquet']['bytes_a_thousand_groups'] / 1e6:.2f}"] + [f"{figures['postgres'][f'{name}bytes_a_thousand_groups'] / 1e6:.2f}"
                                                                          for name in ("", "wal_", "table_")])],
        ["PostgreSQL, rows/s over " + " / ".join(rates) + " connections", " / ".join(f"{rate:,.0f}" for rate in rates.values())],
        ["its own CPU, ms a thousand groups", f"{1e3 * figures['postgres']['server_cpu_seconds_a_thousand_groups']:.1f}"],
        ["planning, ms a file, from the page cache", f"{1e3 * client['plan_seconds_a_file']:.2f}"],
        ["taking a staged day over, ms, and µs more for each day before it",
         f"{1e3 * client['deliver_seconds_a_day']:.1f}, {1e6 * client['deliver_seconds_a_day_and_day_before']:.1f}"],
        *[[f"Dask, {title}, with 1 / 2 workers", " / ".join(f"{scale * one[name]:.{digits}f}" for one in figures["dask"].values())]
          for title, name, scale, digits in (
              ("ms a task that does nothing", "no_op_seconds_a_task", 1e3, 1),
              ("CPU ms of client and scheduler for it", "no_op_client_cpu_seconds_a_task", 1e3, 1),
              ("CPU ms of client and scheduler for a day", "tiny_day_client_cpu_seconds_a_task", 1e3, 1),
              ("ms a tiny day", "tiny_day_seconds_a_task", 1e3, 1), ("ms a tiny day alone, without it", "tiny_day_seconds_alone", 1e3, 1),
              ("s to run one tiny day", "start_seconds", 1, 2))]]))


def month_of_clusters(days=30):
    """Its last days: the other ones' files are there, and are listed and their footers read."""
    return Work.even(CLUSTERS, days, LINE_ITEMS_A_DAY, GROUPS_A_DAY, CLUSTERS * 30 * FILES_A_DAY, CLUSTERS * (30 - days))


def size(model, figures):
    core = 1000 / figures["postgres"]["server_cpu_seconds_a_thousand_groups"]
    large = {"sink": "postgresql", "connections": SERVER_CONNECTIONS, "server_rows_a_second": SERVER_CORES * core}
    places = {"this PostgreSQL, 2 connections": {"sink": "postgresql"}, f"{SERVER_CORES} cores, {SERVER_CONNECTIONS} connections": large,
              "Parquet": {"sink": "parquet"}}
    for title, days in (("A whole month", 30), ("One day a night, the last of the month", 1)):
        work = month_of_clusters(days)
        rows = []
        for workers in WORKERS:
            found = [model.simulate(work, Machines(workers, workers, **place)) for place in places.values()]
            bounds = [cell for one in found for cell in (duration(one.seconds), f"{one.bound} {one.shares[one.bound]:.0%}")]
            read = found[1].fetched_bytes / (found[1].seconds - found[1].planning_seconds)
            rows.append([workers, *bounds, found[1].peak_connections, f"{read / 1e9:.2f}, {found[1].peak_bytes_a_second / 1e9:.1f}"])
        print(f"\n{title}, {CLUSTERS * days:,} tasks, {work.files:,} files:\n")
        print(table(["worker threads", *[cell for name in places for cell in (name, "bound")], "most connections",
                     "read, GB/s: mean, most"], rows))
    one = model.simulate(month_of_clusters(), Machines(128, 128, **large))
    print(f"\nA month fetches {one.fetched_bytes / 1e12:.2f} TB and sends {one.sent_bytes / 1e12:.2f} TB to PostgreSQL, whose WAL takes "
          f"{CLUSTERS * 30 * GROUPS_A_DAY / 1e9 * figures['postgres']['wal_bytes_a_thousand_groups'] / 1e6:.2f} TB; {SERVER_CORES} cores write "
          f"{SERVER_CORES * core:,.0f} rows/s, {SERVER_CORES * core / 1e6 * figures['postgres']['wal_bytes_a_thousand_groups'] / 1e6:.2f} GB/s of WAL.")
    for requests in BUCKET_REQUESTS:
        bucket = model.simulate(month_of_clusters(),
                                Machines(128, 128, request_seconds=BUCKET_SECONDS, requests_at_once=requests, **large))
        print(f"From a bucket that takes {BUCKET_SECONDS * 1000:.0f} ms a request, {requests} at once: {duration(bucket.planning_seconds)} of "
              f"planning, {duration(bucket.seconds)} in all with 128 threads.")


def duration(seconds):
    return f"{seconds / 3600:.2f} h" if seconds >= 600 else f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.1f} s"


def check(folder, model):
    import scaling_check
    print(f"\nload at begin {load()}, {datetime.now(timezone.utc):%H:%M} UTC", flush=True)
    print("\nskewed days:", json.dumps(rounded(scaling_check.skewed(folder, model))), flush=True)
    checked, alone = scaling_check.against_runs(folder, model)
    rows = []
    for one in checked:
        beside = ""
        if one.workers == scaling_check.CORES:
            ratios = sorted(wall / other for wall, other in zip(one.walls, alone[one.data]))
            beside = f"{statistics.median(alone[one.data]):.2f}, {statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
        rows.append([one.data, one.workers, f"{one.wall:.2f}", f"{one.modelled:.2f}", f"{one.modelled / one.wall - 1:+.0%}",
                     f"{statistics.median(one.others):.1f}", f"{one.modelled_beside_others:.2f}",
                     f"{one.modelled_beside_others / one.wall - 1:+.0%}", beside,
                     f"{max(one.peaks):.0f}"])
    print("\n" + table(["clusters x line items", "workers", "measured s", "modelled s", "error", "cores of other work", "modelled without them",
                        "error", "one process, 2 threads: s, measured ÷ it", "peak MiB a worker"], rows))
    print(f"load at end {load()}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=("measure", "size", "check", "all"))
    parser.add_argument("--data", type=Path, default=HERE.parent / "build" / "bench")
    arguments = parser.parse_args()
    logging.getLogger("costmill").setLevel(logging.ERROR)
    if arguments.mode in ("measure", "all"):
        measure(arguments.data)
    figures = json.loads(FIGURES.read_text())
    model = Model(figures)
    if arguments.mode != "check":
        show_figures(figures)
        size(model, figures)
    if arguments.mode in ("check", "all"):
        check(arguments.data, model)


if __name__ == "__main__":
    main()
