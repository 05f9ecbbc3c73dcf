#!/usr/bin/env python3
"""Texts of namespaces, nodes, labels, aliases, files and variables that steer terminals or forge lines (F14, F35).

usage: hostile_texts_test.py --bin PATH [--only SUBSTRING]

Promised is: no terminal and no log gets a control character of theirs, nor a line of their making; data for programs stays exact.
The last line reads 'N passed, N failed'.
"""

import csv
import io
import json
import re
import shutil
import sqlite3
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

import golden_copy  # noqa: E402
from costmill_project import require  # noqa: E402
from golden_copy import GoldenCopy  # noqa: E402

TABLE = "reporting_ocpusagelineitem_daily_summary"
FORGED = "2026-01-01T00:00:00.000Z error   forged"
NAMESPACES = ["esc\x1b[2J\x1b]0;title\x07", f"line\n{FORGED}\r\n", "c1\x9b31m\x85 bidi \u202etxt.exe\u2066\u2028\u2029 \U0001f4b0", "=cmd|' /C calc'!A0"]
NODE = "node\x1b[1A\x1b[2K\u202e\x7f\b"
ALIAS = f"alias\x1b[31m\n{FORGED}\u2028"
OURS = re.compile(r"\x1b\[(?:0|1|2|33|1;31)m|\r\x1b\[K")  # colours, and the line of progress
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def hostile_copy(binary, folder):
    """The golden case with other names in the same places."""
    copy = GoldenCopy(binary, folder, cluster_alias=ALIAS)
    names = {}
    for path in sorted(copy.input.rglob("*.parquet")):
        table = pq.read_table(path)
        for column, known in (("namespace", NAMESPACES), ("node", [NODE]), ("pod", NAMESPACES), ("pod_labels", [])):
            if column not in table.schema.names:
                continue
            values = table.column(column).to_pylist()
            if column == "pod_labels":
                values = [json.dumps({**json.loads(value), "app": NODE}) for value in values]
            else:
                for value in values:
                    of_column = names.setdefault(column, {})
                    of_column.setdefault(value, known[len(of_column) % len(known)])
                values = [names[column][value] for value in values]
            table = table.set_column(table.schema.get_field_index(column), column, pa.array(values, pa.string()))
        pq.write_table(table, path)
    (copy.tables / "reporting_ocp_cost_category_namespace.csv").write_text("namespace,cost_category_id\n")
    copy.namespaces = set(names["namespace"].values())
    return copy


def require_harmless(shown, what):
    text = OURS.sub("", shown.decode("utf-8")).replace("\r\n", "\n")
    found = STEERING.search(text)
    require(not found, f"{what}: {found and text[max(0, found.start() - 60):found.end() + 20]!r}")
    require(not re.search(f"^{re.escape(FORGED)}", text, re.MULTILINE), f"{what}: a forged line")


def damaged(copy):
    """A file of such a name that cannot be read."""
    pods = next(path.parent for path in copy.input.rglob("pod_usage*daily*.parquet"))
    path = bytes(pods) + b"/pods.2025-10-01\xff\x1b[2J\ncostmill: error: forged.parquet"
    Path(path.decode("utf-8", "surrogateescape")).write_bytes(b"no Parquet")
    return path


def check_F35_terminals(binary, folder):
    """Every subcommand that shows texts."""
    copy = hostile_copy(binary, folder)
    shown = {"run": copy.on_a_terminal(*copy.arguments("sqlite"), "--log-level", "trace")}
    require(shown["run"].code == 0, f"the run fails: {shown['run'].text[-600:]}")
    require(len(copy.namespaces) >= 3, f"too few names: {copy.namespaces}")
    for topic in ("summary", "namespaces", "nodes", "storage", "days", "receipts"):
        for form in ("table", "csv", "json"):
            shown[f"show {topic} {form}"] = copy.on_a_terminal("show", topic, "--sink", copy.sink("sqlite"), "--format", form)
    shown["report"] = copy.on_a_terminal("report", "--sink", copy.sink("sqlite"), "--output", "-")
    shown["plan"] = copy.on_a_terminal(*copy.arguments("sqlite", "plan"))
    other = Path(copy.folder / "other.db")
    shutil.copy(copy.folder / "sqlite.db", other)
    with sqlite3.connect(other) as database:
        database.execute(f"UPDATE {TABLE} SET pod_usage_cpu_core_hours = '7'")
        database.execute(f"UPDATE {TABLE} SET source_uuid = source_uuid || char(27) || '[2J', node = node || char(10) WHERE rowid = 1")
    shown["compare"] = copy.on_a_terminal("compare", copy.sink("sqlite"), f"sqlite:{other}", "--limit", "0")
    require(shown["compare"].code == 1 and b"differs" in shown["compare"].out, shown["compare"].text)
    shown["verify"] = copy.on_a_terminal(*copy.arguments("sqlite", "verify")[:-1], f"sqlite:{other}")
    require(shown["verify"].code == 1, shown["verify"].text)
    shown["prune"] = copy.on_a_terminal("prune", "--sink", f"sqlite:{other}", "--older-than", "0", "--dry-run")
    shown["show days of a changed database"] = copy.on_a_terminal("show", "days", "--sink", f"sqlite:{other}", "--format", "csv")
    shown["config"] = copy.on_a_terminal(*copy.arguments("sqlite"), "--print-config")
    for what, answer in shown.items():
        require_harmless(answer.out, what)
    require(b"esc\\x1b[2J" in shown["show namespaces table"].out and b"\\u{202e}txt.exe" in shown["show namespaces table"].out,
            shown["show namespaces table"].text)


def check_F35_messages(binary, folder):
    """Errors about files, options, variables and config values of such names: one line, whatever the stream."""
    copy = hostile_copy(binary, folder)
    damaged(copy)
    bad = "x\x1b[2J\n" + FORGED + "\u202e\u2028"
    config = copy.folder / "bad.yaml"
    config.write_text(f"run: {{{json.dumps(bad)}: 1}}\n")
    several = copy.write_config("several.json", clusters=[{**copy.config["ocp"], "provider_uuid": f"{n:08}-1111-4111-8111-111111111111",
                                                           "cluster_alias": bad} for n in (1, 2)], ocp={})
    for code, arguments, environment in (
            (3, copy.arguments("csv"), {}), (6, [*copy.arguments("parquet"), "--keep-going"], {}),
            (2, ["run", "--config", str(config)], {}), (2, ["run", "--config", bad], {}), (2, ["run", "--set", f"{bad}=1"], {}),
            (2, ["run", "--month", bad], {}), (2, ["run", "--cluster", bad], {}), (2, [bad], {}), (2, ["run", f"--{bad}"], {}), (2, ["show", bad], {}),
            (2, ["run", "--input", f"{bad}:x"], {}), (2, ["run", "--sink", f"{bad}:x", "--input", "file:."], {}),
            (4, ["run", "--input", f"file:{bad}", "--month", "2025-10"], {}), (2, ["compare", f"csv:{bad}", bad], {}),
            (5, ["show", "--sink", f"csv:{bad}"], {}), (5, ["show", "--sink", f"sqlite:{bad}"], {}), (5, ["show", "--sink", f"parquet:{bad}"], {}),
            (2, ["run", "--config", str(several)], {}), (2, ["run", "--limit", bad], {}), (2, ["show", "--limit", bad], {}),
            (2, copy.arguments("csv"), {"COSTMILL_PERFORMANCE_MAX_WORKERS": bad}),
            (2, copy.arguments("csv"), {"COSTMILL_OCP_CLUSTER_ID": b"x\xff\x1b[2J\n"}),
            (2, ["run", "--input", "s3://bucket", "--month", "2025-10"], {"AWS_PROFILE": bad})):
        done = copy.command(*arguments, environment=copy.environment(**environment)).require(code)
        require_harmless(done.out + done.err, arguments)
        lines = done.err.decode().splitlines()
        if code == 2:
            require(len(lines) == 1 and lines[0].startswith("costmill: error: "), f"{arguments}: {lines}")


def check_F35_json_log_lines(binary, folder):
    """One valid line of ASCII an event, also about bytes that are no UTF-8."""
    copy = hostile_copy(binary, folder)
    name = damaged(copy).rpartition(b"/")[2]
    done = copy.run("csv", "--keep-going", "--set", "logging.format=json", "--log-level", "trace", "--progress", "never").require(6)
    events = [json.loads(line) for line in done.err.split(b"\n")[:-1]]
    require(len(done.err.splitlines()) == len(done.err.decode().splitlines()) == len(events), "lines that are no events")
    require(all(set(event) >= {"time", "level", "message"} for event in events), events)
    require(done.err.isascii(), "not ASCII alone")
    expected = name.decode("utf-8", "replace")
    require(any(expected in event["message"] for event in events), f"no event names {expected!r}: {events}")


def check_F14_data_for_programs_is_exact(binary, folder):
    """Through every sink, and out of `show` for pipes, also what a spreadsheet would take for a formula."""
    copy = hostile_copy(binary, folder)
    for kind in ("csv", "sqlite", "parquet"):
        copy.run(kind).require(0)
        shown = copy.command("show", "namespaces", "--sink", copy.sink(kind), "--format", "csv", "--limit", "0").require(0).out.decode()
        names = {row["namespace"] for row in csv.DictReader(io.StringIO(shown, newline=""))}
        require(copy.namespaces <= names, f"{kind}: CSV has {names}")
        shown = copy.command("show", "nodes", "--sink", copy.sink(kind), "--format", "json", "--limit", "0").require(0).out
        require({row["node"] for row in json.loads(shown)["nodes"]} == {NODE}, f"{kind}: JSON has {shown}")
        receipts = json.loads(copy.command("show", "receipts", "--sink", copy.sink(kind), "--format", "json").require(0).out)["receipts"]
        require(receipts[0]["config"]["ocp.cluster_alias"] == ALIAS, f"{kind}: {receipts[0]['config']}")
    for kind in ("sqlite", "parquet"):
        copy.command("compare", copy.sink("csv"), copy.sink(kind)).require(0)
    with open(copy.folder / "csv" / f"{TABLE}.csv", newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    require({row["cluster_alias"] for row in rows} == {ALIAS}, "another alias")
    require(copy.namespaces <= {row["namespace"] for row in rows}, "other namespaces")


def check_F13_bytes_that_are_no_text(binary, folder):
    """In every column of texts; the message names file, column and row, and shows the bytes."""
    bad = {"overlong": b"a\xc0\xaf", "surrogate": b"a\xed\xa0\x80", "cut short": b"a\xf0\x9f\x92", "lone": b"\x80" * 500, "NUL": b"a\0b\x1b[2J"}
    columns = {"pod_usage": ("namespace", "node", "pod_labels"), "node_labels": ("node_labels",), "namespace_labels": ("namespace_labels",)}
    for report, names in columns.items():
        for column in names:
            for kind, text in bad.items():
                copy = GoldenCopy(binary, folder / f"{report}-{column}-{kind}")
                path = next(copy.input.rglob(f"{report}*daily*.parquet"))
                table = pq.read_table(path)
                values = [text, *(value.encode() for value in table.column(column).to_pylist()[1:])]
                array = pa.array(values, pa.binary()).view(pa.string())
                pq.write_table(table.set_column(table.schema.get_field_index(column), column, array), path)
                done = copy.run("csv", "--progress", "never").require(3, column, "row 1", path.name)
                require_harmless(done.out + done.err, f"{column} {kind}")
                require("\\x80" in done.text or kind != "lone", done.text)
                require(len(done.err) < 2000, f"{column} {kind}: {len(done.err)} bytes of message")
                require(not (copy.folder / "csv" / f"{TABLE}.csv").exists(), "rows in spite of it")
                shutil.rmtree(copy.folder)


if __name__ == "__main__":
    sys.exit(golden_copy.main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
