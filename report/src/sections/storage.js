// Volumes by class, and each claim.
import { counted, percent, share } from "../numbers.js";
import { addMonths, byClaim, claimCount, nameOf } from "../model.js";
import { bar, Table } from "../table.js";
import { section } from "./section.js";

const used = (row) => share(row.usage_months, row.capacity_months);
const MONTHS = ["capacity", "request", "usage"].map((part) => ({ name: `${part}_gib_months`, label: part[0].toUpperCase() + part.slice(1), unit: "GiB-months", number: true, value: (row) => row[`${part}_months`] }));
const USED = { name: "used_percent", label: "Used", unit: "%", number: true, value: used, text: (row) => percent(used(row)), raw: (row) => (used(row) === undefined ? "" : 100 * used(row)), fill: bar(used) };

export class Storage {
  constructor(model) {
    Object.assign(this, { model, id: "storage", title: "Storage" });
    const cluster = model.hasSeveralClusters ? [{ name: "cluster", label: "Cluster", value: (row) => model.clusterName(row.cluster) }] : [];
    const storageClass = { name: "storageclass", label: "Class", value: (row) => nameOf(row.class), raw: (row) => row.class };
    this.classes = new Table({
      name: "storage-classes",
      caption: "Storage classes",
      nouns: ["class", "classes"],
      sort: "capacity_gib_months",
      search: false,
      empty: "No claim matches the filters.",
      columns: [storageClass, ...cluster, { name: "claims", label: "Claims", number: true, value: (row) => claimCount(row.members) }, ...MONTHS, USED],
    });
    this.claims = new Table({
      name: "claims",
      caption: "Claims",
      note: model.report.claims_merged ? `The ${counted(model.report.claims_merged, "smallest claim")} stand together, one row a class and namespace.` : null,
      nouns: ["claim"],
      sort: "capacity_gib_months",
      empty: "No claim matches the filters.",
      columns: [
        { name: "claim", label: "Claim", value: (row) => (row.merged ? `(${row.merged} smaller claims)` : nameOf(row.claim)), raw: (row) => row.claim },
        { name: "namespace", label: "Namespace", value: (row) => nameOf(row.namespace), raw: (row) => row.namespace },
        ...cluster,
        storageClass,
        { name: "size_gib", label: "Size", unit: "GiB", number: true, value: (row) => row.capacity },
        ...MONTHS,
        USED,
      ],
    });
    this.root = section("storage", "Storage by class and claim", "A GiB-month is a GiB for the whole month.", this.classes.root, this.claims.root);
  }

  update(claims) {
    const rows = byClaim(claims);
    const classes = new Map();
    for (const claim of rows) {
      const key = JSON.stringify([claim.cluster, claim.class]);
      if (!classes.has(key)) classes.set(key, { cluster: claim.cluster, class: claim.class, members: [], capacity_months: 0n, request_months: 0n, usage_months: 0n });
      classes.get(key).members.push(claim);
      addMonths(classes.get(key), claim);
    }
    this.classes.set([...classes.values()]);
    this.claims.set(rows);
  }
}
