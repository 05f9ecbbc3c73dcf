"""The model beside measured runs, on the machine that its figures are of; and what a cluster costs against one process."""
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass

import psutil
from datasets import data_set
from distributed import Client, LocalCluster
from scaling_jobs import MONTH, add_cluster, clusters_of, run_timed, timed
from scaling_measure import run_dask
from scaling_model import Machines, Work

CLUSTERS, WORKERS, TURNS, CORES = (2, 10, 20), (1, 2, 4), 3, 2
PEAK_EVERY = 0.05  # seconds
SKEW_ROWS, SKEW_TASK_ROWS = 10_000_000, 1_000_000


class Watch:
    """Worker processes during a run: the most MiB that each holds, and how many cores other work of this machine takes meanwhile."""

    def __init__(self, pids):
        self.workers, self.most, self.ended = [psutil.Process(pid) for pid in pids], dict.fromkeys(pids, 0.0), threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.ended.wait(PEAK_EVERY):
            for process in self.workers:
                self.most[process.pid] = max(self.most[process.pid], process.memory_info().rss / 2**20)

    def cpu(self):
        own = sum(sum(process.cpu_times()[:2]) for process in [*self.workers, psutil.Process()])
        machine = psutil.cpu_times()
        return own, sum(machine) - machine.idle - machine.iowait - machine.guest - machine.guest_nice

    def __enter__(self):
        self.begin, self.cpu_before = time.perf_counter(), self.cpu()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        own, machine = (after - before for after, before in zip(self.cpu(), self.cpu_before))
        self.own_cpu, self.other_cores = own, max(0.0, machine - own) / (time.perf_counter() - self.begin)


@dataclass
class Checked:
    data: str
    line_items: int
    workers: int
    walls: list
    peaks: list
    others: list  # cores that other work took
    modelled: float  # with both cores
    modelled_beside_others: float = 0.0

    @property
    def wall(self):
        return statistics.median(self.walls)


def pid_of_worker():
    return os.getpid()


def local_cluster(workers):
    return LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, protocol="tcp://")


def on_this_machine(workers, cores=CORES):
    return Machines(workers, cores, client_on_same_cores=True, worker_bytes_a_second=float("inf"))


def against_runs(folder, model):
    """(Checked of each size and number of workers, walls of one process by name of the data)."""
    checked, alone = [], {}
    months = [(data_set(folder, 100_000_000, groups=10_000), 1), *[(data_set(folder, 5_000_000), count) for count in CLUSTERS]]
    for month, count in months:
        with clusters_of(month, count, folder) as data, tempfile.TemporaryDirectory(dir=folder) as place:
            run, done = run_timed(data, f"parquet:{place}/first")  # fills the page cache
            work = Work(tuple((day.line_items, day.groups) for day in done.days), run.files)
            name = f"{count} x {run.input_rows // count / 1e6:.1f}M"
            here = [Checked(name, run.input_rows, workers, [], [], [], model.simulate(work, on_this_machine(workers)).seconds)
                    for workers in WORKERS]
            alone[name] = []
            for turn in range(TURNS):
                for one in here:
                    if turn and one.workers != CORES:
                        continue  # the long ones
                    with local_cluster(one.workers) as cluster, Client(cluster) as client:
                        run_dask(client, month, f"parquet:{place}/warm-{turn}-{one.workers}", 1)  # loads the package there
                        with Watch(client.run(pid_of_worker).values()) as watch:
                            one.walls.append(timed(lambda one=one: run_dask(client, data, f"parquet:{place}/{turn}-{one.workers}")).seconds)
                        one.peaks += watch.most.values()
                        one.others.append(watch.other_cores)
                    if one.workers == CORES:  # beside each other: the machine is not the same a minute later
                        alone[name].append(run_alone(folder, data, f"{place}/alone-{turn}"))
                print(f"checking: {name}, turn {turn + 1}: {[one.walls[-1] for one in here]}, alone {alone[name][-1]}", file=sys.stderr, flush=True)
            for one in here:
                left = max(0.5, CORES - statistics.median(one.others))
                one.modelled_beside_others = model.simulate(work, on_this_machine(one.workers, left)).seconds
            checked += here
    return checked, alone


def run_alone(folder, data, sink):
    command = [folder.parent / "release" / "costmill", "run", "--input", f"file:{data}", "--reference", f"csv:{data}/reference", "--sink",
               f"parquet:{sink}", "--month", MONTH, "--cluster", "all", "--full", "--progress", "never", "--log-level", "error", "--set",
               f"performance.max_workers={CORES}"]
    begin = time.perf_counter()
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    return time.perf_counter() - begin


def skewed(folder, model, many_clusters=10):
    """One cluster with a large day among days of a few rows: (seconds, share of idle workers, modelled seconds and share, tasks)."""
    large, small = data_set(folder, SKEW_ROWS, days=1), data_set(folder, 20_000, nodes=4, namespaces=20)
    found = []
    with clusters_of(small, many_clusters, folder) as data, tempfile.TemporaryDirectory(dir=folder) as place:
        add_cluster(data, large, many_clusters + 1)
        run, done = run_timed(data, f"parquet:{place}/first")
        work = Work(tuple((day.line_items, day.groups) for day in done.days), run.files, SKEW_TASK_ROWS)
        for turn in range(TURNS):
            with local_cluster(CORES) as cluster, Client(cluster) as client:
                run_dask(client, small, f"parquet:{place}/warm-{turn}", 1)
                client.get_task_stream(start=time.time())  # the scheduler keeps the stream from here on
                begin = time.time()
                with Watch(client.run(pid_of_worker).values()) as watch:
                    result = run_dask(client, data, f"parquet:{place}/{turn}", task_rows=SKEW_TASK_ROWS)
                spans = [(part["start"], part["stop"]) for task in client.get_task_stream(start=begin) for part in task["startstops"]
                         if part["action"] == "compute" and str(task["key"]).startswith("costmill")]
                busy = sum(stop - start for start, stop in spans)
                length = max(stop for _, stop in spans) - min(start for start, _ in spans)
                found.append((result.seconds.wall, 1 - busy / CORES / length, length, len(spans), watch.other_cores))
    found = sorted(found)[TURNS // 2]
    modelled = model.simulate(work, on_this_machine(CORES, max(0.5, CORES - found[4])))
    return {"seconds": found[0], "idle_share": found[1], "tasks_seconds": found[2], "tasks": found[3], "cores_of_other_work": found[4],
            "modelled_seconds": modelled.seconds, "modelled_idle_share":
            1 - modelled.worker_seconds / CORES / (modelled.seconds - modelled.planning_seconds)}

