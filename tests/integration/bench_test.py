#!/usr/bin/env python3
"""Runs the benchmarks over tiny data: that every section works, not how fast anything is.

usage: bench_test.py --bin PATH

The sections that need what `tools/bootstrap bench` installs (DuckDB, Polars, Google Benchmark) are left out: `make bench` runs them.
The last line reads 'N passed, N failed'.
"""
import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow
import pyarrow.parquet

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from costmill_project import Failure, require  # noqa: E402

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
NOT_INSTALLED = ["peers", "peer_variants", "micro"]
ROWS = ["--rows", "3000", "--days", "2"]


def run(*command, exit_code=0):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    require(done.returncode == exit_code, f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def generate(folder, *options):
    run(sys.executable, BENCH / "generate.py", "--output", folder, *ROWS, *options)
    return folder


def files(folder, table="data/parquet/*/OCP/pod_usage"):
    found = sorted(folder.glob(f"{table}/*/*/*/*.parquet"))
    require(found, f"no files of {table} in {folder}")
    return found


def column(folder, name, table="data/parquet/*/OCP/pod_usage"):
    return pyarrow.concat_arrays([chunk for file in files(folder, table) for chunk in pyarrow.parquet.ParquetFile(file).read([name])[name].chunks])


def digests(folder):
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.rglob("*")) if file.is_file()]


def check_the_same_options_give_the_same_files(_, folder):
    plain = digests(generate(folder / "first"))
    require(plain == digests(generate(folder / "second")), "the same options gave other files")
    require(plain != digests(generate(folder / "third", "--seed", "2")), "another seed gave the same files")


def check_variants_are_what_they_say(_, folder):
    plain = generate(folder / "plain")
    hours = column(plain, "interval_start").to_pylist()
    pods = column(plain, "pod").to_pylist()
    shuffled = generate(folder / "shuffled", "--shuffle")
    require(column(shuffled, "interval_start").to_pylist() == hours, "shuffled rows left their hour")
    require(sorted(zip(hours, column(shuffled, "pod").to_pylist())) == sorted(zip(hours, pods)), "shuffling changed which pods run")
    require(column(shuffled, "pod").to_pylist() != pods, "nothing was shuffled")
    require(column(generate(folder / "nulls", "--nulls", "0.1"), "pod_usage_cpu_core_seconds").null_count > 0, "no NULLs")
    wide = pyarrow.parquet.read_metadata(files(generate(folder / "wide", "--pad-columns", "28"))[0])
    require(wide.num_columns == 50, f"{wide.num_columns} columns")
    spelt = pyarrow.parquet.read_metadata(files(generate(folder / "spelt", "--no-dictionary", "--compression", "zstd"))[0]).row_group(0).column(5)
    require("RLE_DICTIONARY" not in spelt.encodings and spelt.compression == "ZSTD", f"{spelt.encodings}, {spelt.compression}")
    few = generate(folder / "few", "--groups", "5")
    groups = set(zip(column(few, "pod_labels").to_pylist(), column(few, "node").to_pylist()))
    require(len({group for group in groups if group[0] != "{}" and group[1]}) == 5, f"{len(groups)} groups")


def check_the_columns_are_those_of_koku(_, folder):
    data = generate(folder / "data")
    for table, count in (("data/parquet/*/OCP/pod_usage", 22), ("data/parquet/daily/*/OCP/storage_usage", 18)):
        names = pyarrow.parquet.read_schema(files(data, table)[0]).names
        require(len(names) == count, f"{table}: {len(names)} columns: {names}")


def check_both_layouts_hold_the_same_figures(binary, folder):
    data = generate(folder / "data")
    for layout, source in (("koku", data), ("poc", data / "poc")):
        run(binary, "run", "--input", f"file:{source}", "--layout", layout, "--month", "2025-10", "--reference", f"csv:{data / 'reference'}",
            "--sink", f"csv:{folder / layout}", "--progress", "never", "--log-level", "error")
    run(binary, "compare", f"csv:{folder / 'koku'}", f"csv:{folder / 'poc'}", "--tolerance", "1e-9")


def check_the_tools_read_all_rows(binary, folder):
    data = generate(folder / "data")
    rows = json.loads((data / "rows.json").read_text())
    hourly, daily = next(data.glob("data/parquet/*/OCP/pod_usage")), next(data.glob("data/parquet/daily/*/OCP"))
    for tool, kind, source, table in (
            ("decode_limit", "pods", hourly, "hourly pod_usage"), ("decode_limit", "capacity", hourly, "hourly pod_usage"),
            ("decode_limit", "daily", daily / "pod_usage", "daily pod_usage"),
            ("decode_limit", "storage", daily / "storage_usage", "daily storage_usage"),
            ("scan_and_fold", "pods", hourly, "hourly pod_usage"), ("scan_and_fold", "capacity", hourly, "hourly pod_usage")):
        printed = run(binary.parent / tool, kind, source).split()
        require(printed[:2] == ["rows", str(rows[table])], f"{tool} {kind} of {rows[table]} rows: {printed}")
    run(binary.parent / "decode_limit", "pods", daily / "storage_usage", exit_code=1)


def check_every_section_is_on_the_page_and_stays_there(binary, folder):
    page = folder / "benchmarks.md"
    command = [sys.executable, BENCH / "bench.py", "--bin", binary, "--quick", "--data", folder / "work", "--page", page]
    run(*command, "--skip", *NOT_INSTALLED)
    titles = [line for line in page.read_text().splitlines() if line.startswith("## ")]
    require(len(titles) == 16, f"{len(titles)} headings: {titles}")  # machine, in short, and 14 sections
    unmeasured = [line for line in page.read_text().splitlines() if "| –" in line and "DuckDB" not in line]
    require(not unmeasured, f"the short table has no figure for {unmeasured}")
    require_every_region_is_filled(folder / "work" / "results")
    run(*command, "--only", "workers", "--runs", "1")
    require(titles == [line for line in page.read_text().splitlines() if line.startswith("## ")], "measuring one section took others away")


def check_the_guide_s_page_has_the_measured_figures(_binary, _folder):
    run(sys.executable, BENCH / "optimization.py", "--check")


def require_every_region_is_filled(results):
    sys.path.insert(0, str(BENCH))
    import optimization
    measured = {"date": "2025-11-01", "machine": "any", "rows": 1, "runs": 1, "load": 0}
    kept = {name: {"measured": measured, "figures": json.loads((results / f"{name}.json").read_text())["figures"]} for name in optimization.SECTIONS}
    page = optimization.with_figures(optimization.PAGE.read_text(), kept)
    require(page.count("*2025-11-01, any, ") == len(optimization.REGIONS), "a region of docs/optimization.md was not filled")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    binary = parser.parse_args().bin.resolve()
    checks = [check for name, check in globals().items() if name.startswith("check_")]
    failed = 0
    for check in checks:
        with tempfile.TemporaryDirectory() as folder:
            try:
                check(binary, Path(folder))
                print(f"passed {check.__name__}", flush=True)
            except Failure as failure:
                failed += 1
                print(f"FAILED {check.__name__}: {failure}", flush=True)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
