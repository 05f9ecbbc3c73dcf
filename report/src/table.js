// A table that sorts, searches and exports. Columns:
//   {name, label, unit?, number?: true, value(row), text?(row), raw?(row), fill?(cell, row)}
// value sorts (numbers and quantities by size, texts by alphabet, undefined last), text is shown, raw goes into the CSV.
import { saveCsv } from "./csv.js";
import { element, freshId, labelled } from "./dom.js";
import { compare, counted, exact, shown } from "./numbers.js";

const FIRST_ROWS = 15;
const collator = new Intl.Collator("en", { numeric: true });

function ordered(left, right) {
  if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);
  return typeof left === "string" ? collator.compare(left, right) : compare(left, right);
}

function textOf(column, row) {
  if (column.text) return column.text(row);
  const value = column.value(row);
  if (value === undefined) return "\u2013";
  return typeof value === "bigint" ? shown(value, column.places) : String(value);
}

function rawOf(column, row) {
  if (column.raw) return column.raw(row);
  const value = column.value(row);
  return typeof value === "bigint" ? exact(value) : value;
}

export class Table {
  constructor({ name, caption, note, columns, rows = [], sort, descending = true, search = true, first = FIRST_ROWS, empty = "Nothing here.", nouns = ["row"] }) {
    Object.assign(this, { name, columns, rows, empty, nouns, descending });
    this.sorted = columns.find((column) => column.name === sort) ?? columns[0];
    this.limit = first;
    this.words = "";
    const captionId = freshId("caption");
    this.head = element("thead");
    this.body = element("tbody");
    this.status = element("span", { class: "count", role: "status" });
    this.more = element("button", { type: "button", class: "more", on: { click: () => this.showAll() } });
    const tools = element("div", { class: "tools" });
    if (search) {
      const input = element("input", { type: "search", autocomplete: "off", spellcheck: false, on: { input: () => this.search(input.value) } });
      tools.append(labelled("Search", input));
    }
    const save = element("button", { type: "button", class: "save", "aria-describedby": captionId, on: { click: () => this.save() } }, "Export CSV");
    tools.append(this.status, save);
    const scroll = element(
      "div",
      { class: "scroll", role: "region", "aria-labelledby": captionId, tabIndex: 0 },
      element("table", { "data-table": name }, element("caption", { id: captionId }, caption, note ? element("span", { class: "note" }, note) : null), this.head, this.body),
    );
    this.root = element("div", { class: "table" }, tools, scroll, this.more);
    this.drawHead();
    this.draw();
  }

  set(rows) {
    this.rows = rows;
    this.draw();
  }

  setColumns(columns) {
    this.columns = columns;
    this.sorted = columns.find((column) => column.name === this.sorted.name) ?? columns[0];
    this.drawHead();
  }

  search(words) {
    this.words = words.trim().toLowerCase();
    this.draw();
  }

  sort(column) {
    this.descending = this.sorted === column ? !this.descending : Boolean(column.number);
    this.sorted = column;
    this.markSorted();
    this.draw();
  }

  showAll() {
    this.limit = Infinity;
    this.draw();
  }

  found() {
    const texts = this.columns.filter((column) => !column.number);
    const matches = (row) => texts.some((column) => textOf(column, row).toLowerCase().includes(this.words));
    const rows = this.words ? this.rows.filter(matches) : [...this.rows];
    const direction = this.descending ? -1 : 1;
    const { value } = this.sorted;
    return rows.sort((left, right) => {
      const [a, b] = [value(left), value(right)];
      return a === undefined || b === undefined ? ordered(a, b) : direction * ordered(a, b);
    });
  }

  save() {
    const heading = this.columns.map((column) => column.name);
    saveCsv(`costmill-${this.name}.csv`, [heading, ...this.found().map((row) => this.columns.map((column) => rawOf(column, row)))]);
  }

  drawHead() {
    this.heads = new Map();
    const row = element("tr");
    for (const column of this.columns) {
      const button = element("button", { type: "button", on: { click: () => this.sort(column) } }, column.label);
      if (column.unit) button.append(element("span", { class: "unit" }, column.unit));
      const head = element("th", { scope: "col", class: column.number ? "number" : "" }, button);
      this.heads.set(column, head);
      row.append(head);
    }
    this.head.replaceChildren(row);
    this.markSorted();
  }

  markSorted() {
    for (const [column, head] of this.heads) {
      if (column === this.sorted) head.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  draw() {
    const found = this.found();
    const drawn = found.slice(0, this.limit);
    this.body.replaceChildren(...drawn.map((row) => this.drawRow(row)));
    if (found.length === 0) this.body.append(element("tr", {}, element("td", { colSpan: this.columns.length, class: "empty" }, this.empty)));
    this.status.textContent =
      found.length === this.rows.length ? counted(found.length, ...this.nouns) : `${found.length} of ${counted(this.rows.length, ...this.nouns)}`;
    this.more.hidden = drawn.length === found.length;
    this.more.textContent = `Show all ${counted(found.length, ...this.nouns)}`;
  }

  drawRow(row) {
    return element(
      "tr",
      {},
      this.columns.map((column, at) => {
        const cell = element(at === 0 ? "th" : "td", { class: column.number ? "number" : "" }, textOf(column, row));
        if (at === 0) cell.scope = "row";
        column.fill?.(cell, row);
        return cell;
      }),
    );
  }
}

// A bar before the number, for a share between 0 and 1.
export const bar = (ratio) => (cell, row) => {
  const part = ratio(row);
  if (part === undefined) return;
  cell.classList.add("bar");
  cell.style.setProperty("--part", String(Math.max(0, Math.min(1, part))));
};
