"""A Dask scheduler and workers as processes of their own, that can be killed.

  with DaskCluster(workers=2, environment={...}) as cluster:
      cluster.engine                    dask://127.0.0.1:PORT
      cluster.kill_worker(random)       SIGKILL; its nanny starts another
      cluster.restart_scheduler()       SIGKILL, and another one at the same address, with other workers
"""
import contextlib
import os
import signal
import subprocess
import sys
import time

import psutil
from distributed import Client

from costmill_project import Failure
from postgres_server import free_port

SECONDS_TO_START = 60


class DaskCluster:
    def __init__(self, workers, environment=(), folder=None):
        self.workers, self.folder = workers, folder
        self.environment = {**os.environ, **dict(environment), "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error"}
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.engine = self.address.replace("tcp://", "dask://")
        self.processes = []

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, *_):
        self._stop()

    def _start(self):
        port = self.address.rpartition(":")[2]
        self.scheduler = self._spawn("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        for _ in range(self.workers):
            self._spawn("dask_worker", self.address, "--nthreads", "1", "--no-dashboard", "--memory-limit", "2GiB", "--death-timeout", "30")
        self.client = Client(self.address, timeout=SECONDS_TO_START)
        self.client.wait_for_workers(self.workers, timeout=SECONDS_TO_START)

    def _spawn(self, command, *arguments):
        process = subprocess.Popen([sys.executable, "-m", f"distributed.cli.{command}", *arguments], env=self.environment, cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.processes.append(process)
        return process

    def _stop(self):
        self.client.close(timeout=1)
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        self.processes = []

    def worker_processes(self):
        """Those that work; the nannies are their parents."""
        found = []
        for nanny in self.processes[1:]:
            for child in psutil.Process(nanny.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):  # it has just ended
                    if "resource_tracker" not in " ".join(child.cmdline()):
                        found.append(child)
        return found

    def kill_worker(self, random):
        workers = self.worker_processes()
        if workers:
            random.choice(workers).kill()

    def restart_scheduler(self):
        self._stop()
        self._start()

    def begun_tasks(self):
        """Keys of the tasks that were begun since the scheduler was started, as workers told it; one that was begun again comes again."""
        return [event["task"] for _, event in self.client.get_events("costmill")]

    def wait_for_workers(self):
        end = time.monotonic() + SECONDS_TO_START
        while len(self.client.scheduler_info(n_workers=-1)["workers"]) < self.workers:
            if time.monotonic() > end:
                raise Failure("workers did not come back")
            time.sleep(0.1)
