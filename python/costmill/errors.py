"""What Costmill raises: one class a kind of error, the kinds of docs/exit-codes.md.

Every error says what is wrong, where, and what to do next; ``file``, ``column`` and ``day`` tell the place where it is known.
"""
from __future__ import annotations

from typing import Any


class Error(Exception):
    """Base of all. ``kind`` is the kind's name, ``exit_code`` what the command line would end with."""

    kind = "bug"
    exit_code = 70

    def __init__(self, message: str, *, file: str | None = None, column: str | None = None, day: str | None = None) -> None:
        super().__init__(message)
        self.file = file
        self.column = column
        self.day = day  # YYYY-MM-DD

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), str(self), self.file, self.column, self.day)


def _again(cls: type[Error], message: str, file: str | None, column: str | None, day: str | None) -> Error:
    return cls(message, file=file, column=column, day=day)


class BadConfigError(Error, ValueError):
    """Usage or configuration: an unknown key, a wrong type, a choice that is not clear."""

    kind, exit_code = "bad_config", 2


class BadInputError(Error, ValueError):
    """The input is readable, but not what the rules allow."""

    kind, exit_code = "bad_input", 3


class CorruptError(Error):
    """The input is not readable as what it claims to be."""

    kind, exit_code = "corrupt", 3


class InputUnavailableError(Error, OSError):
    """The input is missing or does not answer."""

    kind, exit_code = "input_unavailable", 4


class InputDeniedError(Error, PermissionError):
    """The input may not be read."""

    kind, exit_code = "input_denied", 4


class InputChangedError(Error):
    """The input changed while it was read."""

    kind, exit_code = "input_changed", 4


class SinkUnavailableError(Error, OSError):
    """The sink is missing or does not answer."""

    kind, exit_code = "sink_unavailable", 5


class SinkDeniedError(Error, PermissionError):
    """The sink may not be written."""

    kind, exit_code = "sink_denied", 5


class ReferenceUnavailableError(Error, OSError):
    """Reference data cannot be read."""

    kind, exit_code = "reference_unavailable", 5


class ConflictError(Error):
    """Somebody else holds or changed what the run needs."""

    kind, exit_code = "conflict", 5


class NoMemoryError(Error, MemoryError):
    """The work does not fit under ``performance.memory_limit``."""

    kind, exit_code = "no_memory", 7


class CancelledError(Error):
    """Stopped before its end; days written so far stay."""

    kind, exit_code = "cancelled", 130


class BugError(Error):
    """A bug of Costmill; please report it with the message."""


_CLASSES = {
    cls.kind: cls
    for cls in (BadConfigError, BadInputError, CorruptError, InputUnavailableError, InputDeniedError, InputChangedError,
                SinkUnavailableError, SinkDeniedError, ReferenceUnavailableError, ConflictError, NoMemoryError, CancelledError,
                BugError)
}


def error_of(kind: str, message: str, exit_code: int, file: str, column: str, day: str) -> Error:
    """The extension's way in."""
    return _CLASSES.get(kind, BugError)(message, file=file or None, column=column or None, day=day or None)
