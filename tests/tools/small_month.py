"""Three days of one cluster, hour by hour, so small that a test can say what each file, label key and node is for.

Every table has one file a day. node-1 runs web-0 (label keys app, team) every day; node-2 runs db-0 (app, tier) on the second day only.
The node labels' key zone is on all days. Enabled are app and team; node-1 is known, node-2 is not.
"""

import datetime
import os

import koku_layout
from costmill_project import ORG, Project

SOURCE = "00000000-0000-4000-8000-0000000000a1"
DAYS = ["2025-10-01", "2025-10-02", "2025-10-03"]
GIB = 1 << 30


class SmallMonth(Project):
    def __init__(self, binary, folder, source=SOURCE):
        super().__init__(binary, folder, source, DAYS[0], DAYS[-1])
        self.tables["reporting_enabledtagkeys"] = [("app", "true", "OCP"), ("team", "true", "OCP")]
        self.tables["reporting_ocp_nodes"] = [("node-1", "i-1", "worker")]
        self.tables["reporting_ocp_cost_category_namespace"] = [("shop", "1")]
        for day in DAYS:
            self.write_day(day)
        self.write_settings()

    def path(self, table, day, number=0):
        date = datetime.date.fromisoformat(day)
        return koku_layout.partition(self.input, table, ORG, self.source, date.year, date.month) / koku_layout.file_name(table, day, 1, number, 0)

    def write_file(self, table, day, rows, number=0, **options):
        """A file that replaces the one of that number."""
        path = self.path(table, day, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        koku_layout.pq.write_table(koku_layout.arrow_table(table, rows), path.with_suffix(".pending"), **options)
        os.replace(path.with_suffix(".pending"), path)
        return path

    def write_day(self, day, hours=range(24)):
        for table in koku_layout.TABLES:
            self.write_file(table, day, rows_of(table, day, hours))

    def remove_day(self, day):
        for table in koku_layout.TABLES:
            self.path(table, day).unlink()


def pods_of(day):
    pods = [{"namespace": "shop", "node": "node-1", "resource_id": "i-1", "pod": "web-0", "pod_labels": '{"app": "web", "team": "a"}'}]
    if day == DAYS[1]:
        pods.append({"namespace": "data", "node": "node-2", "resource_id": "i-2", "pod": "db-0", "pod_labels": '{"app": "db", "tier": "x"}'})
    return pods


def rows_of(table, day, hours=range(24), usage=900.0):
    midnight = koku_layout.day_start(datetime.date.fromisoformat(day))
    period = {"report_period_start": midnight, "report_period_end": midnight}
    daily = [period | {"interval_start": midnight}]
    if table == "pod_hourly":
        return [period | pod | quantities(1, usage) | {"interval_start": midnight + hour * 3_600_000_000} for hour in hours for pod in pods_of(day)]
    if table == "pod_daily":
        return [daily[0] | pod | quantities(len(hours), usage) for pod in pods_of(day)]
    if table == "storage_daily":
        claim = {"namespace": "shop", "node": "node-1", "pod": "web-0", "persistentvolumeclaim": "claim", "persistentvolume": "volume",
                 "storageclass": "gp3", "persistentvolume_labels": '{"app": "web"}', "persistentvolumeclaim_labels": "{}",
                 "persistentvolumeclaim_capacity_bytes": 10.0 * GIB}
        seconds = {f"{name}_byte_seconds": 3600.0 * len(hours) * GIB
                   for name in ("persistentvolumeclaim_capacity", "volume_request_storage", "persistentvolumeclaim_usage")}
        return [daily[0] | claim | seconds]
    if table == "node_labels_daily":
        return [daily[0] | {"node": "node-1", "node_labels": '{"zone": "z1"}'}]
    return [daily[0] | {"namespace": "shop", "namespace_labels": '{"owner": "x"}'}]


def quantities(hours, usage):
    values = {"node_capacity_cpu_cores": 4.0, "node_capacity_cpu_core_seconds": 4 * 3600.0 * hours,
              "node_capacity_memory_bytes": 16.0 * GIB, "node_capacity_memory_byte_seconds": 16.0 * GIB * 3600 * hours}
    for name in ("usage", "request", "limit", "effective_usage"):
        values[f"pod_{name}_cpu_core_seconds"] = usage * hours
        values[f"pod_{name}_memory_byte_seconds"] = usage * hours * GIB
    return values
