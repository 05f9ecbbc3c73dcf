"""The figures of the model, measured side by side in one process: days alone, into Parquet and PostgreSQL, and what Dask adds."""
import os
import statistics
import tempfile
from pathlib import Path

import costmill.dask
import postgres
import psutil
from datasets import data_set
from distributed import Client, LocalCluster
from scaling_jobs import MONTH, add_cluster, clusters_of, fit_days, fit_part, least_squares, run_timed, timed

NO_OPS, TINY_CLUSTERS, DASK_CLUSTERS, TURNS = 1000, (5, 20, 40), 10, 3
TINY = {"rows": 20_000, "nodes": 4, "namespaces": 20}
# (rows a month, groups, days of it that are measured)
MONTHS = ((1_000_000, 0, 5), (1_000_000, 10_000, 5), (5_000_000, 0, 5), (10_000_000, 10_000, 5), (50_000_000, 10_000, 4),
          (100_000_000, 10_000, 3))


def months(folder):
    for rows, groups, days in MONTHS:
        yield data_set(folder, rows, **({"groups": groups} if groups else {})), days


def tiny(folder):
    return data_set(folder, TINY["rows"], nodes=TINY["nodes"], namespaces=TINY["namespaces"])


def days_alone(folder, sink_of, empty):
    """Of each day of each month the middle one of the turns, by the clock."""
    turns = []
    for _ in range(TURNS + 1):  # the first one fills the page cache
        turns.append([])
        for data, days in [*months(folder), (tiny(folder), 10)]:
            empty()
            turns[-1] += run_timed(data, sink_of(), days)[1].days
    return [sorted(same, key=lambda day: day.fold_seconds + day.write_seconds)[TURNS // 2] for same in zip(*turns[1:])]


def into_parquet(folder):
    with tempfile.TemporaryDirectory(dir=folder) as place:
        numbers = iter(range(1000))
        days = days_alone(folder, lambda: f"parquet:{place}/{next(numbers)}", lambda: None)
        size = sum(file.stat().st_size for file in Path(place, "5").rglob("*.parquet"))  # a fresh sink's only files
        groups = sum(day.groups for day in days[-10 - MONTHS[-1][2]:-10])
        task = fit_part(days, "write")
        fetched = fit_days(days, lambda day: day.fetched_bytes)
    return {"task": task, "fetched_bytes": fetched, "bytes_a_thousand_groups": size / groups * 1000}


def into_postgres(folder):
    with postgres.PostgresServer(settings=postgres.DEBIAN, wal_segment_mib=16) as server:
        tenants = postgres.Tenants(folder.parent / "release" / "costmill", None, server, 30)
        os.environ.update(server.environment())
        uri = server.uri(schema=postgres.KOKU)
        days = days_alone(folder, lambda: uri, lambda: tenants.empty(postgres.KOKU))
        figures = {part: fit_part(days, part) for part in ("fold", "write")}
        figures |= server_rates(folder, server, tenants, uri)
        figures["version"] = tenants.admin.execute("SHOW server_version").fetchone()[0]
    return figures


def server_rates(folder, server, tenants, uri):
    """Rows a second while finished days are written over 1, 2 and 4 connections; what the server itself takes of a core."""
    data = data_set(folder, 10_000_000, groups=10_000)
    turns = {1: [], 2: [], 4: []}
    for _ in range(TURNS):
        for connections, found in turns.items():
            tenants.empty(postgres.KOKU)
            cpu = cpu_of(server.process.pid)
            wal = tenants.admin.execute("SELECT pg_current_wal_insert_lsn()").fetchone()[0]
            run, done = run_timed(data, uri, 12, connections)
            log = tenants.admin.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", (wal,)).fetchone()[0]
            found.append((run.rows / done.writing_seconds, (cpu_of(server.process.pid) - cpu) / run.rows * 1000, float(log) / run.rows * 1000))
    relation = tenants.admin.execute("SELECT sum(pg_total_relation_size(c.oid)), sum(c.reltuples) FROM pg_class c WHERE c.relname LIKE %s "
                                     "AND c.relkind = 'r' AND c.relnamespace = %s::regnamespace", (postgres.TABLE + "%", postgres.KOKU)).fetchone()
    return {"rows_a_second": {str(count): statistics.median(rate for rate, *_ in found) for count, found in turns.items()},
            "server_cpu_seconds_a_thousand_groups": statistics.median(cpu for _, cpu, _ in turns[1]),
            "wal_bytes_a_thousand_groups": statistics.median(log for *_, log in turns[1]),
            "table_bytes_a_thousand_groups": float(relation[0]) / run.rows * 1000, "bytes_a_thousand_groups": copied_bytes(tenants, run.rows)}


def copied_bytes(tenants, rows):
    """What crosses the network: COPY in binary form."""
    columns = tenants.admin.execute(
        "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND "
        "(attname = 'infrastructure_usage_cost' OR attname NOT SIMILAR TO %s)", (f"{postgres.KOKU}.{postgres.TABLE}", postgres.NOT_WRITTEN)
    ).fetchone()[0]
    with tenants.admin.cursor().copy(f"COPY (SELECT {columns} FROM {postgres.KOKU}.{postgres.TABLE}) TO STDOUT (FORMAT binary)") as copy:
        return sum(len(block) for block in copy) / rows * 1000


def cpu_of(pid):
    """Of the server: its processes, and those that ended."""
    server = psutil.Process(pid)
    times = [process.cpu_times() for process in (server, *server.children())]
    return sum(time.user + time.system for time in times) + times[0].children_user + times[0].children_system


def of_the_client(folder):
    """Planning by the file, delivering by the day. A folder of files keeps records in one text, so each day adds to the next one's time."""
    plans, deliveries = [], []
    with clusters_of(tiny(folder), 0, folder) as data, tempfile.TemporaryDirectory(dir=folder) as place:
        for first, last in zip((0, *TINY_CLUSTERS), TINY_CLUSTERS):
            for number in range(first + 1, last + 1):
                add_cluster(data, tiny(folder), number)
            run, done = run_timed(data, f"parquet:{place}/{last}")
            plans.append((run.files, done.planning_seconds))
            deliveries.append((run.days, run.seconds.writing - sum(day.encoding_seconds for day in done.days)))
    plan = least_squares({"file": [files for files, _ in plans], "run": [1.0] * len(plans)}, [seconds for _, seconds in plans])
    days = [days for days, _ in deliveries]
    deliver = least_squares({"day": [1.0] * len(days), "square": [count / 2 for count in days]}, [seconds / count for count, seconds in deliveries])
    return {"plan_seconds_a_file": plan["file"], "plan_seconds_a_run": plan["run"], "deliver_seconds_a_day": deliver["day"],
            "deliver_seconds_a_day_and_day_before": deliver["square"], "most_days_measured": max(days)}


def no_op(number):
    return number


def of_dask(folder):
    """Tasks of nothing, and tiny days beside what they take alone. Scheduler and client are this process: its CPU time is theirs."""
    figures = {}
    data = tiny(folder)
    for workers in (1, 2):
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, protocol="tcp://") as cluster, \
                Client(cluster) as client, clusters_of(data, DASK_CLUSTERS, folder) as many, \
                tempfile.TemporaryDirectory(dir=folder) as place:
            first = timed(lambda: run_dask(client, data, f"parquet:{place}/first", 1))
            starts = [timed(lambda turn=turn: run_dask(client, data, f"parquet:{place}/start-{turn}", 1)) for turn in range(5)]
            empty = [timed(lambda: client.gather(client.map(no_op, range(NO_OPS), pure=False))) for _ in range(TURNS)]
            tiny_days, alone = [], []
            for turn in range(TURNS):
                tiny_days.append(timed(lambda turn=turn: run_dask(client, many, f"parquet:{place}/many-{turn}")))
                alone.append(timed(lambda turn=turn: run_timed(many, f"parquet:{place}/alone-{turn}")))
        tasks = alone[0].result[0].days
        # planning, delivering and the days themselves are counted elsewhere
        own = statistics.median(run.cpu - sum(day.fold_cpu + day.write_cpu for day in run.result[1].days) for run in alone)
        figures[f"{workers} workers"] = {
            "first_run_seconds": first.seconds, "start_seconds": statistics.median(run.seconds for run in starts),
            "no_op_seconds_a_task": statistics.median(run.seconds for run in empty) / NO_OPS,
            "no_op_client_cpu_seconds_a_task": statistics.median(run.cpu for run in empty) / NO_OPS,
            "tiny_day_seconds_a_task": statistics.median(run.result.seconds.wall - run.result.seconds.planning for run in tiny_days) / tasks,
            "tiny_day_client_cpu_seconds_a_task": max(0.0, statistics.median(run.cpu for run in tiny_days) - own) / tasks,
            "tiny_day_seconds_alone": statistics.median(sum(day.write_seconds for day in run.result[1].days) for run in alone) / tasks}
    return figures


def run_dask(client, data, sink, days=None, **keys):
    window = {"month": MONTH} if days is None else {"start": f"{MONTH}-01", "end": f"{MONTH}-{days:02d}"}
    return costmill.dask.run(client, input=f"file:{data}", sink=sink, reference=f"csv:{data}/reference", cluster="all", full=True, **window,
                             **keys)
