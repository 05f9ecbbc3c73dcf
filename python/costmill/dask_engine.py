"""The process beside ``costmill run --engine dask://HOST:PORT`` that speaks with the scheduler. It is no interface of its own.

A line of standard input is a list of tasks; a line of standard output is the receipt or the error of one, or an error of all.
"""
from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
from typing import Any

from distributed import Client

from .dask import Dispatch, require_same_version
from .errors import Error, SinkUnavailableError

_PR_SET_PDEATHSIG = 1


class _Answers:
    """TaskResults, at the other end of a pipe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)  # what anybody else prints

    def put(self, key: str, receipt: str) -> None:
        self.write(key=key, receipt=receipt)

    def fail(self, key: str, kind: str, message: str, file: str, column: str, day: str) -> None:
        self.write(key=key, kind=kind, message=message, file=file, column=column, day=day)

    def write(self, **answer: Any) -> None:
        with self._lock:
            print(json.dumps(answer), file=self._lines, flush=True)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the whole terminal; the run ends this process by the end of its input
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # or by its own
    scheduler, connections = sys.argv[1], int(sys.argv[2])
    answers = _Answers()
    answers.write(started=True)
    try:
        client = Client(scheduler, timeout=30)
    except OSError as error:
        answers.write(kind=SinkUnavailableError.kind, message=f"no Dask scheduler answers at {scheduler}: {error}; check run.engine")
        return
    with client:
        try:
            require_same_version(client)
        except Error as error:
            answers.write(kind=error.kind, message=str(error))
            return
        with Dispatch(client, answers, connections) as dispatch:
            for line in sys.stdin:
                dispatch.submit(json.loads(line))
        if dispatch.begun_again:
            print(f"costmill: {dispatch.begun_again} of {dispatch.tasks} tasks were begun again", file=sys.stderr)


if __name__ == "__main__":
    main()
