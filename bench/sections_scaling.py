"""Sections: what makes a run longer or larger. A section takes the Subjects and gives (title, text, figures for the summary)."""
from datasets import VARIANTS, row_count
from measure import Ratio, median
from sections_peers import LAYOUTS
from tables import cpu, figures, number, peak, table, wall


def columns(subjects):
    narrow, wide = subjects.data(), subjects.data(**VARIANTS["50 columns"])
    rows, kept = [], {}
    for layout, title in LAYOUTS.items():
        got = subjects.in_turns({22: subjects.costmill(narrow, layout=layout), 50: subjects.costmill(wide, layout=layout)})
        ratio = Ratio(got[50], got[22])
        rows += [[title, 22, *figures(got[22]), ""], [title, 50, *figures(got[50]), ratio]]
        kept[layout] = ratio.median
    text = table(["job", "columns of the pod tables", "CPU s", "wall s", "peak MiB", "CPU ÷ 22 columns"], rows)
    return "Columns that nobody needs", text, kept


def workers(subjects):
    data = subjects.data()
    rows, kept = [], {}
    for layout, title in LAYOUTS.items():
        got = subjects.in_turns({count: subjects.costmill(data, layout=layout, workers=count) for count in (1, 2, 4)})
        for count, runs in got.items():
            ratio = Ratio(got[1], runs, "wall")
            rows.append([title, count, *figures(runs), "" if count == 1 else ratio])
            kept[f"{layout} {count}"] = ratio.median
    text = table(["job", "`max_workers`", "CPU s", "wall s", "peak MiB", "times as fast as one (wall)"], rows)
    return "Workers", text, kept


def row_scaling(subjects):
    """Ten times the rows over the same groups."""
    groups = max(10, subjects.rows // 1000)
    rows, kept = [], {}
    for size in (subjects.rows // 10, subjects.rows, subjects.rows * 5, subjects.rows * 10):
        data = subjects.data(rows=size, groups=groups)
        got = subjects.in_turns({layout: subjects.costmill(data, layout=layout, workers=2) for layout in LAYOUTS}, at_most=3)
        for layout, runs in got.items():
            rows.append([number(size), LAYOUTS[layout], number(row_count(data, "daily pod_usage")), *figures(runs),
                         f"{row_count(data) / median(runs, 'wall') / 1e6:.1f}"])
            kept[f"{layout} {size}"] = median(runs, "peak")
    text = (f"Two workers; {groups:,} groups of pods a day, whatever the number of rows (the smallest set has fewer pods than that).\n\n" +
            table(["hourly rows", "job", "daily rows", "CPU s", "wall s", "peak MiB", "million hourly rows/s"], rows))
    return "More rows, the same groups", text, kept


def group_scaling(subjects):
    """On few days, so that there are pods enough for many groups."""
    rows, days = [], max(1, subjects.days // 6)
    most = min(80_000, round(subjects.rows / days / 27))
    for groups in (most // 1000 or 1, most // 100 or 1, most // 10, most):
        data = subjects.data(days=days, groups=groups)
        runs = subjects.in_turns({"poc": subjects.costmill(data, layout="poc")})["poc"]
        rows.append([f"{groups:,}", *figures(runs)])
    text = (f"The same number of rows, on {days} days; hourly table as pods, one worker.\n\n" +
            table(["groups of pods a day", "CPU s", "wall s", "peak MiB"], rows))
    return "More groups, the same rows", text, {}


def streaming(subjects):
    data = subjects.data()
    rows, kept = [], {}
    for layout, title in LAYOUTS.items():
        got = subjects.in_turns({
            "no limit": subjects.costmill(data, layout=layout, use_streaming="false"),
            "128 MiB": subjects.costmill(data, layout=layout, use_streaming="true", memory_limit="128MiB")})
        ratios = [Ratio(got["128 MiB"], got["no limit"], figure) for figure in ("cpu", "wall")]
        rows += [[title, "`use_streaming: false`, no limit", *figures(got["no limit"]), "", ""],
                 [title, "`use_streaming: true`, `memory_limit: 128MiB`", *figures(got["128 MiB"]), *ratios]]
        kept[layout] = [ratios[1].median, median(got["128 MiB"], "peak")]
    text = table(["job", "settings", "CPU s", "wall s", "peak MiB", "CPU ÷ no limit", "wall ÷ no limit"], rows)
    return "Streaming under a memory limit", text, kept


def sinks(subjects):
    data = subjects.data()
    options = {"parquet, doubles": {}, "parquet, decimals": {"numeric": "decimal"}, "csv": {"sink": "csv"}, "sqlite": {"sink": "sqlite"}}
    got = subjects.in_turns({name: subjects.costmill(data, **chosen) for name, chosen in options.items()})
    base = got["parquet, doubles"]
    rows = [[name, *figures(runs), Ratio(runs, base)] for name, runs in got.items()]
    text = ("Koku's layout, one worker. Doubles are what `run.numeric: float64` writes; the default are exact decimals.\n\n" +
            table(["sink", "CPU s", "wall s", "peak MiB", "CPU ÷ doubles"], rows))
    return "Exact decimals, and the other sinks", text, {"decimals": Ratio(got["parquet, decimals"], base).median}


def sqlite(subjects):
    size = subjects.rows // 10
    got = subjects.in_turns({layout: subjects.costmill(subjects.data(rows=size), layout=layout, sink="sqlite", workers=2) for layout in LAYOUTS})
    rows = [[LAYOUTS[layout], cpu(runs), wall(runs), peak(runs)] for layout, runs in got.items()]
    text = (f"{number(size)} hourly rows, two workers. For a million, the Python proof of concept published 139.7 s and 7.2 GB, on 12 cores.\n\n" +
            table(["job", "CPU s", "wall s", "peak MiB"], rows))
    return "To SQLite", text, {layout: [median(runs, "wall"), median(runs, "peak")] for layout, runs in got.items()}


def incremental(subjects):
    """Runs over what is done already, beside the run that did it."""
    data = subjects.data()
    rows, kept = [], {}
    for sink in ("parquet", "sqlite", "csv"):
        got = subjects.in_turns({"first": subjects.costmill(data, sink), "unchanged": subjects.again(data, sink, subjects.days),
                                 "one day": subjects.again(data, sink, subjects.days - 1)})
        for name, title in (("first", "the first run"), ("unchanged", "nothing is new"), ("one day", f"one day of {subjects.days} is new")):
            share = Ratio(got[name], got["first"])
            rows.append([f"`{sink}`", title, f"{median(got[name], 'cpu'):.3f}", f"{median(got[name], 'wall'):.3f}", peak(got[name]),
                         "" if name == "first" else f"{100 * share.median:.1f}%"])
            kept[f"{sink} {name}"] = [median(got[name], "cpu"), 100 * share.median]
    text = ("Koku's layout, one worker. A CSV table is one file, which is written again whenever a day of it changes.\n\n" +
            table(["sink", "run", "CPU s", "wall s", "peak MiB", "CPU ÷ the first run's"], rows))
    return "Only new work", text, kept
