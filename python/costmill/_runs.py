"""The calls that do what the subcommands of the same names do."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from . import _costmill
from ._listener import Listener, Progress
from ._results import Comparison, PlannedDay, RunResult, Verification
from ._settings import request
from ._summary import Summary


def summarize(input: str | None = None, month: str | None = None, cluster: str | None = None, reference: str | None = None, *,
              start: str | date | None = None, end: str | date | None = None, numeric: str | None = None, config: Any = None,
              progress: Callable[[Progress], object] | None = None, **keys: Any) -> Summary:
    """The daily summary rows of a window, in memory; no sink is read or written.

    input: ``file:DIR`` or ``s3://BUCKET/PREFIX``.
    month: ``YYYY-MM``; or ``start`` and ``end``, both inclusive.
    cluster: source UUID, alias, or ``"all"``; found in the input if there is only one.
    reference: ``csv:DIR`` or ``postgresql://…``; without it all labels are kept and there are no cost categories.
    numeric: ``"decimal"`` (the default) gives decimal128(33,15), ``"float64"`` doubles.
    config: a config file, or its sections as a dict. It is as a config file is: environment variables win over it, arguments over both.
    progress: called with a Progress, in this thread. What it raises stops the run.
    keys: any key of docs/config.md, by its bare name if that is unique, or as a dict of its section.

    Raises what docs/exit-codes.md lists, as the classes of ``costmill.errors``; KeyboardInterrupt stops the run.

    >>> summary = costmill.summarize(f"file:{sample}", "2025-10", max_workers=2)
    >>> summary.schema.field("namespace").type
    DictionaryType(dictionary<values=string, indices=int32, ordered=0>)
    >>> len(summary) == summary.result.rows
    True
    """
    listener = Listener(progress)
    asked = request(config, month=month, start=start, end=end, cluster=cluster,
                    run={"input": input, "reference": reference, "numeric": numeric}, keys=keys)
    batches, report = _costmill.summarize(asked, listener)
    return Summary(batches, RunResult.of(report, listener.warnings))


def run(config: Any = None, *, input: str | None = None, sink: str | None = None, reference: str | None = None, month: str | None = None,
        start: str | date | None = None, end: str | date | None = None, cluster: str | None = None, full: bool | None = None,
        keep_going: bool | None = None, progress: Callable[[Progress], object] | None = None, **keys: Any) -> RunResult:
    """Writes the days that are new or changed into the sink, as ``costmill run`` does. Arguments as in summarize().

    sink: ``postgresql://…``, ``sqlite:FILE``, ``parquet:DIR``, ``csv:DIR``.
    full: all days, changed or not. keep_going: go on after a bad day; such days are in ``failed_days``.

    >>> result = costmill.run(input=f"file:{sample}", month="2025-10", sink=f"sqlite:{tmp_path}/days.db")
    >>> result.days == len(result.receipts), result.failed_days
    (True, [])
    >>> costmill.run(input=f"file:{sample}", month="2025-10", sink=f"sqlite:{tmp_path}/days.db").days
    0
    """
    listener = Listener(progress)
    asked = request(config, month=month, start=start, end=end, cluster=cluster, keys=keys,
                    run={"input": input, "sink": sink, "reference": reference, "full": full, "keep_going": keep_going})
    return RunResult.of(_costmill.run(asked, listener), listener.warnings)


def plan(config: Any = None, *, input: str | None = None, sink: str | None = None, reference: str | None = None, month: str | None = None,
         start: str | date | None = None, end: str | date | None = None, cluster: str | None = None, **keys: Any) -> list[PlannedDay]:
    """What run() would find of each day, from listings and footers alone. Touches nothing."""
    asked = request(config, month=month, start=start, end=end, cluster=cluster, keys=keys,
                    run={"input": input, "sink": sink, "reference": reference})
    return [PlannedDay(**day) for day in _costmill.plan(asked)]


def verify(config: Any = None, *, input: str | None = None, sink: str | None = None, reference: str | None = None,
           month: str | None = None, start: str | date | None = None, end: str | date | None = None, cluster: str | None = None,
           sample: int | None = None, limit: int = 10, **keys: Any) -> Verification:
    """Makes recorded days again (`sample` of each month, else all) and compares them with what the sink has. Writes nothing."""
    asked = request(config, month=month, start=start, end=end, cluster=cluster, keys=keys,
                    run={"input": input, "sink": sink, "reference": reference})
    return Verification.of(_costmill.verify(asked, sample, limit, Listener()))


def compare(left: str, right: str, *, tolerance: float = 0.0, limit: int = 20, config: Any = None, **keys: Any) -> Comparison:
    """Two sinks, row by row. ``tolerance`` is relative; 0 compares exactly. ``config`` tells how to reach PostgreSQL."""
    return Comparison.of(_costmill.compare(request(config, keys=keys), left, right, tolerance, limit))
