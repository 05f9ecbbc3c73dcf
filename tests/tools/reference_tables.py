"""Reference data as the rules use it: kept label keys (rule 1), cost categories (rule 4), node roles (rule 9)."""

import re
from pathlib import Path

import koku_layout
import label_text
from exact_numbers import Refusal


class Reference:
    def __init__(self, folder):
        folder = Path(folder)
        keys = {
            row["key"]
            for row in koku_layout.read_reference(folder / "reporting_enabledtagkeys.csv")
            if row["enabled"] == "true" and row["provider_type"] == "OCP"
        }
        self.kept_keys = keys | {"vm_kubevirt_io_name"} if keys else set()
        self.patterns = [
            (like_pattern(row["namespace"]), int(row["cost_category_id"]))
            for row in koku_layout.read_reference(folder / "reporting_ocp_cost_category_namespace.csv")
            if row["namespace"] is not None
        ]
        self.roles = {}
        for row in koku_layout.read_reference(folder / "reporting_ocp_nodes.csv"):
            if row["node"] is not None and row["resource_id"] is not None and row["node_role"] is not None:
                key = (row["node"], row["resource_id"])
                self.roles[key] = max(self.roles.get(key, ""), row["node_role"])

    def labels(self, text, column):
        try:
            return label_text.parse(text, self.kept_keys.__contains__)
        except label_text.LabelError as error:
            raise Refusal(f"{column}: {error}") from error

    def categories(self, namespace):
        """One category a matching pattern."""
        if namespace is None:
            return []
        return [category for pattern, category in self.patterns if pattern.fullmatch(namespace)]


def like_pattern(text):
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(c) or re.escape(c) for c in text), re.DOTALL)
