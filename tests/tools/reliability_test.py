#!/usr/bin/env python3
"""docs/reliability.md keeps its word: every fault has a row, and every test it names is there, bears the fault's number and is run.

usage: reliability_test.py
"""
import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FAULTS = [f"F{number:02}" for number in range(1, 41)]
WITHOUT_TEST = {"F17", "F40"}
# Cases of one test's table, or fuzzers, which know no numbers.
UNNUMBERED = {("F03", "tests/tools/flip_rate.py"), ("F13", "tests/integration/hostile_texts_test.py"), ("F36", "tests/integration/init_db_test.py"),
              ("F39", "tests/config/yaml_file_test.cc")}


def problems():
    page = (PROJECT / "docs/reliability.md").read_text(encoding="utf-8")
    registered = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "tests").glob("*.cmake")) + (
        PROJECT / "tests/CMakeLists.txt").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (F\d\d) [^|]*\| ([^|]*)\| ([^|]*)\|$", page, re.MULTILINE)
    if [fault for fault, _, _ in rows] != FAULTS:
        yield f"rows are {[fault for fault, _, _ in rows]}"
    for fault, _, tests in rows:
        named = re.findall(r"`(tests/[^`]+)`", tests)
        if not named and fault not in WITHOUT_TEST:
            yield f"{fault} has no test"
        for test in named:
            path = PROJECT / test
            if not path.is_file():
                yield f"{fault}: {test} is not there"
            elif fault not in path.read_text(encoding="utf-8") and (fault, test) not in UNNUMBERED:
                yield f"{fault}: {test} does not bear its number"
            if path.suffix == ".py" and not is_run(path, registered):
                yield f"{fault}: nothing runs {test}"


def is_run(path, registered):
    """By its name, or as one of the ideas of a foreach."""
    family, _, idea = path.stem.removesuffix("_test").partition("_")
    of_family = re.search(rf"foreach\(idea ([^)]*)\)\n[^\n]*\n[^\n]*/{family}_\$\{{idea\}}_test.py", registered)
    of_none = re.search(r"foreach\(\w+ [^)]*\b" + path.stem.removesuffix("_test") + r"\b[^)]*\)", registered)
    return path.name in registered or bool(of_none) or bool(of_family and idea in of_family.group(1).split())


def main():
    found = list(problems())
    print("\n".join(found) or "every fault has its tests")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
