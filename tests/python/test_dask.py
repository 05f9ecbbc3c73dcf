"""Days over the workers of a Dask cluster, over TCP: the rows, records, warnings and errors of one process."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client, LocalCluster

import costmill
import costmill.dask
import koku_tenant
from canonical_dump import dump_in
from conftest import SAMPLE_CLUSTER
from costmill import _costmill
from postgres_server import PostgresServer
from test_docs import DOCS, FENCE
from test_golden_figures import CASES, arguments_of, dump_of_program, parameters_of

SCHEMA = koku_tenant.SCHEMA


@pytest.fixture(scope="module", params=[2, 4])
def client(request):
    with LocalCluster(n_workers=request.param, threads_per_worker=1, dashboard_address=None, protocol="tcp://") as cluster:
        with Client(cluster) as client:
            yield client


@pytest.fixture(scope="module")
def two_workers():
    with LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None, protocol="tcp://") as cluster, Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def server(program):
    with PostgresServer() as server:
        koku_tenant.create_koku_tenant(server.admin(), months=("2025-10",))
        koku_tenant.add_report_period(server.admin(), SCHEMA, 7, "atlas", provider=SAMPLE_CLUSTER)
        subprocess.run([program, "init-db", "--sink", server.uri(), "--set", f"postgresql.schema={SCHEMA}"], check=True,
                       env={**os.environ, **server.environment()}, capture_output=True)
        yield server


def records(uri):
    """Of a Parquet or CSV sink."""
    state = json.loads((Path(uri.split(":", 1)[1]) / "costmill-state.json").read_text())
    return state["days"] if "days" in state else state


@pytest.mark.parametrize("kind", ["parquet", "csv", "sqlite"])
def test_a_sink_of_files_holds_what_one_process_writes(client, month, tmp_path, kind):
    here, there = f"{kind}:{tmp_path}/here", f"{kind}:{tmp_path}/there"
    alone = costmill.run(**month, sink=here)
    together = costmill.dask.run(client, **month, sink=there)
    assert together.receipts == alone.receipts
    assert together.warnings == alone.warnings
    assert costmill.compare(here, there)
    if kind != "sqlite":
        assert records(here) == records(there)
    assert not (tmp_path / "there.staging").exists()
    again = costmill.dask.run(client, **month, sink=there)
    assert (again.days, again.days_unchanged) == (0, 31)


@pytest.mark.parametrize("task_rows", [None, 1], ids=["whole", "cut"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_cases(two_workers, program, tmp_path, case, task_rows):
    arguments = {"input": f"file:{case / 'input'}", "sink": f"csv:{tmp_path}/out", "task_rows": task_rows, **arguments_of(case)}
    if "reference_error" in parameters_of(case):
        with pytest.raises(costmill.errors.BadInputError) as refused:
            costmill.dask.run(two_workers, **arguments)
        with pytest.raises(costmill.errors.BadInputError) as alone:
            costmill.run(**{**arguments, "sink": f"csv:{tmp_path}/alone"})
        assert (str(refused.value), refused.value.file, refused.value.day) == (str(alone.value), alone.value.file, alone.value.day)
        return
    costmill.dask.run(two_workers, **arguments)
    assert dump_in(tmp_path / "out") == dump_of_program(program, case)


def tables_of(server):
    with psycopg.connect(server.uri(), password=server.passwords["costmill_admin"]) as connection:
        table = f"{SCHEMA}.{koku_tenant.TABLE}"
        rows = connection.execute(f"SELECT t::text FROM {table} t WHERE source_uuid = %s ORDER BY 1", (SAMPLE_CLUSTER,)).fetchall()
        days = connection.execute("SELECT day, digest, rows FROM costmill.days ORDER BY 1").fetchall()
    return rows, days


def test_postgresql_holds_what_one_process_writes(client, server, month, monkeypatch):
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    client.run(os.environ.update, server.environment())  # workers take passwords from their own environment
    keys = {**month, "reference": server.uri(), "sink": server.uri(), "postgresql": {"schema": SCHEMA}}
    assert costmill.run(**keys, full=True).days == 31
    alone = tables_of(server)
    assert costmill.dask.run(client, **keys, full=True).days == 31
    assert tables_of(server) == alone
    assert costmill.dask.run(client, **keys).days_unchanged == 31


def test_workers_share_connections(two_workers, server, month, monkeypatch):
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    two_workers.run(os.environ.update, server.environment())
    most = 0

    def look(_):
        nonlocal most
        # A connection that was closed is there until its server process has ended, but in no transaction.
        found = server.admin().execute("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'costmill%' "
                                       "AND state <> 'idle' AND xact_start IS NOT NULL").fetchone()[0]
        most = max(most, found)

    costmill.dask.run(two_workers, **{**month, "reference": server.uri()}, sink=server.uri(), postgresql={"schema": SCHEMA, "connections": 1},
                      full=True, progress=look)
    assert 1 <= most <= 2  # one worker's, and the client's own


def test_a_bad_day_is_one_process_s_bad_day(two_workers, sample, month, tmp_path):
    broken = tmp_path / "input"
    shutil.copytree(sample, broken)
    file = sorted(broken.rglob("*2025-10-07*.parquet"))[0]
    file.write_bytes(file.read_bytes()[:-200])
    keys = {**month, "input": f"file:{broken}", "keep_going": True}
    alone = costmill.run(**keys, sink=f"csv:{tmp_path}/alone")
    together = costmill.dask.run(two_workers, **keys, sink=f"csv:{tmp_path}/together")
    assert [failure.day for failure in together.failed_days] == [failure.day for failure in alone.failed_days] != []
    assert costmill.compare(f"csv:{tmp_path}/alone", f"csv:{tmp_path}/together")


def test_a_stopped_run_goes_on_where_it_was(two_workers, month, tmp_path):
    def stop(progress):
        if progress.days_done > 3:
            raise RuntimeError("enough")

    sink = f"parquet:{tmp_path}/days"
    with pytest.raises(RuntimeError, match="enough"):
        costmill.dask.run(two_workers, **month, sink=sink, progress=stop)
    done = costmill.dask.run(two_workers, **month, sink=sink)
    assert 0 < done.days_unchanged <= 31 and done.days + done.days_unchanged == 31  # 31: the end was nearer than the exception
    assert not (tmp_path / "days.staging").exists()


def test_another_version_is_refused(two_workers, month, tmp_path):
    def pretend(version):
        _costmill.__version__ = version

    two_workers.run(pretend, "0.0.1")
    try:
        with pytest.raises(costmill.errors.ConflictError, match="0.0.1"):
            costmill.dask.run(two_workers, **month, sink=f"csv:{tmp_path}/days")
    finally:
        two_workers.run(pretend, _costmill.__version__)


class _Recorder(costmill.dask.Dispatch):
    texts = []

    def submit(self, tasks):
        self.texts += [text for task in tasks for text in map(str, task)]
        super().submit(tasks)


def test_no_secret_is_sent(two_workers, month, tmp_path, monkeypatch):
    monkeypatch.setattr(costmill.dask, "Dispatch", _Recorder)
    costmill.dask.run(two_workers, **month, sink=f"csv:{tmp_path}/days", s3={"access_key": "planted-key", "secret_key": "planted-secret"},
                      postgresql={"password": "planted-password"})
    sent = "".join(_Recorder.texts)
    assert SAMPLE_CLUSTER in sent and "planted" not in sent
    with pytest.raises(costmill.errors.BadConfigError, match="PGPASSWORD"):
        costmill.dask.run(two_workers, **month, sink="postgresql://user:planted@127.0.0.1/db")


def test_tasks_and_receipts_are_small(two_workers, month, tmp_path, monkeypatch):
    receipts = []
    original = costmill.dask.Dispatch._settle

    def settle(self, future, attempt):
        receipts.extend((key, len(task), len(receipt)) for (key, task), receipt in zip(attempt.tasks, future.result()))
        original(self, future, attempt)

    monkeypatch.setattr(costmill.dask.Dispatch, "_settle", settle)
    costmill.dask.run(two_workers, **month, sink=f"parquet:{tmp_path}/days")
    assert len(receipts) == len({key for key, *_ in receipts}) == 31
    assert all(SAMPLE_CLUSTER in key and "2025-10-" in key for key, *_ in receipts)
    assert max(size for _, size, _ in receipts) < 8192 and max(size for *_, size in receipts) < 2048


def test_small_days_travel_together_and_large_ones_alone():
    tasks = [(f"day {day}", "", 200_000, []) for day in range(600)]
    cut = costmill.dask.batches(tasks, 2)
    assert [key for batch in cut for key, _ in batch] == [key for key, *_ in tasks]
    assert {len(batch) for batch in cut} == {6}
    assert {len(batch) for batch in costmill.dask.batches(tasks[:31], 2)} == {1}
    large = ("large", "", 50_000_000, [])
    assert [len(batch) for batch in costmill.dask.batches([*tasks[:60], large, *tasks[60:]], 1) if ("large", "") in batch] == [1]
    assert costmill.dask.batches([], 0) == []


def test_the_key_of_a_batch_names_all_its_days():
    attempt = costmill.dask._Attempt
    keys = {attempt([("a", "1"), *[(key, "") for key in others]]).key for others in ([], ["b"], ["c"], ["b", "c"])}
    assert len(keys) == 4 and all(key.startswith("a") for key in keys)


def test_a_bad_day_harms_no_other_of_its_batch(two_workers, sample, month, tmp_path, monkeypatch):
    monkeypatch.setattr(costmill.dask, "batches", lambda tasks, _: [[(key, task) for key, task, *_ in tasks]])
    keys = {**month, "input": f"file:{spoilt(sample, tmp_path / 'input', '2025-10-03')}", "keep_going": True}
    alone = costmill.run(**keys, sink=f"csv:{tmp_path}/alone")
    together = costmill.dask.run(two_workers, **keys, sink=f"csv:{tmp_path}/together")
    assert together.failed_days == alone.failed_days and [failure.day for failure in alone.failed_days] == ["2025-10-03"]
    assert together.receipts == alone.receipts and len(together.receipts) == 30


@pytest.mark.parametrize(("raised", "kind"), [(MemoryError("no room"), costmill.errors.NoMemoryError), (ValueError("odd"), costmill.errors.BugError)])
def test_whatever_a_day_ends_with_others_have_their_receipts(monkeypatch, raised, kind):
    from costmill import _worker

    class Job:
        def __init__(self, task, *_):
            self.task, self.uses_connections = task, False

        def staged_receipt(self):
            if self.task == "bad":
                raise raised
            return f"receipt of {self.task}"

    monkeypatch.setattr(_costmill, "Job", Job)
    monkeypatch.setattr(_worker, "_begin", lambda run: 0)
    monkeypatch.setattr(_worker, "_kept_of", lambda run, connections: None)
    before, bad, after = _worker.do_days(["a", "bad", "b"], run="run", connections=1)
    assert (before, after) == ("receipt of a", "receipt of b") and isinstance(bad, kind)


def test_days_whose_worker_was_lost_are_begun_again_one_by_one():
    attempt = costmill.dask._Attempt([("a", "1"), ("b", "2")])
    assert [(again.key + again.suffix, again.texts) for again in attempt.one_by_one()] == [("a-2", ["1"]), ("b-2", ["2"])]


def test_the_command_line(two_workers, program, month, sample, tmp_path):
    environment = {**os.environ, "COSTMILL_PYTHON": sys.executable}
    engine = two_workers.scheduler.address.replace("tcp://", "dask://")
    command = [program, "run", "--input", month["input"], "--month", month["month"], "--reference", month["reference"], "--engine", engine]
    done = subprocess.run([*command, "--sink", f"csv:{tmp_path}/days"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "31 written" in done.stdout, done.stderr
    costmill.run(**month, sink=f"csv:{tmp_path}/alone")
    assert dump_in(tmp_path / "days") == dump_in(tmp_path / "alone")
    refused = subprocess.run([*command[:-1], "dask://nowhere", "--sink", f"csv:{tmp_path}/x"], env=environment, capture_output=True, text=True)
    assert refused.returncode == 2 and "dask://HOST:PORT" in refused.stderr
    without = subprocess.run([*command, "--sink", f"csv:{tmp_path}/x"], env={**environment, "COSTMILL_PYTHON": "/bin/false"},
                             capture_output=True, text=True)
    assert without.returncode == 2 and "COSTMILL_PYTHON" in without.stderr


def test_the_example_of_the_docs(two_workers, sample, tmp_path, monkeypatch):
    shutil.copytree(sample, tmp_path / "sample")
    monkeypatch.chdir(tmp_path)
    [example] = FENCE.findall((DOCS / "scaling.md").read_text(encoding="utf-8"))
    names = {"client": two_workers}
    exec(compile(example, "docs/scaling.md", "exec"), names)
    assert names["result"].days == 31


@pytest.fixture(scope="module")
def weeks(sample, tmp_path_factory):
    """The sample with one file a table for the first five days: they share row groups, so they are one task."""
    folder = tmp_path_factory.mktemp("weeks") / "month"
    shutil.copytree(sample, folder)
    for table in {path.parent for path in folder.rglob("*.parquet")}:
        files = sorted(path for path in table.glob("*.parquet") if path.name.split(".")[1] in [f"2025-10-0{day}" for day in range(1, 6)])
        if files:
            together = pa.concat_tables([pq.read_table(file, partitioning=None) for file in files], promote_options="permissive")
            for file in files:
                file.unlink()
            pq.write_table(together, files[0], row_group_size=len(together))
    return folder


def spoilt(folder, target, day):
    """A copy whose hourly and daily pods of that day hold a value that cannot be summed."""
    shutil.copytree(folder, target)
    moment = pd.Timestamp(day)
    for file in target.rglob("pod_usage*.parquet"):
        table = pq.read_table(file, partitioning=None)
        rows = pd.to_datetime(table["interval_start"].to_pandas(), utc=True).dt.tz_localize(None).dt.normalize() == moment
        name = "pod_usage_cpu_core_seconds"
        if rows.any() and name in table.column_names:
            values = table[name].to_pandas().astype(float).mask(rows, float("nan"))
            spoilt_column = pa.array(values.to_numpy(), from_pandas=False)
            pq.write_table(table.set_column(table.column_names.index(name), name, spoilt_column), file)
    return target


@pytest.mark.parametrize("task_rows", [None, 1000], ids=["whole", "cut"])
def test_days_that_share_row_groups_are_one_task(two_workers, weeks, month, tmp_path, task_rows):
    keys = {**month, "input": f"file:{weeks}"}
    costmill.run(**keys, sink=f"parquet:{tmp_path}/alone")
    together = costmill.dask.run(two_workers, **keys, sink=f"parquet:{tmp_path}/together", task_rows=task_rows)
    assert together.days == 31
    assert records(f"parquet:{tmp_path}/alone") == records(f"parquet:{tmp_path}/together")


@pytest.mark.parametrize("kind", ["csv", "parquet", "sqlite"])
def test_a_bad_day_harms_no_other_day_of_its_task(two_workers, weeks, month, tmp_path, kind):
    keys = {**month, "input": f"file:{spoilt(weeks, tmp_path / 'input', '2025-10-03')}", "keep_going": True}
    alone = costmill.run(**keys, sink=f"{kind}:{tmp_path}/alone")
    together = costmill.dask.run(two_workers, **keys, sink=f"{kind}:{tmp_path}/together")
    assert together.failed_days == alone.failed_days and [failure.day for failure in alone.failed_days] == ["2025-10-03"]
    assert together.receipts == alone.receipts
    assert costmill.compare(f"{kind}:{tmp_path}/alone", f"{kind}:{tmp_path}/together")


@pytest.mark.parametrize("kind", ["csv", "parquet", "sqlite"])
def test_what_a_failed_run_staged_is_used_only_while_it_is_right(two_workers, sample, month, tmp_path, kind):
    reference = tmp_path / "reference"
    shutil.copytree(sample / "reference", reference)
    bad = spoilt(sample, tmp_path / "input", "2025-10-04")
    keys = {**month, "reference": f"csv:{reference}", "full": True}
    sink = f"{kind}:{tmp_path}/days"
    for _ in range(2):  # the second finds days that the first has taken over already
        with pytest.raises(costmill.errors.BadInputError):
            costmill.dask.run(two_workers, **{**keys, "input": f"file:{bad}"}, sink=sink)
    header, *enabled = (reference / "reporting_enabledtagkeys.csv").read_text().splitlines(keepends=True)
    (reference / "reporting_enabledtagkeys.csv").write_text(header + enabled[0])
    costmill.dask.run(two_workers, **keys, sink=sink)
    costmill.run(**keys, sink=f"{kind}:{tmp_path}/alone")
    assert costmill.compare(sink, f"{kind}:{tmp_path}/alone")


def test_results_may_come_after_the_end(month, tmp_path):
    results = _costmill.TaskResults()
    submitted = []

    class Listener(costmill.dask.Listener):
        def submit(self, tasks):
            submitted.extend(tasks)
            raise RuntimeError("no scheduler")

    from costmill._settings import request
    asked = request(None, month=month["month"], run={"input": month["input"], "sink": f"csv:{tmp_path}/days"})
    with pytest.raises(RuntimeError, match="no scheduler"):
        _costmill.run_by_workers(asked, Listener(), results)
    receipt = {"days": [], "rows_folded": 5, "bytes_fetched": 0, "seconds": [0, 0, 0, 0], "staged": ""}
    results.put(submitted[0][0], json.dumps(receipt))


def test_a_file_that_changes_under_way_is_planned_again(two_workers, sample, month, tmp_path):
    folder = tmp_path / "input"
    shutil.copytree(sample, folder)
    changed = []

    class Listener(costmill.dask.Listener):
        def submit(self, tasks):
            if not changed:
                changed.append(next(folder.rglob("pod_usage.2025-10-04.*_daily*.parquet")))
                table = pq.read_table(changed[0], partitioning=None)
                pq.write_table(table.slice(0, len(table) // 2), changed[0])
            self.dispatch.submit(tasks)

    from costmill._settings import request
    asked = request(None, month=month["month"],
                    run={"input": f"file:{folder}", "sink": f"parquet:{tmp_path}/days", "reference": month["reference"]})
    results = _costmill.TaskResults()
    with costmill.dask.Dispatch(two_workers, results, 2) as dispatch:
        listener = Listener()
        listener.dispatch = dispatch
        _costmill.run_by_workers(asked, listener, results)
    assert any("once" in warning for warning in listener.warnings)
    costmill.run(**{**month, "input": f"file:{folder}"}, sink=f"parquet:{tmp_path}/alone")
    assert costmill.compare(f"parquet:{tmp_path}/alone", f"parquet:{tmp_path}/days")
