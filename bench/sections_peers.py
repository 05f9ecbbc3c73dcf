"""Sections: the decode limit and the peers. A section takes the Subjects and gives (title, text, figures for the summary)."""
from datasets import VARIANTS
from measure import Ratio, median
from tables import cpu, figures, table

LAYOUTS = {"koku": "Koku's layout", "poc": "hourly table as pods"}


def scan(subjects):
    """Scan and fold against the decode limit, by variant of the data."""
    data = {name: subjects.data(**options) for name, options in VARIANTS.items()}
    actions = {}
    for name, folder in data.items():
        actions[name, "limit"] = subjects.decode_limit("pods", folder)
        actions[name, "fold"] = subjects.scan_and_fold("pods", folder)
    actions["capacity", "limit"] = subjects.decode_limit("capacity", data["plain"])
    actions["capacity", "fold"] = subjects.scan_and_fold("capacity", data["plain"])
    got = subjects.in_turns(actions)
    rows, kept = [], {}
    for name in [*VARIANTS, "capacity"]:
        limit, fold = got[name, "limit"], got[name, "fold"]
        ratio = Ratio(fold, limit)
        slower, limit_slower = Ratio(fold, got["plain", "fold"]), Ratio(limit, got["plain", "limit"])
        beyond = slower.over(limit_slower)
        label = "the 4 columns of capacity" if name == "capacity" else name
        rows.append([label, cpu(limit), cpu(fold), ratio, *(["", ""] if name in ("plain", "capacity") else [slower, beyond])])
        kept[name] = ratio.median
        kept[f"{name} beyond"] = beyond.median
    text = ("The 17 pod columns of the hourly table on one thread. *Decode limit* reads them with Parquet's low-level readers, texts as codes of "
            "their dictionaries, and throws them away. *Scan and fold* is Costmill's own way from the file to the tables of a day, capacity "
            "and pods in one pass, sums exact. CPU seconds of the work, without loading the program.\n\n" +
            table(["data", "decode limit, CPU s", "scan and fold, CPU s", "fold ÷ limit", "slower than plain", "beyond what the limit slows"], rows))
    return "Scan and fold against the decode limit", text, kept


def jobs(subjects, peers, data, layout, threads):
    """Runs of the whole job by (who, threads)."""
    subjects.require_agreement(peers, data, layout)
    actions = {}
    for count in threads:
        actions["Costmill", count] = subjects.costmill(data, layout=layout, workers=count)
        for peer in peers:
            actions[peer, count] = subjects.peer(peer, data, layout, count)
    return subjects.in_turns(actions)


def peers(subjects):
    rows, kept = [], {}
    data = subjects.data()
    for layout, title in LAYOUTS.items():
        got = jobs(subjects, ["duckdb", "polars"], data, layout, [1, 2])
        for (who, threads), runs in got.items():
            ours = got["Costmill", threads]
            ratios = ["", ""] if who == "Costmill" else [Ratio(runs, ours), Ratio(runs, ours, "wall")]
            rows.append([title, {"duckdb": "DuckDB", "polars": "Polars"}.get(who, who), threads, *figures(runs), *ratios])
            kept[f"{layout} {who} {threads}"] = [median(runs, figure) for figure in ("cpu", "wall", "peak")]
            if who != "Costmill":
                kept[f"{layout} {who} {threads} ratio"] = ratios[0].median
    text = ("From the files to a Parquet file of the summary rows, numbers as doubles; the rows of all three are compared first: the same keys "
            "and labels, numbers within 1e-9. Costmill's sums are exact, its rows in canonical order, a digest of each day taken; the others add "
            "up doubles and write rows as they come. All compress by Snappy, which is what is fastest for the others.\n\n" +
            table(["job", "who", "threads", "CPU s", "wall s", "peak MiB", "CPU ÷ Costmill", "wall ÷ Costmill"], rows))
    return "The whole job: Costmill, DuckDB, Polars", text, kept


def peer_variants(subjects):
    rows, kept = [], {}
    for name, options in VARIANTS.items():
        if name == "plain":
            continue
        got = jobs(subjects, ["duckdb"], subjects.data(**options), "poc", [1])
        ours, theirs = got["Costmill", 1], got["duckdb", 1]
        ratio = Ratio(theirs, ours)
        rows.append([name, *figures(ours), *figures(theirs), ratio])
        kept[name] = ratio.median
    text = ("The whole job as above, hourly table as pods, one thread each.\n\n" +
            table(["data", "Costmill, CPU s", "wall s", "peak MiB", "DuckDB, CPU s", "wall s", "peak MiB", "CPU, DuckDB ÷ Costmill"], rows))
    return "The whole job on other data", text, kept
