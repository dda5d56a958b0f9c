// Small charts, drawn as SVG in the coordinates of the screen, so that lines stay thin and text stays text: bars and lines over
// time, with a reading of all series under the pointer.

import { h, put, s } from "./dom.js";
import { fullTime, tickTimes } from "./format.js";

const LEAST_LEFT = 46;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;

/**
 * @typedef {{ name: string, values: (number | null)[], kind: "bar" | "line", color: string }} Series
 * @typedef {{ starts: string[], step: number, series: Series[], format: (n: number) => string, tick?: (n: number) => string, height?: number, label: string, most?: number }} Chart
 */

/** @param {Chart} chart */
export function chart(chart) {
    const height = chart.height ?? 170;
    const svg = s("svg.chart", { height, role: "img", "aria-label": chart.label });
    const tip = h("div.tip", { hidden: true });
    const box = h("div.chart-box", null, svg, tip);
    let width = 0;
    new ResizeObserver(() => {
        if (box.clientWidth && box.clientWidth !== width) draw(svg, chart, (width = box.clientWidth), height);
    }).observe(box);
    box.addEventListener("pointermove", (event) => point(box, svg, tip, chart, event));
    box.addEventListener("pointerleave", () => {
        tip.hidden = true;
        svg.querySelector(".cursor")?.remove();
    });
    return box;
}

/** @param {SVGElement} svg @param {Chart} chart @param {number} width @param {number} height */
function draw(svg, { starts, step, series, format, tick = format, most }, width, height) {
    const top = ceilingOf(series, most);
    const from = left(tick, top);
    const w = width - from - RIGHT;
    const y = (value) => TOP + (height - TOP - BOTTOM) * (1 - value / top);
    const slot = w / Math.max(starts.length, 1);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", String(width));
    const grid = [0, 0.5, 1].map((part) => [
        s("line.grid", { x1: from, x2: width - RIGHT, y1: y(part * top), y2: y(part * top) }),
        s("text", { x: from - 6, y: y(part * top) + 3.5, "text-anchor": "end" }, tick(part * top)),
    ]);
    const every = Math.max(1, Math.ceil(starts.length / Math.max(2, Math.floor(w / 80))));
    const ticks = starts.map((_, i) => i).filter((i) => i % every === Math.floor(every / 2));
    const labels = tickTimes(ticks.map((i) => new Date(starts[i])), step * every).map((label, at) => s("text", { x: from + (ticks[at] + 0.5) * slot, y: height - 5, "text-anchor": "middle" }, label));
    const marks = series.map((one) => {
        if (one.kind === "bar") {
            return one.values.map((value, i) => value ? s(`rect.${one.color}`, { x: from + i * slot + slot * 0.12, width: Math.max(slot * 0.76, 0.5), y: y(value), height: Math.max(y(0) - y(value), 1), rx: Math.min(slot * 0.1, 2) }) : null);
        }
        return [s(`path.line.${one.color}`, { d: path(one.values, (i) => from + (i + 0.5) * slot, y) }), lonely(one, from, slot, y)];
    });
    put(svg, grid, labels, marks);
}

function ceilingOf(series, most) {
    return most ?? ceiling(Math.max(...series.flatMap((one) => one.values.map((value) => value ?? 0)), 0));
}

/** Room for the longest label. */
function left(format, top) {
    return Math.max(LEAST_LEFT, 14 + 6.2 * Math.max(format(top).length, format(top / 2).length));
}

/** A line that breaks where nothing was measured. */
function path(values, x, y) {
    let d = "";
    let open = false;
    values.forEach((value, i) => {
        if (value !== null && value !== undefined) d += `${open ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
        open = value !== null && value !== undefined;
    });
    return d;
}

/** A value without neighbours is a point, or it would not be seen. */
function lonely({ values, color }, from, slot, y) {
    return values.map((value, i) => value !== null && value !== undefined && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null
        ? s(`circle.${color}`, { cx: from + (i + 0.5) * slot, cy: y(value), r: 2.2 }) : null);
}

/** @param {HTMLElement} box @param {SVGElement} svg @param {HTMLElement} tip @param {Chart} chart @param {PointerEvent} event */
function point(box, svg, tip, { starts, series, format, tick = format, most }, event) {
    const start = left(tick, ceilingOf(series, most));
    const bounds = box.getBoundingClientRect();
    const slot = (bounds.width - start - RIGHT) / Math.max(starts.length, 1);
    const i = Math.floor((event.clientX - bounds.left - start) / slot);
    svg.querySelector(".cursor")?.remove();
    tip.hidden = i < 0 || i >= starts.length;
    if (tip.hidden) return;
    svg.append(s("rect.cursor", { x: start + i * slot, y: TOP, width: slot, height: bounds.height - TOP - BOTTOM }));
    put(tip, h("div.dim", null, fullTime(starts[i]).slice(0, 16)), h("table", null, series.map((one) => h("tr", null,
        h("td", null, h("i.key", { class: one.color }), one.name), h("td.number", null, one.values[i] === null || one.values[i] === undefined ? "–" : format(one.values[i]))))));
    tip.style.left = `${Math.max(0, Math.min(event.clientX - bounds.left + 14, bounds.width - tip.offsetWidth - 4))}px`;
    tip.style.top = "4px";
}

/** The next even number at or above. @param {number} value */
export function ceiling(value) {
    if (value <= 0) return 1;
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 2.5, 4, 5, 6, 8, 10].map((n) => n * power).find((n) => n >= value * 0.999) ?? value;
}

/** The names of the series in their colours. @param {Series[]} series */
export function legend(series) {
    return h("span.chart-legend", null, series.map((one) => h("span", null, h("i.key", { class: one.color }), one.name)));
}

/**
 * Bars lying one below the other, the longest first.
 * @param {{ label: import("./dom.js").Child, value: number, text: string, href?: string, title?: string }[]} rows
 */
export function bars(rows) {
    const most = Math.max(...rows.map((row) => row.value), 1e-12);
    return h("ul.bars", null, rows.map((row) => h("li", { title: row.title },
        h("span.bars-fill", { style: { width: `${(100 * row.value) / most}%` } }),
        row.href ? h("a.clip", { href: row.href, dir: "auto" }, row.label) : h("span.clip", { dir: "auto" }, row.label),
        h("span.number", null, row.text))));
}
