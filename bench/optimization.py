#!/usr/bin/env python3
"""The measured rows of docs/optimization.md, out of bench/optimization.json, which bench.py keeps.

usage: optimization.py [--check]    writes them into the page; --check says whether the page has them
"""
import json
import sys

import guide
from datasets import HERE
from tables import number, rounded, table

FIGURES, PAGE = HERE / "optimization.json", HERE.parent / "docs" / "optimization.md"
SECTIONS = ("switches", "batches", "readers", "chunks", "sizes")
WAYS = {"COPY": "`use_bulk_copy: true` (COPY)", "1000": "`use_bulk_copy: false`, `db_batch_size: 1000`", "1": "the same, `db_batch_size: 1`"}


def keep(name, figures, measured):
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    kept[name] = rounded({"measured": measured, "figures": figures})
    FIGURES.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(with_figures(PAGE.read_text(), kept))


def percent(share):
    return f"{share:.0%}" if abs(share) >= 0.005 else "none"


def one_switch(key):
    def rows(switches):
        one = switches[key]
        return table(["`" + key + "`", "peak MiB", "wall s"], [["on", f"{one['peak_mib_on']:.0f}", f"{one['wall_seconds_on']:.2f}"],
                                                             ["off", f"{one['peak_mib_off']:.0f}", f"{one['wall_seconds_off']:.2f}"]])
    return "switches", rows


def impact(switches):
    named = [*((f"{switch.name} (`{key}`)", key, switch) for key, switch in guide.SWITCHES.items()), (guide.ALL.name, "all", guide.ALL)]
    return table(["switch", "memory saved", "times as fast", "guide: memory", "guide: speed"],
                 [[name, percent(switches[key]["memory_saved"]), f"{switches[key]['times_as_fast']:.2f}", switch.memory_saved, switch.speed]
                  for name, key, switch in named])


def readers(figures):
    return table(["files", "readers", "wall s", "times as fast as one"],
                 [[*place.split(", "), f"{one['wall_seconds']:.2f}", f"{one['times_as_fast']:.2f}"] for place, one in figures.items()])


def chunks(figures):
    return table(["`chunk_size`", "CPU s", "peak MiB"],
                 [[f"{int(size):,}", f"{one['cpu_seconds']:.2f}", f"{one['peak_mib']:.0f}"] for size, one in figures.items()])


def batches(figures):
    return table(["way", "rows/s", "times as fast as one by one"],
                 [[WAYS[way], f"{rate:,.0f}", f"{rate / figures['1']:.1f}"] for way, rate in figures.items()])


def sizes(figures):
    return table(["hourly rows", "peak MiB", "wall s", "guide: memory", "guide: time"],
                 [[number(int(rows)), f"{one['peak_mib']:.0f}", f"{one['wall_seconds']:.2f}", *guide.SIZES.get(int(rows), ("", ""))]
                  for rows, one in figures.items()])


def of_what(name):
    def sentence(kept):
        one = kept[name]["measured"]
        runs = "one run" if one["runs"] == 1 else f"medians of {one['runs']} runs"
        rows = {"sizes": "", "batches": f"two days of a month of {one['rows'] // 4:,} hourly rows, "}.get(name, f"{one['rows']:,} hourly rows, ")
        return f"{one['date']}, {one['machine']}, {rows}{runs}, load {one['load']} before."
    return sentence


#: By name of a region of the page: the section that it is made of, and how.
REGIONS = {key: one_switch(key) for key in ("use_streaming", "column_filtering", "use_categorical", "gc_after_aggregation",
                                            "delete_intermediate_dfs")}
REGIONS |= {"impact": ("switches", impact), "readers": ("readers", readers), "chunks": ("chunks", chunks), "batches": ("batches", batches),
            "sizes": ("sizes", sizes)}


def with_figures(text, kept):
    """The page with each region filled; a region whose section was never measured stays as it is."""
    for region, (section, rows) in REGIONS.items():
        begin, end = f"<!-- measured: {region} -->\n", "<!-- end -->"
        if section in kept and begin in text:
            before, _, rest = text.partition(begin)
            filled = f"{rows(kept[section]['figures'])}\n\n*{of_what(section)(kept)}*\n"
            text = before + begin + filled + rest[rest.index(end):]
    return text


def main():
    kept, text = json.loads(FIGURES.read_text()), PAGE.read_text()
    missing = [name for name in SECTIONS if name not in kept]
    missing += [region for region in REGIONS if f"<!-- measured: {region} -->" not in text]
    if missing:
        sys.exit(f"not measured, or not on the page: {', '.join(missing)}; `make bench` measures")
    if "--check" not in sys.argv:
        PAGE.write_text(with_figures(text, kept))
    elif with_figures(text, kept) != text:
        sys.exit("docs/optimization.md has other figures than bench/optimization.json; bench/optimization.py writes them")


if __name__ == "__main__":
    main()
