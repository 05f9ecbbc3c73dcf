// The bar of filters above the figures.
import { element, labelled, options } from "./dom.js";
import { counted } from "./numbers.js";
import { byNamespace, nameOf } from "./model.js";

const ALL = "all";

// The text of a value of a label key by its position: 0 is without the key, one past the last is all others.
function valueName(key, position) {
  if (position === 0) return "(without this label)";
  return position > key.values.length ? "(other values)" : nameOf(key.values[position - 1]);
}

export class FilterBar {
  constructor(model, filters, onChange) {
    Object.assign(this, { model, filters, onChange });
    this.status = element("p", { class: "count", role: "status" });
    this.chips = element("ul", { class: "chips", "aria-label": "Label filters" });
    this.clear = element("button", { type: "button", class: "clear", on: { click: () => this.reset() } }, "Clear filters");
    this.namespace = element("input", { type: "search", autocomplete: "off", spellcheck: false, placeholder: "any", on: { input: () => this.change({ namespace: this.namespace.value.trim() }) } });
    this.category = options(element("select", { on: { change: () => this.change({ category: this.chosenCategory() }) } }), [[ALL, "any"], ...this.categories()]);
    this.cluster = options(element("select", { on: { change: () => this.change({ cluster: this.cluster.value === ALL ? null : Number(this.cluster.value) }) } }), [
      [ALL, "all"],
      ...model.report.clusters.map((_, position) => [String(position), model.clusterName(position)]),
    ]);
    this.key = options(element("select", { on: { change: () => this.offerValues() } }), [["", "choose"], ...model.report.labels.keys.map(({ key }, position) => [String(position), key])]);
    this.value = element("select", { disabled: true, on: { change: () => this.addLabel() } });
    this.root = element(
      "form",
      { class: "filters", "aria-label": "Filters", on: { submit: (event) => event.preventDefault() } },
      model.hasSeveralClusters ? labelled("Cluster", this.cluster) : null,
      labelled("Namespace contains", this.namespace),
      labelled("Cost category", this.category),
      model.report.labels.keys.length ? [labelled("Label", this.key), labelled("Value", this.value)] : null,
      this.clear,
      this.chips,
      this.status,
    );
    this.offerValues();
    this.describe();
  }

  categories() {
    const ids = [...new Set(this.model.groups.concat(this.model.claims).map((group) => group.category))].sort((left, right) => Number(left) - Number(right));
    return ids.map((id) => (id === null ? ["none", "none"] : [id, `category ${id}`]));
  }

  chosenCategory() {
    const { value } = this.category;
    return value === ALL ? undefined : value === "none" ? null : value;
  }

  offerValues() {
    const key = this.model.report.labels.keys[this.key.value];
    this.value.disabled = this.key.value === "" || !key;
    if (this.value.disabled) return void options(this.value, [["", "first a label"]]);
    const position = Number(this.key.value);
    const present = new Set(this.model.groups.concat(this.model.claims).map((group) => group.labels[position]));
    const entries = [...present].sort((left, right) => left - right).map((at) => [String(at), valueName(key, at)]);
    options(this.value, [["", "choose"], ...entries.filter(([at]) => at !== "0"), ...entries.filter(([at]) => at === "0")]);
  }

  addLabel() {
    if (this.value.value === "") return;
    const [key, value] = [Number(this.key.value), Number(this.value.value)];
    const labels = new Map(this.filters.labels);
    labels.set(key, new Set([...(labels.get(key) ?? []), value]));
    this.value.value = "";
    this.change({ labels });
  }

  removeLabel(key, value) {
    const labels = new Map(this.filters.labels);
    const values = new Set(labels.get(key));
    values.delete(value);
    if (values.size) labels.set(key, values);
    else labels.delete(key);
    this.change({ labels });
    this.key.focus();
  }

  change(what) {
    Object.assign(this.filters, what);
    this.describe();
    this.onChange();
  }

  reset() {
    this.filters.clear();
    this.namespace.value = "";
    this.category.value = this.cluster.value = ALL;
    this.key.value = "";
    this.offerValues();
    this.change({});
  }

  describe() {
    const { keys } = this.model.report.labels;
    this.chips.replaceChildren(
      ...[...this.filters.labels].flatMap(([key, values]) =>
        [...values].map((value) => {
          const text = `${keys[key].key} = ${valueName(keys[key], value)}`;
          const remove = element("button", { type: "button", "aria-label": `Remove filter ${text}`, on: { click: () => this.removeLabel(key, value) } }, "\u00d7");
          return element("li", {}, text, remove);
        }),
      ),
    );
    this.clear.disabled = !this.filters.areSet;
    const all = byNamespace(this.model.groups).length;
    const kept = byNamespace(this.model.groups.filter((group) => this.filters.keep(group))).length;
    this.status.textContent = this.filters.areSet ? `${kept} of ${counted(all, "namespace")}` : counted(all, "namespace");
  }
}
