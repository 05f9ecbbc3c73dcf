"""What runs on a worker. Tasks are texts; results are receipts of some hundred bytes, and of parts of days their tables."""
from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import Any

from distributed import Semaphore, get_worker

from . import _costmill

_costmill.keep_freed_memory()


class _Kept:
    """What tasks of one run share on this worker."""

    def __init__(self, run: str, connections: int) -> None:
        self.run = run
        #: Of all workers together. One a worker: each that arrived with a task would stay for ever.
        self.connections = Semaphore(max_leases=connections, name=run)
        self.reference: _costmill.Reference | None = None
        self.lock = threading.Lock()


_lock = threading.Lock()
_kept: _Kept | None = None


def version() -> str:
    return _costmill.__version__


def do_days(task: str, parts: list[bytes] | None = None, *, run: str, connections: int) -> str:
    """The receipt of days that are committed, or staged. May run any number of times, here and elsewhere, one beside the other."""
    job = _job(task, run)
    if (receipt := job.staged_receipt()) is not None:
        return receipt
    kept = _kept_of(run, connections)
    job.fold_days(_reference(job, kept), parts or [])
    with kept.connections if job.uses_connections else nullcontext():
        return job.write_days()


def fold_part(task: str, *, run: str) -> bytes:
    """The tables of a part of a day."""
    return _job(task, run).fold_part()


def _job(task: str, run: str) -> _costmill.Job:
    worker = get_worker()
    worker.log_event("costmill", {"run": run, "task": worker.get_current_task(), "worker": worker.address})
    limit = worker.memory_manager.memory_limit or 0
    return _costmill.Job(task, 1, int(limit * 0.8 / worker.state.nthreads))


def _kept_of(run: str, connections: int) -> _Kept:
    global _kept
    with _lock:
        if _kept is None or _kept.run != run:
            _kept = _Kept(run, connections)
        return _kept


def _reference(job: _costmill.Job, kept: _Kept) -> _costmill.Reference:
    """Read once a run and worker, but where performance.cache_enabled_tags is off."""
    with kept.lock:
        if kept.reference is None or not job.caches_reference:
            lease: Any = kept.connections if job.reads_database else nullcontext()
            with lease:
                kept.reference = job.load_reference()
        return kept.reference
