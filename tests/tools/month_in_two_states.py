"""A month of one cluster in two states, `old` and `new`, that differ in every day; so large that a run takes a while.

A look at a sink's day tells which of the two was written, or that it is neither.
"""

import subprocess
import sys
import time
from pathlib import Path

from costmill_project import Project, require

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = "00000000-0000-4000-8000-000000000001"  # of bench/generate.py
DAYS = 8
STATES = ("old", "new")
AT_ONCE = ("--set", "performance.incremental_db_writes=false")


def other(state):
    return STATES[1 - STATES.index(state)]


class MonthInTwoStates(Project):
    def __init__(self, binary, folder, rows):
        super().__init__(binary, folder, SOURCE, "2025-10-01", f"2025-10-{DAYS:02}")
        for seed, state in enumerate(STATES, 1):
            subprocess.run([sys.executable, str(ROOT / "bench" / "generate.py"), "--output", str(self.folder / state), "--rows", str(rows),
                            "--days", str(DAYS), "--namespaces", "60", "--label-sets", "200", "--groups", "300", "--seed", str(seed)], check=True,
                           stdout=subprocess.DEVNULL)
        self.write_settings()
        self.reference = self.folder / STATES[0] / "reference"
        self.input_uris = {state: f"file:{self.folder / state}" for state in STATES}

    def of(self, state):
        self.input_uri = self.input_uris[state]
        return self

    def contents(self, sink, **more):
        """({state: days of the sink}, {state: seconds of the run that replaces the other by it}); leaves the sink in the old state."""
        content, seconds = {}, {}
        self.of("old").run(sink, **more).require(0)
        for state in ("new", "old"):
            begin = time.monotonic()
            self.of(state).run(sink, **more).require(0)
            seconds[state] = time.monotonic() - begin
            content[state] = sink.days(SOURCE)
            require(len(content[state]) == DAYS, f"days of {state}: {list(content[state])}")
        require(all(content["old"][day] != content["new"][day] for day in content["old"]), "the two states have equal days")
        return content, seconds


def whole_days(found, content):
    """Which state each day is in, in order of day."""
    require(list(found) == list(content["old"]), f"days {list(found)} instead of {list(content['old'])}")
    names = []
    for day, rows in found.items():
        of = [state for state in STATES if rows == content[state][day]]
        require(of, f"{day} is neither the old day nor the new one")
        names += of
    return names
