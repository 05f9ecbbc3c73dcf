"""What runs give back."""
from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any


@dataclass(frozen=True)
class Receipt:
    """A day that is written: `rows` summary rows out of `input_rows` line items; `digest` is the day's XXH3 over its rows."""

    source_uuid: str
    day: str
    input_rows: int
    rows: int
    digest: str


@dataclass(frozen=True)
class FailedDay:
    source_uuid: str
    day: str
    kind: str
    message: str


@dataclass(frozen=True)
class Seconds:
    """Busy seconds of each phase, summed over threads: phases overlap, so they may add up to more than `wall`."""

    planning: float
    reading: float
    aggregation: float
    writing: float
    wall: float


@dataclass(frozen=True)
class RunResult:
    """What a run did. Bytes are those of the input's files, and of them those that were fetched."""

    receipts: list[Receipt]
    failed_days: list[FailedDay]
    days_unchanged: int
    days_removed: int
    input_rows: int
    rows: int
    files: int
    files_without_rows: int
    bytes_in_files: int
    bytes_fetched: int
    seconds: Seconds
    peak_memory_bytes: int
    warnings: list[str]

    @property
    def days(self) -> int:
        """Days written."""
        return len(self.receipts)

    @classmethod
    def of(cls, report: dict[str, Any], warnings: list[str]) -> RunResult:
        known = {**report, "warnings": warnings}
        known["receipts"] = [Receipt(**day) for day in known.pop("days")]
        known["failed_days"] = [FailedDay(**day) for day in known["failed_days"]]
        known["seconds"] = Seconds(**known["seconds"])
        return cls(**known)

    def _repr_html_(self) -> str:
        return table_html(
            f"{self.days} days, {self.input_rows:,} line items, {self.rows:,} rows, {self.seconds.wall:.2f} s",
            ["day", "line items", "rows", "digest"],
            [[receipt.day, f"{receipt.input_rows:,}", f"{receipt.rows:,}", receipt.digest] for receipt in self.receipts])


@dataclass(frozen=True)
class PlannedDay:
    """A day as `run` would find it. `state`: new, changed, unchanged, gone, unreadable."""

    source_uuid: str
    day: str
    state: str
    reasons: list[str]
    late: bool
    hours_seen: int | None
    files: int
    row_groups: int
    rows: int
    compressed_bytes: int


@dataclass(frozen=True)
class Difference:
    """One row that differs. `kind`: only_left, only_right, or number, whose first differing column has the values left and right."""

    source_uuid: str
    day: str
    kind: str
    row: str
    column: str
    left: str
    right: str


@dataclass(frozen=True)
class Comparison:
    """Two sinks, row by row. All differences are counted; `differences` holds the first ones."""

    equal: bool
    rows_left: int
    rows_right: int
    equal_rows: int
    differing_rows: int
    only_left: int
    only_right: int
    largest_relative_difference: float
    differences: list[Difference]

    def __bool__(self) -> bool:
        return self.equal

    @classmethod
    def of(cls, result: dict[str, Any]) -> Comparison:
        return cls(**{**result, "differences": [Difference(**difference) for difference in result["differences"]]})


@dataclass(frozen=True)
class StaleDay:
    """A day whose input, reference data or configuration is no longer what its record says."""

    source_uuid: str
    day: str
    reasons: list[str]


@dataclass(frozen=True)
class Verification:
    """Days made again (left) against what the sink has of them (right). `other_digests`: (source_uuid, day) whose record disagrees."""

    equal: bool
    days: int
    other_digests: list[tuple[str, str]]
    rows: Comparison
    stale_days: list[StaleDay]

    def __bool__(self) -> bool:
        return self.equal

    @classmethod
    def of(cls, report: dict[str, Any]) -> Verification:
        return cls(report["equal"], report["days"], report["other_digests"], Comparison.of(report["rows"]),
                   [StaleDay(**day) for day in report["stale_days"]])


def table_html(caption: str, header: list[str], rows: list[list[Any]], most: int = 31) -> str:
    """A small table for notebooks; what lies beyond `most` rows is counted."""
    def line(cells: list[Any], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows[:most])
    more = f"<p>and {len(rows) - most:,} more</p>" if len(rows) > most else ""
    return f"<table><caption>{escape(caption)}</caption><thead>{line(header, 'th')}</thead><tbody>{body}</tbody></table>{more}"
