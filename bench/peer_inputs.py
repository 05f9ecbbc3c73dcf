"""What the peers share: their options, which files they read, and the reference tables."""
import argparse
import csv
from pathlib import Path

MONTH_BEGIN, MONTH_END = "2025-10-01", "2025-11-01"  # of what generate.py writes
DAYS_OF_MONTH = 31
SYNTHETIC = ("Platform unallocated", "Worker unallocated", "Network unattributed", "Storage unattributed")
SUMS = ["usage", "request", "effective_usage", "limit"]
KOKU = {"hourly": "pod_usage", "pods": "daily/pod_usage", "storage": "daily/storage_usage", "node_labels": "daily/node_labels",
        "namespace_labels": "daily/namespace_labels"}
POC = {"hourly": "openshift_pod_usage_line_items", "pods": "openshift_pod_usage_line_items",
       "storage": "openshift_storage_usage_line_items_daily", "node_labels": "openshift_node_labels_line_items",
       "namespace_labels": "openshift_namespace_labels_line_items"}
# Columns of the output: those of Costmill's but for uuid, by the names that the queries use.
OUTPUT = {
    "usage_start": "day", "namespace": "namespace", "node": "node", "resource_id": "resource_id", "pod_labels": "pod_labels",
    **{f"pod_{name}_cpu_core_hours": f"cpu_{name}" for name in SUMS}, **{f"pod_{name}_memory_gigabyte_hours": f"memory_{name}" for name in SUMS},
    "node_capacity_cpu_cores": "cores", "node_capacity_cpu_core_hours": "node_cpu", "node_capacity_memory_gigabytes": "gigabytes",
    "node_capacity_memory_gigabyte_hours": "node_memory", "cluster_capacity_cpu_core_hours": "cluster_cpu",
    "cluster_capacity_memory_gigabyte_hours": "cluster_memory", "persistentvolumeclaim": "claim", "persistentvolume": "volume",
    "storageclass": "class", "volume_labels": "volume_labels", "persistentvolumeclaim_capacity_gigabyte": "capacity",
    "persistentvolumeclaim_capacity_gigabyte_months": "capacity_months", "volume_request_storage_gigabyte_months": "request_months",
    "persistentvolumeclaim_usage_gigabyte_months": "usage_months", "cost_category_id": "category"}
NUMBERS = [column for column in OUTPUT if column.endswith(("hours", "cores", "gigabytes", "gigabyte", "months"))]
TEXTS = ["namespace", "node", "resource_id", "pod_labels", "persistentvolumeclaim", "persistentvolume", "storageclass", "volume_labels"]
ZERO_COST = '{"cpu":0.0,"memory":0.0,"storage":0.0}'
SOURCE = "00000000-0000-4000-8000-000000000001"


class Inputs:
    def __init__(self, description):
        parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("data", type=Path, help="what generate.py wrote")
        parser.add_argument("output", type=Path, help="Parquet file to write")
        parser.add_argument("--layout", choices=("koku", "poc"), default="koku")
        parser.add_argument("--threads", type=int, default=1)
        options = parser.parse_args()
        self.data, self.output, self.threads, self.layout = options.data, options.output, options.threads, options.layout

    def files(self, table):
        """Paths of one of the tables of KOKU."""
        if self.layout == "poc":
            pattern = f"poc/data/*/OCP/source=*/year=*/month=*/*/{POC[table]}/*.parquet"
        else:
            daily, _, name = KOKU[table].rpartition("/")
            pattern = f"data/parquet/{daily}/*/OCP/{name}/source=*/year=*/month=*/*.parquet".replace("//", "/")
        found = sorted(str(path) for path in self.data.glob(pattern))
        if not found:
            raise SystemExit(f"no {table} files in {self.data} by the layout {self.layout}")
        return found

    def reference(self, table):
        """Rows of a reference table, without the header."""
        with open(self.data / "reference" / f"{table}.csv", newline="", encoding="utf-8") as file:
            return list(csv.reader(file))[1:]

    def enabled_keys(self):
        return [key for key, *_ in self.reference("reporting_enabledtagkeys")] + ["vm_kubevirt_io_name"]

    def categories(self):
        return [(pattern, int(number)) for pattern, number in self.reference("reporting_ocp_cost_category_namespace")]

    def roles(self):
        return self.reference("reporting_ocp_nodes")
