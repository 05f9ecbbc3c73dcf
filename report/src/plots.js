// Lines over the days of the report, drawn by uPlot. Colours come from the style sheet, so a plot is drawn anew when they change.
import uPlot from "uplot";
import { element, freshId } from "./dom.js";
import { approximately, shown } from "./numbers.js";

const HEIGHT = 240;
const drawn = new Set();

// A canvas knows no light-dark(), so an element has to work colours out.
const probe = element("span", { hidden: true });
document.body.append(probe);
function color(name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const shortDay = (day) => `${Number(day.slice(8))} ${months[Number(day.slice(5, 7)) - 1]}`;

// lines: [{label, color, dash?, filled?, daily: [quantity]}]
export class Plot {
  constructor({ title, unit, days }) {
    Object.assign(this, { title, unit, days, lines: [] });
    this.place = element("div", { class: "canvas", role: "img" });
    this.legend = element("ul", { class: "legend" });
    const titleId = freshId("plot");
    this.root = element("figure", { class: "plot", "aria-labelledby": titleId }, element("figcaption", { id: titleId }, title, element("span", { class: "unit" }, `${unit} a day`)), this.place, this.legend);
    drawn.add(this);
    new ResizeObserver(() => this.resize()).observe(this.place);
  }

  set(lines) {
    this.lines = lines;
    this.place.setAttribute("aria-label", `${this.title}, ${this.unit} by day: ${lines.map((line) => line.label.toLowerCase()).join(", ")}. The table of days has the numbers.`);
    this.values = lines.map(() => element("span", { class: "value" }));
    this.legend.replaceChildren(
      ...lines.map((line, at) => {
        const swatch = element("span", { class: `swatch${line.dash ? " dashed" : ""}` });
        swatch.style.setProperty("--swatch", `var(--${line.color})`);
        return element("li", {}, swatch, line.label, this.values[at]);
      }),
    );
    this.draw();
  }

  draw() {
    this.chart?.destroy();
    this.chart = undefined;
    const width = this.place.clientWidth;
    if (!width || this.lines.length === 0) return;
    const axis = { stroke: () => color("quiet"), grid: { stroke: () => color("grid"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const options = {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: false, range: [-0.4, this.days.length - 0.6] }, y: { range: (_, low, high) => [Math.min(0, low * 1.05), high > 0 ? high * 1.06 : 1] } },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: 64, incrs: [1, 2, 7, 14, 31, 91], values: (_, at) => at.map((day) => (Number.isInteger(day) && this.days[day] ? shortDay(this.days[day]) : "")) },
        { ...axis, size: 64, values: (_, at) => at.map((value) => value.toLocaleString("en", { maximumFractionDigits: 3 }).replaceAll(",", "\u202f")) },
      ],
      series: [
        {},
        ...this.lines.map((line) => ({
          label: line.label,
          stroke: () => color(line.color),
          fill: line.filled ? () => color(`${line.color}-soft`) : undefined,
          width: line.filled ? 2 : 1.75,
          dash: line.dash,
          points: { show: this.days.length === 1, size: 8 },
        })),
      ],
      hooks: { setCursor: [(chart) => this.tell(chart.cursor.idx)] },
    };
    const data = [this.days.map((_, day) => day), ...this.lines.map((line) => line.daily.map(approximately))];
    this.chart = new uPlot(options, data, this.place);
  }

  // The values of the day under the pointer, in the legend.
  tell(day) {
    this.values.forEach((value, at) => (value.textContent = day === null || day === undefined ? "" : `${shortDay(this.days[day])}: ${shown(this.lines[at].daily[day])}`));
  }

  resize() {
    const width = this.place.clientWidth;
    if (!this.chart) this.draw();
    else if (width && width !== this.chart.width) this.chart.setSize({ width, height: HEIGHT });
  }
}

export const redrawPlots = () => drawn.forEach((plot) => plot.draw());
