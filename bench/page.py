"""docs/benchmarks.md: the results of all sections that were ever measured, in the order of bench.py."""
import json
import os
import platform
import re
import subprocess
from pathlib import Path

from datasets import HERE
from summary import Figures, goals

HEAD = """# Benchmarks

Made by `make bench`; `bench/` holds the generator of the data, the peers and what measures. Each run is a process of its own: CPU seconds (user
and system, all threads) and peak resident memory by the operating system's account of it. What is compared takes turns; figures are medians over
the turns after one warm-up. A ratio is taken within a turn: its median, and the range in brackets. Files are in the page cache.
A section stays until it is measured again.
"""


def first_match(pattern, text):
    found = re.search(pattern, text)
    return found[1].strip() if found else "unknown"


def machine(binary):
    """Rows of the table of machine and versions."""
    pinned = [line for name in ("requirements.txt", "bench/requirements.txt") for line in (HERE.parent / name).read_text().splitlines()]
    versions = dict(line.split("==") for line in pinned if "==" in line)
    memory = int(first_match(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text())) / 2**20
    version = subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"processor": f"{first_match(r'model name.*: (.*)', Path('/proc/cpuinfo').read_text())}, {os.cpu_count()} cores",
            "memory": f"{memory:.0f} GiB", "system": f"Linux {platform.release()}", "Costmill": version,
            "Arrow, Parquet": versions["pyarrow"], "DuckDB": versions["duckdb"], "Polars": versions["polars"]}


def save(folder, name, result):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False))


def load(folder, names):
    """Results by section, in the order of `names`."""
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in names if (folder / f"{name}.json").exists()}


def sections_on(page):
    """{title: text} of the sections that the page has, behind those of the machine and the short table."""
    parts = page.read_text().split("\n## ")[3:] if page.exists() else []
    return {part.split("\n", 1)[0]: part.split("\n", 1)[1].strip() for part in parts}


def goals_on(page):
    """{what: reached} of the short table that the page has."""
    lines = page.read_text().split("\n## In short\n")[-1].split("\n## ")[0].splitlines() if page.exists() else []
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| ")]
    return {line[0]: line[1] for line in cells if len(line) == 3}


def write(page, results, facts, rows):
    """Sections that have no result here, measured on another day, stay as they are on the page."""
    sections = sections_on(page)
    for result in results.values():
        runs = f"medians of {result['runs']} runs" if result["runs"] > 1 else "one run"
        measured = f"{result['rows']:,} hourly rows, {runs}, load {result['load']:.1f} before."
        sections[result["title"]] = f"{measured}\n\n{result['text']}"
    parts = [HEAD, "## Machine and versions\n\n| | |\n| --- | --- |\n" + "\n".join(f"| {name} | {fact} |" for name, fact in facts.items()) + "\n",
             "## In short\n\n" + goals(Figures(results), rows, goals_on(page)) + "\n"]
    parts += [f"## {title}\n\n{text}\n" for title, text in sections.items()]
    page.write_text("\n".join(parts))
