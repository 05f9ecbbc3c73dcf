// Elements. Text from the data gets into the page here, as text and never as markup.

// Properties of the element, but for `class`, `aria-...`, `data-...` and `role`, which are attributes; `on` holds listeners.
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (name === "class" || name === "role" || /^(aria|data)-/.test(name)) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

let ids = 0;
export const freshId = (stem) => `${stem}-${++ids}`;

// A control with its label in front.
export function labelled(text, control) {
  control.id ||= freshId("control");
  return element("div", { class: "field" }, element("label", { htmlFor: control.id }, text), control);
}

export function options(select, entries, chosen) {
  select.replaceChildren(...entries.map(([value, text]) => element("option", { value, selected: value === chosen }, text)));
  return select;
}
