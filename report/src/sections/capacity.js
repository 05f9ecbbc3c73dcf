// What the nodes could give, what was used of it, and what nobody asked for.
import { element } from "../dom.js";
import { measureAt, nameOf, NAMES, RESOURCES, UNITS, dailySums } from "../model.js";
import { percent, share } from "../numbers.js";
import { Plot } from "../plots.js";
import { bar, Table } from "../table.js";
import { section } from "./section.js";

export class Capacity {
  constructor(model, filters) {
    Object.assign(this, { model, filters, id: "capacity", title: "Capacity" });
    this.plots = RESOURCES.map((resource) => new Plot({ title: `${NAMES[resource]} capacity`, unit: UNITS[resource], days: model.days }));
    const columns = RESOURCES.flatMap((resource, at) => {
      const ratio = (row) => share(row.effective[at], row.capacity[at]);
      const column = (part) => ({ name: `${resource}_${part}_${resource === "cpu" ? "core" : "gib"}_hours`, label: `${NAMES[resource]} ${part}`, unit: UNITS[resource], number: true, value: (row) => row[part][at] });
      return [
        column("capacity"),
        column("effective"),
        { name: `${resource}_percent`, label: `${NAMES[resource]} taken`, unit: "%", number: true, value: ratio, text: (row) => percent(ratio(row)), raw: (row) => (ratio(row) === undefined ? "" : 100 * ratio(row)), fill: bar(ratio) },
        column("request"),
        column("unallocated"),
      ];
    });
    this.nodes = new Table({
      name: "nodes",
      caption: "Nodes",
      note: "Unallocated is capacity less effective usage; below zero where labels changed within a day and rows count several times.",
      nouns: ["node"],
      sort: "cpu_capacity_core_hours",
      columns: [
        { name: "node", label: "Node", value: (row) => nameOf(row.node), raw: (row) => row.node },
        ...(model.hasSeveralClusters ? [{ name: "cluster", label: "Cluster", value: (row) => model.clusterName(row.cluster) }] : []),
        { name: "days", label: "Days", number: true, value: (row) => row.days },
        ...columns,
      ],
    });
    this.root = section(
      "capacity",
      "Capacity of nodes and clusters",
      model.hasSeveralClusters ? "Of the chosen cluster; other filters do not apply." : "Of the whole cluster; the filters do not apply.",
      element("div", { class: "plots" }, ...this.plots.map((plot) => plot.root)),
      this.nodes.root,
    );
  }

  update() {
    const daily = dailySums(this.model.groups.filter((group) => this.filters.keepCluster(group)), this.model.days.length);
    this.plots.forEach((plot, at) => {
      const resource = RESOURCES[at];
      const lines = { capacity: this.model.days.map(() => 0n), unallocated: this.model.days.map(() => 0n) };
      for (const day of this.model.clusterDays.filter((one) => this.filters.keepCluster(one))) {
        for (const part of ["capacity", "unallocated"]) lines[part][day.day] += day[part][at];
      }
      plot.set([
        { label: "Capacity", color: "limit", daily: lines.capacity },
        { label: "Effective usage", color: "effective", filled: true, daily: daily[measureAt(resource, "effective")] },
        { label: "Unallocated", color: "request", dash: [7, 4], daily: lines.unallocated },
      ]);
    });
    this.nodes.set(this.model.nodes.filter((node) => this.filters.keepCluster(node)));
  }
}
