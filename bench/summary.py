"""The two short tables: what was promised and what was reached, and the one of the README. Made of the figures that sections left."""
from tables import number, seconds, table


class Figures:
    """Figures by section; what is not measured yet is a dash."""

    def __init__(self, results):
        self.results = {name: result["figures"] for name, result in results.items()}

    def cell(self, section, key, form="{:.2f}x", index=None):
        value = self.results.get(section, {}).get(key)
        if value is None:
            return "–"
        return form.format(value if index is None else value[index])


def goals(figures, rows, reached_before):
    """Line by line: what, what was reached, what the goal is. What is not measured here stays as it was."""
    cell, size = figures.cell, number(rows)
    peaks = " / ".join(cell("row_scaling", f"koku {count}", "{:.0f}") for count in (rows, rows * 5, rows * 10))
    peaks_poc = " / ".join(cell("row_scaling", f"poc {count}", "{:.0f}") for count in (rows, rows * 5, rows * 10))
    lines = [
        [f"scan and fold of the 17 pod columns ÷ decode limit, {size} rows", cell("scan", "plain"), "1.7x, 1.35x"],
        ["the same, 6,000 label sets", cell("scan", "6,000 label sets"), "1.6x, 1.3x"],
        ["the same, slow-down beyond the decode limit's: shuffled / zstd / NULLs",
         " / ".join(cell("scan", f"{name} beyond") for name in ("shuffled", "zstd", "5% NULLs")), "1.2x, 1.05x"]]
    for layout, goal in (("koku", "5x / 4x, 8x / 6x"), ("poc", "5x / 5x, 7x / 7x")):
        lines.append([f"whole job, `{layout}` layout, CPU: DuckDB / Polars ÷ Costmill",
                      " / ".join(cell("peers", f"{layout} {peer} 1 ratio") for peer in ("duckdb", "polars")), goal])
    lines += [
        ["whole job, `poc` layout, 6,000 label sets, CPU: DuckDB ÷ Costmill", cell("peer_variants", "6,000 label sets"), "1.8x, 2.2x"],
        ["wall, 2 workers against 1, `koku` / `poc`", " / ".join(cell("workers", f"{layout} 2") for layout in ("koku", "poc")), "1.7x, 1.9x"],
        ["50 columns ÷ 22, CPU, `koku` / `poc`", " / ".join(cell("columns", layout) for layout in ("koku", "poc")), "no slower"],
        [f"peak MiB of {size} / {number(rows * 5)} / {number(rows * 10)} rows, `koku`", peaks, "160 / 200 / 220, 128"],
        ["the same, `poc`", peaks_poc, "160 / 200 / 220, 128"],
        ["`memory_limit: 128MiB` ÷ no limit, wall, `koku` / `poc`",
         " / ".join(cell("streaming", layout, "{:.2f}x", 0) for layout in ("koku", "poc")), "1.1x, 1.0x"],
        ["its peak MiB, `koku` / `poc`", " / ".join(cell("streaming", layout, "{:.0f}", 1) for layout in ("koku", "poc")), "192"],
        ["CPU of a run with nothing new / one new day ÷ the first run's, to Parquet",
         " / ".join(cell("incremental", f"parquet {run}", "{:.1f}%", 1) for run in ("unchanged", "one day")), "3% or 0.06 s / 6% or 0.1 s"],
        [f"{number(rows // 10)} rows to SQLite, wall s, `koku` / `poc`",
         " / ".join(cell("sqlite", layout, "{:.2f}", 0) for layout in ("koku", "poc")), "under 1"]]
    lines = [[what, reached_before.get(what, reached) if "–" in reached else reached, goal] for what, reached, goal in lines]
    return table(["", "measured", "goal: reach, aim"], lines)


def readme(figures, rows):
    lines = []
    for layout, title in (("koku", "as Koku does: daily table, capacity from the hourly one"), ("poc", "from the hourly table alone")):
        for who in ("Costmill", "duckdb", "polars"):
            found = figures.results.get("peers", {})
            one, two = found.get(f"{layout} {who} 1"), found.get(f"{layout} {who} 2")
            name = {"duckdb": "DuckDB", "polars": "Polars"}.get(who, who)
            cells = [seconds(one[0]), seconds(two[1]), f"{two[2]:,.0f}"] if one and two else ["–"] * 3
            lines.append([f"{number(rows)} hourly rows, {title}", name, *cells])
    return table(["job", "", "CPU s, one thread", "wall s, two threads", "peak MiB, two threads"], lines)
