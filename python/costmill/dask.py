"""Days over a Dask cluster: what ``costmill run --engine dask://HOST:PORT`` does, for callers that have a Client. docs/scaling.md."""
from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, Protocol
from uuid import uuid4

from distributed import Client, Future, KilledWorker, Semaphore

from . import _costmill, _worker
from ._listener import Listener, Progress, logger
from ._results import RunResult
from ._settings import request
from .errors import BugError, ConflictError, Error, NoMemoryError, SinkUnavailableError

#: Times that a task is begun again after its worker was lost, before it is taken for the reason.
_MOST_LOSSES = 5
#: What a day costs whatever it holds, in line items. docs/scaling.md
_LINE_ITEMS_WORTH_A_DAY = 1_000_000
#: A batch costs so much at most: many times what Dask takes for a task, a tenth of a second of a worker.
_MOST_LINE_ITEMS_OF_BATCH = 8_000_000
#: Batches a worker's thread at least, while there are days enough: the last ones to end leave others idle.
_BATCHES_OF_THREAD = 16


def run(client: Client, config: Any = None, *, input: str | None = None, sink: str | None = None, reference: str | None = None,
        month: str | None = None, start: str | date | None = None, end: str | date | None = None, cluster: str | None = None,
        full: bool | None = None, keep_going: bool | None = None, progress: Callable[[Progress], object] | None = None,
        **keys: Any) -> RunResult:
    """As ``costmill.run``, with the days made by the workers of `client`: the same rows, and the same errors.

    The unit is a (cluster, day); small ones travel in batches. Workers commit to PostgreSQL themselves, at most ``postgresql.connections`` at a time. Into files, they
    make days in the folder SINK.staging, which they must see at the same path as this process, and this process takes them over.
    Secrets are not sent: workers take them from their own environment.
    """
    require_same_version(client)
    asked = request(config, month=month, start=start, end=end, cluster=cluster, keys=keys,
                    run={"input": input, "sink": sink, "reference": reference, "full": full, "keep_going": keep_going})
    listener = Listener(progress)
    results = _costmill.TaskResults()
    with Dispatch(client, results, _costmill.connections_of(asked)) as dispatch:
        report = _costmill.run_by_workers(asked, _Listener(dispatch, listener), results)
    logger.info("%d tasks, %d of them begun again", dispatch.tasks, dispatch.begun_again)
    return RunResult.of(report, listener.warnings)


def require_same_version(client: Client) -> None:
    """Raises ConflictError where a worker has another version, or none."""
    try:
        versions = client.run(_worker.version, on_error="raise")
    except (ImportError, AttributeError) as error:
        raise ConflictError(f"a worker has no package costmill: install version {_costmill.__version__} there ({error})") from error
    if not versions:
        logger.warning("no worker is there yet: the run waits for the first one")
    others = sorted({version for version in versions.values() if version != _costmill.__version__})
    if others:
        where = next(worker for worker, version in versions.items() if version == others[0])
        raise ConflictError(f"worker {where} has Costmill {others[0]}, this process {_costmill.__version__}; install one version everywhere")


class _Listener:
    """What a run tells, and the tasks that it hands out."""

    def __init__(self, dispatch: Dispatch, listener: Listener) -> None:
        self.submit = dispatch.submit
        self.message = listener.message
        self.day = listener.day
        self.progress = listener.progress


class Results(Protocol):
    """Where the receipts and the errors of tasks go."""

    def put(self, key: str, receipt: str) -> None: ...
    def fail(self, key: str, kind: str, message: str, file: str, column: str, day: str) -> None: ...


class Dispatch:
    """Brings tasks to the workers of a client, and their results to `results`. Cancels what is left when it is closed."""

    def __init__(self, client: Client, results: Results, connections: int) -> None:
        self._client = client
        self._results = results
        self._run = f"costmill-{uuid4().hex}"
        with client.as_current():
            self._semaphore = Semaphore(max_leases=connections, name=self._run)
        self._more: dict[str, Any] = {"run": self._run, "connections": connections}
        self._lock = threading.Lock()
        self._futures: set[Future[list[str | Error]]] = set()
        self._closed = False
        self.tasks = 0
        self.begun_again = 0  # known when it is closed

    def __enter__(self) -> Dispatch:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            left = list(self._futures)
        if self._client.status != "running":
            return
        if left:
            self._client.cancel(left)
        begun = [event["task"] for _, event in self._client.get_events("costmill") if event["run"] == self._run]
        self.begun_again = len(begun) - len(set(begun))
        self._semaphore.close()

    def submit(self, tasks: list[_costmill.Submission]) -> None:
        """`tasks`: (key, task, line items, parts), in the order in which their results are wanted. Does not wait."""
        threads = sum(self._client.nthreads().values())
        whole = [_Attempt(batch) for batch in batches([task for task in tasks if not task[3]], threads)]
        if whole:
            futures = self._client.map(_worker.do_days, [attempt.texts for attempt in whole], key=[attempt.key for attempt in whole],
                                       pure=False, **self._more)
            self.tasks += len(whole)
            for future, attempt in zip(futures, whole):
                self._watch(future, attempt)
        for key, task, _, parts in tasks:
            if parts:
                self.tasks += 1 + len(parts)
                self._begin(_Attempt([(key, task)], [(part_key, part) for part_key, part, *_ in parts]))

    def _begin(self, attempt: _Attempt) -> None:
        folds = [self._client.submit(_worker.fold_part, part, run=self._run, key=key + attempt.suffix, pure=False) for key, part in attempt.parts]
        future = self._client.submit(_worker.do_days, attempt.texts, folds, key=attempt.key + attempt.suffix, pure=False, **self._more)
        self._watch(future, attempt)

    def _watch(self, future: Future[list[str | Error]], attempt: _Attempt) -> None:
        with self._lock:
            self._futures.add(future)
            closed = self._closed
        if closed:
            self._client.cancel([future])
        future.add_done_callback(lambda done: self._settle(done, attempt))

    def _settle(self, future: Future[list[str | Error]], attempt: _Attempt) -> None:
        try:
            for (key, _), outcome in zip(attempt.tasks, future.result(), strict=True):
                if isinstance(outcome, Error):
                    self._fail(key, outcome)
                else:
                    self._results.put(key, outcome)
        except KilledWorker as error:
            if not self._closed and attempt.number < _MOST_LOSSES:
                logger.warning("%s is begun again: %s", attempt.key, error)
                for next_attempt in attempt.one_by_one():
                    self._begin(next_attempt)
            else:
                self._fail_all(attempt, NoMemoryError(
                    f"{attempt.key}: workers were lost again and again while they did it, probably for lack of memory; give workers more "
                    "memory or fewer threads, or lower performance.task_rows"))
        except Error as error:  # of a part
            self._fail_all(attempt, error)
        except MemoryError as error:
            self._fail_all(attempt, NoMemoryError(f"{attempt.key}: {error}"))
        except (CancelledError, OSError) as error:
            self._fail_all(attempt, SinkUnavailableError(
                f"the Dask scheduler is gone, or dropped the task: {error}; days done so far stay; run again"))
        except BaseException as error:  # noqa: BLE001  nothing may end in a thread that nobody looks at
            self._fail_all(attempt, BugError(f"{attempt.key}: {type(error).__name__}: {error}"))
        finally:
            with self._lock:
                self._futures.discard(future)

    def _fail_all(self, attempt: _Attempt, error: Error) -> None:
        for key, _ in attempt.tasks:
            self._fail(key, error)

    def _fail(self, key: str, error: Error) -> None:
        self._results.fail(key, error.kind, str(error), error.file or "", error.column or "", error.day or "")


def batches(tasks: list[_costmill.Submission], threads: int) -> list[list[tuple[str, str]]]:
    """The (key, task) of `tasks`, in their order, cut so that small days share what Dask takes for a task and threads still get equal shares."""
    costs = [line_items + _LINE_ITEMS_WORTH_A_DAY for _, _, line_items, _ in tasks]
    most = min(_MOST_LINE_ITEMS_OF_BATCH, sum(costs) / (_BATCHES_OF_THREAD * max(threads, 1)))
    cut: list[list[tuple[str, str]]] = []
    room = 0.0
    for (key, task, *_), cost in zip(tasks, costs):
        if not cut or cost > room:
            cut.append([])
            room = most
        cut[-1].append((key, task))
        room -= cost
    return cut


@dataclass(frozen=True)
class _Attempt:
    tasks: list[tuple[str, str]]  # (key, task)
    parts: list[tuple[str, str]] = field(default_factory=list)  # of the only task
    number: int = 1

    @property
    def key(self) -> str:
        """Names all that it asks for: a scheduler that knows the key gives the result that it has."""
        first, *others = (key for key, _ in self.tasks)
        return first if not others else f"{first}+{len(others)}-{blake2b(repr(others).encode(), digest_size=8).hexdigest()}"

    @property
    def texts(self) -> list[str]:
        return [task for _, task in self.tasks]

    @property
    def suffix(self) -> str:
        return "" if self.number == 1 else f"-{self.number}"

    def one_by_one(self) -> list[_Attempt]:
        """The next attempts: a day that takes its workers with it takes no other days."""
        return [_Attempt([task], self.parts, self.number + 1) for task in self.tasks]
