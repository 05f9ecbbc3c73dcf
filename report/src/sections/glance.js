// The month at a glance: what was used, of how much.
import { element } from "../dom.js";
import { byClaim, byNamespace, claimCount, dayCount, measureAt, RESOURCES, UNITS } from "../model.js";
import { counted, percent, share, shown, sum } from "../numbers.js";
import { section } from "./section.js";

function tile(name, title, value, unit, ratio, ...lines) {
  const meter = ratio === undefined ? null : element("span", { class: "gauge", "aria-hidden": "true" });
  meter?.style.setProperty("--part", String(Math.max(0, Math.min(1, ratio))));
  return element(
    "div",
    { class: "tile", "data-tile": name },
    element("dt", {}, title),
    element("dd", {}, element("span", { class: "figure" }, value), element("span", { class: "unit" }, unit), meter, ...lines.map((line) => element("span", { class: "line" }, line))),
  );
}

export class Glance {
  constructor(model, filters) {
    Object.assign(this, { model, filters, id: "glance", title: "At a glance" });
    this.tiles = element("dl", { class: "tiles" });
    this.root = section("glance", this.title, null, this.tiles);
  }

  update(groups, claims) {
    const clusterDays = this.model.clusterDays.filter((day) => this.filters.keepCluster(day));
    const total = (resource, measure) => sum(groups.map((group) => group.totals[measureAt(resource, measure)]));
    const usage = RESOURCES.map((resource, at) => {
      const [effective, used, request] = ["effective", "usage", "request"].map((measure) => total(resource, measure));
      const capacity = sum(clusterDays.map((day) => day.capacity[at]));
      const ratio = share(effective, capacity);
      return tile(
        resource,
        `Effective ${resource === "cpu" ? "CPU" : "memory"}`,
        shown(effective),
        UNITS[resource],
        ratio,
        ratio === undefined ? "no capacity known" : `${percent(ratio)} % of the capacity of ${shown(capacity, 0)}`,
        `requested ${shown(request)}`,
        `used ${shown(used)}`,
      );
    });
    const months = (name) => sum(claims.map((claim) => claim[name]));
    const nodes = this.model.nodes.filter((node) => this.filters.keepCluster(node));
    const places = byNamespace(groups).length;
    this.tiles.replaceChildren(
      ...usage,
      tile(
        "storage",
        "Storage",
        shown(months("capacity_months")),
        "GiB-months",
        share(months("usage_months"), months("capacity_months")),
        `in ${counted(claimCount(byClaim(claims)), "claim")}`,
        `requested ${shown(months("request_months"))}`,
        `used ${shown(months("usage_months"))}`,
      ),
      tile(
        "size",
        "Namespaces",
        String(places),
        this.filters.areSet ? "match the filters" : "with pods",
        undefined,
        `${counted(nodes.length, "node")} in all`,
        `${counted(dayCount(clusterDays), "day")} of ${this.model.days.length} with rows`,
      ),
    );
  }
}
