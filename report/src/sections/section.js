import { element } from "../dom.js";

export const section = (id, title, intro, ...children) =>
  element("section", { id, "aria-labelledby": `${id}-title` }, element("h2", { id: `${id}-title` }, title), intro ? element("p", { class: "intro" }, intro) : null, ...children);
