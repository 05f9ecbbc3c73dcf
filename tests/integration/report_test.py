#!/usr/bin/env python3
"""`costmill report` out of every sink, opened in Debian's Chromium: numbers, filters, sorting, search, export, accessibility, hostile names.

usage: report_test.py --bin PATH [--only SUBSTRING] [--node-modules FOLDER]

The last line reads 'N passed, N failed'.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import traceback
import types
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from chromium import Chromium  # noqa: E402
from costmill_project import Failure, clean_environment, require, temporary_folder  # noqa: E402
from koku_tenant import TABLE  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from report_page import COLUMNS, MEASURES, RESOURCES, ReportPage, Sums, shown  # noqa: E402
from sinks_under_test import FOLDER_KINDS, FolderSink, PostgresSink  # noqa: E402

MONTH = "2025-10"
HOSTILE = ["</script><img src=x onerror=alert(1)>", "<img src=x onerror=alert(2)>", "<!--<script>", "\u2028\u2029\u202e", "=cmd|' /C calc'!A0", '"\'`${alert(3)}', "javascript:alert(4)", "&lt;b&gt;", "\uff1d1;2"]


class Bench:
    """The sample month in each sink, and a browser."""

    def __init__(self, binary, folder, node_modules, browser):
        self.binary, self.folder, self.node_modules, self.browser = str(Path(binary).resolve()), Path(folder), Path(node_modules), browser
        self.sample = self.folder / "sample"
        self.costmill("sample", str(self.sample))
        self.sinks = {kind: FolderSink(kind, self.folder / kind) for kind in FOLDER_KINDS}
        for sink in self.sinks.values():
            self.fill(sink)
        self.database = self.sinks["sqlite"].place
        self.html = self.report(self.sinks["sqlite"])
        self.page = ReportPage(browser, self.html)

    def fill(self, sink):
        self.costmill("run", "--input", f"file:{self.sample}", "--reference", f"csv:{self.sample}/reference", "--month", MONTH, "--progress", "never", "--sink", sink.uri, sink=sink)

    def costmill(self, *arguments, code=0, sink=None):
        environment = sink.environment() if hasattr(sink, "environment") else {}
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, cwd=self.folder, timeout=120, env=clean_environment(**environment))
        require(done.returncode == code, f"{arguments[0]}: exit {done.returncode} instead of {code}: {done.stderr[-800:]}")
        return done

    def report(self, sink, *options):
        """The HTML file of the sink, made anew."""
        html = self.folder / f"{sink.kind}-{random.getrandbits(32):08x}.html"
        self.costmill("report", "--sink", sink.uri, "--output", str(html), *options, sink=sink)
        return html

    def copy(self, name):
        """A sink of its own to change."""
        sink = FolderSink("sqlite", self.folder / name)
        shutil.copy(self.database, sink.place)
        return sink


def data_of(html):
    text = html.read_text(encoding="utf-8")
    begin = text.index('id="data">') + len('id="data">')
    return json.loads(text[begin:text.index("</script>", begin)])


def require_equal(found, expected, what):
    if found == expected:
        return
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
        raise Failure(f"{what}: {len(keys)} differ, e.g. {keys[0]!r}: {found.get(keys[0])!r} instead of {expected.get(keys[0])!r}")
    raise Failure(f"{what}: {found!r} instead of {expected!r}")


def require_quiet(page, html):
    require_equal(page.page.problems, [], "what the console says")
    require_equal(page.page.requests, [html.resolve().as_uri()], "what is loaded")


def require_numbers(page, sums, label):
    """Every number of usage and storage on the page."""
    names = page.headings("namespaces")
    at = [names.index(f"{resource} {measure}") - 1 for resource in ("CPU", "Memory") for measure in ("effective", "usage", "request", "limit")]
    found = {namespace: [cells[i] for i in at] for namespace, cells in page.table("namespaces").items()}
    require_equal(found, {namespace: [shown(number) for number in numbers] for namespace, numbers in sums.namespaces.items()}, f"{label}: namespaces")
    days = {day: cells for day, cells in page.table("days").items() if day in sums.days}
    require_equal(days, {day: [shown(number) for number in numbers] for day, numbers in sums.days.items()}, f"{label}: days")
    cells = page.table("namespace-days")
    dates = [date["day"] for date in [{"day": day} for day in page.data()["days"]]]
    expected = {namespace: [shown(numbers[0])] + [shown(sums.cells.get((namespace, day), [Decimal(0)])[0], 1) for day in dates] for namespace, numbers in sums.namespaces.items()}
    require_equal(cells, expected, f"{label}: namespaces by day")
    for tile, measure in (("cpu", 0), ("memory", 4)):
        require_equal(page.figure(tile), shown(sums.total(measure)), f"{label}: the figure of {tile}")
    require_equal(page.figure("storage"), shown(sum((months[0] for months in sums.claims.values()), Decimal(0))), f"{label}: the figure of storage")
    classes = {name: cells[1:4] for name, cells in page.table("storage-classes").items()}
    require_equal(classes, {name: [shown(number) for number in months] for name, months in sums.classes.items()}, f"{label}: storage classes")
    page.show_all("claims")
    claims = {tuple(cells[:3]): cells[4:7] for cells in page.rows("claims")}
    require_equal(claims, {key: [shown(number) for number in months] for key, months in sums.claims.items()}, f"{label}: claims")


def check_every_sink_gives_the_same_figures(bench):
    with PostgresServer() as server:
        postgres = PostgresSink(server)
        bench.fill(postgres)
        html = bench.report(postgres)
        password = next(iter(server.passwords.values()))
        require(password not in html.read_text(encoding="utf-8"), "the report holds the password of the database")
        bench.costmill("report", "--output", str(html), sink=types.SimpleNamespace(environment=lambda: {"COSTMILL_RUN_SINK": postgres.uri.replace("@", f":{password}@", 1)}))
        require(password not in html.read_text(encoding="utf-8"), "the report holds the password of the URI")
        require(":********@" in data_of(html)["sink"], f"the sink is shown as {data_of(html)['sink']}")
        documents = {"postgresql": data_of(html)}
    documents |= {kind: data_of(bench.report(sink)) for kind, sink in bench.sinks.items()}
    for document in documents.values():
        del document["sink"], document["configs"]
        for receipt in document["receipts"]:
            del receipt["config"]
    for kind, document in documents.items():
        require_equal(document, documents["sqlite"], f"the document of {kind} beside that of sqlite")


def check_the_page_opens_without_a_complaint_and_asks_no_network(bench):
    require_quiet(bench.page, bench.html)
    text = bench.html.read_text(encoding="utf-8")
    require("default-src 'none'" in text, "the page has no Content-Security-Policy")
    require("http://" not in text.replace("http://www.w3.org/", ""), "the page names a host")
    require(bench.page.value("document.querySelectorAll('canvas').length") == 4, "not every plot is drawn")
    blocked = bench.page.value("new Promise(done => { addEventListener('securitypolicyviolation', () => done('blocked')); const image = new Image(); image.src = 'https://127.0.0.1:9/x.png'; setTimeout(() => done('not blocked'), 3000); })")
    require_equal(blocked, "blocked", "a request that the policy forbids")
    bench.page = ReportPage(bench.browser, bench.html)


def check_numbers_are_those_of_the_sink(bench):
    sums = Sums(bench.database)
    require_numbers(bench.page, sums, "no filter")
    names = bench.page.headings("nodes")
    for part in ("capacity", "effective", "request", "unallocated"):
        at = [names.index(f"{resource} {part}") - 1 for resource in ("CPU", "Memory")]
        found = {node: [cells[i] for i in at] for node, cells in bench.page.table("nodes").items()}
        require_equal(found, {node: [shown(numbers[resource, part]) for resource in RESOURCES] for node, numbers in sums.nodes.items()}, f"{part} of nodes")
    line = bench.page.value("document.querySelector('[data-tile=cpu] .line').textContent")
    require(shown(sum(number for (_, resource), number in sums.cluster_capacity.items() if resource == "cpu"), 0) in line, f"the capacity is not in {line!r}")


def check_filters_keep_what_they_say(bench):
    page, labels_of = bench.page, lambda row: json.loads(row["all_labels"] or "{}")
    page.filter_label("team", "payments")
    require_numbers(page, Sums(bench.database, lambda row: labels_of(row).get("team") == "payments"), "team = payments")
    page.filter_label("team", "(without this label)")
    require_numbers(page, Sums(bench.database, lambda row: labels_of(row).get("team", "payments") == "payments"), "team = payments or none")
    page.filter_label("environment", "prod")
    require_numbers(page, Sums(bench.database, lambda row: labels_of(row).get("team", "payments") == "payments" and labels_of(row).get("environment") == "prod"), "two labels")
    require_equal(page.value("[...document.querySelectorAll('.chips li')].length"), 3, "chips")
    page.value("document.querySelector('.chips li:last-child button').click()")
    require_numbers(page, Sums(bench.database, lambda row: labels_of(row).get("team", "payments") == "payments"), "one chip removed")
    page.clear_filters()
    page.choose("Cost category", "category 2")
    require_numbers(page, Sums(bench.database, lambda row: row["cost_category_id"] == 2), "a cost category")
    page.choose("Cost category", "none")
    require_numbers(page, Sums(bench.database, lambda row: row["cost_category_id"] is None), "no cost category")
    page.clear_filters()
    page.filter_namespace("SHOP")
    require_numbers(page, Sums(bench.database, lambda row: "shop" in row["namespace"]), "a part of a name")
    page.filter_namespace("nobody-has-this")
    require_equal(page.rows("namespaces"), [], "rows of an empty table")
    require_equal(page.value(page.within("namespaces", "tbody") + ".textContent"), "No namespace matches the filters.", "the empty table")
    page.clear_filters()
    require_numbers(page, Sums(bench.database), "filters cleared")
    require_quiet(page, bench.html)


def check_categories_of_claims_alone_can_be_chosen(bench):
    sink = bench.copy("categories")
    sink.execute(f"UPDATE {TABLE} SET cost_category_id = 77 WHERE data_source = 'Storage'")
    page = ReportPage(bench.browser, bench.report(sink))
    page.choose("Cost category", "category 77")
    require_equal(page.figure("storage"), shown(sum((months[0] for months in Sums(sink.place).claims.values()), Decimal(0))), "storage of the category")


def check_tables_sort_by_pointer_and_by_keyboard(bench):
    page, sums = bench.page, Sums(bench.database)
    expected = sorted(sums.namespaces, key=lambda name: sums.namespaces[name][4], reverse=True)
    require_equal(page.sort("namespaces", "Memory effective"), "descending", "aria-sort")
    page.show_all("namespaces")
    require_equal([row[0] for row in page.rows("namespaces")], expected, "by memory")
    # The same button is reached and pressed by keys.
    page.value("document.querySelector('table[data-table=namespaces] thead button').focus()")
    page.page.press("Enter")
    require_equal(page.value("document.querySelector('table[data-table=namespaces] thead th').getAttribute('aria-sort')"), "ascending", "aria-sort after Enter")
    require_equal([row[0] for row in page.rows("namespaces")], sorted(sums.namespaces), "by name")
    require_equal(page.value("document.querySelectorAll('table[data-table=namespaces] th[aria-sort]').length"), 1, "columns that are sorted by")
    page.page.press("Tab")
    require(page.value("document.activeElement.matches('thead button') && getComputedStyle(document.activeElement).outlineStyle !== 'none'"), "the focus does not show")
    page.sort("namespaces", "CPU effective")


def check_search_and_export(bench):
    page, sums = ReportPage(bench.browser, bench.html), Sums(bench.database)
    page.search("namespaces", "PROD")
    found = [row[0] for row in page.rows("namespaces")]
    require_equal(sorted(found), sorted(name for name in sums.namespaces if "prod" in name), "what the search finds")
    rows = list(csv.DictReader(io.StringIO(page.exported("namespaces"))))
    require_equal([row["namespace"] for row in rows], found, "what is exported of it")
    page.search("namespaces", "")
    rows = {row["namespace"]: row for row in csv.DictReader(io.StringIO(page.exported("namespaces")))}
    columns = [f"{resource}_{measure.replace('effective_usage', 'effective')}_{unit}_hours" for resource, unit in (("cpu", "core"), ("memory", "gib")) for measure in MEASURES]
    require_equal({name: [Decimal(row[column]) for column in columns] for name, row in rows.items()}, dict(sums.namespaces), "the exported numbers, to the last place")
    for name in ("days", "namespace-days", "nodes", "storage-classes", "claims", "findings", "receipts", "files"):
        require(len(list(csv.reader(io.StringIO(page.exported(name))))) > 1, f"the export of {name} is empty")


def check_findings_and_receipts(bench):
    page, data = ReportPage(bench.browser, bench.html), data_of(bench.html)
    found = {(data["days"][finding["day"]], finding["kind"]) for finding in data["findings"]}
    # The sample: labels of a node and of a namespace change on 14 and 21, two hours are missing on 19.
    require_equal(found, {(f"{MONTH}-14", "repeated_rows"), (f"{MONTH}-14", "nodes_with_several_label_sets"), (f"{MONTH}-19", "missing_hours"),
                          (f"{MONTH}-21", "repeated_rows"), (f"{MONTH}-21", "namespaces_with_several_label_sets")}, "findings")
    require_equal(len(page.rows("findings")), len(found), "findings on the page")
    receipts = {row["day"]: row for row in json.loads(bench.costmill("show", "receipts", "--sink", bench.sinks["sqlite"].uri, "--format", "json").stdout)["receipts"]}
    require(all(cells[5] and receipts[day]["digest"].startswith(cells[5]) for day, cells in page.table("receipts").items()), "a digest on the page")
    require_equal({row["day"]: row["digest"] for row in csv.DictReader(io.StringIO(page.exported("receipts")))}, {day: row["digest"] for day, row in receipts.items()}, "digests")
    require_equal({row["path"] for row in csv.DictReader(io.StringIO(page.exported("files")))}, {file["path"] for row in receipts.values() for file in row["files"]}, "files")


def check_movers_against_the_month_before(bench):
    sink = bench.copy("movers")
    names = column_names(sink)
    copied = ", ".join({"uuid": "'before-' || uuid", "usage_start": "'2025-09-' || substr(usage_start, 9)", "usage_end": "'2025-09-' || substr(usage_end, 9)",
                        "pod_effective_usage_cpu_core_hours": "CASE WHEN namespace = 'shop-prod' THEN '1.005' ELSE pod_effective_usage_cpu_core_hours END"}.get(name, name) for name in names)
    sink.execute(f"INSERT INTO {TABLE} ({', '.join(names)}) SELECT {copied} FROM {TABLE} WHERE usage_start <= '2025-10-30' AND namespace <> 'ci'")
    page = ReportPage(bench.browser, bench.report(sink))
    before, after = Sums(sink.place, first="2025-09-01", last="2025-09-30"), Sums(sink.place)
    signed = lambda number: ("+" if number > 0 else "") + shown(number)
    expected = {}
    for name in {*before.namespaces, *after.namespaces}:
        old, new = (sums.namespaces[name] for sums in (before, after))
        expected[name] = [text for i in (0, 4) for text in (shown(old[i]), shown(new[i]), signed(new[i] - old[i]))]
    require_equal({name: [*cells[:3], *cells[4:7]] for name, cells in page.table("movers").items()}, expected, "movers")
    require_equal(page.rows("movers")[0][0], "shop-prod", "the top mover")
    note = page.value(page.within("movers", ".note") + ".textContent")
    require("2025-09-30, 30 days with rows" in note and "2025-10-31, 31 days with rows" in note, f"the days of movers: {note!r}")
    alone = bench.copy("alone")
    alone.execute(f"DELETE FROM {TABLE} WHERE usage_start < '{MONTH}-01'")
    text = ReportPage(bench.browser, bench.report(alone)).value("document.getElementById('movers').textContent")
    require("holds no days before these" in text, f"without a month before the page says {text!r}")


def check_several_clusters_are_kept_apart(bench):
    sink, other = bench.copy("clusters"), "22222222-2222-4222-8222-222222222222"
    names = column_names(sink)
    copied = ", ".join({"uuid": "'other-' || uuid", "source_uuid": f"'{other}'", "cluster_alias": "'Second'"}.get(name, name) for name in names)
    sink.execute(f"INSERT INTO {TABLE} ({', '.join(names)}) SELECT {copied} FROM {TABLE} WHERE namespace LIKE 'shop%'")
    html = bench.report(sink)
    page = ReportPage(bench.browser, html)
    require_quiet(page, html)
    require_equal(page.figure("cpu"), shown(Sums(sink.place).total(0)), "the figure over both clusters")
    page.choose("Cluster", "Second")
    of_other = Sums(sink.place, lambda row: row["source_uuid"] == other)
    at = page.headings("namespaces").index("CPU effective") - 1
    require_equal({name: cells[at] for name, cells in page.table("namespaces").items()}, {name: shown(numbers[0]) for name, numbers in of_other.namespaces.items()}, "namespaces of the second cluster")
    require_equal({row[page.headings("findings").index("Finding")] for row in page.rows("findings")}, {"no receipt"}, "findings of the second cluster")
    chosen = data_of(bench.report(sink, "--cluster", "Second"))
    require_equal((len(chosen["clusters"]), len(chosen["receipts"])), (1, 0), "clusters and receipts of a report on one")


def column_names(sink):
    with contextlib.closing(sqlite3.connect(sink.place)) as connection:
        return [row[1] for row in connection.execute(f"PRAGMA table_info({TABLE})")]


def check_nothing_serious_for_axe(bench):
    axe = (bench.node_modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    for dark in (False, True):
        page = ReportPage(bench.browser, bench.html, dark)
        page.filter_label("team", "payments")
        page.value(axe + "; 0")
        violations = page.value("axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations.map(({ id, impact, nodes }) => [impact, id, nodes.length, nodes[0].html.slice(0, 200), nodes[0].failureSummary.slice(0, 300)]))")
        serious = [violation for violation in violations if violation[0] in ("serious", "critical")]
        require_equal(serious, [], f"what axe finds in {'dark' if dark else 'light'}")
        background = page.value("getComputedStyle(document.documentElement).backgroundColor")
        page.value("document.querySelector('.theme').click()")
        require(page.value("getComputedStyle(document.documentElement).backgroundColor") != background, "the button changes no colours")


def check_hostile_names_do_nothing(bench):
    sink = bench.copy("hostile")
    with contextlib.closing(sqlite3.connect(sink.place)) as connection, connection:
        namespaces = [row[0] for row in connection.execute(f"SELECT DISTINCT namespace FROM {TABLE} WHERE infrastructure_usage_cost IS NOT NULL ORDER BY 1")]
        for name, hostile in zip(namespaces, HOSTILE):
            labels = json.dumps({hostile: hostile, "team": hostile}, ensure_ascii=False)
            connection.execute(f"UPDATE {TABLE} SET namespace = ?, all_labels = ?, cluster_alias = ? WHERE namespace = ?", (hostile, labels, HOSTILE[0], name))
        connection.execute(f"UPDATE {TABLE} SET node = ?, cluster_alias = ? WHERE node = 'worker-0'", (HOSTILE[1], HOSTILE[0]))
        connection.execute(f"UPDATE {TABLE} SET persistentvolumeclaim = ?, storageclass = ? WHERE storageclass = 'gp2'", (HOSTILE[0], HOSTILE[1]))
        files = json.dumps([{"path": HOSTILE[0], "table": HOSTILE[1], "bytes": 1, "version": HOSTILE[2]}])
        connection.execute("UPDATE costmill_days SET files = ?, program_version = ?", (files, HOSTILE[0]))
    html = bench.report(sink)
    page = ReportPage(bench.browser, html)
    page.filter_label("team", HOSTILE[0])
    page.clear_filters()
    require(set(HOSTILE) <= set(page.table("namespaces")), "hostile names are not shown as they are")
    page.value("new Promise(done => setTimeout(done, 100))")
    require_quiet(page, html)
    require_equal(page.value("document.querySelectorAll('img, iframe, object, embed, script:not(#data)').length"), 1, "elements of scripts and images")
    exported = [row["namespace"] for row in csv.DictReader(io.StringIO(page.exported("namespaces")))]
    require(f"\"'{HOSTILE[8]}\"" in page.exported("namespaces"), "the export begins a field with a fullwidth sign, or leaves a semicolon unquoted")
    require("'" + HOSTILE[4] in exported and HOSTILE[4] not in exported, "the export begins a field with a formula")


def check_a_month_of_300_namespaces_is_small_and_opens_fast(bench):
    sink, random_number = bench.copy("large"), random.Random(7)
    names = column_names(sink)
    with contextlib.closing(sqlite3.connect(sink.place)) as connection, connection:
        connection.row_factory = sqlite3.Row
        template = dict(connection.execute(f"SELECT * FROM {TABLE} WHERE data_source = 'Pod' AND infrastructure_usage_cost IS NOT NULL LIMIT 1").fetchone())
        volume = dict(connection.execute(f"SELECT * FROM {TABLE} WHERE data_source = 'Storage' LIMIT 1").fetchone())
        connection.execute(f"DELETE FROM {TABLE}")
        def rows():
            for day in range(1, 32):
                for namespace in range(300):
                    for app in range(3):
                        labels = {"app": f"app-{namespace % 40}-{app}", "team": f"team-{namespace % 12}", "environment": ("prod", "dev")[namespace % 2], "build": f"{random_number.getrandbits(64):x}"}
                        numbers = {column: str(round(random_number.uniform(0, 90), 15)) for column in COLUMNS}
                        yield {**template, "uuid": f"{day}-{namespace}-{app}", "namespace": f"namespace-number-{namespace}", "node": f"node-{namespace % 60}", "usage_start": f"{MONTH}-{day:02}",
                               "usage_end": f"{MONTH}-{day:02}", "all_labels": json.dumps(labels, sort_keys=True, separators=(",", ":")), **numbers}
                    for claim in range(7):
                        yield {**volume, "uuid": f"{day}-{namespace}-c{claim}", "namespace": f"namespace-number-{namespace}", "persistentvolumeclaim": f"data-{claim}", "usage_start": f"{MONTH}-{day:02}",
                               "usage_end": f"{MONTH}-{day:02}", "persistentvolumeclaim_capacity_gigabyte_months": str(round(random_number.uniform(0, 9), 15))}
        connection.executemany(f"INSERT INTO {TABLE} VALUES ({', '.join('?' * len(names))})", ([row[name] for name in names] for row in rows()))
    html = bench.report(sink)
    size = html.stat().st_size
    require(size < 3_000_000, f"the file has {size} bytes")
    page = ReportPage(bench.browser, html)
    require_quiet(page, html)
    data = data_of(html)
    require({"team", "environment"} <= {key["key"] for key in data["labels"]["keys"]} and "build" in {key["key"] for key in data["labels"]["left_out"]}, f"labels: {data['labels']}")
    require_equal(data["claims_merged"], 300 * 7 - 1500, "claims that were put together")
    require_equal(page.value("[...document.querySelectorAll('[data-tile=storage] .line')][0].textContent"), "in 2\u202f100 claims", "claims at a glance")
    sums = Sums(sink.place)
    for tile, measure in (("cpu", 0), ("memory", 4)):
        require_equal(page.figure(tile), shown(sums.total(measure)), f"the figure of {tile}")
    at = page.headings("namespaces").index("CPU effective") - 1
    require_equal({name: cells[at] for name, cells in page.table("namespaces").items()}, {name: shown(numbers[0]) for name, numbers in sums.namespaces.items()}, "effective CPU")
    require_equal(page.figure("storage"), shown(sum((months[0] for months in sums.claims.values()), Decimal(0))), "the figure of storage")
    began = page.value("performance.getEntriesByType('navigation')[0].loadEventEnd")
    print(f"300 namespaces: {size / 1e6:.2f} MB, loaded after {began:.0f} ms, drawn after {page.page.seconds_to_open:.2f} s, {data['places']} places, {len(data['groups'])} groups", flush=True)


def check_options_and_mistakes(bench):
    sink = bench.sinks["sqlite"]
    out = bench.costmill("report", "--sink", sink.uri, "--output", "-", "--month", MONTH)
    require_equal(out.stdout, bench.html.read_text(encoding="utf-8"), "standard output beside the file")
    week = data_of(bench.report(sink, "--from", f"{MONTH}-06", "--to", f"{MONTH}-12"))
    require_equal((len(week["days"]), week["before"]["from"], len(week["before"]["cluster_days"])), (7, "2025-09-29", 5), "the days of a week and before")
    source = week["clusters"][0]["uuid"]
    require_equal(data_of(bench.report(sink, "--cluster", source))["groups"], data_of(bench.html)["groups"], "the groups of the one cluster")
    require("has " + source in bench.costmill("report", "--sink", sink.uri, "--cluster", "nobody", code=2).stderr, "an unknown cluster is not answered by those there are")
    require("a folder" in bench.costmill("report", "--sink", sink.uri, "--output", str(bench.folder), code=2).stderr, "a folder as output")
    pipe, link = bench.folder / "pipe", bench.folder / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for place in (pipe, link):
        require("use -" in bench.costmill("report", "--sink", sink.uri, "--output", str(place), code=2).stderr, f"{place.name} as output")
    require(pipe.is_fifo() and link.is_symlink(), "what was no file was replaced")
    bench.costmill("report", "--sink", sink.uri, "--output", str(bench.folder / "no" / "report.html"), code=5)
    bench.costmill("report", "--sink", f"sqlite:{bench.folder / 'none.db'}", code=5)
    empty = bench.folder / "empty.html"
    require("holds no days" in bench.costmill("report", "--sink", sink.uri, "--month", "2024-01", "--output", str(empty)).stderr, "no word about an empty month")
    require_quiet(ReportPage(bench.browser, empty), empty)
    as_json = types.SimpleNamespace(environment=lambda: {"COSTMILL_LOGGING_FORMAT": "json"})
    for command in (["report", "--output", str(empty)], ["show", "days"]):
        lines = bench.costmill(*command, "--sink", sink.uri, "--month", "2024-01", sink=as_json).stderr.splitlines()
        require(any("holds no days" in json.loads(line)["message"] for line in lines), f"{command[0]} has no line of JSON about an empty month: {lines}")
    require(not list(bench.folder.glob(".costmill-*")), "temporary files are left")


def check_it_prints(bench):
    path = bench.folder / "report.pdf"
    bench.page.value("document.querySelector('.theme').click()")
    dark = bench.page.value("document.documentElement.dataset.theme")
    bench.page.page.print(path)
    require(path.read_bytes().startswith(b"%PDF-") and path.stat().st_size > 20_000, "no PDF")
    require_equal(bench.page.value("document.documentElement.dataset.theme"), dark, "the colours after printing")
    bench.page.value("document.querySelector('.theme').click()")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--node-modules", default=str(ROOT / "build" / "node" / "node_modules"))
    options = parser.parse_args()
    passed = failed = 0
    with temporary_folder() as folder, Chromium(Path(folder) / "browser") as browser:
        bench = Bench(options.bin, folder, options.node_modules, browser)
        for name, check in list(globals().items()):
            if not name.startswith("check_") or options.only not in name:
                continue
            try:
                check(bench)
                passed += 1
            except Exception as error:  # a failure of one is no failure of the others
                failed += 1
                print(f"FAIL {name}: {error if isinstance(error, Failure) else traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
