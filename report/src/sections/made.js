// How the figures were made: sink, versions, labels that were left out, the receipt of each day, the files behind them.
import { element } from "../dom.js";
import { count, counted } from "../numbers.js";
import { Table } from "../table.js";
import { section } from "./section.js";

function facts(entries) {
  return element("dl", { class: "facts" }, ...entries.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

// What of the labels can be filtered by, and what not.
function labelsText({ keys, left_out: leftOut, left_out_more: more }) {
  const kept = keys.length ? `Filters offer ${keys.map((key) => `${key.key} (${counted(key.values.length, "value")}${key.other ? " and others together" : ""})`).join(", ")}.` : leftOut.length ? "No label is offered to filter by." : "The rows have no labels to filter by.";
  if (leftOut.length === 0) return kept;
  const names = leftOut.map(({ key, values }) => `${key} (${counted(values, "value")})`).join(", ");
  return `${kept} Left out, to keep this file small: ${names}${more ? ` and ${counted(more, "more key")}` : ""}.`;
}

export class Made {
  constructor(model, filters) {
    const { report } = model;
    Object.assign(this, { model, filters, id: "made", title: "How it was made" });
    const cluster = model.hasSeveralClusters ? [{ name: "cluster", label: "Cluster", value: (row) => model.clusterName(row.cluster) }] : [];
    this.receipts = new Table({
      name: "receipts",
      first: 31,
      caption: "Receipts",
      note: "One a day, committed with its rows. Equal digests are equal rows; the export has them whole.",
      nouns: ["receipt"],
      sort: "day",
      descending: false,
      empty: "The sink has no receipts of these days.",
      columns: [
        { name: "day", label: "Day", value: (row) => row.day },
        ...cluster,
        { name: "rows", label: "Rows", number: true, value: (row) => row.rows, text: (row) => count(row.rows) },
        { name: "hours", label: "Hours", unit: "of 24", number: true, value: (row) => row.hours },
        { name: "files", label: "Files", number: true, value: (row) => row.files },
        { name: "bytes", label: "Size", unit: "bytes", number: true, value: (row) => row.bytes, text: (row) => count(row.bytes) },
        { name: "program_version", label: "Version", value: (row) => row.version },
        ...["digest", "reference", "config"].map((name) => ({ name: name === "digest" ? name : `${name}_digest`, label: { digest: "Digest", reference: "Reference", config: "Config" }[name], value: (row) => row[name], text: (row) => row[name].slice(0, 12), fill: (cell) => cell.classList.add("code") })),
      ],
    });
    this.files = new Table({
      name: "files",
      caption: "Input files",
      note: report.files_left_out ? `${counted(report.files_left_out, "more file")} left out; costmill show receipts --format json has all.` : null,
      nouns: ["file"],
      sort: "path",
      descending: false,
      empty: "No receipts, so no files are known.",
      columns: [
        { name: "path", label: "File", value: (row) => row.path, fill: (cell) => cell.classList.add("path") },
        { name: "table", label: "Read as", value: (row) => row.table },
        { name: "days", label: "Days", number: true, value: (row) => row.days },
        { name: "bytes", label: "Size", unit: "bytes", number: true, value: (row) => row.bytes, text: (row) => count(row.bytes) },
      ],
    });
    const rows = report.cluster_days.reduce((total, day) => total + day.pod_rows + day.unallocated_rows + day.storage_rows, 0);
    this.root = section(
      "made",
      "How it was made",
      null,
      facts([
        ["Sink", report.sink],
        ["Days", `${report.from} to ${report.to}`],
        ["Rows", count(rows)],
        ["Clusters", report.clusters.map(({ uuid, id, alias }) => [...new Set([alias, id, uuid])].filter(Boolean).join(", ")).join("; ")],
        ["Report by", `Costmill ${report.program}`],
        ["Numbers", report.places === 15 ? "as the sink has them, to the 15th decimal place; sums are exact, and rounded once where they are shown" : `those of a namespace and day rounded to ${report.places} decimal places, to keep this file small; sums of them are exact`],
        ["Labels", labelsText(report.labels)],
        ["Settings that change figures", report.configs.map((config) => Object.entries(config).map(([key, value]) => `${key} = ${value}`).join(", ")).join("; or ")],
      ]),
      this.receipts.root,
      this.files.root,
    );
    this.files.set(report.files);
  }

  update() {
    this.receipts.set(this.model.report.receipts.filter((receipt) => this.filters.keepCluster(receipt)));
  }
}
