// Effective usage, request and limit: by day, by namespace, and by both.
import { element, labelled, options } from "../dom.js";
import { byNamespace, dailySums, measureAt, MEASURES, NAMES, nameOf, RESOURCES, UNITS } from "../model.js";
import { approximately, compare, percent, share, shown, sum } from "../numbers.js";
import { Plot, shortDay } from "../plots.js";
import { bar, Table } from "../table.js";
import { section } from "./section.js";

const LINES = { effective: { color: "effective", filled: true }, usage: { color: "usage" }, request: { color: "request", dash: [7, 4] }, limit: { color: "limit", dash: [2, 3] } };

const measureColumns = (value) =>
  RESOURCES.flatMap((resource) =>
    MEASURES.map((measure) => ({
      name: `${resource}_${measure}_${resource === "cpu" ? "core" : "gib"}_hours`,
      label: `${NAMES[resource]} ${measure}`,
      unit: UNITS[resource],
      number: true,
      value: (row) => value(row, measureAt(resource, measure)),
    })),
  );

export class Usage {
  constructor(model) {
    Object.assign(this, { model, id: "usage", title: "Usage" });
    this.plots = RESOURCES.map((resource) => new Plot({ title: NAMES[resource], unit: UNITS[resource], days: model.days }));
    this.byDay = new Table({
      name: "days",
      caption: "Usage by day",
      nouns: ["day"],
      sort: "day",
      descending: false,
      search: false,
      first: 31,
      columns: [{ name: "day", label: "Day", value: (row) => row.day }, ...measureColumns((row, measure) => row.sums[measure])],
    });
    this.byNamespace = new Table({
      name: "namespaces",
      caption: "Usage by namespace",
      note: "Shares are of the effective usage under the filters.",
      nouns: ["namespace"],
      empty: "No namespace matches the filters.",
      sort: "cpu_effective_core_hours",
      columns: this.namespaceColumns(),
    });
    this.measure = options(element("select", { on: { change: () => this.drawMatrix() } }), RESOURCES.flatMap((resource) => MEASURES.map((measure) => [`${resource}-${measure}`, `${NAMES[resource]}: ${NAMES[measure].toLowerCase()}`])));
    this.matrix = new Table({ name: "namespace-days", caption: "Namespaces by day", note: " ", nouns: ["namespace"], empty: "No namespace matches the filters.", sort: "total", columns: this.matrixColumns() });
    this.matrix.root.classList.add("matrix");
    this.matrix.root.querySelector(".tools").prepend(labelled("Measure", this.measure));
    this.root = section(
      "usage",
      "Usage by namespace and day",
      "Effective usage is the larger of what pods used and what they requested: what they kept others from using.",
      element("div", { class: "plots" }, ...this.plots.map((plot) => plot.root)),
      this.byNamespace.root,
      this.matrix.root,
      this.byDay.root,
    );
  }

  placeColumns() {
    const columns = [{ name: "namespace", label: "Namespace", value: (row) => nameOf(row.namespace), raw: (row) => row.namespace }];
    if (this.model.hasSeveralClusters) columns.push({ name: "cluster", label: "Cluster", value: (row) => this.model.clusterName(row.cluster) });
    return columns;
  }

  namespaceColumns() {
    const shareColumn = (resource) => {
      const ratio = (row) => share(row.totals[measureAt(resource, "effective")], this.sums?.[resource] ?? 0n);
      return { name: `${resource}_percent`, label: `${NAMES[resource]} share`, unit: "%", number: true, value: ratio, text: (row) => percent(ratio(row)), raw: (row) => (ratio(row) === undefined ? "" : 100 * ratio(row)), fill: bar(ratio) };
    };
    const measures = measureColumns((row, measure) => row.totals[measure]);
    return [
      ...this.placeColumns(),
      { name: "cost_category", label: "Category", value: (row) => [...row.categories].sort().join(", "), text: (row) => [...row.categories].sort().join(", ") || "\u2013" },
      ...RESOURCES.flatMap((resource, at) => [measures[at * MEASURES.length], shareColumn(resource), ...measures.slice(at * MEASURES.length + 1, (at + 1) * MEASURES.length)]),
    ];
  }

  matrixColumns() {
    const value = (day) => (row) => row.daily[day];
    const heat = (day) => (cell, row) => cell.style.setProperty("--part", String(this.peak > 0 ? Math.max(0, approximately(row.daily[day]) / this.peak) : 0));
    return [
      ...this.placeColumns(),
      { name: "total", label: "Total", number: true, value: (row) => row.total },
      ...this.model.days.map((day, at) => ({ name: day, label: shortDay(day), number: true, places: 1, value: value(at), fill: heat(at) })),
    ];
  }

  update(groups) {
    const { days } = this.model;
    this.sums = Object.fromEntries(RESOURCES.map((resource) => [resource, sum(groups.map((group) => group.totals[measureAt(resource, "effective")]))]));
    const daily = dailySums(groups, days.length);
    this.plots.forEach((plot, at) => plot.set(MEASURES.map((measure) => ({ ...LINES[measure], label: NAMES[measure], daily: daily[measureAt(RESOURCES[at], measure)] }))));
    this.byDay.set(days.map((day, at) => ({ day, sums: daily.map((numbers) => numbers[at]) })));
    this.places = byNamespace(groups);
    this.byNamespace.set(this.places);
    this.drawMatrix();
  }

  drawMatrix() {
    const [resource, measure] = this.measure.value.split("-");
    const at = measureAt(resource, measure);
    const rows = this.places.map(({ cluster, namespace, groups, totals }) => ({ cluster, namespace, total: totals[at], daily: dailySums(groups, this.model.days.length)[at] }));
    const peak = rows.flatMap((row) => row.daily).reduce((most, number) => (compare(number, most) > 0 ? number : most), 0n);
    this.peak = approximately(peak);
    this.matrix.root.querySelector(".note").textContent = `${NAMES[resource]}, ${NAMES[measure].toLowerCase()}, in ${UNITS[resource]}. The strongest shade is the largest value, ${shown(peak, 1)}.`;
    this.matrix.set(rows);
  }
}
