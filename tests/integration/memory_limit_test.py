#!/usr/bin/env python3
"""performance.memory_limit as a ceiling (F05): a run fits, or ends with exit 7; it never holds more than the limit and 64 MiB, and never dies.

usage: memory_limit_test.py --bin PATH [--size N] [--address-step MIB] [--containers yes] [--only SUBSTRING]

--size N multiplies what strains the memory of a day: 1 is some 40 MiB. --address-step: the address space is cut by so many MiB at a time.
--containers: also within cgroups of 128, 256 and 512 MiB, which
takes root. The last line reads 'N passed, N failed'.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import koku_layout
import numpy
import pyarrow as pa
import pyarrow.parquet as pq
from costmill_project import clean_environment, Done, require, run_checks, temporary_folder
from sinks_under_test import FolderSink
from small_month import DAYS, SmallMonth, rows_of

TOOL = Path(__file__).resolve().parent.parent / "tools/within_memory.py"
MIB = 1 << 20
BEYOND_LIMIT_MIB = 64
SINKS = ("csv", "parquet", "sqlite")
CONTAINERS_MIB = (128, 256, 512)


def rows_with(table, count, **texts):
    """`count` rows of the small month's second day, with other texts."""
    one = koku_layout.arrow_table(table, rows_of(table, DAYS[1])[:1])
    columns = {name: column.combine_chunks().take(pa.array(numpy.zeros(count, numpy.int32))) for name, column in zip(one.column_names, one.columns)}
    return pa.table({**columns, **texts}).select(one.column_names)


def names(prefix, count):
    return pa.array([f"{prefix}-{number:08}" for number in range(count)])


def labels(count, length):
    return pa.array([json.dumps({"app": f"{number:08}" + "x" * length}) for number in range(count)])


def many_groups(size):
    return rows_with("pod_daily", 60_000 * size, namespace=names("namespace", 60_000 * size)), {}


def huge_labels(size):
    return rows_with("pod_daily", 40 * size, pod_labels=labels(40 * size, MIB)), {"compression": "zstd"}


def many_label_sets(size):
    return rows_with("pod_daily", 40_000 * size, pod_labels=labels(40_000 * size, 100)), {}


def long_names(size):
    return rows_with("pod_daily", 10_000 * size, namespace=names("n" * 4000, 10_000 * size)), {"dictionary_pagesize_limit": 1 << 30}


def bomb(size):
    length = min(256 * MIB * size, 2047 * MIB)
    return rows_with("pod_daily", 1, pod_labels=pa.array([" " * length])), {"compression": "zstd", "use_dictionary": False, "write_statistics": False}


STRAINS = (many_groups, huge_labels, many_label_sets, long_names, bomb)


class Strained:
    """A small month whose second day is heavy."""

    def __init__(self, binary, folder, strain, size):
        self.month = SmallMonth(binary, folder / "month")
        self.folder = folder
        data, options = strain(size)
        path = self.month.path("pod_daily", DAYS[1])
        pq.write_table(data, path, **options)
        self.runs = 0
        self.expected = {}

    def measured(self, command, *options):
        done = subprocess.run([sys.executable, "-S", "-E", str(TOOL), *options, "--", *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False, env=clean_environment(HOME=str(self.folder)))
        figures = json.loads(done.stdout.splitlines()[-1])
        return Done(figures["code"], done.stdout), figures["peak_mib"]

    def digests(self, sink):
        return {receipt["day"]: receipt["digest"] for receipt in self.month.receipts(sink)}

    def expected_of(self, kind):
        if kind not in self.expected:
            sink = FolderSink(kind, self.folder / f"expected-{kind}")
            done = self.month.run(sink, "--set", "performance.memory_limit=16GiB")
            require(done.code in (0, 3), f"without a limit: exit {done.code}: {done.output[-600:]}")
            self.expected[kind] = (done.code, self.digests(sink) if done.code == 0 else None)
        return self.expected[kind]

    def require_within(self, kind, limit_mib, *options, within=(), codes=None):
        """Exit 0 with the days as they are without a limit, or 7 with whole days only, after which a run without a limit does the rest."""
        self.runs += 1
        sink = FolderSink(kind, self.folder / f"sink-{self.runs}")
        limit = ["--set", f"performance.memory_limit={limit_mib}MiB"] if limit_mib else []
        done, peak_mib = self.measured(self.month.command(sink, *limit, *options), *within)
        code, days = self.expected_of(kind)
        when = f"{kind} under {limit_mib} MiB {within}: exit {done.code}, {peak_mib:.0f} MiB"
        require(done.code in (codes or (code, 7)), f"{when}: {done.output[-600:]}")
        require(not limit_mib or peak_mib <= limit_mib + BEYOND_LIMIT_MIB, f"{when}: more than the limit and {BEYOND_LIMIT_MIB} MiB")
        if done.code == 7 and limit_mib:
            require("performance.memory_limit" in done.output, f"{when}: no reason: {done.output[-600:]}")
        require(not sink.leftovers(), f"{when}: left over {sink.leftovers()}")
        if code == 0:
            self.require_whole(sink, days, when)
        return done.code, peak_mib

    def require_whole(self, sink, days, when):
        self.month.run(sink, "--set", "performance.memory_limit=16GiB").require(0)
        require(self.digests(sink) == days, f"{when}: then a run without a limit: other rows")


def check_strain(arguments, strain):
    with temporary_folder() as folder:
        strained = Strained(arguments.bin, Path(folder), strain, arguments.size)
        remarks = []
        for number, limit in enumerate((32, 64, 128, 256)):
            for kind in SINKS if arguments.size > 1 else (SINKS[number % len(SINKS)],):
                code, peak = strained.require_within(kind, limit)
                remarks.append(f"{kind} {limit}: exit {code}, {peak:.0f} MiB")
        return "; ".join(remarks)


def check_other_days_are_written(arguments):
    """With --keep-going the day that does not fit fails alone."""
    with temporary_folder() as folder:
        strained = Strained(arguments.bin, Path(folder), many_groups, 1)
        for kind in SINKS:
            sink = FolderSink(kind, Path(folder) / "kept-going" / kind)
            strained.month.run(sink, "--set", "performance.memory_limit=32MiB", "--keep-going").require(6, f"{DAYS[1]} is not written")
            require(sorted(strained.digests(sink)) == [DAYS[0], DAYS[2]], "the other days are not written")


def check_short_address_space(arguments):
    """The system refuses memory before the limit does: at one place after the other."""
    with temporary_folder() as folder:
        strained = Strained(arguments.bin, Path(folder), many_groups, 1)
        mib, codes = 1 << 10, set()
        while mib > 16 and 7 not in codes or strained.measured([arguments.bin, "--version"], "--address-space", str(mib * MIB))[0].code == 0:
            code, _ = strained.require_within(SINKS[mib // 8 % 3], None, within=("--address-space", str(mib * MIB)))
            codes.add(code)
            mib -= arguments.address_step
        require(codes == {0, 7}, f"exit codes {codes}: the address space was never short, or always")
        return f"down to {mib} MiB"


class Container:
    """A cgroup of version 1 or 2 with a memory limit and without swap."""

    def __init__(self, mib):
        self.parent = Path("/sys/fs/cgroup/memory") if Path("/sys/fs/cgroup/memory").is_dir() else Path("/sys/fs/cgroup")
        self.folder = self.parent / f"costmill-test-{os.getpid()}-{mib}"
        self.limits = {"memory.limit_in_bytes": mib * MIB, "memory.memsw.limit_in_bytes": mib * MIB} if self.parent.name == "memory" else {
            "memory.max": mib * MIB, "memory.swap.max": 0}

    def __enter__(self):
        try:
            self.folder.mkdir()
            for name, value in self.limits.items():
                if "sw" not in name or (self.folder / name).exists():
                    (self.folder / name).write_text(str(value), encoding="ascii")
        except OSError as error:
            raise RuntimeError(f"cannot make a cgroup ({error}): run as root where {self.parent} is writable") from error
        return self.folder

    def __exit__(self, *_):
        self.folder.rmdir()


def check_containers(arguments):
    """Never exit 137 (signal 9), with auto and with limits that leave 64 MiB."""
    remarks = []
    for strain in STRAINS:
        with tempfile.TemporaryDirectory(prefix="costmill-") as folder:  # on a disk: files in memory count against the container
            strained = Strained(arguments.bin, Path(folder), strain, arguments.size)
            for mib in CONTAINERS_MIB:
                with Container(mib) as cgroup:
                    for kind in SINKS:
                        for limit in (None, mib - BEYOND_LIMIT_MIB):
                            code, peak = strained.require_within(kind, limit, within=("--cgroup", str(cgroup)))
                            remarks.append(f"{strain.__name__} {kind} {limit or 'auto'} of {mib}: exit {code}, {peak:.0f} MiB")
    return "\n     ".join(["", *remarks])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--size", type=int, default=1)
    parser.add_argument("--address-step", type=int, default=128)
    parser.add_argument("--containers", choices=("yes", "no"), default="no")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    arguments.bin = str(Path(arguments.bin).resolve())
    named = [(strain.__name__.replace("_", " "), partial(check_strain, arguments, strain)) for strain in STRAINS]
    named += [("other days are written", partial(check_other_days_are_written, arguments)),
              ("short address space", partial(check_short_address_space, arguments))]
    if arguments.containers == "yes":
        named.append(("containers", partial(check_containers, arguments)))
    return run_checks([entry for entry in named if arguments.only in entry[0]])


if __name__ == "__main__":
    sys.exit(main())
