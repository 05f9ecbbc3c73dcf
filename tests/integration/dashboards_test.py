#!/usr/bin/env python3
"""The dashboards of deploy/grafana and the rules of deploy/prometheus: every query runs, over what a run of Costmill left.

usage: dashboards_test.py --bin PATH

SQL is run against a PostgreSQL that Costmill filled from the bundled month, with Grafana's macros and variables replaced; queries of
Prometheus are read by promtool, and their metrics must be those of docs/metrics.md. The last line reads 'N passed, N failed'.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import koku_tenant  # noqa: E402
from costmill_project import require, run_checks, temporary_folder  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from prometheus import promtool  # noqa: E402

MONTH, SCHEMA = "2025-10", koku_tenant.SCHEMA
BOARDS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "deploy" / "grafana").glob("*.json"))}
READER, READERS_PASSWORD = "grafana", "grafana"
KINDS = {"runs": "prometheus", "summary": "grafana-postgresql-datasource"}


def panels_of(board):
    return [inner for panel in board["panels"] for inner in (panel, *panel.get("panels", []))]


def targets_of(board):
    """(title of the panel, target)"""
    return [(panel["title"], target) for panel in panels_of(board) for target in panel.get("targets", [])]


class Filled:
    """A tenant with the bundled month, and a role that has the rights that docs/operations.md names."""

    def __init__(self, binary, server, folder):
        self.server = server
        subprocess.run([binary, "sample", folder], check=True, capture_output=True)
        with server.admin() as admin:
            koku_tenant.create_koku_tenant(admin, months=(MONTH,))
            koku_tenant.add_report_period(admin, SCHEMA, 1, "sample", MONTH)
            admin.execute(f"INSERT INTO {SCHEMA}.reporting_ocp_cost_category (id, name) SELECT n, 'category ' || n FROM generate_series(1, 99) n")
        done = subprocess.run([binary, "run", "--input", f"file:{folder}", "--reference", f"csv:{folder}/reference", "--month", MONTH, "--sink",
                               server.uri(schema=SCHEMA), "--progress", "never"], capture_output=True, text=True, env=server.environment(), cwd=folder)
        require(done.returncode == 0, f"exit {done.returncode}: {done.stderr}")
        server.create_role(READER, READERS_PASSWORD)
        with server.admin() as admin:
            admin.execute(f"GRANT USAGE ON SCHEMA {SCHEMA}, costmill TO {READER}; GRANT SELECT ON {SCHEMA}.{koku_tenant.TABLE}, costmill.days TO {READER}")
        self.connection = psycopg.connect(server.uri(user=READER), password=READERS_PASSWORD, autocommit=True)
        self.connection.execute("SET default_transaction_read_only = on")
        self.variables = {"schema": [SCHEMA]}
        for variable in BOARDS["summary"]["templating"]["list"]:
            if variable["type"] == "query":
                self.variables[variable["name"]] = [row[0] for row in self.rows(variable["query"])]

    def expanded(self, sql):
        """As Grafana sends it."""
        def replaced(found):
            values = self.variables[found[1]]
            return ",".join("'" + value.replace("'", "''") + "'" for value in values) if found[2] == ":sqlstring" else values[0]

        sql = re.sub(r"\$__timeFilter\((\w+)\)", rf"\1 BETWEEN '{MONTH}-01T00:00:00Z' AND '{MONTH}-31T23:59:59Z'", sql)
        sql = re.sub(r"\$\{(\w+)(:\w+)?\}", replaced, sql)
        require("$" not in sql, f"a macro or variable is left: {sql}")
        return sql

    def rows(self, sql):
        return self.connection.execute(self.expanded(sql)).fetchall()

    def table(self, title):
        """{column: values} of a panel's first query"""
        sql = next(target["rawSql"] for name, target in targets_of(BOARDS["summary"]) if name == title)
        cursor = self.connection.execute(self.expanded(sql))
        return {column.name: list(values) for column, values in zip(cursor.description, zip(*cursor.fetchall()))}

    def one(self, sql):
        return self.connection.execute(sql).fetchone()[0]


def check_panels_are_well_formed():
    require(set(BOARDS) == set(KINDS), f"dashboards: {set(BOARDS)}")
    for name, board in BOARDS.items():
        panels = panels_of(board)
        ids = [panel["id"] for panel in panels]
        require(len(ids) == len(set(ids)), f"{name}: panels share an id")
        require(len({panel["title"] for panel in panels}) == len(panels), f"{name}: panels share a title")
        require(board["templating"]["list"][0]["name"] == "datasource", f"{name}: the data source is not the first variable")
        source = {"type": KINDS[name], "uid": "${datasource}"}
        for panel in panels:
            if panel["type"] != "row":
                require(panel["datasource"] == source and panel["targets"], f"{name}, {panel['title']}: another data source, or no query")
                require(all(target["datasource"] == source for target in panel["targets"]), f"{name}, {panel['title']}: a query of another source")
            place = panel["gridPos"]
            require(0 <= place["x"] and place["x"] + place["w"] <= 24, f"{name}, {panel['title']}: outside of the grid")
        cells = [(panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y) for panel in panels for x in range(panel["gridPos"]["w"])
                 for y in range(panel["gridPos"]["h"])]
        require(len(cells) == len(set(cells)), f"{name}: panels overlap")
        text = json.dumps(board)
        require("://" not in text and not re.search(r"\d+\.\d+\.\d+\.\d+|localhost|[a-z0-9-]+:\d{4}", text), f"{name} names a host")


def check_queries_of_prometheus_are_read_by_promtool():
    replace = {"$__rate_interval": "5m", "$job": ".*", "$instance": ".*"}
    rules = []
    for number, (_, target) in enumerate(targets_of(BOARDS["runs"])):
        query = target["expr"]
        for variable, text in replace.items():
            query = query.replace(variable, text)
        require("$" not in query, f"a variable is left: {query}")
        rules.append({"record": f"query_{number}", "expr": query})
    require(len(rules) > 15, f"{len(rules)} queries")
    with temporary_folder() as folder:
        file = Path(folder) / "queries.json"  # JSON is YAML
        file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
        code, output = promtool("check", "rules", str(file))
    require(code == 0 and f"{len(rules)} rules found" in output, output)


def check_metrics_of_queries_and_alerts_are_documented():
    documented = {name: labels for name, labels in re.findall(r"^\| `(costmill_\w+)` \| \w+ \| (.*?) \|", (ROOT / "docs" / "metrics.md").read_text(),
                                                             re.MULTILINE)}
    texts = {"alerts": (ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text(),
             "dashboard": json.dumps([target["expr"] for _, target in targets_of(BOARDS["runs"])])}
    for where, text in texts.items():
        used = set(re.findall(r"\bcostmill_\w+", text))
        require(used and used <= set(documented), f"{where}: not in docs/metrics.md: {used - set(documented)}")
    of_dashboard = set(re.findall(r"\bcostmill_\w+", texts["dashboard"]))
    require(len(of_dashboard) >= len(documented) - 1, f"the dashboard does not show {set(documented) - of_dashboard}")
    for by, name in re.findall(r"by \((\w+)\) \([a-z]*\(?(costmill_\w+)", texts["dashboard"]):
        require(f"`{by}`:" in documented[name], f"{name} has no label {by}")


def check_alerts_fire_on_what_they_are_for():
    folder = ROOT / "deploy" / "prometheus"
    for command in (("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")):
        code, output = promtool(*command, cwd=folder)
        require(code == 0 and "SUCCESS" in output, output)
    named = re.findall(r"alert: (\w+)", (folder / "alerts.yaml").read_text())
    page = re.findall(r"^\| `(Costmill\w+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    require(sorted(named) == sorted(page), f"docs/operations.md and the rules differ in {set(named) ^ set(page)}")
    tests = (folder / "alerts_test.yaml").read_text()
    require(all(name in tests for name in named), "an alert has no test")


def check_every_sql_query_gives_rows(filled):
    queries = [(title, target["rawSql"]) for title, target in targets_of(BOARDS["summary"])]
    require(len(queries) > 10, f"{len(queries)} queries")
    for title, sql in queries:
        require(filled.rows(sql) or title == "Days with hours missing", f"{title}: no rows from {filled.expanded(sql)}")
    columns = filled.table("Effective CPU by namespace")
    require(set(columns) == {"time", "metric", "value"} and len(set(columns["metric"])) == 10 and len(set(columns["time"])) == 31, f"{set(columns)}")


def check_sums_of_panels_are_those_of_the_table(filled):
    table = f"{SCHEMA}.{koku_tenant.TABLE}"
    pods = f"FROM {table} WHERE data_source = 'Pod'"
    used = f"{pods} AND namespace NOT LIKE '% unallocated'"
    days = filled.table("CPU: usage, request, capacity")
    require(sum(days["effective usage"]) == filled.one(f"SELECT sum(pod_effective_usage_cpu_core_hours) {used}"), "effective usage")
    require(sum(days["capacity"]) == filled.one(f"SELECT sum(c) FROM (SELECT max(cluster_capacity_cpu_core_hours) AS c {pods} GROUP BY usage_start) x"), "capacity")
    nodes = filled.table("Nodes")
    require(sum(nodes["effective usage"]) == sum(days["effective usage"]), "nodes and days differ")
    whole = filled.one(f"SELECT sum(pod_effective_usage_cpu_core_hours) {pods} AND namespace LIKE '% unallocated'")
    require(sum(value or 0 for value in nodes["unallocated"]) == whole, "unallocated")
    require(sum(filled.table("Namespaces")["CPU"]) == filled.one(f"SELECT sum(pod_effective_usage_cpu_core_hours) {pods}"), "namespaces")
    classes = filled.table("Storage by class")
    require(sum(classes["value"]) == filled.one(f"SELECT sum(persistentvolumeclaim_capacity_gigabyte_months) FROM {table}"), "storage")
    clusters = filled.table("Clusters")
    require(clusters["days"] == [31] and clusters["rows"] == [filled.one(f"SELECT count(*) FROM {table}")], f"{clusters}")


def check_days_with_hours_missing_are_listed(filled):
    with filled.server.admin() as admin:
        admin.execute(f"UPDATE costmill.days SET hours_seen = 17 WHERE day = '{MONTH}-05'")
    found = filled.table("Days with hours missing")
    require(f"{MONTH}-05" in map(str, found["day"]), f"{found}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    binary = str(Path(parser.parse_args().bin).resolve())
    with PostgresServer() as server, temporary_folder() as folder:
        filled = Filled(binary, server, folder)
        checks = [(name.removeprefix("check_").replace("_", " "), check) for name, check in globals().items() if name.startswith("check_")]
        return run_checks([(name, (lambda check=check: check(filled)) if check.__code__.co_argcount else check) for name, check in checks])


if __name__ == "__main__":
    sys.exit(main())
