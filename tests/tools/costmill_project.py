"""A cluster's input, reference data and configuration in one folder, and the program over them.

  project = Project(binary, folder, SOURCE, "2025-10-01", "2025-10-03")
  done = project.run(sink)          done.code, done.output, done.written, done.unchanged, done.removed
  project.plan(sink)                {day: PlannedDay(state, reasons, remarks)}
"""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import koku_layout

ORG = "org1234567"
SECONDS_TO_END = 120
ROOM_IN_MEMORY = 2 << 30
REFERENCE_HEADERS = {
    "reporting_enabledtagkeys": ("key", "enabled", "provider_type"),
    "reporting_ocp_nodes": ("node", "resource_id", "node_role"),
    "reporting_ocp_cost_category_namespace": ("namespace", "cost_category_id"),
}


def temporary_folder():
    """In memory where there is room, for every commit waits for the disk."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_IN_MEMORY
    return tempfile.TemporaryDirectory(prefix="costmill-", dir=memory if has_room else None)


def clean_environment(**more):
    """This process's environment without what would meddle with the program's settings, and more."""
    settings = ("COSTMILL_", "PG", "AWS_", "S3_")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(settings)}, **more}


class Failure(Exception):
    pass


def require(condition, what):
    if not condition:
        raise Failure(what)


@dataclasses.dataclass
class Done:
    code: int
    output: str

    def _count(self, word):
        found = re.search(rf"^  days .*?(\d+) {word}", self.output, re.MULTILINE)
        return int(found.group(1)) if found else 0

    @property
    def written(self):
        return self._count("written")

    @property
    def unchanged(self):
        return self._count("unchanged")

    @property
    def removed(self):
        return self._count("removed")

    def require(self, codes, *words):
        codes = (codes,) if isinstance(codes, int) else codes
        require(self.code in codes, f"exit {self.code} instead of {codes}: {self.output[-800:]}")
        for word in words:
            require(word in self.output, f"the output lacks {word!r}: {self.output[-800:]}")
        return self

    def require_days(self, written, unchanged, removed=0):
        self.require(0)
        found = (self.written, self.unchanged, self.removed)
        require(found == (written, unchanged, removed), f"(written, unchanged, removed) are {found}, not {(written, unchanged, removed)}: {self.output}")
        return self


@dataclasses.dataclass
class PlannedDay:
    state: str
    reasons: list
    remarks: str


class Project:
    def __init__(self, binary, folder, source, first_day, last_day):
        self.binary, self.folder, self.source = str(Path(binary).resolve()), Path(folder), source
        self.input, self.reference = self.folder / "input", self.folder / "reference"
        self.input_uri = f"file:{self.input}"
        self.config = {
            "organization": {"org_id": ORG},
            "ocp": {"provider_uuid": source, "cluster_id": "cluster-1", "cluster_alias": "Cluster one", "report_period_id": 1,
                    "start_date": first_day, "end_date": last_day}}
        self.tables = {table: [] for table in REFERENCE_HEADERS}

    def write_settings(self):
        """The configuration and the reference tables, as files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "costmill.json").write_text(json.dumps(self.config), encoding="utf-8")  # JSON is YAML
        for table, rows in self.tables.items():
            koku_layout.write_reference(self.reference / f"{table}.csv", REFERENCE_HEADERS[table], rows)

    def command(self, sink, *options, subcommand="run"):
        command = [self.binary, subcommand, "--config", str(self.folder / "costmill.json"), "--sink", sink.uri]
        if subcommand in ("run", "plan", "verify"):
            command += ["--input", self.input_uri, "--reference", f"csv:{self.reference}"]
        if subcommand in ("run", "verify"):
            command += ["--progress", "never"]
        return [*command, *options]

    def start(self, sink, *options, subcommand="run", environment=(), stdout=subprocess.PIPE):
        of_sink = sink.environment() if hasattr(sink, "environment") else {}
        return subprocess.Popen(self.command(sink, *options, subcommand=subcommand), stdout=stdout, stderr=subprocess.STDOUT, text=True,
                                cwd=self.folder, env=clean_environment(**{**of_sink, "HOME": str(self.folder), **dict(environment)}))

    def run(self, sink, *options, **more):
        return finish(self.start(sink, *options, **more))

    def receipts(self, sink):
        return json.loads(self.run(sink, "receipts", "--format", "json", subcommand="show").require(0).output)["receipts"]

    def plan(self, sink, *options):
        return planned_days(self.run(sink, *options, subcommand="plan").require(0).output)


def finish(process, seconds=SECONDS_TO_END):
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        raise Failure(f"the program hangs after {seconds} s: {(output or '')[-800:]}") from None
    return Done(process.returncode, output)


def planned_days(output):
    days, last = {}, None
    for line in output.splitlines():
        found = re.match(r"(\d{4}-\d\d-\d\d) +(\w+) +\d+ +\d+ +\d+ +[\d.]+ *(.*)$", line)
        if found:
            last = days[found.group(1)] = PlannedDay(found.group(2), [], found.group(3).strip())
        elif last and line.startswith("            "):
            last.reasons.append(line.strip())
        else:
            last = None
    return days


def run_checks(named):
    """Calls each of (name, check) in turn; what a check returns is a remark on its line. Prints 'N passed, N failed', gives the exit code."""
    failed = 0
    for name, check in named:
        begin = time.monotonic()
        try:
            remark = check()
        except Exception as problem:  # a check that breaks is a failure, not an end
            failed += 1
            print(f"FAIL {name}: {type(problem).__name__}: {problem}", flush=True)
        else:
            print(f"ok   {name} ({time.monotonic() - begin:.1f} s){': ' + remark if remark else ''}", flush=True)
    print(f"{len(named) - failed} passed, {failed} failed")
    return 1 if failed or not named else 0
