// The figures of the report, and what is left of them under the filters. A group is a namespace of a cluster with one cost category and
// one set of labels; every filter keeps or drops whole groups, so all sums under filters are sums of groups.
import { quantity, series, sum } from "./numbers.js";

export const MEASURES = ["effective", "usage", "request", "limit"];
export const RESOURCES = ["cpu", "memory"];
export const UNITS = { cpu: "core-hours", memory: "GiB-hours" };
export const NAMES = { effective: "Effective usage", usage: "Usage", request: "Request", limit: "Limit", cpu: "CPU", memory: "Memory" };

export const nameOf = (text) => (text === null ? "(none)" : text === "" ? "(empty)" : text);

export class Model {
  constructor(report) {
    this.report = report;
    this.days = report.days;
    this.groups = report.groups.map((group) => ({ ...group, daily: group.series.map(series) }));
    for (const group of this.groups) group.totals = group.daily.map(sum);
    this.claims = report.claims.map((claim) => ({ ...claim, ...quantities(claim, ["capacity", "capacity_months", "request_months", "usage_months"]) }));
    this.nodes = report.nodes.map((node) => ({ ...node, ...quantities(node, ["capacity", "effective", "request", "unallocated"]) }));
    this.clusterDays = report.cluster_days.map((day) => ({ ...day, ...quantities(day, ["capacity", "unallocated"]) }));
    this.before = report.before && {
      ...report.before,
      namespaces: report.before.namespaces.map((entry) => ({ ...entry, effective: entry.effective.map(quantity) })),
    };
  }

  clusterName(cluster) {
    const { alias, id, uuid } = this.report.clusters[cluster];
    return alias || id || uuid;
  }

  get hasSeveralClusters() {
    return this.report.clusters.length > 1;
  }
}

function quantities(record, names) {
  return Object.fromEntries(names.map((name) => [name, Array.isArray(record[name]) ? record[name].map(quantity) : quantity(record[name])]));
}

// Position in the series of a group.
export const measureAt = (resource, measure) => RESOURCES.indexOf(resource) * MEASURES.length + MEASURES.indexOf(measure);

export class Filters {
  constructor(model) {
    this.model = model;
    this.clear();
  }

  clear() {
    this.cluster = null; // position; null: all
    this.namespace = ""; // part of the name
    this.category = undefined; // undefined: all; null: those without one
    this.labels = new Map(); // position of the key -> set of positions of values; 0: without the key
  }

  get areSet() {
    return this.cluster !== null || this.namespace !== "" || this.category !== undefined || this.labels.size > 0;
  }

  // Of what has a cluster and a namespace only.
  keepPlace({ cluster, namespace }) {
    if (this.cluster !== null && cluster !== this.cluster) return false;
    return this.namespace === "" || nameOf(namespace).toLowerCase().includes(this.namespace.toLowerCase());
  }

  keep(group) {
    if (!this.keepPlace(group)) return false;
    if (this.category !== undefined && group.category !== this.category) return false;
    for (const [key, values] of this.labels) if (!values.has(group.labels[key])) return false;
    return true;
  }

  keepCluster({ cluster }) {
    return this.cluster === null || cluster === this.cluster;
  }
}

// Sums of the groups by day: one array of quantities a measure.
export function dailySums(groups, days) {
  const sums = Array.from({ length: MEASURES.length * RESOURCES.length }, () => new Array(days).fill(0n));
  for (const group of groups) {
    group.daily.forEach((numbers, measure) => {
      const into = sums[measure];
      for (let i = 0; i < numbers.length; ++i) into[group.first_day + i] += numbers[i];
    });
  }
  return sums;
}

// Entries of one claim together: one whose labels or category changed has several. `merged` counts claims that stand together; each entry of
// a merged_set has all of its claims, so they count once.
export function byClaim(claims) {
  const whole = new Map();
  for (const claim of claims) {
    const key = JSON.stringify([claim.cluster, claim.class, claim.namespace, claim.claim, claim.merged > 0]);
    if (!whole.has(key)) whole.set(key, { ...claim, merged: 0, sets: new Set(), capacity: 0n, capacity_months: 0n, request_months: 0n, usage_months: 0n });
    const row = whole.get(key);
    addMonths(row, claim);
    if (claim.merged === 0) {
      if (claim.capacity > row.capacity) row.capacity = claim.capacity;
    } else if (!row.sets.has(claim.merged_set)) {
      row.sets.add(claim.merged_set);
      row.merged += claim.merged;
      row.capacity += claim.capacity;
    }
  }
  return [...whole.values()];
}

export function addMonths(into, claim) {
  for (const part of ["capacity_months", "request_months", "usage_months"]) into[part] += claim[part];
}

// Of entries of clusters and days: a day counts once, however many clusters have it.
export const dayCount = (clusterDays) => new Set(clusterDays.map(({ day }) => day)).size;

export const claimCount = (rows) => rows.reduce((total, row) => total + (row.merged || 1), 0);

// Groups of one place together: [{cluster, namespace, categories, groups, totals}].
export function byNamespace(groups) {
  const places = new Map();
  for (const group of groups) {
    const key = JSON.stringify([group.cluster, group.namespace]);
    if (!places.has(key)) {
      const { cluster, namespace } = group;
      places.set(key, { cluster, namespace, categories: new Set(), groups: [], totals: group.totals.map(() => 0n) });
    }
    const place = places.get(key);
    place.groups.push(group);
    if (group.category !== null) place.categories.add(group.category);
    group.totals.forEach((total, measure) => (place.totals[measure] += total));
  }
  return [...places.values()];
}
