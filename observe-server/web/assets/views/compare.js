// Two traces side by side: figures with their difference, the trees laid against each other, and what was answered.

import { ApiError, get } from "../api.js";
import { h, icon, put } from "../dom.js";
import { failed } from "../empty.js";
import { cost, count, duration, exactCost, fullTime, scoreValue } from "../format.js";
import { bind } from "../keys.js";
import { listAddress } from "../place.js";
import { go, setQuery } from "../router.js";
import { Model } from "../trace/model.js";
import { typeMark } from "../trace/tree.js";
import { diffView } from "../value/diff.js";
import { valueBlock } from "../trace/detail.js";
import { align } from "./align.js";

/** @type {import("../router.js").View} */
export function compare(root, { query, signal }) {
    const a = query.get("a") ?? "";
    const b = query.get("b") ?? "";
    const box = h("div.compare");
    root.append(box);
    bind([
        { keys: "Escape", does: "Back to the list", run: () => go(listAddress()) },
        { keys: "x", does: "Exchange the two", run: () => setQuery({ a: b, b: a }) },
    ]);
    if (!a || !b) {
        put(box, h("div.welcome", null, h("h2", null, "Choose two traces"), h("p", null, "In the list, select two with the boxes at the left or ", h("kbd", null, "x"), ", then press ", h("kbd", null, "c"), "."), h("a.button", { href: "/" }, "To the list")));
        return;
    }
    const load = () => Promise.all([a, b].map((id) => get(`traces/${encodeURIComponent(id)}`, {}, signal))).then((both) => draw(box, both), (error) => {
        if (error instanceof ApiError) put(box, failed(error, load));
    });
    load();
}

function draw(box, both) {
    const [a, b] = both;
    const left = new Model(a);
    const right = new Model(b);
    put(box,
        h("header.session-head", null, h("a.back", { href: listAddress(), title: "All traces (Esc)" }, icon("back"), "Traces"), h("h1", null, "Compare"), h("span.space"),
            h("button.small", { type: "button", title: "Exchange the two (x)", onclick: () => setQuery({ a: b.trace.id, b: a.trace.id }) }, icon("compare"), "Exchange")),
        figures(a, b),
        h("section.block", null, h("header", null, h("h3", null, "Observations")), tree(left, right)),
        h("section.block", null, h("header", null, h("h3", null, "Input: what differs")), diffView(a.trace.input ?? "", b.trace.input ?? "")),
        h("section.block", null, h("header", null, h("h3", null, "Output: what differs")), diffView(a.trace.output ?? "", b.trace.output ?? "")),
        h("div.side-by-side", null, [a, b].map(({ trace }, i) => valueBlock(`Output of ${"AB"[i]}`, trace.output, null, "no output was recorded"))));
}

/** @typedef {[name: string, value: (data: any) => number | undefined, format: (n: any) => string, lessIsBetter: boolean]} Figure */

function figures(a, b) {
    const t = (data) => data.trace;
    /** @type {Figure[]} */
    const rows = [
        ["Latency", (d) => t(d).latency, duration, true],
        ["Cost", (d) => t(d).cost, cost, true],
        ["Tokens in", (d) => t(d).tokens?.input, count, true],
        ["Tokens out", (d) => t(d).tokens?.output, count, true],
        ["Observations", (d) => d.observations.length, count, true],
        ["Errors", (d) => t(d).errors, count, true],
    ];
    const names = [...new Set([...a.scores, ...b.scores].filter((score) => !score.observation && typeof score.value === "number").map((score) => score.name))];
    for (const name of names) rows.push([name, (d) => d.scores.find((score) => score.name === name && !score.observation)?.value, (n) => (n === undefined || n === null ? "–" : scoreValue(n)), false]);
    const link = (data, letter) => h("th.number", null, h("span.side", null, letter), " ", h("a", { href: `/trace/${t(data).id}`, dir: "auto" }, t(data).name || t(data).id.slice(0, 8)), h("div.dim", null, fullTime(t(data).start).slice(0, 19)));
    return h("table.figures", null,
        h("thead", null, h("tr", null, h("th"), link(a, "A"), link(b, "B"), h("th.number", null, "B − A"))),
        h("tbody", null, rows.map(([name, value, format, less]) => h("tr", null, h("td", null, name), h("td.number", null, format(value(a))), h("td.number", null, format(value(b))), change(value(a), value(b), format, less)))));
}

/** The difference, with its sign and its share. @param {any} a @param {any} b @param {(n: number) => string} format @param {boolean} less is better */
function change(a, b, format, less) {
    if (typeof a !== "number" || typeof b !== "number") return h("td.number.dim", null, "–");
    const by = b - a;
    if (Math.abs(by) < 1e-12) return h("td.number.dim", null, "=");
    const share = a ? ` ${by > 0 ? "+" : "−"}${Math.abs((100 * by) / a).toFixed(0)}%` : "";
    return h("td.number", { class: (by < 0) === less ? "good" : "worse" }, `${by > 0 ? "+" : "−"}${format(Math.abs(by))}`, h("span.dim", null, share));
}

function tree(left, right) {
    const total = Math.max(...[left, right].map((model) => model.span.to - model.span.from));
    const length = (node) => (node.end ?? Date.now()) - node.start;
    const bar = (model, node, side) => node ? h("td.lane-cell", null, h("span.lane", null, h(`span.obs-bar.side-${side}`, {
        style: { left: `${(100 * (node.start - model.span.from)) / total}%`, width: `max(2px, ${(100 * length(node)) / total}%)` },
        class: `type-${node.obs.type.toLowerCase()}`, title: `${node.obs.name}: ${duration(length(node))}, ${exactCost(node.cost)}`,
    }))) : h("td.lane-cell", null);
    return h("div.compare-tree", null, h("table", null,
        h("thead", null, h("tr", null, h("th", null, "Observation"), h("th", null, "A"), h("th", null, "B"), h("th.number", null, "A"), h("th.number", null, "B"), h("th.number", null, "B − A"))),
        h("tbody", null, align(left.order, right.order).slice(0, 2000).map(([a, b]) => {
            const node = a ?? b;
            const only = !b ? "only-a" : !a ? "only-b" : "";
            const link = (model, node) => node ? h("a", { href: `/trace/${model.data.trace.id}?obs=${node.obs.id}` }, duration(length(node))) : h("span.dim", null, "–");
            return h("tr", { class: only },
                h("td", null, h("span.node", { style: { "padding-left": `${Math.min(node.depth, 20) * 14}px` } }, typeMark(node.obs.type), h("span.clip", { dir: "auto", class: [a, b].some((one) => one?.obs.level === "ERROR") ? "bad" : "" }, a && b && a.obs.name !== b.obs.name ? `${a.obs.name} → ${b.obs.name}` : node.obs.name), only ? h("span.chip", null, only === "only-a" ? "only A" : "only B") : null)),
                bar(left, a, "a"), bar(right, b, "b"), h("td.number", null, link(left, a)), h("td.number", null, link(right, b)),
                a && b ? change(length(a), length(b), duration, true) : h("td.number.dim", null, "–"));
        }))));
}
