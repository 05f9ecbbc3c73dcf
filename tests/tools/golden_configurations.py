#!/usr/bin/env python3
"""Runs the golden suite under many configurations; the CSV must pass the check, and be the same bytes, under all of them.

usage: golden_configurations.py --bin PATH [--cases DIR] [--only SUBSTRING] [--configuration NAME]...

The last line reads 'N passed, N failed'; one test is one case under one configuration.
"""
import argparse
import sys
import tempfile
from pathlib import Path

import check_golden

CONFIGURATIONS = {
    "1 worker": ["performance.max_workers=1", "performance.parallel_readers=1"],
    "8 workers": ["performance.max_workers=8", "performance.parallel_readers=8"],
    "chunks of 7 rows": ["performance.chunk_size=7"],
    "plain strings": ["performance.use_categorical=false"],
    "all columns": ["performance.column_filtering=false"],
    "streaming": ["performance.use_streaming=true"],
    "no streaming": ["performance.use_streaming=false"],
    "64 MiB": ["performance.memory_limit=64MiB"],
    "one transaction, days not shared": ["performance.incremental_db_writes=false", "performance.parallel_chunks=false"],
    "reference read once a day, chunks kept": ["performance.cache_enabled_tags=false", "performance.delete_intermediate_dfs=false",
                                               "performance.gc_after_aggregation=false"],
}


def output_of(directory, case):
    table = directory / case.name / "out" / check_golden.TABLE
    return table.read_bytes() if table.exists() else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--cases", default=str(Path(__file__).parent.parent / "golden"))
    parser.add_argument("--only", default="")
    parser.add_argument("--configuration", action="append", choices=CONFIGURATIONS, help="repeatable [all]")
    arguments = parser.parse_args()
    cases = sorted(d for d in Path(arguments.cases).iterdir() if (d / "params.json").exists() and arguments.only in d.name)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        first = None
        for name in arguments.configuration or CONFIGURATIONS:
            settings = CONFIGURATIONS[name]
            directory = Path(temporary) / name.replace(" ", "_")
            for case in cases:
                (directory / case.name).mkdir(parents=True)
                problem = check_golden.run_case(arguments.bin, case, directory / case.name, settings)
                refused = not (case / "expected.csv").exists()
                if not problem and first and not refused and output_of(directory, case) != output_of(first, case):
                    problem = "the CSV differs from that of the first configuration"
                if problem:
                    print(f"FAIL {case.name} with {name}: {problem}", flush=True)
                failed += bool(problem)
                passed += not problem
            first = first or directory
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
