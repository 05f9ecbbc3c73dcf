import { element } from "./dom.js";
import { FilterBar } from "./filters.js";
import { Filters, Model } from "./model.js";
import { redrawPlots } from "./plots.js";
import { Capacity } from "./sections/capacity.js";
import { Glance } from "./sections/glance.js";
import { Made } from "./sections/made.js";
import { Movers } from "./sections/movers.js";
import { Quality } from "./sections/quality.js";
import { Storage } from "./sections/storage.js";
import { Usage } from "./sections/usage.js";
import { themeButton } from "./theme.js";

const report = JSON.parse(document.getElementById("data").textContent);
const model = new Model(report);
const filters = new Filters(model);

const names = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
// "October 2025" for a whole month, else the first and the last day.
function period({ from, to }) {
  const [year, month] = from.split("-").map(Number);
  const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  return from.endsWith("-01") && to === last ? `${names[month - 1]} ${year}` : from === to ? from : `${from} to ${to}`;
}

const sections = [new Glance(model, filters), new Usage(model), new Capacity(model, filters), new Storage(model), new Movers(model, filters), new Quality(model, filters), new Made(model, filters)];

function update() {
  const groups = model.groups.filter((group) => filters.keep(group));
  const claims = model.claims.filter((claim) => filters.keep(claim));
  for (const section of sections) section.update(...(section instanceof Storage ? [claims] : [groups, claims]));
}

const clusters = report.clusters.length > 3 ? `${report.clusters.length} clusters` : report.clusters.map((_, position) => model.clusterName(position)).join(", ");
document.title = `${period(report)} \u2013 ${clusters} \u2013 Costmill`;
document.getElementById("head").append(
  element("div", { class: "title" }, element("p", { class: "brand" }, "Costmill"), element("h1", {}, period(report)), element("p", { class: "clusters" }, clusters)),
  themeButton(redrawPlots),
  element("nav", { "aria-label": "Sections" }, element("ul", {}, ...sections.map(({ id, title }) => element("li", {}, element("a", { href: `#${id}` }, title))))),
);
document.getElementById("filters").append(new FilterBar(model, filters, update).root);
document.getElementById("content").append(...sections.map((section) => section.root));
document.getElementById("foot").append(`Made by Costmill ${report.program} from ${report.sink}. This page loads nothing from anywhere.`);
update();
