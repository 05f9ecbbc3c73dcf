#!/usr/bin/env python3
"""Property test of incremental runs: random histories of a small cluster, then `run --prune`; the rows must be those of one full run.

usage: history_test.py --bin PATH [--cases N] [--seed N] [--sink KIND]... [--postgres-cases N] [--keep DIR]

A history is a chain of steps: files are added, replaced, touched, cut differently, removed; reference tables and configuration are
edited; and between them runs over the whole window or a part of it, killed ones, two at once, ones whose input changes meanwhile.
At its end `run --prune` must give the rows that one `run --full` over the final input writes into an empty sink, a further run must do
nothing, and nothing of the runs may be left over. The last line reads 'N passed, N failed'.
"""

import argparse
import contextlib
import datetime
import math
import os
import random
import shutil
import sys
import time
import uuid
from pathlib import Path

import koku_layout
import physical_styles
import random_cluster
from costmill_project import Failure, Project, finish, require, temporary_folder
from postgres_server import PostgresServer
from sinks_under_test import FOLDER_KINDS, FolderSink, PostgresSink

MOST_DAYS = 4
REPORT_PERIODS = [1, 2, 3]
FEATURES = ["cost_category", "pod_aggregation", "storage_aggregation", "unallocated_capacity"]
PODS = ("pod_daily", "pod_hourly")  # without any file of either, the month is refused


class History:
    """The input of a case: files with their rows; each step changes them here and on the disk."""

    def __init__(self, seed, project):
        self.rng = random.Random(f"history {seed}")
        self.seed, self.project = seed, project
        self.cluster = random_cluster.Cluster(seed)
        # A volume whose pods all have NULL nodes is refused by the rules.
        self.cluster.nodes = [node for node in self.cluster.nodes if node is not None] or ["n1"]
        self.start = self.cluster.start.replace(day=min(self.cluster.start.day, 28 - MOST_DAYS))
        self.days = [self.start + datetime.timedelta(days=i) for i in range(self.rng.randint(2, MOST_DAYS))]
        self.files = {}  # path -> (table, rows)
        self.forms = {}  # path -> seed of its form
        self.made = 0
        project.config["ocp"].update(start_date=str(self.days[0]), end_date=str(self.days[-1]))
        self.edit_reference()
        for table in koku_layout.TABLES:
            for day in self.days:
                if table in PODS or self.rng.random() < 0.8:
                    self.add_file(table, day)
        self.log = []

    # ---- files

    def rows_of(self, table, day):
        tables = {name: [] for name in koku_layout.TABLES}
        while not tables[table]:
            self.cluster.rows_of_day(day, tables)
        rows = [row for row in tables[table] if not any(isinstance(value, float) and math.isnan(value) for value in row.values())]
        for row in rows:
            row["report_period_start"] = koku_layout.day_start(day.replace(day=1))
            row["report_period_end"] = row["report_period_start"] + 31 * koku_layout.MICROSECONDS_PER_DAY
        return rows

    def write(self, path, table, rows):
        self.files[path] = (table, rows)
        self.forms.setdefault(path, f"form {self.seed} {self.made}")
        rng = random.Random(self.forms[path])
        shuffled = list(rows)
        rng.shuffle(shuffled)
        pending = path.with_name(".pending")
        physical_styles.write_file(pending, table, shuffled, rng)
        os.replace(pending, path)

    def new_path(self, table, day):
        self.made += 1
        folder = koku_layout.partition(self.project.input, table, "org1234567", self.project.source, day.year, day.month)
        return folder / koku_layout.file_name(table, day, self.made, 0, 0)

    def add_file(self, table=None, day=None):
        table = table or self.rng.choice(list(koku_layout.TABLES))
        day = day or self.rng.choice(self.days)
        rows = self.rows_of(table, day)
        if self.rng.random() < 0.2:  # a file of several days
            rows += self.rows_of(table, self.rng.choice(self.days))
        self.write(self.new_path(table, day), table, rows)

    def some_file(self):
        path = self.rng.choice(sorted(self.files))
        return path, *self.files[path]

    def replace_file(self):
        path, table, rows = self.some_file()
        kept = [row for row in rows if self.rng.random() < 0.7]
        self.forms[path] = f"other form {self.seed} {self.made}"
        self.write(path, table, kept + self.rows_of(table, self.rng.choice(self.days)) if self.rng.random() < 0.6 or not kept else kept)

    def change_a_value(self):
        """In the same form; where nothing is compressed the file keeps its size."""
        path, table, rows = self.some_file()
        numbers = [(row, name) for row in rows for name, value in row.items() if isinstance(value, float) and value]
        if numbers:
            row, name = self.rng.choice(numbers)
            row[name] /= 2
            self.write(path, table, rows)

    def touch_file(self):
        os.utime(self.some_file()[0])

    def cut_differently(self):
        """All rows of a table in other files."""
        table = self.rng.choice(list(koku_layout.TABLES))
        old = [path for path, (of, _) in self.files.items() if of == table]
        rows = [row for path in old for row in self.files[path][1]]
        self.rng.shuffle(rows)
        parts = self.rng.randint(1, 3)
        new = [(self.new_path(table, self.start), rows[part::parts]) for part in range(parts) if rows[part::parts]]
        for path in old:
            self.remove(path)
        for path, part in new:
            self.write(path, table, part)

    def remove(self, path):
        del self.files[path]
        path.unlink()

    def remove_file(self):
        path, table, _ = self.some_file()
        if table not in PODS or sum(of == table for of, _ in self.files.values()) > 1:
            self.remove(path)

    def remove_day(self):
        """All files that hold rows of one day only, or all of those but one."""
        day = self.rng.choice(self.days)
        for path, (table, rows) in sorted(self.files.items()):
            days = {koku_layout.day_of(row["interval_start"]) for row in rows if row["interval_start"] is not None}
            if days == {day} and (table not in PODS or sum(of == table for of, _ in self.files.values()) > 1):
                self.remove(path)

    # ---- reference data and configuration

    def edit_reference(self):
        edited = self.rng.sample(sorted(self.project.tables), self.rng.randint(1, 3))
        for table, (_, rows) in self.cluster.reference().items():
            if table in edited or not self.project.tables[table]:
                self.project.tables[table] = [(row[0], row[1], row[3]) for row in rows] if table == "reporting_ocp_nodes" else rows

    def edit_a_reference_row(self):
        rows = self.project.tables[self.rng.choice(sorted(self.project.tables))]
        if rows:
            rows.pop(self.rng.randrange(len(rows)))

    def edit_config(self):
        ocp, kind = self.project.config["ocp"], self.rng.random()
        if kind < 0.3:
            ocp["cluster_alias"] = self.rng.choice(["Cluster one", "Cluster two"])
        elif kind < 0.5:
            ocp["report_period_id"] = self.rng.choice(REPORT_PERIODS)
        else:
            self.project.config["features"] = {self.rng.choice(FEATURES): self.rng.random() < 0.5 for _ in range(2)}


class Case:
    """One history over one sink."""

    def __init__(self, history, sink):
        self.history, self.rng, self.project, self.sink = history, history.rng, history.project, sink
        self.seconds = 0.05  # of the latest whole run

    def options(self):
        options = ["--set", f"performance.max_workers={self.rng.choice([1, 2, 4])}"]
        if self.rng.random() < 0.15:
            options += ["--set", "performance.incremental_db_writes=false"]
        if self.rng.random() < 0.15:
            options += ["--prune"]
        if self.rng.random() < 0.1:
            options += ["--full"]
        return options

    def run(self):
        begin = time.monotonic()
        self.project.run(self.sink, *self.options()).require(0)
        self.seconds = time.monotonic() - begin

    def run_a_part(self):
        days = self.history.days
        first = self.rng.randrange(len(days))
        last = self.rng.randrange(first, len(days))
        self.project.run(self.sink, "--from", str(days[first]), "--to", str(days[last]), *self.options()).require(0)

    def run_killed(self):
        run = self.project.start(self.sink, *self.options())
        time.sleep(self.rng.uniform(0, 1.1 * self.seconds))
        run.kill()
        require(finish(run).code in (0, -9), "a killed run ended with another code")

    def two_at_once(self):
        runs = [self.project.start(self.sink, *self.options())]
        time.sleep(self.rng.choice([0, 0.005, 0.02]))
        runs.append(self.project.start(self.sink, *self.options()))
        for done in [finish(run) for run in runs]:
            done.require((0, 5))

    def run_while_the_input_changes(self):
        run = self.project.start(self.sink, *self.options())
        time.sleep(self.rng.uniform(0, self.seconds))
        self.rng.choice([self.history.replace_file, self.history.change_a_value, self.history.touch_file, self.history.remove_file])()
        finish(run).require((0, 4))

    def changes(self):
        h = self.history
        return [h.add_file, h.replace_file, h.change_a_value, h.change_a_value, h.touch_file, h.cut_differently, h.remove_file, h.remove_day, h.edit_reference,
                h.edit_a_reference_row, h.edit_config]

    def play(self):
        runs = [self.run, self.run, self.run_a_part, self.run_killed, self.run_killed, self.two_at_once, self.run_while_the_input_changes]
        for _ in range(self.rng.randint(2, 5)):
            for step in (*self.rng.choices(self.changes(), k=self.rng.randint(0, 3)), self.rng.choice(runs)):
                self.history.log.append(step.__name__)
                step()
                self.project.write_settings()

    def check_the_end(self, empty_sink):
        self.project.run(self.sink, "--prune").require(0)
        self.project.run(empty_sink, "--full").require(0)
        got, wanted = self.sink.days(self.project.source), empty_sink.days(self.project.source)
        require(list(got) == list(wanted), f"days {list(got)} instead of {list(wanted)}")
        for day in wanted:
            require(got[day] == wanted[day], f"the rows of {day} are not those of a full run")
        self.project.run(self.sink, "--prune").require_days(0, len(self.project.plan(self.sink)))
        require({day.state for day in self.project.plan(self.sink).values()} <= {"unchanged"}, f"the plan is {self.project.plan(self.sink)}")
        require(not self.sink.leftovers(), f"left over: {self.sink.leftovers()}")


def check_history(binary, seed, folder, sinks):
    project = Project(binary, folder / "project", str(uuid.uuid5(uuid.NAMESPACE_OID, f"history {seed}")), "", "")
    history = History(seed, project)
    try:
        project.write_settings()
        case = Case(history, sinks[0])
        case.play()
        case.check_the_end(sinks[1])
    except Failure as failure:
        return f"after {', '.join(history.log)}: {failure}"
    return None


@contextlib.contextmanager
def postgres_sinks():
    """A pair of tenants for all cases: each case has a cluster of its own."""
    with PostgresServer() as server:
        months = ("2024-02", "2025-02", "2025-10", "2025-11")
        sinks = [PostgresSink(server, f"org{number}", months, REPORT_PERIODS) for number in (1, 2)]
        yield lambda folder: sinks


@contextlib.contextmanager
def folder_sinks(kind):
    yield lambda folder: [FolderSink(kind, folder / name) for name in ("sink", "empty")]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bin", required=True)
    a.add_argument("--cases", type=int, default=20, help="of each sink that is a file or folder")
    a.add_argument("--postgres-cases", type=int, default=None, help="of PostgreSQL [a fifth of --cases]")
    a.add_argument("--seed", type=int, default=0, help="the first seed")
    a.add_argument("--sink", action="append", choices=[*FOLDER_KINDS, "postgresql"], help="repeatable [all]")
    a.add_argument("--keep", help="where to leave the folders of failing cases")
    a = a.parse_args()
    passed = failed = 0
    for kind in a.sink or [*FOLDER_KINDS, "postgresql"]:
        is_postgres = kind == "postgresql"
        cases = a.cases if not is_postgres else a.postgres_cases if a.postgres_cases is not None else -(-a.cases // 5)
        begin = time.monotonic()
        with postgres_sinks() if is_postgres else folder_sinks(kind) as sinks_in:
            for seed in range(a.seed, a.seed + cases):
                with temporary_folder() as folder:
                    problem = check_history(a.bin, seed, Path(folder), sinks_in(Path(folder)))
                    if problem and a.keep:
                        shutil.copytree(folder, Path(a.keep) / f"{kind}{seed}", dirs_exist_ok=True)
                passed, failed = passed + (not problem), failed + bool(problem)
                if problem:
                    print(f"FAIL --sink {kind} --seed {seed} --cases 1: {problem}", flush=True)
        print(f"{kind}: {cases} histories in {time.monotonic() - begin:.1f} s", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
