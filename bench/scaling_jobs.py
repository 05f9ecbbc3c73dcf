"""Days as Dask's workers do them, but one after the other in this process, each timed: what a day takes without Dask."""
import json
import os
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy
from costmill import RunResult, _costmill
from costmill._settings import request

MEMORY_BYTES = 4 << 30
MONTH = "2025-10"


@dataclass(frozen=True)
class Day:
    """What one task took. `seconds` by the wall's clock, `cpu` by the process's: reading ahead is on another thread."""

    line_items: int
    groups: int
    fetched_bytes: int
    fold_seconds: float  # of days for PostgreSQL: up to finished rows; of staged ones nothing
    fold_cpu: float
    write_seconds: float
    write_cpu: float
    encoding_seconds: float


class Timed:
    """A listener of a run that does its tasks itself: folds all, then writes all, over so many connections at once."""

    def __init__(self, results, connections=1):
        self.results, self.connections = results, connections
        self.days, self.writing_seconds = [], 0.0
        self.begin, self.planning_seconds = time.perf_counter(), 0.0

    def message(self, *_): ...
    def day(self, *_): ...
    def progress(self, *_): ...

    def submit(self, tasks):
        self.planning_seconds = time.perf_counter() - self.begin
        with ThreadPoolExecutor(1) as one:  # not the thread that the run's events arrive in
            one.submit(self._do, tasks).result()

    def _do(self, tasks):
        jobs, reference = [], None
        for key, task, *_ in tasks:
            job = _costmill.Job(task, 1, MEMORY_BYTES)
            reference = reference or job.load_reference()
            jobs.append((key, job, timed(lambda job=job: job.fold_days(reference, []))))
        begin = time.perf_counter()
        with ThreadPoolExecutor(self.connections) as many:
            written = list(many.map(lambda entry: timed(lambda: written_by(entry[1])), jobs))
        self.writing_seconds = time.perf_counter() - begin
        for (key, _, fold), write in zip(jobs, written):
            self.results.put(key, write.result)
            receipt = json.loads(write.result)
            self.days.append(Day(receipt["rows_folded"], sum(day["rows"] for day in receipt["days"]), receipt["bytes_fetched"], fold.seconds,
                                 fold.cpu, write.seconds, write.cpu, receipt["seconds"][2]))


def written_by(job):
    job.write_days()
    return job.publish()


@dataclass(frozen=True)
class Timing:
    result: object
    seconds: float
    cpu: float


def timed(action):
    cpu, begin = time.process_time(), time.perf_counter()
    result = action()
    return Timing(result, time.perf_counter() - begin, time.process_time() - cpu)


def run_timed(data, sink, days=None, connections=1, **keys):
    """(RunResult, Timed) of a run over the first days of a month of all clusters."""
    results = _costmill.TaskResults()
    listener = Timed(results, connections)
    window = {"month": MONTH} if days is None else {"start": f"{MONTH}-01", "end": f"{MONTH}-{days:02d}"}
    asked = request(None, cluster="all", keys=keys, run={"input": f"file:{data}", "sink": sink, "reference": f"csv:{data}/reference",
                                                         "full": True}, **window)
    return RunResult.of(_costmill.run_by_workers(asked, listener, results), []), listener


def source_of(number):
    return f"00000000-0000-4000-8000-{number:012d}"


@contextmanager
def clusters_of(data, count, folder=None):
    """A folder with so many clusters, whose files are hard links to those of the one cluster in `data`."""
    folder = Path(tempfile.mkdtemp(prefix="costmill-scaling-", dir=folder or data.parent))
    try:
        for number in range(1, count + 1):
            add_cluster(folder, data, number)
        shutil.copytree(data / "reference", folder / "reference")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def add_cluster(folder, data, number):
    for file in data.glob("data/parquet/**/source=*/**/*.parquet"):
        parts = [f"source={source_of(number)}" if part.startswith("source=") else part for part in file.relative_to(data).parts]
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, target)


def least_squares(columns, values):
    """Factors that are not negative: what would be is taken for nothing, and the others are fitted again."""
    columns = {name: numpy.asarray(column, float) for name, column in columns.items()}
    values, kept = numpy.asarray(values, float), list(columns)
    while True:
        factors, *_ = numpy.linalg.lstsq(numpy.stack([columns[name] for name in kept], axis=1), values, rcond=None)
        if min(factors) >= 0 or len(kept) == 1:
            return {name: 0.0 for name in columns} | dict(zip(kept, map(float, factors)))
        kept.remove(kept[int(numpy.argmin(factors))])


def fit_days(days, figure, names=("million_line_items", "thousand_groups", "day")):
    """A figure of days by the million line items, the thousand groups, and the day; small days count as much as large ones."""
    values = numpy.array([figure(day) for day in days])
    weights = 1 / numpy.maximum(values, max(1e-3, numpy.median(values) / 10))
    columns = {"million_line_items": [day.line_items / 1e6 for day in days], "thousand_groups": [day.groups / 1e3 for day in days],
               "day": [1.0] * len(days)}
    return dict.fromkeys(columns, 0.0) | least_squares({name: numpy.array(columns[name]) * weights for name in names}, values * weights)


def fit_part(days, part):
    """Seconds of computing, and of waiting for disks and servers, which line items do not cause: reading is ahead, or computing waits."""
    return {"cpu_seconds": fit_days(days, lambda day: getattr(day, f"{part}_cpu")),
            "wait_seconds": fit_days(days, lambda day: max(0.0, getattr(day, f"{part}_seconds") - getattr(day, f"{part}_cpu")),
                                     ("thousand_groups", "day"))}
