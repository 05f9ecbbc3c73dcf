"""The memory utilities of the Optimization Guide, for pandas and Arrow."""
from __future__ import annotations

import gc
import logging
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from . import _costmill

_MIB = 1024 * 1024


def optimize_dataframe_memory(df: Any, categorical_columns: Sequence[str], logger: logging.Logger | None = None) -> Any:
    """The same table with these columns dictionary-coded (pandas: categories). Columns that are coded already stay as they are.

    df: a pandas.DataFrame, a pyarrow.Table, or what speaks the Arrow PyCapsule protocol (gives a pyarrow.Table).

    >>> table = pa.table({"namespace": ["kube-system", "default"] * 500})
    >>> optimized = costmill.optimize_dataframe_memory(table, ["namespace"])
    >>> optimized.nbytes < table.nbytes
    True
    """
    if type(df).__module__.partition(".")[0] == "pandas":
        optimized = df.assign(**{column: df[column].astype("category") for column in categorical_columns})
        initial, final = (int(frame.memory_usage(deep=True).sum()) for frame in (df, optimized))
        percent = 100 * (1 - final / initial) if initial else 0.0
    else:
        batches, initial, final, percent = _costmill.optimize_table(df, list(categorical_columns))
        optimized = pa.table(batches)
    if logger is not None:
        logger.info("Memory optimization complete: initial=%.1f MiB final=%.1f MiB reduction_percent=%.1f", initial / _MIB, final / _MIB,
                    percent)
    return optimized


def cleanup_memory(logger: logging.Logger | None = None) -> int:
    """Collects garbage and gives freed memory back to the system; returns the bytes by which the resident size fell."""
    objects = gc.collect()
    freed = _costmill.cleanup_memory()
    if logger is not None:
        logger.info("Garbage collection: freed %d objects, %.1f MiB", objects, freed / _MIB)
    return freed


def log_memory_usage(logger: logging.Logger, stage: str) -> None:
    """Says ``Memory usage: STAGE: memory=… peak=…`` of this process, as resident MiB."""
    resident, peak = _costmill.memory_usage()
    logger.info("Memory usage: %s: memory=%.1f MiB peak=%.1f MiB", stage, resident / _MIB, peak / _MIB)
