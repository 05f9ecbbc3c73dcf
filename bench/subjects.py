"""What is measured: Costmill, the decode limit, Costmill's scan and fold alone, and the peers; each as an action that gives a Run."""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from datasets import HERE, data_set, pod_folder
from measure import in_turns, measure

PEER_PYTHON = HERE.parent / "build" / "bench-venv" / "bin" / "python"
MONTH = "2025-10"


def digests(out):
    """By day what the sink in this folder says of its rows."""
    database = Path(out) / "costmill.db"
    if database.exists():
        return dict(sqlite3.connect(database).execute("SELECT day, digest FROM costmill_days"))
    return {day["day"]: day["digest"] for day in json.loads((Path(out) / "costmill-state.json").read_text())["days"]}


def evict(data):
    """Takes the files out of the page cache."""
    for file in data.rglob("*.parquet"):
        descriptor = os.open(file, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


class Subjects:
    def __init__(self, binary, folder, rows, runs, days):
        self.binary, self.folder = Path(binary).resolve(), Path(folder).resolve()
        self.rows, self.runs, self.days = rows, runs, days
        self.digests = {}

    def data(self, rows=None, days=None, **options):
        return data_set(self.folder, rows or self.rows, days or self.days, **options)

    def in_turns(self, actions, at_most=100):
        return in_turns(min(self.runs, at_most), actions, warm_up=self.runs > 1)

    def command(self, data, sink, layout="koku", workers=1, numeric="float64", **performance):
        """Settings of the section `performance` may be given as they are called."""
        performance = {"max_workers": workers, **performance}
        source = data / "poc" if layout == "poc" else data
        return [self.binary, "run", "--input", f"file:{source}", "--layout", layout, "--reference", f"csv:{data / 'reference'}", "--month", MONTH,
                "--sink", sink, "--numeric", numeric, "--full", "--progress", "never", "--log-level", "error",
                *[part for key, value in performance.items() for part in ("--set", f"performance.{key}={value}")]]

    def costmill(self, data, sink="parquet", layout="koku", cold=False, **options):
        """The whole job into an empty sink. Ends the program if settings or the number of workers change the rows."""
        def action():
            with tempfile.TemporaryDirectory(dir=self.folder) as out:
                command = self.command(data, f"sqlite:{out}/costmill.db" if sink == "sqlite" else f"{sink}:{out}", layout, **options)
                if cold:
                    evict(data)
                run = measure(command)
                if digests(out) != self.digests.setdefault((data, layout), digests(out)):
                    sys.exit(f"{' '.join(map(str, command))} gave other rows than the run before")
            return run
        return action

    def again(self, data, sink, days_before):
        """A run over the month into a sink that has its first days already."""
        def action():
            with tempfile.TemporaryDirectory(dir=self.folder) as out:
                uri = f"sqlite:{out}/costmill.db" if sink == "sqlite" else f"{sink}:{out}"
                command = [part for part in self.command(data, uri) if part != "--full"]
                part = [str(part) for part in command if part not in ("--month", MONTH)]
                subprocess.run([*part, "--from", f"{MONTH}-01", "--to", f"{MONTH}-{days_before:02}"], check=True, stdout=subprocess.DEVNULL)
                return measure(command)
        return action

    def peer(self, name, data, layout="koku", threads=1):
        def action():
            with tempfile.TemporaryDirectory(dir=self.folder) as out:
                return measure([PEER_PYTHON, HERE / f"peer_{name}.py", data, f"{out}/summary.parquet", "--layout", layout, "--threads", threads])
        return action

    def decode_limit(self, kind, data):
        return lambda: measure([self.binary.parent / "decode_limit", kind, pod_folder(data)])

    def scan_and_fold(self, kind, data):
        return lambda: measure([self.binary.parent / "scan_and_fold", kind, pod_folder(data)])

    def require_agreement(self, peers, data, layout):
        """Ends the program if a peer's rows are not Costmill's."""
        with tempfile.TemporaryDirectory(dir=self.folder) as out:
            subprocess.run([str(part) for part in self.command(data, f"parquet:{out}", layout)], check=True, stdout=subprocess.DEVNULL)
            for peer in peers:
                file = f"{out}/{peer}.parquet"
                subprocess.run([str(PEER_PYTHON), str(HERE / f"peer_{peer}.py"), str(data), file, "--layout", layout, "--threads", "2"], check=True)
                done = subprocess.run([str(PEER_PYTHON), str(HERE / "agree.py"), out, file], capture_output=True, text=True, check=False)
                if done.returncode:
                    sys.exit(f"{peer} over {data} ({layout}) and Costmill differ: {done.stdout}{done.stderr}")
