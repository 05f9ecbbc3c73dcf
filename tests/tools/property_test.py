#!/usr/bin/env python3
"""Property test: random clusters through the program, in several physical forms and settings, against the rules' oracle.

usage: property_test.py --bin PATH [--cases N] [--seed N] [--styles N] [--keep DIR]
       property_test.py --oracle-only [--cases N] [--seed N]

Of each seed the same logical case is written in several physical styles. Every style must give the very bytes that the oracle
gives for style 0, whatever the performance settings. Every eighth case holds something that the rules refuse: then the program
must exit 3, say why, and write the days before the bad one and nothing else. --oracle-only runs no binary and compares only the
oracle with itself over the styles. The last line reads 'N passed, N failed'.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import random_cluster
import rules_oracle

TABLE = "reporting_ocpusagelineitem_daily_summary.csv"
SETTINGS = {
    "max_workers": ["1", "2", "8"],
    "chunk_size": ["1", "7", "1000"],
    "use_categorical": ["true", "false"],
    "column_filtering": ["true", "false"],
    "use_streaming": ["true", "false", "auto"],
    "parallel_readers": ["1", "2", "8"],
    "parallel_chunks": ["true", "false"],
}


def is_refusal(seed):
    return seed % 8 == 7


def command_for(binary, case, params, rng):
    config = case / "config.yaml"
    config.write_text(json.dumps({  # JSON is YAML
        "organization": {"org_id": params["account"]},
        "ocp": {"provider_uuid": params["source"]} | {k: params[k] for k in ("cluster_id", "cluster_alias", "report_period_id", "start_date", "end_date")},
    }), encoding="utf-8")
    command = [binary, "run", "--config", str(config), "--input", f"file:{case / 'input'}", "--reference", f"csv:{case / 'tables'}"]
    command += ["--sink", f"csv:{case / 'out'}", "--full", "--progress", "never"]
    for key, values in SETTINGS.items():
        if rng.random() < 0.6:
            command += ["--set", f"performance.{key}={rng.choice(values)}"]
    return command


def first_difference(expected, actual):
    expected, actual = expected.split("\n"), actual.split("\n")
    for i in range(max(len(expected), len(actual))):
        want = expected[i] if i < len(expected) else "(no line)"
        got = actual[i] if i < len(actual) else "(no line)"
        if want != got:
            return f"line {i + 1}\n  expected {want}\n  got      {got}"
    return "no line differs"


def check_output(command, case, expected, refusal):
    """What is wrong with one run of the program, or None."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    case.joinpath("command.txt").write_text("\n".join([*command, "", f"exit {done.returncode}", done.stderr]), encoding="utf-8")
    wanted_exit = 3 if refusal else 0
    if done.returncode != wanted_exit:
        why = f" because {refusal}" if refusal else ""
        return f"exit {done.returncode} instead of {wanted_exit}{why}: {done.stderr.strip()[-300:]}"
    if refusal and not done.stderr.strip():
        return "refused without a message"
    written = case / "out" / TABLE
    if not written.exists():
        return None if refusal and expected.count("\n") == 1 else f"no {TABLE} was written"
    actual = written.read_bytes().decode("utf-8")
    return None if actual == expected else first_difference(expected, actual)


def check_seed(binary, seed, styles, folder):
    """The first problem of a seed, or None."""
    expected = refusal = None
    rng = random.Random(f"settings {seed}")
    for style in range(styles):
        case = folder / f"style{style}"
        params = random_cluster.make_case(seed, case, style, is_refusal(seed))
        if style == 0:
            results = rules_oracle.summarize(case / "input", case / "tables", params)
            expected, refusal = rules_oracle.expected_csv(results)
            case.joinpath("expected.csv").write_bytes(expected.encode())
            if bool(refusal) != is_refusal(seed):
                return f"the generator and the oracle disagree on whether this is refused: {params.get('refusal')}, {refusal}"
        if binary:
            problem = check_output(command_for(binary, case, params, rng), case, expected, refusal)
        else:
            actual, other = rules_oracle.expected_csv(rules_oracle.summarize(case / "input", case / "tables", params))
            problem = None if actual == expected and bool(other) == bool(refusal) else first_difference(expected, actual)
        if problem:
            return f"style {style}: {problem}"
    return None


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = a.add_mutually_exclusive_group(required=True)
    which.add_argument("--bin")
    which.add_argument("--oracle-only", action="store_true")
    a.add_argument("--cases", type=int, default=200)
    a.add_argument("--seed", type=int, default=0, help="the first seed")
    a.add_argument("--styles", type=int, default=3)
    a.add_argument("--keep", help="where to leave the folders of failing cases")
    a = a.parse_args()
    failed = 0
    for seed in range(a.seed, a.seed + a.cases):
        with tempfile.TemporaryDirectory() as tmp:
            try:
                problem = check_seed(a.bin, seed, a.styles, Path(tmp))
            except subprocess.TimeoutExpired:
                problem = "no end within 120 s"
            if problem:
                failed += 1
                print(f"FAIL seed {seed}: {problem}", flush=True)
                if a.keep:
                    shutil.copytree(tmp, Path(a.keep) / f"seed{seed}", dirs_exist_ok=True)
    print(f"{a.cases - failed} passed, {failed} failed")
    return 1 if failed or not a.cases else 0


if __name__ == "__main__":
    sys.exit(main())
