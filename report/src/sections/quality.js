// What speaks against the figures: hours and days that are missing, rows that count several times, days that came late.
import { element } from "../dom.js";
import { count } from "../numbers.js";
import { shortDay } from "../plots.js";
import { Table } from "../table.js";
import { section } from "./section.js";

const KINDS = {
  missing_day: "day without rows",
  missing_hours: "hours missing",
  repeated_rows: "rows count several times",
  late: "came late",
  totals_jump: "totals jump",
  above_capacity: "usage above capacity",
  no_record: "no receipt",
  other_rows: "rows changed since",
};

// Signs that a run saw in its input have names of their own.
const wordsOf = (kind) => KINDS[kind] ?? kind.replaceAll("_", " ");

export class Quality {
  constructor(model, filters) {
    Object.assign(this, { model, filters, id: "quality", title: "Data quality" });
    this.strip = element("div", { class: "strips" });
    this.findings = new Table({
      name: "findings",
      caption: "Findings",
      nouns: ["finding"],
      sort: "day",
      descending: false,
      empty: "Nothing speaks against the figures.",
      columns: [
        { name: "day", label: "Day", value: (row) => model.days[row.day] },
        ...(model.hasSeveralClusters ? [{ name: "cluster", label: "Cluster", value: (row) => model.clusterName(row.cluster) }] : []),
        { name: "kind", label: "Finding", value: (row) => wordsOf(row.kind), raw: (row) => row.kind },
        { name: "text", label: "What", value: (row) => row.text },
      ],
    });
    this.root = section("quality", "Data quality", "What receipts and rows tell. Where in the input a run saw a sign is in the log of that run.", this.strip, this.findings.root);
  }

  update() {
    const { report, days } = this.model;
    const findings = report.findings.filter((finding) => this.filters.keepCluster(finding));
    this.findings.set(findings);
    this.strip.replaceChildren(
      ...report.clusters.flatMap((_, cluster) => {
        if (!this.filters.keepCluster({ cluster })) return [];
        const rows = new Map(report.cluster_days.filter((day) => day.cluster === cluster).map((day) => [day.day, day]));
        const cells = days.map((day, at) => {
          const found = findings.filter((finding) => finding.cluster === cluster && finding.day === at);
          const state = rows.has(at) ? (found.length ? "doubtful" : "fine") : found.length ? "missing" : "outside";
          const words = state === "fine" ? "nothing found" : state === "outside" ? "no rows" : found.map((finding) => wordsOf(finding.kind)).join(", ");
          const mark = { missing: "\u00d7", doubtful: "!", fine: "\u2713", outside: "\u2013" }[state];
          return element("li", { class: state, title: `${day}: ${words}` }, element("span", { class: "date" }, shortDay(day)), element("span", { "aria-hidden": "true" }, mark), element("span", { class: "hidden" }, words));
        });
        const doubtful = new Set(findings.filter((finding) => finding.cluster === cluster).map((finding) => finding.day)).size;
        return [element("h3", {}, this.model.clusterName(cluster), element("span", { class: "note" }, `${count(rows.size)} of ${count(days.length)} days with rows, ${count(doubtful)} with a finding`)), element("ol", { class: "strip" }, ...cells)];
      }),
    );
  }
}
