"""A report in the browser as a test sees it: tables as texts, controls by their labels; and the same sums taken from SQLite by other code."""

import json
import sqlite3
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from koku_tenant import TABLE

RESOURCES = ("cpu", "memory")
MEASURES = ("effective_usage", "usage", "request", "limit")
COLUMNS = [f"pod_{measure}_{unit}_hours" for unit in ("cpu_core", "memory_gigabyte") for measure in MEASURES]


def shown(number, places=2):
    """As the page shows it: rounded half up, thin spaces between thousands, a real minus sign."""
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{abs(rounded):,}".replace(",", "\u202f") if rounded >= 0 else "\u2212" + f"{-rounded:,}".replace(",", "\u202f")


class Sums:
    """Of the rows in an SQLite sink; `keep` says which of pods and storage count."""

    def __init__(self, path, keep=lambda row: True, first="2025-10-01", last="2025-10-31"):
        connection = sqlite3.connect(path)
        connection.row_factory = sqlite3.Row
        rows = connection.execute(f"SELECT * FROM {TABLE} WHERE usage_start BETWEEN ? AND ?", (first, last)).fetchall()
        connection.close()
        self.namespaces, self.days, self.cells = (defaultdict(lambda: [Decimal(0)] * 8) for _ in range(3))
        self.nodes = defaultdict(lambda: defaultdict(Decimal))
        self.claims, self.classes = (defaultdict(lambda: [Decimal(0)] * 3) for _ in range(2))
        capacity, self.cluster_capacity = {}, {}
        for row in rows:
            number = lambda name: Decimal(row[name] or 0)
            if row["data_source"] == "Storage":
                if keep(row):
                    names = ("persistentvolumeclaim_capacity_gigabyte_months", "volume_request_storage_gigabyte_months", "persistentvolumeclaim_usage_gigabyte_months")
                    months = [number(name) for name in names]
                    add(self.claims, (row["persistentvolumeclaim"], row["namespace"], row["storageclass"]), months)
                    add(self.classes, row["storageclass"], months)
                continue
            day, node = row["usage_start"], row["node"]
            for resource, unit in zip(RESOURCES, ("cpu_core", "memory_gigabyte")):
                of_day = (node, day, resource)
                capacity[of_day] = max(capacity.get(of_day, Decimal(0)), number(f"node_capacity_{unit}_hours"))
                self.cluster_capacity[day, resource] = max(self.cluster_capacity.get((day, resource), Decimal(0)), number(f"cluster_capacity_{unit}_hours"))
                part = "unallocated" if row["infrastructure_usage_cost"] is None else "effective"
                self.nodes[node][resource, part] += number(f"pod_effective_usage_{unit}_hours")
                if part == "effective":
                    self.nodes[node][resource, "request"] += number(f"pod_request_{unit}_hours")
            if row["infrastructure_usage_cost"] is None or not keep(row):
                continue
            numbers = [number(name) for name in COLUMNS]
            add(self.namespaces, row["namespace"], numbers)
            add(self.days, day, numbers)
            add(self.cells, (row["namespace"], day), numbers)
        for (node, _, resource), most in capacity.items():
            self.nodes[node][resource, "capacity"] += most

    def total(self, measure):
        return sum((numbers[measure] for numbers in self.namespaces.values()), Decimal(0))


def add(sums, key, numbers):
    sums[key] = [total + number for total, number in zip(sums[key], numbers)]


class ReportPage:
    def __init__(self, browser, path, dark=False):
        self.page = browser.open(path, dark)
        self.value = self.page.value

    def table(self, name):
        """{first cell: the other cells} of all rows, by column name."""
        self.show_all(name)
        return {cells[0]: cells[1:] for cells in self.rows(name)}

    def rows(self, name):
        return self.value(f"[...document.querySelectorAll('table[data-table={json.dumps(name)}] tbody tr:not(:has(.empty))')].map(row => [...row.cells].map(cell => cell.textContent))")

    def headings(self, name):
        return self.value(f"[...document.querySelectorAll('table[data-table={json.dumps(name)}] thead button')].map(button => button.firstChild.textContent)")

    def within(self, name, selector):
        return f"document.querySelector('table[data-table={json.dumps(name)}]').closest('.table').querySelector({json.dumps(selector)})"

    def show_all(self, name):
        self.value(f"(() => {{ const more = {self.within(name, '.more')}; if (!more.hidden) more.click(); }})()")

    def sort(self, name, heading):
        position = self.headings(name).index(heading)
        self.value(f"document.querySelectorAll('table[data-table={json.dumps(name)}] thead button')[{position}].click()")
        return self.value(f"document.querySelectorAll('table[data-table={json.dumps(name)}] thead th')[{position}].getAttribute('aria-sort')")

    def type(self, control, text):
        self.value(f"(() => {{ const input = {control}; input.value = {json.dumps(text)}; input.dispatchEvent(new Event('input')); }})()")

    def search(self, name, text):
        self.type(self.within(name, "input[type=search]"), text)

    def field(self, label):
        return f"document.getElementById([...document.querySelectorAll('#filters label')].find(label => label.textContent === {json.dumps(label)}).htmlFor)"

    def filter_namespace(self, text):
        self.type(self.field("Namespace contains"), text)

    def choose(self, label, text):
        """An entry of a list, by its text."""
        self.value(f"(() => {{ const list = {self.field(label)}; const entry = [...list.options].find(option => option.textContent === {json.dumps(text)});"
                   f"if (!entry) throw new Error('no entry ' + {json.dumps(text)} + ' among ' + [...list.options].map(option => option.textContent)); list.value = entry.value; list.dispatchEvent(new Event('change')); }})()")

    def filter_label(self, key, value):
        self.choose("Label", key)
        self.choose("Value", value)

    def clear_filters(self):
        self.value("document.querySelector('#filters .clear').click()")

    def figure(self, tile):
        return self.value(f"document.querySelector('[data-tile={json.dumps(tile)}] .figure').textContent")

    def exported(self, name):
        self.value(f"{self.within(name, '.save')}.click()")
        return self.page.downloaded(f"costmill-{name}.csv")

    def data(self):
        return json.loads(self.value("document.getElementById('data').textContent"))
