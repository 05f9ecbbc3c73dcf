"""docs/rules.md as data: its rules, the code and the tests that they name."""
import re
from pathlib import Path

ROW = re.compile(r"^\| ([0-9]+\.[0-9]+|[SBFCD]\.[0-9]+) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
UNIT_TEST = re.compile(r"`([A-Z]\w*\.[A-Z]\w*)`")
GOLDEN_CASE = re.compile(r"\b((?:[0-9]{2}|rule)-[a-z-]*[a-z])\b")
INTEGRATION_TEST = re.compile(r"`(tests/integration/\w+_test\.py)`")
SOURCE = re.compile(r"`(src/[\w/.]+)`")


def rules_of(text):
    """Number -> whether the rule names code."""
    return {number: "src/" in code for number, code, _ in ROW.findall(text)}


def unit_tests_in(root):
    found = set()
    for path in Path(root).glob("tests/*/*_test.cc"):
        found |= {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", path.read_text(), re.MULTILINE)}
    return found


def problems_of(root, text):
    """What the page names and what is not there."""
    unit_tests = unit_tests_in(root)
    cases = {path.parent.name for path in Path(root).glob("tests/golden/*/params.json")}
    problems = []
    for number, code, tests in ROW.findall(text):
        problems += [f"rule {number}: there is no {source}" for source in SOURCE.findall(code) if not (Path(root) / source).is_file()]
        problems += [f"rule {number}: there is no unit test {test}" for test in UNIT_TEST.findall(tests) if test not in unit_tests]
        problems += [f"rule {number}: there is no golden case {case}" for case in GOLDEN_CASE.findall(tests) if case not in cases]
        problems += [f"rule {number}: there is no {test}" for test in INTEGRATION_TEST.findall(tests) if not (Path(root) / test).is_file()]
        if not any(pattern.search(tests) for pattern in (UNIT_TEST, GOLDEN_CASE, INTEGRATION_TEST)):
            problems.append(f"rule {number} names no test")
    return problems
