"""What runs on a worker. Tasks are texts; results are receipts of some hundred bytes, and of parts of days their tables."""
from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from typing import Any, TypeVar

from distributed import Semaphore, get_worker

from . import _costmill
from .errors import BugError, Error, NoMemoryError

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


def do_days(tasks: list[str], parts: list[bytes] | None = None, *, run: str, connections: int) -> list[str | Error]:
    """The receipt of each task's days, which are committed, or staged; or the error that the task ended with.

    May run any number of times, here and elsewhere, one beside the other.
    """
    memory_bytes = _begin(run)
    kept = _kept_of(run, connections)
    # What waits for the disk waits beside the next day's folding.
    with ThreadPoolExecutor(1) as publisher:
        outcomes = [_outcome_of(partial(_write, task, memory_bytes, kept, parts or [], publisher)) for task in tasks]
    return [outcome.result() if isinstance(outcome, Future) else outcome for outcome in outcomes]


def fold_part(task: str, *, run: str) -> bytes:
    """The tables of a part of a day."""
    return _costmill.Job(task, 1, _begin(run)).fold_part()


def _begin(run: str) -> int:
    """Tells that a task has begun. Gives the bytes of memory that it may take."""
    worker = get_worker()
    worker.log_event("costmill", {"run": run, "task": worker.get_current_task(), "worker": worker.address})
    return int((worker.memory_manager.memory_limit or 0) * 0.8 / worker.state.nthreads)


def _write(task: str, memory_bytes: int, kept: _Kept, parts: list[bytes], publisher: ThreadPoolExecutor) -> str | Future[str | Error]:
    """The receipt of days that an attempt before has staged, or of those that are written and being published."""
    job = _costmill.Job(task, 1, memory_bytes)
    if (receipt := job.staged_receipt()) is not None:
        return receipt
    job.fold_days(_reference(job, kept), parts)
    with kept.connections if job.uses_connections else nullcontext():
        job.write_days()
    return publisher.submit(_outcome_of, job.publish)


_Outcome = TypeVar("_Outcome")


def _outcome_of(action: Callable[[], _Outcome]) -> _Outcome | Error:
    """What the action gives, or the error that it ended with."""
    try:
        return action()
    except Error as error:
        return error.with_traceback(None)  # which would keep the job, and all that it holds
    except MemoryError as error:
        return NoMemoryError(f"memory of the worker: {error}")
    except OSError:  # the scheduler is gone
        raise
    except Exception as error:  # noqa: BLE001  the days before and after this one have receipts
        return BugError(f"{type(error).__name__}: {error}")


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
