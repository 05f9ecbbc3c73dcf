"""From the events of a run to `logging` and the caller's progress callback. Everything here runs in the calling thread."""
from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger("costmill")

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


@dataclass(frozen=True)
class Progress:
    """How far a run is. Rows are line items folded so far."""

    days_done: int
    days: int
    rows_done: int
    rows: int


class Listener:
    def __init__(self, progress: Callable[[Progress], object] | None = None) -> None:
        self._progress = progress
        self.warnings: list[str] = []

    def message(self, severity: str, text: str) -> None:
        if severity == "warning":
            self.warnings.append(text)
        logger.log(_LEVELS[severity], "%s", text)

    def day(self, source_uuid: str, day: str, input_rows: int, rows: int, digest: str) -> None:
        logger.debug("day %s of %s: %d line items, %d rows, digest %s", day, source_uuid, input_rows, rows, digest)

    def progress(self, days_done: int, days: int, rows_done: int, rows: int) -> None:
        if self._progress is not None:
            self._progress(Progress(days_done, days, rows_done, rows))
