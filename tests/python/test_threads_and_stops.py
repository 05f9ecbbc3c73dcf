"""Many threads, callbacks that raise, Ctrl-C, fork; and nothing that stays behind."""
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

import costmill


def threads():
    return len(os.listdir("/proc/self/task"))


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_ten_threads_get_the_same_figures(month):
    expected = pa.table(costmill.summarize(**month, max_workers=1))

    def calls(_):
        return all(pa.table(costmill.summarize(**month, max_workers=1)).equals(expected) for _ in range(10))

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(calls, range(10))) == [True] * 10


def test_threads_may_share_a_summarizer(month, sample):
    from conftest import SAMPLE_CLUSTER, SAMPLE_MONTH

    summarizer = costmill.Summarizer(SAMPLE_CLUSTER, SAMPLE_MONTH, reference=month["reference"])
    batches = [batch for table in costmill.TABLES for batch in costmill.scan(table, month["input"], month=SAMPLE_MONTH, chunk_size=500)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(summarizer.add, batches))
    assert summarizer.finish().to_pyarrow().equals(costmill.summarize(**month).to_pyarrow())


def _what_stays(month):
    """(threads, descriptors, bytes) that 1000 calls leave, after the first 50."""
    def call():
        summary = costmill.summarize(**{**month, "month": None}, start="2025-10-01", end="2025-10-02", max_workers=2)
        assert len(pa.table(summary)) > 0

    for _ in range(50):
        call()
    before = (threads(), descriptors(), resident_bytes())
    for _ in range(1000):
        call()
    return tuple(now - then for now, then in zip((threads(), descriptors(), resident_bytes()), before))


def test_nothing_stays_behind(month):
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:  # so that nothing else comes and goes
        more_threads, more_descriptors, more_bytes = alone.submit(_what_stays, month).result()
    assert (more_threads, more_descriptors) == (0, 0)
    assert more_bytes < 8 << 20


def test_progress_is_told_in_the_calling_thread(month):
    told = []
    costmill.summarize(**month, progress=lambda progress: told.append((threading.get_ident(), progress)))
    assert {thread for thread, _ in told} == {threading.get_ident()}
    assert told[-1][1].rows_done == told[-1][1].rows > 0
    assert [progress.rows_done for _, progress in told] == sorted(progress.rows_done for _, progress in told)


def test_a_callback_that_raises_stops_the_run(month, tmp_path):
    class Stop(Exception):
        pass

    def progress(_):
        raise Stop("enough")

    before = threads()
    with pytest.raises(Stop, match="enough"):
        costmill.run(**month, sink=f"sqlite:{tmp_path / 'days.db'}", progress=progress)
    assert threads() <= before  # one of another library may have ended
    assert costmill.run(**month, sink=f"sqlite:{tmp_path / 'days.db'}").failed_days == []


def test_ctrl_c_stops_the_run(month, tmp_path):
    stopped = []

    def interrupt_once(_):
        if not stopped:
            stopped.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        costmill.run(**month, sink=f"sqlite:{tmp_path / 'days.db'}", progress=interrupt_once)
    assert time.monotonic() - stopped[0] < 5
    costmill.run(**month, sink=f"sqlite:{tmp_path / 'days.db'}")
    assert costmill.verify(**month, sink=f"sqlite:{tmp_path / 'days.db'}")


_FORKING = """
import json, multiprocessing, sys
import costmill

month = json.loads(sys.argv[1])
costmill.summarize(**month)

def rows(_):
    return len(costmill.summarize(**month))

with multiprocessing.get_context("fork").Pool(2) as pool:
    print(json.dumps(pool.map(rows, range(2))))
"""


def test_a_forked_child_can_run(month):
    # In a process without other libraries' threads, whose locks a fork would copy as they are.
    done = subprocess.run([sys.executable, "-c", _FORKING, json.dumps(month)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and json.loads(done.stdout) == [7361, 7361], done.stderr
