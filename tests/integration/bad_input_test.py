#!/usr/bin/env python3
"""Runs costmill over damaged copies of a golden case: exit codes, messages, and which days are in the sink afterwards.

usage: bad_input_test.py --bin PATH [--case DIR] [--only SUBSTRING]

F01, F06, F07, F08 and F10 by the whole program. Each damage concerns one file of one day. Promised is: the run exits 3 and names the file (and the column and the first bad value),
nothing of that day is written, days before it are committed and later ones are not; with --keep-going the others are written and
the run exits 6; what a sink held of the day before stays; with performance.incremental_db_writes=false nothing is written at all.
The last line reads 'N passed, N failed'.
"""
import argparse, csv, json, math, os, random, shutil, sqlite3, subprocess, sys, tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from costmill_project import require, run_checks  # noqa: E402

TABLE = "reporting_ocpusagelineitem_daily_summary"
DAYS = ["2025-10-01", "2025-10-02", "2025-10-03"]
BAD_DAY = DAYS[1]
OTHER_UUID = "99999999-9999-4999-8999-999999999999"


# --- damages: each takes the path of a Parquet file -------------------------------------------------------------------------------

def truncated_to(share):
    def damage(path):
        content = path.read_bytes()
        path.write_bytes(content[:int(len(content) * share)])
    return damage


def replaced_by(content):
    return lambda path: path.write_bytes(content)


def rewritten(change):
    """The file written again after change(table), with everything else as it was."""
    def damage(path):
        pq.write_table(change(pq.read_table(path)), path)
    return damage


def with_column(name, values_of):
    def change(table):
        column = values_of(table.column(name))
        return table.set_column(table.schema.get_field_index(name), name, column)
    return rewritten(change)


def with_value(name, row, value):
    def values_of(column):
        values = column.to_pylist()
        values[row] = value
        return pa.array(values, column.type)
    return with_column(name, values_of)


class Damage:
    """What is done to the file of BAD_DAY below `folder`, and what the message must hold."""

    def __init__(self, name, folder, damage, *words):
        self.name, self.folder, self.damage, self.words = name, folder, damage, words

    def apply(self, root):
        path = file_of(root, self.folder, BAD_DAY)
        self.damage(path)
        return path.name


def damages(seed):
    shares = random.Random(seed)
    pods, hourly = "daily/*/OCP/pod_usage", "org*/OCP/pod_usage"
    storage, nodes, namespaces = "daily/*/OCP/storage_usage", "daily/*/OCP/node_labels", "daily/*/OCP/namespace_labels"
    found = [Damage(f"{folder.split('/')[-1]} truncated to {share:.3f}", folder, truncated_to(share))
             for folder in (pods, hourly, storage, nodes, namespaces) for share in [shares.random() for _ in range(4)]]
    found += [
        Damage("zero bytes", pods, replaced_by(b""), "0 bytes"),
        Damage("zero bytes of storage", storage, replaced_by(b"")),
        Damage("an HTML page saved as Parquet", hourly, replaced_by(b"<html><body>503 Service Unavailable</body></html>")),
        Damage("text where a number belongs", pods,
               with_column("pod_usage_cpu_core_seconds", lambda c: pa.array([str(v) for v in c.to_pylist()])),
               "pod_usage_cpu_core_seconds", "String"),
        Damage("number where a text belongs", pods, with_column("namespace", lambda c: pa.array([1.5] * len(c))), "namespace", "DOUBLE"),
        Damage("nested labels column", pods, with_column("pod_labels", lambda c: pa.array([["x"]] * len(c))), "pod_labels", "nested"),
        Damage("bad pod labels", pods, with_value("pod_labels", 1, '{"app": {"nested": 1}}'), "pod_labels", "nested", "row 2"),
        Damage("empty node labels", nodes, with_value("node_labels", 0, ""), "node_labels", "row 1"),
        Damage("namespace labels with a key twice", namespaces, with_value("namespace_labels", 0, '{"a": "1", "a": "2"}'),
               "namespace_labels", "twice"),
        Damage("bad claim labels", storage, with_value("persistentvolumeclaim_labels", 0, "[]"), "persistentvolumeclaim_labels", "[]"),
        Damage("NaN", pods, with_value("pod_request_memory_byte_seconds", 2, math.nan), "pod_request_memory_byte_seconds", "nan", "row 3"),
        Damage("infinity", pods, with_value("pod_usage_cpu_core_seconds", 0, math.inf), "pod_usage_cpu_core_seconds", "inf"),
        Damage("a number beyond all sums", storage, with_value("persistentvolumeclaim_usage_byte_seconds", 0, 1e300),
               "persistentvolumeclaim_usage_byte_seconds", "1e+300"),
        Damage("too long a namespace", pods, with_value("namespace", 0, "x" * 254), "namespace", "254"),
        Damage("a NUL character", pods, with_value("namespace", 0, "a\0b"), "namespace", "NUL"),
    ]
    return found


# --- the case and the sinks -------------------------------------------------------------------------------------------------------

def file_of(root, folder, day):
    files = sorted(Path(root).glob(f"data/parquet/{folder}/source=*/year=*/month=*/*{day}*.parquet"))
    assert len(files) == 1, f"{folder} of {day}: {files}"
    return files[0]


class Bench:
    """A golden case that can be copied, damaged and run."""

    def __init__(self, binary, case, folder):
        self.binary, self.case, self.folder = binary, case, Path(folder)
        self.parameters = json.loads((case / "params.json").read_text())
        self.copies = 0

    def copy(self):
        self.copies += 1
        root = self.folder / f"input{self.copies}"
        shutil.copytree(self.case / "input", root)
        return root

    def sink(self, kind):
        self.copies += 1
        return f"{kind}:{self.folder / f'{kind}{self.copies}'}" + (".db" if kind == "sqlite" else "")

    def run(self, root, sink, *options, window=None, uuid=None):
        p = self.parameters
        config = self.folder / "config.yaml"
        window = window or {"start_date": DAYS[0], "end_date": DAYS[-1]}
        config.write_text(json.dumps({  # JSON is YAML
            "organization": {"org_id": p["account"]},
            "ocp": {"provider_uuid": uuid or p["source"], "cluster_id": p["cluster_id"], "cluster_alias": p["cluster_alias"],
                    "report_period_id": p["report_period_id"], **window}}))
        command = [self.binary, "run", "--config", str(config), "--input", f"file:{root}", "--reference", f"csv:{self.case / 'tables'}",
                   "--sink", sink, "--progress", "never", *options]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("COSTMILL_")}
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=self.folder, env=environment)
        return done.returncode, done.stdout + done.stderr


def rows_by_day(sink):
    """{day: rows as sorted texts}, read without any code of ours."""
    kind, _, place = sink.partition(":")
    rows = []
    if kind == "csv" and (Path(place) / f"{TABLE}.csv").exists():
        with open(Path(place) / f"{TABLE}.csv", newline="", encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
    elif kind == "sqlite" and Path(place).exists():
        with sqlite3.connect(place) as connection:
            connection.row_factory = sqlite3.Row
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone():
                rows = [dict(row) for row in connection.execute(f"SELECT * FROM {TABLE}")]
    elif kind == "parquet" and Path(place).exists():
        for file in sorted(Path(place).rglob("*.parquet")):
            rows += pq.ParquetFile(file).read().to_pylist()
    days = {}
    for row in rows:
        days.setdefault(str(row["usage_start"]), []).append(repr(sorted((k, str(v)) for k, v in row.items())))
    return {day: sorted(texts) for day, texts in days.items()}


def require_run(done, code, *words):
    require(done[0] == code, f"exit {done[0]} instead of {code}: {done[1][-400:]}")
    for word in words:
        require(word in done[1], f"the message lacks {word!r}: {done[1][-400:]}")


# --- checks -----------------------------------------------------------------------------------------------------------------------

def check_days_written(bench, damage):
    """Into an empty sink, with one worker and with eight."""
    good = bench.good["csv"]
    root = bench.copy()
    name = damage.apply(root)
    for workers in ("1", "8"):
        set_workers = ("--set", f"performance.max_workers={workers}", "--set", f"performance.parallel_readers={workers}")
        sink = bench.sink("csv")
        require_run(bench.run(root, sink, *set_workers), 3, name, *damage.words)
        require(rows_by_day(sink) == {DAYS[0]: good[DAYS[0]]}, f"{workers} workers: days in the sink: {sorted(rows_by_day(sink))}")
        sink = bench.sink("csv")
        require_run(bench.run(root, sink, "--keep-going", *set_workers), 6, name, *damage.words)
        require(rows_by_day(sink) == {day: good[day] for day in (DAYS[0], DAYS[2])},
                f"{workers} workers, keep-going: days in the sink: {sorted(rows_by_day(sink))}")


def check_rows_of_before_stay(bench, damage, kind):
    sink = bench.sink(kind)
    require_run(bench.run(bench.case / "input", sink), 0)
    before = rows_by_day(sink)
    require(sorted(before) == DAYS, f"days of the good run: {sorted(before)}")
    root = bench.copy()
    damage.apply(root)
    for options, code in (((), 3), (("--keep-going",), 6), (("--full",), 3),
                          (("--set", "performance.incremental_db_writes=false"), 3)):
        require_run(bench.run(root, sink, *options), code)
        require(rows_by_day(sink) == before, f"{kind} {options}: rows changed")


def check_one_transaction(bench, damage, kind):
    root = bench.copy()
    damage.apply(root)
    for options in ((), ("--keep-going",)):
        sink = bench.sink(kind)
        require_run(bench.run(root, sink, "--set", "performance.incremental_db_writes=false", *options), 3)
        require(rows_by_day(sink) == {}, f"{kind} {options}: rows in spite of one transaction: {sorted(rows_by_day(sink))}")


def check_first_bad_day_wins(bench):
    """Two bad days: whichever a worker meets first, the earlier one is reported and nothing from it on is written."""
    root = bench.copy()
    with_value("pod_usage_cpu_core_seconds", 0, math.nan)(file_of(root, "daily/*/OCP/pod_usage", DAYS[2]))
    with_value("pod_labels", 0, "oops")(file_of(root, "daily/*/OCP/pod_usage", DAYS[1]))
    for _ in range(5):
        sink = bench.sink("csv")
        done = bench.run(root, sink, "--set", "performance.max_workers=8")
        require_run(done, 3, DAYS[1], "oops")
        require(sorted(rows_by_day(sink)) == DAYS[:1], f"days in the sink: {sorted(rows_by_day(sink))}")
    sink = bench.sink("csv")
    require_run(bench.run(root, sink, "--keep-going"), 6, "oops", "nan")
    require(sorted(rows_by_day(sink)) == DAYS[:1], "keep-going with two bad days")


def check_column_missing_everywhere(bench):
    root = bench.copy()
    for day in DAYS:
        rewritten(lambda table: table.drop_columns(["pod_limit_cpu_core_seconds"]))(file_of(root, "daily/*/OCP/pod_usage", day))
    for options in ((), ("--keep-going",)):
        sink = bench.sink("csv")
        require_run(bench.run(root, sink, *options), 3, "pod_limit_cpu_core_seconds", "daily pods")
        require(rows_by_day(sink) == {}, "rows in spite of a missing column")


def check_column_missing_in_one_file(bench):
    root = bench.copy()
    rewritten(lambda table: table.drop_columns(["pod_limit_cpu_core_seconds"]))(file_of(root, "daily/*/OCP/pod_usage", BAD_DAY))
    sink = bench.sink("csv")
    require_run(bench.run(root, sink), 0)
    rows, good = rows_by_day(sink), bench.good["csv"]
    require(sorted(rows) == DAYS and rows[DAYS[0]] == good[DAYS[0]] and rows[DAYS[2]] == good[DAYS[2]], "other days changed")
    require(all("('pod_limit_cpu_core_hours', '\\\\N')" in row for row in rows[BAD_DAY]), "the column is not NULL on its day")


def check_times_that_cannot_be_read(bench):
    """Rows whose day is unknown may belong to any day, so no day is written."""
    root = bench.copy()
    path = file_of(root, "daily/*/OCP/pod_usage", BAD_DAY)
    with_column("interval_start", lambda c: pa.array(["yesterday"] * len(c)))(path)
    for options, code in (((), 3), (("--keep-going",), 6)):
        sink = bench.sink("csv")
        require_run(bench.run(root, sink, *options), code, path.name, "interval_start", "yesterday")
        require(rows_by_day(sink) == {}, f"days in the sink: {sorted(rows_by_day(sink))}")


def check_missing_input(bench):
    require_run(bench.run(bench.folder / "no-such-folder", bench.sink("csv")), 4, "no-such-folder")


def check_month_without_files(bench):
    done = bench.run(bench.case / "input", bench.sink("csv"), window={"year": "2024", "month": "02"})
    require_run(done, 3, "year=2024/month=02", "2025-10")


def check_no_uuid(bench):
    require_run(bench.run(bench.case / "input", bench.sink("csv"), uuid="../../etc"), 2, "provider_uuid")


def check_unknown_cluster(bench):
    require_run(bench.run(bench.case / "input", bench.sink("csv"), uuid=OTHER_UUID), 3, OTHER_UUID, bench.parameters["source"])


def check_link_out_of_the_input(bench):
    root = bench.copy()
    path = file_of(root, "daily/*/OCP/pod_usage", BAD_DAY)
    outside = bench.folder / "outside.parquet"
    shutil.move(path, outside)
    path.symlink_to(outside)
    sink = bench.sink("csv")
    require_run(bench.run(root, sink), 3, path.name)
    require(rows_by_day(sink) == {}, "rows in spite of a link out of the input")


def check_window_without_rows(bench):
    sink = bench.sink("csv")
    require_run(bench.run(bench.case / "input", sink, window={"start_date": "2025-10-20", "end_date": "2025-10-21"}), 0)
    require(rows_by_day(sink) == {}, "rows from nowhere")


def all_checks():
    found = damages(20251001)
    checks = [(f"days written: {damage.name}", lambda bench, d=damage: check_days_written(bench, d)) for damage in found]
    sample = [damage for damage in found if damage.name in ("zero bytes", "NaN", "too long a namespace", "bad claim labels")]
    for kind in ("csv", "sqlite", "parquet"):
        checks += [(f"rows of before stay in {kind}: {d.name}", lambda bench, d=d, k=kind: check_rows_of_before_stay(bench, d, k)) for d in sample]
        checks += [(f"one transaction of {kind}: {d.name}", lambda bench, d=d, k=kind: check_one_transaction(bench, d, k)) for d in sample[:2]]
    checks += [(check.__name__.removeprefix("check_").replace("_", " "), check) for check in (
        check_first_bad_day_wins, check_column_missing_everywhere, check_column_missing_in_one_file, check_times_that_cannot_be_read,
        check_missing_input, check_month_without_files, check_no_uuid, check_unknown_cluster, check_link_out_of_the_input, check_window_without_rows)]
    return checks


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", required=True)
    arguments.add_argument("--case", default=str(Path(__file__).parent.parent / "golden" / "31-nise-ocp-on-aws-example"))
    arguments.add_argument("--only", default="")
    arguments = arguments.parse_args()
    checks = [(name, check) for name, check in all_checks() if arguments.only in name]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(str(Path(arguments.bin).resolve()), Path(arguments.case).resolve(), folder)
        sink = bench.sink("csv")
        require_run(bench.run(bench.case / "input", sink), 0)
        bench.good = {"csv": rows_by_day(sink)}
        require(sorted(bench.good["csv"]) == DAYS, "the golden case has other days than this test")
        return run_checks([(name, lambda c=check: c(bench)) for name, check in checks])


if __name__ == "__main__":
    sys.exit(main())
