// Quantities are BigInt in units of the 15th decimal place, so sums are exact and what is shown is rounded once.
const PLACES = 15;

export function quantity(text) {
  const negative = text.startsWith("-");
  const [whole, fraction = ""] = (negative ? text.slice(1) : text).split(".");
  const units = BigInt(whole + fraction.padEnd(PLACES, "0"));
  return negative ? -units : units;
}

// "1 0.5 2" as quantities.
export const series = (text) => (text === "" ? [] : text.split(" ").map((number) => (number === "0" ? 0n : quantity(number))));

export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0n);

// For plots and bars.
export const approximately = (units) => Number(units) / 1e15;

// part of whole, as a number; undefined where there is nothing to have a share of.
export const share = (part, whole) => (whole > 0n ? approximately(part) / approximately(whole) : undefined);

function digits(units, places) {
  const step = 10n ** BigInt(PLACES - places);
  const magnitude = units < 0n ? -units : units;
  const rounded = (magnitude + step / 2n) / step; // half up, away from zero
  const text = rounded.toString().padStart(places + 1, "0");
  return { negative: units < 0n && rounded > 0n, whole: text.slice(0, text.length - places), fraction: places ? text.slice(-places) : "" };
}

const THIN = "\u202f";
const grouped = (whole) => whole.replace(/\B(?=(\d{3})+$)/g, THIN);

export function shown(units, places = 2) {
  const { negative, whole, fraction } = digits(units, places);
  return `${negative ? "\u2212" : ""}${grouped(whole)}${fraction && "."}${fraction}`;
}

// All places, for other programs.
export function exact(units) {
  const { negative, whole, fraction } = digits(units, PLACES);
  const trimmed = fraction.replace(/0+$/, "");
  return `${negative ? "-" : ""}${whole}${trimmed && "."}${trimmed}`;
}

export const count = (number) => grouped(String(number));
export const counted = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;
export const percent = (ratio) => (ratio === undefined ? "\u2013" : `${(100 * ratio).toFixed(1).replace("-", "\u2212")}`);
export const signed = (units, places = 2) => (units > 0n ? "+" : "") + shown(units, places);
export const compare = (left, right) => (left < right ? -1 : left > right ? 1 : 0);
