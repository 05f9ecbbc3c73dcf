#!/usr/bin/env python3
"""Holds the oracle to what the reference engine wrote: every golden case, and the corners of label texts and decimals.

usage: rules_oracle_test.py [--cases DIR]

Text cells must be equal; numbers within 1e-9, since the reference adds doubles in no fixed order (differences near zero: within
1e-11 of the row's largest pod or capacity figure). The last line reads 'N passed, N failed'.
"""

import argparse
import csv
import io
import json
import math
import sys
from pathlib import Path

import label_text
import rules_oracle


def same_number(a, b, scale):
    if "\\N" in (a, b):
        return a == b
    return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=max(2e-15, 1e-11 * scale))


def same_row(header, expected, actual):
    figures = [abs(float(v)) for c, v in zip(header, expected) if c in rules_oracle.NUMBERS and v != "\\N"]
    scale = max(figures, default=0.0)
    return all(same_number(a, b, scale) if c in rules_oracle.NUMBERS else a == b for c, a, b in zip(header, expected, actual))


def check_case(case):
    params = json.loads((case / "params.json").read_text())
    try:
        text = rules_oracle.run_case(case / "input", case / "tables", params)
    except rules_oracle.Refusal as refusal:
        return None if "reference_error" in params else f"refused: {refusal}"
    if "reference_error" in params:
        return "not refused"
    with open(case / "expected.csv", newline="", encoding="utf-8") as file:
        header, *expected = csv.reader(file)
    actual = list(csv.reader(io.StringIO(text, newline="")))[1:]
    if len(expected) != len(actual):
        return f"{len(actual)} rows instead of {len(expected)}"
    for row in expected:
        match = next((i for i, other in enumerate(actual) if same_row(header, row, other)), None)
        if match is None:
            return f"no row like {row}"
        actual.pop(match)
    return None


def parsed(text):
    try:
        return label_text.canonical(label_text.parse(text, lambda key: key != "dropped"))
    except label_text.LabelError:
        return "refused"


LABEL_TEXTS = {
    ' {"b": 1, "a":"x"} ': '{"a":"x","b":"1"}',
    "null": None,
    '{"a":1.5,"b":0.1,"c":1e3,"d":-0}': '{"a":"1.5E0","b":"1.0E-1","c":"1.0E3","d":"0"}',
    '{"e":123456789012345678901234567890}': '{"e":"123456789012345678901234567890"}',
    '{"a":true,"b":null,"c":"\\ud800","d":"\\ud83d\\ude00"}': '{"a":"true","b":null,"c":"?","d":"😀"}',
    '{"a":"x","\\u0061":"y"}': "refused",
    '{"a":"\\u0000"}': "refused",
    '{"dropped":"\\u0000"}': "{}",
    '{"dropped":{}}': "refused",
    "": "refused",
    "[]": "refused",
    '{"a":NaN}': "refused",
    '{"a":01}': "refused",
    '\ufeff{"a":"b"}': "refused",
    '{"a":"b"} x': "refused",
}
DECIMALS = {192.0: "192", -76.80000000000001: "-76.80000000000001", 5e-16: "0.000000000000001", 4.9e-16: "0", -5e-16: "-0.000000000000001", -0.0: "0"}
DECIMALS |= {1e17: "100000000000000000", 0.1234567890123456: "0.123456789012346", 2.5e-15: "0.000000000000003"}


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--cases", type=Path, default=Path(__file__).resolve().parent.parent / "golden")
    a = a.parse_args()
    problems = {case.name: check_case(case) for case in sorted(a.cases.iterdir()) if (case / "params.json").exists()}
    for text, expected in LABEL_TEXTS.items():
        problems[f"label text {text!r}"] = None if parsed(text) == expected else f"gives {parsed(text)!r}"
    for value, expected in DECIMALS.items():
        text = rules_oracle.decimal_text(value)
        problems[f"decimal {value!r}"] = None if text == expected else f"gives {text}"
    failed = {name: problem for name, problem in problems.items() if problem}
    for name, problem in failed.items():
        print(f"FAIL {name}: {problem}")
    print(f"{len(problems) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
