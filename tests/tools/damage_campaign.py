#!/usr/bin/env python3
"""Truncates files of a cluster's month, and flips single bits in them, and runs the program over each: what is found, what is not.

usage: damage_campaign.py --bin PATH [--truncations N] [--flips N] [--seed N] [--silent-to FILE]

The month is a golden case of Koku-like files, as Koku writes them (pages without checksums) and with checksums; one file of each is
larger. One run with --keep-going a damage, over one file of one day. Promised is (F01, F02, F03):

  no run crashes, none takes over 10 s, the exit code is 0, 6 (days refused) or 7 (no memory);
  every truncation is found; a day whose file was found bad is not written; other days are as without damage, or refused;
  with checksums, of the flips that change anything 98% are found.

Flips without checksums are counted: found (refused), harmless (exit 0, the same rows), warned (other rows, and a warning that the
undamaged month does not give), silent (other rows). --silent-to lists the last ones: checksums, file, byte, bit, part of the file.
"""

import argparse
import collections
import concurrent.futures
import csv
import dataclasses
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from costmill_project import clean_environment, Failure, require, run_checks, temporary_folder
from parquet_parts import part_of

CASE = Path(__file__).parent.parent / "golden" / "31-nise-ocp-on-aws-example"
DAYS = ("2025-10-01", "2025-10-02", "2025-10-03")
# The tables that are read.
READ = ("daily/*/OCP/pod_usage", "org*/OCP/pod_usage", "daily/*/OCP/storage_usage", "daily/*/OCP/node_labels", "daily/*/OCP/namespace_labels")
SECONDS_TO_END = 10
LEAST_FOUND_WITH_CHECKSUMS = 0.98
COPIES_IN_LARGER_FILE = 60
SPREAD_OF_USAGE = 0.3


def larger(table, seed):
    """The rows again and again, as other pods with other usage."""
    spread = random.Random(seed)
    copies = [table]
    for number in range(COPIES_IN_LARGER_FILE):
        copy = table
        for name in table.schema.names:
            if name == "pod":
                values = [f"{value}-{number}" for value in table.column(name).to_pylist()]
            elif name.startswith("pod_usage"):
                values = [None if v is None else v * spread.uniform(1 - SPREAD_OF_USAGE, 1) for v in table.column(name).to_pylist()]
            else:
                continue
            copy = copy.set_column(copy.schema.get_field_index(name), name, pa.array(values, table.schema.field(name).type))
        copies.append(copy)
    return pa.concat_tables(copies)


def write_month(root, checksums):
    shutil.copytree(CASE / "input", root)
    for path in sorted(root.rglob("*.parquet")):
        table = pq.read_table(path)
        if "/daily/" in str(path) and f"pod_usage.{DAYS[1]}" in path.name:
            table = larger(table, 1)
        pq.write_table(table, path, version="2.6", compression="snappy", write_page_checksum=checksums)


@dataclasses.dataclass
class Outcome:
    kind: str  # found, harmless, warned, silent
    output: str


class Month:
    """One form of the files; every thread damages a copy of its own."""

    def __init__(self, binary, folder, checksums):
        self.binary, self.folder, self.checksums = str(Path(binary).resolve()), folder, checksums
        self.own = threading.local()
        self.copies = 0
        self.lock = threading.Lock()
        self.root = folder / "input"
        folder.mkdir(parents=True)
        write_month(self.root, checksums)
        self.files = [str(path.relative_to(self.root)) for kind in READ for path in sorted(self.root.glob(f"data/parquet/{kind}/**/*.parquet"))]
        require(len(self.files) == len(READ) * len(DAYS), f"files of the month: {self.files}")
        p = json.loads((CASE / "params.json").read_text())
        self.config = folder / "costmill.json"
        self.config.write_text(json.dumps({  # JSON is YAML
            "organization": {"org_id": p["account"]},
            "ocp": {"provider_uuid": p["source"], "cluster_id": p["cluster_id"], "cluster_alias": p["cluster_alias"],
                    "report_period_id": p["report_period_id"], "start_date": DAYS[0], "end_date": DAYS[-1]}}))
        code, output, self.rows = self.run(self.root, folder / "sink")
        require(code == 0 and sorted(self.rows) == list(DAYS), f"the undamaged month: exit {code}, days {sorted(self.rows)}: {output}")
        self.warnings = warnings_in(output)

    def run(self, root, sink, *options):
        shutil.rmtree(sink, ignore_errors=True)
        command = [self.binary, "run", "--config", str(self.config), "--input", f"file:{root}", "--reference", f"csv:{CASE / 'tables'}",
                   "--sink", f"csv:{sink}", "--progress", "never", "--keep-going", *options]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS_TO_END, cwd=self.folder,
                                  env=clean_environment())
        except subprocess.TimeoutExpired:
            raise Failure(f"no end after {SECONDS_TO_END} s") from None
        return done.returncode, done.stdout + done.stderr, rows_by_day(sink)

    def damaged(self, file, content):
        """Runs over the month with other content of one file."""
        if not hasattr(self.own, "root"):
            with self.lock:
                self.copies += 1
                self.own.root, self.own.sink = self.folder / f"copy{self.copies}", self.folder / f"sink{self.copies}"
            shutil.copytree(self.root, self.own.root)
        path = self.own.root / file
        path.write_bytes(content)
        try:
            return self.outcome(file, *self.run(self.own.root, self.own.sink))
        finally:
            path.write_bytes((self.root / file).read_bytes())

    def outcome(self, file, code, output, rows):
        require(code in (0, 3, 6, 7), f"exit {code}: {output[-600:]}")
        for day, texts in rows.items():
            require(code == 0 or texts == self.rows.get(day), f"exit {code}, but the rows of {day} are others: {output[-600:]}")
        if code != 0:
            name = Path(file).name
            require(name in output, f"exit {code}, and the message does not name {name}: {output[-600:]}")
            require(day_in(name) not in rows, f"exit {code}, but {day_in(name)} is written: {output[-600:]}")
            return Outcome("found", output)
        if rows == self.rows:
            return Outcome("harmless", output)
        return Outcome("warned" if warnings_in(output) - self.warnings else "silent", output)


def day_in(name):
    return next(day for day in DAYS if day in name)


def warnings_in(output):
    """The texts of warnings, without the time."""
    return {found.group(1) for found in re.finditer(r"^\S+ warning +(.*)$", output, re.MULTILINE)}


def rows_by_day(sink):
    path = sink / "reporting_ocpusagelineitem_daily_summary.csv"
    days = collections.defaultdict(list)
    if path.exists():
        with open(path, newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                days[row["usage_start"]].append(tuple(row.items()))
    return dict(days)


def each_in_parallel(tasks, work):
    """Results of work(task), in order; a failure names its task."""
    def named(task):
        try:
            return work(task)
        except Failure as problem:
            raise Failure(f"{task}: {problem}") from None

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(named, tasks))


def truncate(month, count, seed):
    choose = random.Random(seed)
    sizes = {file: (month.root / file).stat().st_size for file in month.files}
    everywhere = [(file, size) for file in month.files for size in range(sizes[file])]
    points = choose.sample(everywhere, min(count, len(everywhere)))

    def one(point):
        file, size = point
        outcome = month.damaged(file, (month.root / file).read_bytes()[:size])
        require(outcome.kind == "found", f"a truncation is {outcome.kind}")

    each_in_parallel(points, one)
    return f"{len(points)} of {len(points)} found"


def flip(month, count, seed, silent):
    choose = random.Random(seed)
    largest = max(month.files, key=lambda file: (month.root / file).stat().st_size)
    flips = []
    for number in range(count):  # every other one in the largest file, for the others are mostly footer
        file = largest if number % 2 else choose.choice(month.files)
        flips.append((file, choose.randrange((month.root / file).stat().st_size), choose.randrange(8)))

    def one(task):
        file, offset, bit = task
        content = bytearray((month.root / file).read_bytes())
        part = part_of(bytes(content), offset)
        content[offset] ^= 1 << bit
        return part, month.damaged(file, bytes(content)).kind

    outcomes = each_in_parallel(flips, one)
    kinds = collections.Counter(kind for _, kind in outcomes)
    changed = sum(kinds.values()) - kinds["harmless"]
    print(f"  {'with' if month.checksums else 'without'} checksums: {count} flips, {changed} of them change something")
    for part in sorted({part for part, _ in outcomes}):
        of_part = collections.Counter(kind for where, kind in outcomes if where == part)
        print(f"    {part:12}" + "".join(f"  {kind} {of_part[kind]:5}" for kind in ("found", "harmless", "warned", "silent")))
    for (file, offset, bit), (part, kind) in zip(flips, outcomes):
        if kind == "silent":
            silent.append(("with" if month.checksums else "without", file, offset, bit, part))
    share = kinds["found"] / max(changed, 1)
    text = f"{100 * share:.2f}% of those that change something found, {kinds['warned']} warned, {kinds['silent']} silent, {kinds['harmless']} harmless"
    require(not month.checksums or share >= LEAST_FOUND_WITH_CHECKSUMS, text)
    return text


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", required=True)
    arguments.add_argument("--truncations", type=int, default=60)
    arguments.add_argument("--flips", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--silent-to", type=Path)
    arguments = arguments.parse_args()
    silent = []
    with temporary_folder() as folder:
        months = {form: Month(arguments.bin, Path(folder) / form.replace(" ", "-"), form == "with checksums") for form in ("with checksums", "without checksums")}
        code = run_checks(
            [(f"F01 truncations, {form}", lambda m=m: truncate(m, arguments.truncations, arguments.seed)) for form, m in months.items()]
            + [(f"{'F02' if m.checksums else 'F03'} flips, {form}", lambda m=m: flip(m, arguments.flips, arguments.seed, silent)) for form, m in months.items()])
    if arguments.silent_to:
        arguments.silent_to.write_text("".join("\t".join(map(str, line)) + "\n" for line in silent))
    return code


if __name__ == "__main__":
    sys.exit(main())
