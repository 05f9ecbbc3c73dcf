#!/usr/bin/env python3
"""Run golden cases through a costmill binary and compare every cell with what the reference engine wrote.

usage: check_golden.py --bin PATH [--cases DIR] [--only SUBSTRING] [--keep DIR] [--set KEY=VALUE]... [--summary]

A case is a folder:
  params.json    source, cluster_id, cluster_alias, account, start_date, end_date, report_period_id; "reference_error" where
                 the reference engine itself refuses the input (then costmill must exit 3 and write no row)
  input/         the tree that `--input file:` points at (Koku's layout)
  tables/        reference data, one CSV a PostgreSQL table, named after it (`--reference csv:`); NULL is \\N
  expected.csv   rows of reporting_ocpusagelineitem_daily_summary as PostgreSQL holds them, without uuid

What is run:
  costmill run --config CASE.yaml --input file:CASE/input --reference csv:CASE/tables --sink csv:OUT --full --progress never
and OUT/reporting_ocpusagelineitem_daily_summary.csv is compared: same rows (as a multiset), text cells equal, JSON cells equal as JSON,
numbers within 1e-9 relative (or 2e-15 absolute, the last place of numeric(33,15); pod_* columns also within 1e-11 of the node's capacity, for differences near zero).
A case with "exact_text" wants numbers equal as text. Exits 0 only if every case holds.
The last line reads 'N passed, N failed'.
"""
import argparse, csv, json, math, os, subprocess, sys, tempfile
from pathlib import Path

TABLE = "reporting_ocpusagelineitem_daily_summary.csv"
JSON_COLUMNS = {"pod_labels", "volume_labels", "all_labels", "infrastructure_usage_cost"}
NUMBER_HINTS = ("_hours", "_cores", "_gigabytes", "_gigabyte", "_months")


def is_number_column(name):
    return name.endswith(NUMBER_HINTS)


def load(path):
    csv.field_size_limit(1 << 30)
    with open(path, newline="", encoding="utf-8") as f:
        rows = list(csv.reader(f))
    return rows[0], [dict(zip(rows[0], r)) for r in rows[1:]]


def canonical(column, text):
    if text == "\\N":
        return None
    if column in JSON_COLUMNS:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=True)
    if is_number_column(column):
        return float(text)
    return text


def key(column, text):
    return text if is_number_column(column) else canonical(column, text)


def close(a, b, scale=0.0):
    if a is None or b is None:
        return a is b
    return a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=max(2e-15, 1e-11 * abs(scale)))


def capacity(columns, values, column):
    """The node capacity that a pod quantity is measured against, 0 for other columns."""
    if not column.startswith("pod_"):
        return 0.0
    other = "node_capacity_cpu_core_hours" if "cpu" in column else "node_capacity_memory_gigabyte_hours"
    return values[columns.index(other)] or 0.0


def compare(expected_path, actual_path, exact_text=False):
    columns, expected = load(expected_path)
    have, actual = load(actual_path)
    missing = [c for c in columns if c not in have]
    if missing:
        return f"columns missing from the output: {missing}"
    keys = [c for c in columns if exact_text or not is_number_column(c)]
    numbers = [c for c in columns if c not in keys]
    buckets = {}
    for r in actual:
        k = tuple(key(c, r[c]) for c in keys)
        buckets.setdefault(k, []).append([canonical(c, r[c]) for c in numbers])
    for r in expected:
        k = tuple(key(c, r[c]) for c in keys)
        want = [canonical(c, r[c]) for c in numbers]
        left = buckets.get(k, [])
        for i, got in enumerate(left):
            if all(close(a, b, capacity(numbers, want, c)) for c, a, b in zip(numbers, want, got)):
                left.pop(i)
                break
        else:
            label = {c: v for c, v in zip(keys, k) if v is not None and c in ("data_source", "usage_start", "namespace", "node", "pod_labels", "persistentvolumeclaim", "volume_labels")}
            if left:
                worst = [(c, w, g) for c, w, g in zip(numbers, want, left[0]) if not close(w, g, capacity(numbers, want, c))]
                return f"row {label}: (column, expected, got) {worst[:4]}"
            return f"row missing: {label}"
    extra = [dict(zip(keys, k)) for k, v in buckets.items() if v]
    if extra:
        e = {c: v for c, v in extra[0].items() if v is not None and c in ("data_source", "usage_start", "namespace", "node", "pod_labels", "persistentvolumeclaim")}
        return f"{sum(len(v) for v in buckets.values())} rows too many, e.g. {e}"
    return None


def command_of(binary, case, out, sink, reference, sets):
    """The case's run; its config is written into the folder `out`."""
    p = json.loads((case / "params.json").read_text())
    config = out / "config.yaml"
    config.write_text(json.dumps({  # JSON is YAML
        "organization": {"org_id": p.get("account", "org1234567")},
        "ocp": {"provider_uuid": p["source"], "cluster_id": p["cluster_id"], "cluster_alias": p["cluster_alias"],
                "report_period_id": p["report_period_id"], "start_date": p["start_date"], "end_date": p["end_date"]},
    }))
    command = [binary, "run", "--config", str(config), "--input", f"file:{case / 'input'}", "--reference", reference, "--sink", sink,
               "--full", "--progress", "never"]
    for s in sets:
        command += ["--set", s]
    return command


def run_case(binary, case, out, sets):
    p = json.loads((case / "params.json").read_text())
    command = command_of(binary, case, out, f"csv:{out / 'out'}", f"csv:{case / 'tables'}", sets)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    table = out / "out" / TABLE
    if "reference_error" in p:
        if done.returncode != 3:
            return f"the reference refuses this input, so exit 3 was expected; got {done.returncode}: {done.stderr.strip()[-200:]}"
        if table.exists() and len(load(table)[1]):
            return "refused, but rows were written"
        return None if done.stderr.strip() else "refused without a message"
    if done.returncode != 0:
        return f"exit {done.returncode}: {done.stderr.strip()[-300:]}"
    if not table.exists():
        return f"no {TABLE} in the sink"
    return compare(case / "expected.csv", table, p.get("exact_text", False))


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bin", required=True)
    a.add_argument("--cases", default=str(Path(__file__).parent.parent / "golden"))
    a.add_argument("--only", default="")
    a.add_argument("--keep")
    a.add_argument("--set", action="append", default=[])
    a.add_argument("--summary", action="store_true")
    a = a.parse_args()
    cases = sorted(d for d in Path(a.cases).iterdir() if (d / "params.json").exists() and a.only in d.name)
    failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        for case in cases:
            out = Path(a.keep or tmp) / case.name
            out.mkdir(parents=True, exist_ok=True)
            try:
                problem = run_case(a.bin, case, out, a.set)
            except Exception as e:  # a broken case or output is a failure, not an end
                problem = f"{type(e).__name__}: {e}"
            failed += problem is not None
            if problem or not a.summary:
                print(f"{'FAIL' if problem else 'ok  '} {case.name}{': ' + problem if problem else ''}", flush=True)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
