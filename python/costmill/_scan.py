"""Scanning and summing by hand, as the Optimization Guide shows it."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from . import _costmill
from ._settings import request
from ._summary import Summary

#: What `scan` and `Summarizer.add` call the tables. ``pod_usage`` are the daily pods, ``storage_usage`` the daily storage.
TABLES = ("pod_usage", "pod_usage_hourly", "storage_usage", "node_labels", "namespace_labels")

_TABLE = b"costmill.table"


def scan(table: str, input: str | None = None, *, columns: Sequence[str] | None = None, streaming: bool = True, chunk_size: int = 50_000,
         month: str | None = None, start: str | date | None = None, end: str | date | None = None, cluster: str | None = None,
         config: Any = None, **keys: Any) -> Iterator[pa.RecordBatch]:
    """The line items of one table and window, as record batches of at most ``chunk_size`` rows.

    table: one of TABLES. columns: names; without it all that the rules read. ``interval_start`` is timestamp[ms, UTC], texts are
    dictionary<int32, utf8>, numbers float64, in the units of the reports (core-seconds, byte-seconds).
    streaming: False gives one batch with all rows. Other arguments as in summarize().

    >>> batches = costmill.scan("pod_usage", f"file:{sample}", month="2025-10", columns=["namespace", "pod_usage_cpu_core_seconds"])
    >>> next(batches).schema.names
    ['namespace', 'pod_usage_cpu_core_seconds']
    """
    asked = request(config, month=month, start=start, end=end, cluster=cluster, run={"input": input},
                    keys={"performance.chunk_size": chunk_size, **keys})
    opened = _costmill.Scan(asked, table, None if columns is None else list(columns))
    schema = pa.schema(opened).with_metadata({_TABLE: table})
    return _batches(opened, schema) if streaming else _whole(opened, schema)


def _batches(opened: _costmill.Scan, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while (batch := opened.next()) is not None:
        yield pa.record_batch(batch).replace_schema_metadata(schema.metadata)


def _whole(opened: _costmill.Scan, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    table = pa.Table.from_batches(list(_batches(opened, schema)), schema).unify_dictionaries().combine_chunks()
    yield from table.to_batches() or [pa.RecordBatch.from_pylist([], schema)]


class Summarizer:
    """Sums record batches of one cluster into daily rows. Batches may come in any order and be cut in any way: the rows are the same.

    >>> summarizer = costmill.Summarizer(cluster="6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b", month="2025-10")
    >>> for batch in costmill.scan("pod_usage", f"file:{sample}", month="2025-10"):
    ...     summarizer.add(batch)
    >>> rows = summarizer.finish().to_pyarrow()

    cluster: the source UUID that rows carry. Capacity is read from ``pod_usage_hourly``; with ``layout="poc"`` from ``pod_usage``, too,
    as one table serves as both there. Other arguments as in summarize(). Threads may share one; their batches queue up.
    """

    def __init__(self, cluster: str, month: str | None = None, *, start: str | date | None = None, end: str | date | None = None,
                 reference: str | None = None, numeric: str | None = None, layout: str | None = None, config: Any = None,
                 **keys: Any) -> None:
        self._summarizer = _costmill.Summarizer(
            request(config, month=month, start=start, end=end, cluster=cluster,
                    run={"reference": reference, "numeric": numeric, "layout": layout}, keys=keys))

    def add(self, batch: Any, table: str | None = None) -> None:
        """Folds a record batch, or anything that speaks the Arrow PyCapsule protocol. Batches of scan() know their table."""
        self._summarizer.add(batch, table or _table_of(batch))

    def finish(self) -> Summary:
        """The rows of what was added so far; adding may go on."""
        return Summary(self._summarizer.finish())


def _table_of(batch: Any) -> str:
    metadata = getattr(getattr(batch, "schema", None), "metadata", None) or {}
    if not isinstance(metadata, dict) or _TABLE not in metadata:
        raise TypeError(f"of which table is this batch? give table=, one of {', '.join(TABLES)}")
    return str(metadata[_TABLE], "utf-8")
