#!/usr/bin/env python3
"""What a terminal gets and a pipe does not: bars, colours, progress.

usage: terminal_test.py --bin PATH

The last line reads 'N passed, N failed'.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from costmill_project import clean_environment, require, run_checks, temporary_folder  # noqa: E402
from terminal import in_terminal  # noqa: E402

BLOCKS = "▏▎▍▌▋▊▉█"
ESCAPE = "\x1b"
TOPICS = ("summary", "namespaces", "nodes", "storage", "days")


class Sample:
    def __init__(self, binary, folder):
        self.binary, self.folder = str(Path(binary).resolve()), folder
        self.call("sample", ".")
        self.call("run", "--input", "file:.", "--month", "2025-10", "--progress", "never")

    def call(self, *arguments):
        return subprocess.run([self.binary, *arguments], cwd=self.folder, env=environment(), capture_output=True, text=True, check=True).stdout

    def in_terminal(self, *arguments, columns=120, **more):
        code, output = in_terminal([self.binary, *arguments], columns, cwd=self.folder, env=environment(**more))
        require(code == 0, f"exit {code}: {output}")
        return output


def environment(**more):
    found = clean_environment(**{"TERM": "xterm-256color", **more})
    if "NO_COLOR" not in more:
        found.pop("NO_COLOR", None)
    return found


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*[mK]", "", text)


def without_bars(text):
    return "\n".join(line.rstrip(BLOCKS).rstrip() for line in plain(text).splitlines())


def eighths(bar):
    return sum(BLOCKS.index(cell) + 1 for cell in bar)


def check_bars(sample):
    for topic in TOPICS:
        piped, shown = sample.call("show", topic), sample.in_terminal("show", topic)
        require(not set(piped) & set(BLOCKS + ESCAPE), f"{topic}: a pipe gets bars or colours: {piped}")
        require(set(shown) & set(BLOCKS), f"{topic}: a terminal gets no bars: {shown}")
        require(without_bars(shown) == piped.rstrip("\n"), f"{topic}: the terminal's figures are others: {without_bars(shown)}\n{piped}")


def check_bars_tell_the_figures(sample):
    rows = [line for line in plain(sample.in_terminal("show", "namespaces", "--limit", "20")).splitlines() if line.rstrip().endswith(tuple(BLOCKS))]
    require(len(rows) >= 10, f"bars in {len(rows)} rows only")
    figures = [float(row.split()[1]) for row in rows]
    bars = [row.split()[-1] for row in rows]
    require(len({row.index(bar) for row, bar in zip(rows, bars)}) == 1, f"the bars do not stand below each other: {rows}")
    full = eighths(bars[0])
    for figure, bar in zip(figures, bars):
        require(abs(eighths(bar) - full * figure / figures[0]) <= 0.51, f"{figure} of {figures[0]} has {eighths(bar)} of {full} eighths")


def check_bars_keep_to_the_width(sample):
    for columns in (20, 80, 90, 100, 110, 200):
        shown = plain(sample.in_terminal("show", "namespaces", columns=columns))
        for line in shown.splitlines():
            has_bar = line.endswith(tuple(BLOCKS))
            require(len(line) <= columns or not has_bar, f"{columns} columns: {len(line)} are taken: {line}")
        require((set(BLOCKS) & set(shown) != set()) == (columns >= 100), f"bars in {columns} columns: {shown}")


def check_formats_are_exact(sample):
    for name in ("csv", "json"):
        require(sample.in_terminal("show", "nodes", "--format", name) == sample.call("show", "nodes", "--format", name), f"{name} is another on a terminal")


def check_no_color(sample):
    log = ("run", "--input", "file:.", "--month", "2025-10", "--full", "--progress", "never", "--log-level", "debug")
    for command in (("show",), ("plan", "--input", "file:.", "--month", "2025-10"), log):
        require(ESCAPE in sample.in_terminal(*command), f"{command}: no colours at all")
        for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
            require(ESCAPE not in sample.in_terminal(*command, **{name: value}), f"{command}: colours in spite of {name}")
    require(ESCAPE in sample.in_terminal("show", NO_COLOR=""), "an empty NO_COLOR counts")
    code, output = in_terminal([sample.binary, "shwo"], env=environment(NO_COLOR="1"))
    require(code == 2 and ESCAPE not in output, f"an error has colours: {output!r}")


def check_progress(sample):
    run = ("run", "--input", "file:.", "--month", "2025-10", "--full")
    for columns in (30, 60, 120):
        shown = sample.in_terminal(*run, columns=columns)
        drawn = re.findall(r"\r\x1b\[K([^\r\n]+)", shown)
        drawn = [line for line in drawn if "%" in line]
        require(drawn, f"no progress: {shown!r}")
        for line in drawn:
            require(len(line) < columns, f"{columns} columns: {len(line)} are taken: {line}")
            require(columns < 60 or re.search(r"\d+%  \d+ of 31 days  [\d.]+ (thousand |million )?rows/s", line), f"the line lacks something: {line}")
    require("\r\x1b[K" not in sample.in_terminal(*run, TERM="dumb"), "a dumb terminal is written over")
    require("\r\x1b[K" not in sample.in_terminal(*run, "--progress", "never"), "progress in spite of never")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    with temporary_folder() as folder:
        sample = Sample(parser.parse_args().bin, folder)
        checks = (check_bars, check_bars_tell_the_figures, check_bars_keep_to_the_width, check_formats_are_exact, check_no_color, check_progress)
        return run_checks([(check.__name__, lambda check=check: check(sample)) for check in checks])


if __name__ == "__main__":
    sys.exit(main())
