#!/usr/bin/env python3
"""F05: small files that unfold, under a memory limit of 256 MiB: a clear end, and no more memory than the limit and 64 MiB.

usage: parquet_bombs_test.py --bin PATH --scan-file PATH [--only SUBSTRING]

Pages that unfold end with exit 7; footers that claim what they do not hold are corrupt: exit 3.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TESTS = Path(__file__).parent.parent
sys.path.insert(0, str(TESTS / "tools"))
from costmill_project import clean_environment, require, run_checks, temporary_folder  # noqa: E402
from parquet_parts import file_of, thrift, varint  # noqa: E402

CASE = TESTS / "golden" / "31-nise-ocp-on-aws-example"
DAY = "2025-10-02"
LIMIT_MIB, MOST_OVER_MIB = 256, 64
SECONDS_TO_END = 30
TEXT_BYTES = 1_000_000


# --- files that unfold ------------------------------------------------------------------------------------------------------------

def _write_texts(path, count, options):
    table = pq.read_table(path)
    row = table.slice(0, 1)
    columns = []
    for field in table.schema:
        value = row.column(field.name)[0].as_py()
        values = [f'{{"k": "{i:08}{"x" * TEXT_BYTES}"}}' for i in range(count)] if field.name == "pod_labels" else [value] * count
        columns.append(pa.array(values, field.type))
    pq.write_table(pa.table(columns, schema=table.schema), path, compression="zstd", write_statistics=False, **options)


def texts(count, **options):
    """A file whose labels unfold to `count` MB. Another process makes it, for what this one holds counts as its children's."""
    def make(path):
        maker = multiprocessing.get_context("spawn").Process(target=_write_texts, args=(path, count, options))
        maker.start()
        maker.join()
        require(maker.exitcode == 0, "the file cannot be made")
    return make


# --- footers that claim too much --------------------------------------------------------------------------------------------------

def node(name, children=None):
    fields = {4: name}
    if children is None:
        fields |= {1: (32, 5), 3: (32, 0)}
    else:
        fields |= {5: (32, children)}
    return fields


def footer(schema, row_groups=b"\x09\x0c"):
    """Version, schema, rows; then whatever stands for the list of row groups."""
    start = thrift({1: (32, 2), 2: schema, 3: 0})[:-1]
    return start + bytes([0x19]) + row_groups[1:] + b"\0"


def replaced(content):
    return lambda path: path.write_bytes(content)


FLAT = [node(b"schema", 1), node(b"x")]
FOOTERS = {
    "a list of a million row groups in no bytes": footer(FLAT, b"\x09\xfc" + varint(1_000_000)),
    "a list of 2^60 row groups": footer(FLAT, b"\x09\xfc" + varint(1 << 60)),
    "a schema of 100,000 levels": footer([node(b"s", 1)] * 100_000 + [node(b"x")]),
    "a schema node of 2^31 - 1 children": footer([node(b"s", 2**31 - 1), node(b"x")]),
    "a schema node of -1 children": footer([node(b"s", -1), node(b"x")]),
    "a schema that lacks nodes": footer([node(b"s", 3), node(b"x")]),
    "structures in structures, 100,000 deep": footer(FLAT)[:-1] + b"\x1c" * 100_000 + b"\0" * 100_001,
    "lists in lists, 100,000 deep": footer(FLAT)[:-1] + b"\x19" + b"\x19" * 100_000 + b"\0" * 100_001,
    "a text of 2^40 bytes": footer(FLAT)[:-1] + b"\x28" + varint(1 << 40),
    "a number that never ends": footer(FLAT)[:-1] + b"\x16" + b"\xff" * 1000,
}


# --- runs -------------------------------------------------------------------------------------------------------------------------

class Bench:
    def __init__(self, binary, folder):
        self.binary, self.folder = str(Path(binary).resolve()), Path(folder)
        p = json.loads((CASE / "params.json").read_text())
        self.config = self.folder / "costmill.json"
        self.config.write_text(json.dumps({  # JSON is YAML
            "organization": {"org_id": p["account"]},
            "ocp": {"provider_uuid": p["source"], "cluster_id": p["cluster_id"], "cluster_alias": p["cluster_alias"],
                    "report_period_id": p["report_period_id"], "start_date": "2025-10-01", "end_date": "2025-10-03"}}))

    def check_two_gigabytes(self, scan_file):
        """Over the column readers, for it has no column that a month needs."""
        path = TESTS / "parquet_testing" / "data" / "large_string_map.brotli.parquet"
        with open(self.folder / "stdout", "w+", encoding="utf-8") as out:
            process = subprocess.Popen([scan_file, path.parent, path.name, str(LIMIT_MIB)], stdout=out)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            output = out.read()
        mib = usage.ru_maxrss >> 10
        require(process.returncode == 0, f"exit {process.returncode}: {output}")
        require(path.name in output and "performance.memory_limit" in output, f"no refusal: {output}")
        require(mib <= LIMIT_MIB + MOST_OVER_MIB, f"{mib} MiB under a limit of {LIMIT_MIB}")
        return f"{mib} MiB"

    def run(self, make, *options):
        """(exit code, stderr, MiB at the peak, name of the file) of a month whose daily pods of one day are what make(path) writes."""
        root, sink = self.folder / "input", self.folder / "sink"
        for old in (root, sink):
            shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(CASE / "input", root)
        path = next(root.glob(f"data/parquet/daily/*/OCP/pod_usage/**/*{DAY}*.parquet"))
        make(path)
        print(f"  {path.stat().st_size} bytes", end="", flush=True)
        command = [self.binary, "run", "--config", str(self.config), "--input", f"file:{root}", "--reference", f"csv:{CASE / 'tables'}",
                   "--sink", f"csv:{sink}", "--progress", "never", "--set", f"performance.memory_limit={LIMIT_MIB}MiB", *options]
        errors = self.folder / "stderr"
        with open(errors, "w", encoding="utf-8") as out:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=out, cwd=self.folder, env=clean_environment())
            begin = time.monotonic()
            while True:
                done, status, usage = os.wait4(process.pid, os.WNOHANG)
                if done:
                    break
                if time.monotonic() - begin > SECONDS_TO_END:
                    process.kill()
                require(time.monotonic() - begin < 2 * SECONDS_TO_END, "it cannot be killed")
                time.sleep(0.01)
        process.returncode = os.waitstatus_to_exitcode(status)
        mib = usage.ru_maxrss >> 10
        print(f" -> exit {process.returncode}, {mib} MiB")
        return process.returncode, errors.read_text(encoding="utf-8"), mib, path.name

    def check(self, make, codes, *words, options=()):
        code, errors, mib, name = self.run(make, *options)
        require(code in codes, f"exit {code} instead of {codes}: {errors[-600:]}")
        require(mib <= LIMIT_MIB + MOST_OVER_MIB, f"{mib} MiB under a limit of {LIMIT_MIB}")
        for word in (name, *words):
            require(word in errors, f"the message lacks {word!r}: {errors[-600:]}")
        return f"{mib} MiB"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", required=True)
    arguments.add_argument("--scan-file", required=True)
    arguments.add_argument("--only", default="")
    arguments = arguments.parse_args()
    with temporary_folder() as folder:
        bench = Bench(arguments.bin, folder)
        advice = "performance.memory_limit"
        pages = {
            "4 KB that unfold to over 2 GB": lambda: bench.check_two_gigabytes(str(Path(arguments.scan_file).resolve())),
            "a dictionary over the limit": lambda: bench.check(texts(400), (7,), advice),
            "a dictionary that fits once": lambda: bench.check(texts(150, dictionary_pagesize_limit=1 << 30), (7,), advice),
            "many small pages of long texts": lambda: bench.check(texts(400, use_dictionary=False, data_page_size=1 << 20), (7,), advice),
            "many small pages, streamed": lambda: bench.check(texts(400, use_dictionary=False, data_page_size=1 << 20), (7,), advice,
                                                              options=("--set", "performance.use_streaming=true")),
        }
        checks = [(f"F05 {name}", check) for name, check in pages.items()]
        checks += [(f"F05 {name}", lambda content=content: bench.check(replaced(file_of(content)), (3,), "footer")) for name, content in FOOTERS.items()]
        return run_checks([(name, check) for name, check in checks if arguments.only in name])


if __name__ == "__main__":
    sys.exit(main())
