#!/usr/bin/env python3
"""Measures Costmill beside the decode limit and its peers, section by section, and writes docs/benchmarks.md.

usage: bench.py --bin PATH [--only SECTION...] [--skip SECTION...] [--rows 10000000] [--runs 5] [--quick]

A section that is measured again replaces its old result; those of the others stay on the page. `tools/bootstrap bench` installs the peers.
--table readme|goals prints a short table of what was measured, and measures nothing.
"""
import argparse
import os
import sys
import time
from datetime import date
from pathlib import Path

import optimization
import page
import sections_guide
import sections_peers
import sections_scaling
from datasets import HERE
from subjects import Subjects
from summary import Figures, goals, readme

SECTIONS = {
    "scan": sections_peers.scan, "peers": sections_peers.peers, "peer_variants": sections_peers.peer_variants, "workers": sections_scaling.workers,
    "columns": sections_scaling.columns, "row_scaling": sections_scaling.row_scaling, "group_scaling": sections_scaling.group_scaling,
    "streaming": sections_scaling.streaming, "incremental": sections_scaling.incremental, "sinks": sections_scaling.sinks, "sqlite": sections_scaling.sqlite,
    "switches": sections_guide.switches, "batches": sections_guide.batches, "readers": sections_guide.readers, "chunks": sections_guide.chunks, "sizes": sections_guide.sizes,
    "micro": sections_guide.micro}
TABLES = {"readme": readme, "goals": lambda figures, rows: goals(figures, rows, {})}
BUILD = HERE.parent / "build" / "bench"


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="costmill; decode_limit, scan_and_fold and micro_benchmarks lie beside it")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--skip", nargs="+", choices=SECTIONS, default=[], metavar="SECTION")
    parser.add_argument("--rows", type=int, default=10_000_000, help="hourly rows; some sections take a tenth of it, or ten times as many")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="20,000 rows of 3 days and one run: whether all works, not how fast")
    parser.add_argument("--table", choices=TABLES)
    parser.add_argument("--data", type=Path, default=BUILD, help="where generated months and results are kept")
    parser.add_argument("--page", type=Path, default=HERE.parent / "docs" / "benchmarks.md")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rows, chosen.runs, chosen.days = 20_000, 1, 3
    return chosen


def main():
    chosen = options()
    results = chosen.data / "results"
    if chosen.table:
        print(TABLES[chosen.table](Figures(page.load(results, SECTIONS)), chosen.rows))
        return
    chosen.data.mkdir(parents=True, exist_ok=True)
    subjects = Subjects(chosen.bin, chosen.data, chosen.rows, chosen.runs, chosen.days)
    for name in SECTIONS:
        if name not in chosen.only or name in chosen.skip:
            continue
        begin, load = time.monotonic(), os.getloadavg()[0]
        title, text, figures = SECTIONS[name](subjects)
        page.save(results, name, {"title": title, "text": text, "figures": figures, "rows": chosen.rows, "runs": chosen.runs, "load": load})
        print(f"## {title}\n\n{text}\n", flush=True)
        print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
        page.write(chosen.page, page.load(results, SECTIONS), page.machine(chosen.bin), chosen.rows)
        if name in optimization.SECTIONS and not chosen.quick:
            optimization.keep(name, figures, {"rows": chosen.rows, "runs": chosen.runs, "load": round(load, 1),
                                              "date": date.today().isoformat(), "machine": page.machine(chosen.bin)["processor"]})


if __name__ == "__main__":
    main()
