#!/usr/bin/env python3
"""Runs notebooks from their first cell to their last, in a fresh folder that holds the sample month. A cell that raises is a failure.

usage: run_notebooks.py --bin PATH NOTEBOOK...
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

SECONDS_A_CELL = 120


def run(notebook, program):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "sample", f"{folder}/sample"], check=True, capture_output=True)
        client = NotebookClient(nbformat.read(notebook, as_version=4), timeout=SECONDS_A_CELL, kernel_name="python3",
                                resources={"metadata": {"path": folder}})
        try:
            executed = client.execute()
        except CellExecutionError as problem:
            print(f"FAIL {notebook.name}: {problem}")
            return False
    pictures = sum("image/png" in output.get("data", {}) for cell in executed.cells for output in cell.get("outputs", []))
    print(f"ok   {notebook.name}: {len(executed.cells)} cells, {pictures} pictures")
    return True


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", required=True)
    arguments.add_argument("notebooks", nargs="+", type=Path)
    arguments = arguments.parse_args()
    done = [run(notebook, str(Path(arguments.bin).resolve())) for notebook in arguments.notebooks]
    print(f"{sum(done)} passed, {len(done) - sum(done)} failed")
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
