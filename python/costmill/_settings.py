"""Arguments of a call become the request that the extension resolves as the command line resolves its own."""
from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .errors import BadConfigError

#: A config file, or its content as a dict of sections.
Config = "str | os.PathLike[str] | Mapping[str, Any] | None"


@dataclass(frozen=True)
class Request:
    config_file: str | None = None
    config_text: str | None = None
    sets: list[str] = field(default_factory=list)
    month: str | None = None
    from_day: str | None = None
    to_day: str | None = None
    cluster: str | None = None


def request(config: Any = None, *, month: str | None = None, start: str | date | None = None, end: str | date | None = None,
            cluster: str | None = None, run: Mapping[str, Any] | None = None, keys: Mapping[str, Any] | None = None) -> Request:
    """`run` are keys of the section run; `keys` bare keys that are unique, or sections as dicts. Both win over `config` and environment."""
    file, text = _file_or_text(config)
    sets = [f"run.{key}={_text(value)}" for key, value in (run or {}).items() if value is not None]
    for key, value in (keys or {}).items():
        sets += _sets(key, value)
    return Request(file, text, sets, month, _day(start), _day(end), cluster)


def _file_or_text(config: Any) -> tuple[str | None, str | None]:
    if config is None:
        return None, ""  # a library does not look for ./costmill.yaml
    if isinstance(config, Mapping):
        return None, json.dumps(config, default=str)  # JSON is YAML
    if isinstance(config, (str, os.PathLike)):
        return os.fspath(config), None
    raise TypeError(f"config must be a path or a dict of sections, not {type(config).__name__}")


def _sets(key: str, value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        return [entry for name, inner in value.items() for entry in _sets(f"{key}.{name}", inner)]
    return [] if value is None else [f"{key}={_text(value)}"]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return json.dumps([str(element) for element in value], ensure_ascii=False)
    if isinstance(value, (str, int, float, date, os.PathLike)):
        return str(value)
    raise BadConfigError(f"a value of type {type(value).__name__} is no setting: {value!r}")


def _day(day: str | date | None) -> str | None:
    return day.isoformat()[:10] if isinstance(day, date) else day
