"""Sections: the tables of the Optimization Guide of the Python proof of concept, measured. (title, text, figures for the summary)"""
import json
import statistics
import subprocess

import guide
from datasets import VARIANTS
from measure import Ratio, median
from postgres import DEBIAN as SERVER_OF_DEBIAN
from postgres import ONE as ONE_CONNECTION
from postgres import PostgresServer, Tenants
from tables import figures, number, seconds, table

DEFAULT = "as it comes"


def switches(subjects):
    """Each switch alone, on against off, and all off at once."""
    data = subjects.data(**VARIANTS["50 columns"])
    settings = {DEFAULT: {"use_streaming": "true"}}
    settings |= {key: {"use_streaming": "true", key: switch.off} for key, switch in guide.SWITCHES.items()}
    settings["all"] = {key: switch.off for key, switch in guide.SWITCHES.items()}
    got = subjects.in_turns({name: subjects.costmill(data, layout="poc", workers=2, **chosen) for name, chosen in settings.items()})
    base, rows, kept = got[DEFAULT], [["all on", *figures(got[DEFAULT]), "", "", "", ""]], {}
    for name, runs in got.items():
        if name == DEFAULT:
            continue
        saved = 1 - 1 / Ratio(runs, base, "peak").median
        faster = Ratio(runs, base, "wall")
        switch = guide.SWITCHES.get(name, guide.ALL)
        rows.append([f"{switch.name} (`{name}`) off", *figures(runs), f"{saved:.0%}", faster, switch.memory_saved, switch.speed])
        kept[name] = {"memory_saved": saved, "times_as_fast": faster.median, "peak_mib_on": median(base, "peak"), "peak_mib_off": median(runs, "peak"),
                     "wall_seconds_on": median(base, "wall"), "wall_seconds_off": median(runs, "wall")}
    text = ("Hourly table as pods, 50 columns, two workers, files in the page cache. *Memory saved* is what the switch takes off the peak, *times as "
            "fast* is wall time off ÷ on. The rows are the same bytes either way.\n\n" +
            table(["setting", "CPU s", "wall s", "peak MiB", "memory saved", "times as fast", "guide: memory", "guide: speed"], rows))
    return "The guide's switches", text, kept


def batches(subjects):
    """Rows to PostgreSQL by COPY, in INSERTs of many rows, and one by one."""
    data = subjects.data(rows=max(1, subjects.rows // 4))
    ways = {"COPY": [], "1000": ["performance.use_bulk_copy=false"],
            "1": ["performance.use_bulk_copy=false", "performance.db_batch_size=1"]}
    with PostgresServer(settings=SERVER_OF_DEBIAN, wal_segment_mib=16) as server:
        tenants = Tenants(subjects.binary, data, server, min(2, subjects.days))
        got = subjects.in_turns({way: lambda settings=settings: tenants.sink(settings=[*ONE_CONNECTION, *settings])[0]
                                 for way, settings in ways.items()}, at_most=3)
    kept = {way: statistics.median(rates) for way, rates in got.items()}
    rows = [[{"COPY": "binary COPY", "1000": "INSERTs of 1,000 rows", "1": "row by row"}[way], f"{rate:,.0f}", f"{rate / kept['1']:.1f}"]
            for way, rate in kept.items()]
    text = ("A tenant with Koku's indexes on a server of this machine with PostgreSQL's own settings, so fsync is on; one connection. "
            "Lock, DELETE, record and COMMIT of each day included. The guide measured 0.1 s in batches against 5.0 s one by one.\n\n" +
            table(["summary rows", "rows/s", "times as fast as one by one"], rows))
    return "Batches to PostgreSQL", text, kept


def readers(subjects):
    data = subjects.data()
    rows, kept = [], {}
    for cold, title in ((False, "in the page cache"), (True, "on disk")):
        got = subjects.in_turns({count: subjects.costmill(data, layout="poc", cold=cold, workers=2, parallel_readers=count)
                                 for count in (1, 2, 4, 8)})
        rows += [[title, count, *figures(runs), Ratio(got[1], runs, "wall")] for count, runs in got.items()]
        kept |= {f"{title}, {count}": {"wall_seconds": median(runs, "wall"), "times_as_fast": Ratio(got[1], runs, "wall").median}
                 for count, runs in got.items()}
    text = ("Hourly table as pods, two workers. In the page cache, a reader has nothing to wait for; *on disk*, the files are taken out of the cache "
            "before each run. The guide measured 3.0 s and 0.9 s for 10 files with 1 and 4 readers.\n\n" +
            table(["files", "`parallel_readers`", "CPU s", "wall s", "peak MiB", "times as fast as one"], rows))
    return "Readers", text, kept


def chunks(subjects):
    data = subjects.data()
    got = subjects.in_turns({size: subjects.costmill(data, layout="poc", chunk_size=size) for size in (1_000, 4_000, 16_000, 50_000, 200_000)})
    rows = [[f"{size:,}", *figures(runs), Ratio(runs, got[50_000])] for size, runs in got.items()]
    text = ("Hourly table as pods, one worker. 50,000 is the default.\n\n" +
            table(["`chunk_size`", "CPU s", "wall s", "peak MiB", "CPU ÷ default"], rows))
    kept = {str(size): {"cpu_seconds": median(runs, "cpu"), "peak_mib": median(runs, "peak")} for size, runs in got.items()}
    return "Chunk sizes", text, kept


def sizes(subjects):
    rows, kept = [], {}
    for of_guide, (memory, time) in guide.SIZES.items():
        size = max(1, subjects.rows * of_guide // max(guide.SIZES))
        data = subjects.data(rows=size)
        runs = subjects.in_turns({size: subjects.costmill(data, layout="poc", sink="sqlite", workers=2)}, at_most=3)[size]
        rows.append([number(size), *figures(runs), memory, time])
        kept[str(size)] = {"wall_seconds": median(runs, "wall"), "peak_mib": median(runs, "peak")}
    text = ("Hourly table as pods, to SQLite, two workers, default settings. The guide's figures are those after its optimisations, for 10K, 100K, "
            "1M and 10M rows.\n\n" + table(["hourly rows", "CPU s", "wall s", "peak MiB", "guide: memory", "guide: time"], rows))
    return "The guide's four sizes", text, kept


def micro(subjects):
    """The inner loops, by Google Benchmark."""
    seconds_each = "0.5" if subjects.runs > 1 else "0.02"
    done = subprocess.run([str(subjects.binary.parent / "micro_benchmarks"), "--benchmark_format=json", f"--benchmark_min_time={seconds_each}",
                           f"--benchmark_repetitions={subjects.runs}", "--benchmark_enable_random_interleaving=true"],
                          capture_output=True, text=True, check=True)
    wanted = {}
    for one in json.loads(done.stdout)["benchmarks"]:
        if one.get("aggregate_name", "median") == "median" and (subjects.runs == 1 or one["run_type"] == "aggregate"):
            wanted[one["run_name"]] = 1e9 / one["items_per_second"]
    rows = [[f"`{name}`", seconds(nanoseconds)] for name, nanoseconds in sorted(wanted.items())]
    return "Inner loops", "CPU time an item: a row, a text, a value.\n\n" + table(["loop", "ns an item"], rows), wanted
