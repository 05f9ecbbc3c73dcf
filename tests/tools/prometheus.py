"""Prometheus' own checker, and the values of a text of metrics."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?P<label>[a-z_]+)="(?P<of>[^"]*)"\})? (?P<value>\S+)')


def promtool(*arguments, text=None, cwd=None):
    """(exit code, all output)"""
    program = subprocess.run([ROOT / "tools" / "promtool"], capture_output=True, text=True, check=True).stdout.strip()
    done = subprocess.run([program, *arguments], input=text, capture_output=True, text=True, cwd=cwd)
    return done.returncode, done.stdout + done.stderr


def require_metrics(text):
    """Well-formed, and as Prometheus' conventions ask."""
    code, output = promtool("check", "metrics", text=text)
    if code or output.strip():
        raise AssertionError(f"promtool check metrics: exit {code}: {output}")
    return values_of(text)


def values_of(text):
    """{name, or (name, label's value): number}"""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        sample = SAMPLE.fullmatch(line)
        if not sample:
            raise AssertionError(f"no sample: {line!r}")
        found[(sample["name"], sample["of"]) if sample["label"] else sample["name"]] = float(sample["value"])
    return found


def types_of(text):
    return dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE "))


def helps_of(text):
    return dict(line[len("# HELP "):].split(" ", 1) for line in text.splitlines() if line.startswith("# HELP "))
