"""The rows of days as Arrow."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from . import _costmill
from ._results import RunResult, table_html

if TYPE_CHECKING:
    import pandas
    import polars


class Summary:
    """Daily summary rows, one batch a (cluster, day), in canonical order (docs/rules.md).

    Speaks the Arrow PyCapsule protocol, so ``pyarrow.table(summary)``, ``polars.DataFrame(summary)`` and DuckDB take it as it is, without
    a copy and as often as wanted. Columns are those of Koku's ``reporting_ocpusagelineitem_daily_summary``: texts and JSON are
    dictionary-coded, ``*_hours`` in core-hours or gigabyte-hours, ``*_months`` in gigabyte-months, numbers decimal128(33,15) or float64.
    """

    def __init__(self, batches: _costmill.Batches, result: RunResult | None = None) -> None:
        self._batches = batches
        #: How the rows came to be; None for those of a Summarizer.
        self.result = result

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        if requested_schema is None:
            return self._batches.__arrow_c_stream__()
        return self.to_pyarrow().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._batches.__arrow_c_schema__()

    def __len__(self) -> int:
        return self._batches.rows

    @property
    def schema(self) -> pa.Schema:
        return pa.schema(self)

    def to_pyarrow(self) -> pa.Table:
        """The table, over the same buffers."""
        return pa.table(self._batches)

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """A DataFrame; texts are categories. `options` go to pyarrow's ``Table.to_pandas``."""
        return self.to_pyarrow().unify_dictionaries().to_pandas(**options)

    def to_polars(self) -> polars.DataFrame:
        import polars

        return polars.DataFrame(self)

    def __repr__(self) -> str:
        return f"<costmill.Summary of {len(self):,} rows>"

    def _repr_html_(self) -> str:
        shown = ["usage_start", "data_source", "namespace", "node", "pod_effective_usage_cpu_core_hours",
                 "pod_effective_usage_memory_gigabyte_hours"]
        rows = self.to_pyarrow().select(shown).slice(0, 10).to_pylist()
        return table_html(f"{len(self):,} rows", shown, [list(row.values()) for row in rows])
