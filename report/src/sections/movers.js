// Namespaces whose effective usage changed most against the time before.
import { element } from "../dom.js";
import { byNamespace, dayCount, measureAt, NAMES, nameOf, RESOURCES, UNITS } from "../model.js";
import { counted, percent, share, signed } from "../numbers.js";
import { Table } from "../table.js";
import { section } from "./section.js";

const magnitude = (number) => (number < 0n ? -number : number);

export class Movers {
  constructor(model, filters) {
    Object.assign(this, { model, filters, id: "movers", title: "Top movers" });
    const { before } = model;
    if (!before) {
      this.root = section("movers", "Top movers", null, element("p", { class: "nothing" }, "The sink holds no days before these to compare with."));
      return;
    }
    const columns = RESOURCES.flatMap((resource, at) => {
      const unit = UNITS[resource];
      const name = (part) => `${resource}_${part}_${resource === "cpu" ? "core" : "gib"}_hours`;
      const ratio = (row) => share(row.change[at], row.before[at]);
      return [
        { name: name("before"), label: `${NAMES[resource]} before`, unit, number: true, value: (row) => row.before[at] },
        { name: name("after"), label: `${NAMES[resource]} after`, unit, number: true, value: (row) => row.after[at] },
        // Sorted by size, for what fell counts as much as what rose.
        { name: name("change"), label: `${NAMES[resource]} change`, unit, number: true, value: (row) => magnitude(row.change[at]), text: (row) => signed(row.change[at]), raw: (row) => row.exactChange(at), fill: (cell, row) => cell.classList.add(row.change[at] < 0n ? "fell" : "rose") },
        { name: `${resource}_change_percent`, label: `${NAMES[resource]} change`, unit: "%", number: true, value: ratio, text: (row) => (ratio(row) > 0 ? "+" : "") + percent(ratio(row)), raw: (row) => (ratio(row) === undefined ? "" : 100 * ratio(row)) },
      ];
    });
    this.table = new Table({
      name: "movers",
      caption: "Effective usage of namespaces, before and after",
      note: " ",
      nouns: ["namespace"],
      sort: "cpu_change_core_hours",
      columns: [
        { name: "namespace", label: "Namespace", value: (row) => nameOf(row.namespace), raw: (row) => row.namespace },
        ...(model.hasSeveralClusters ? [{ name: "cluster", label: "Cluster", value: (row) => model.clusterName(row.cluster) }] : []),
        ...columns,
      ],
    });
    this.root = section("movers", "Top movers against the time before", null, this.table.root);
  }

  update() {
    if (!this.table) return;
    const { before, report, clusterDays } = this.model;
    const withRows = (days) => `${counted(dayCount(days.filter((day) => this.filters.keepCluster(day))), "day")} with rows`;
    this.table.root.querySelector(".note").textContent = `Before: ${before.from} to ${before.to}, ${withRows(before.cluster_days)}. After: ${report.from} to ${report.to}, ${withRows(clusterDays)}. Only the filters of cluster and namespace apply.`;
    const rows = new Map();
    const at = ({ cluster, namespace }) => {
      const key = JSON.stringify([cluster, namespace]);
      if (!rows.has(key)) rows.set(key, { cluster, namespace, before: [0n, 0n], after: [0n, 0n] });
      return rows.get(key);
    };
    for (const entry of before.namespaces) at(entry).before = entry.effective;
    for (const place of byNamespace(this.model.groups)) at(place).after = RESOURCES.map((resource) => place.totals[measureAt(resource, "effective")]);
    const kept = [...rows.values()].filter((row) => this.filters.keepPlace(row));
    for (const row of kept) {
      row.change = row.after.map((number, resource) => number - row.before[resource]);
      row.exactChange = (resource) => signed(row.change[resource], 15).replaceAll("\u202f", "").replace("\u2212", "-").replace("+", "");
    }
    this.table.set(kept);
  }
}
