"""Measuring: one process a run, by the operating system's account of it; what is compared takes turns; medians; ratios within a turn."""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    cpu: float  # seconds, user and system, of all threads
    wall: float  # seconds
    peak: float  # MiB resident


def measure(command):
    """Tools that print `cpu_seconds` count for themselves: what loading their libraries takes is left out of cpu."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        begin = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}: {errors.read().decode()}")
        counted = re.search(rb"cpu_seconds ([\d.]+)", output.read())
    return Run(float(counted[1]) if counted else usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def in_turns(runs, actions, warm_up=True):
    """Of each action the runs that it gave, turn by turn, after one turn that is not counted."""
    turns = [{name: action() for name, action in actions.items()} for _ in range(runs + warm_up)][warm_up:]
    return {name: [turn[name] for turn in turns] for name in actions}


def median(runs, figure):
    return statistics.median(getattr(run, figure) for run in runs)


class Ratio:
    """One figure of some runs over that of others, within each turn: the median over the turns, and the range."""

    def __init__(self, runs, others, figure="cpu"):
        self.values = [getattr(run, figure) / getattr(other, figure) for run, other in zip(runs, others)]

    def over(self, other):
        """This ratio over another one, within each turn."""
        both = object.__new__(Ratio)
        both.values = [mine / theirs for mine, theirs in zip(self.values, other.values)]
        return both

    @property
    def median(self):
        return statistics.median(self.values)

    def __str__(self):
        return f"{self.median:.2f}" if len(self.values) == 1 else f"{self.median:.2f} ({min(self.values):.2f}–{max(self.values):.2f})"
