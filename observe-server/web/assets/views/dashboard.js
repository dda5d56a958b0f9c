// How it went over time: traces and errors, latency, tokens, cost, and who and what they were for.

import { bars, chart, legend } from "../chart.js";
import { h, put } from "../dom.js";
import { nothing, welcome } from "../empty.js";
import { cost, count, duration, exactCost, plural, short, tickDuration } from "../format.js";
import { quote } from "../query.js";
import { setQuery } from "../router.js";
import { searched } from "../searched.js";

/** @type {import("../router.js").View} */
export function dashboard(root, route) {
    return searched(root, route, "dashboard", (answer, q) => draw(answer, q, route.signal));
}

function draw({ series, starts, step, by }, q, signal) {
    const sum = (values) => values.reduce((all, value) => all + (value ?? 0), 0);
    const traces = sum(series.traces);
    if (!traces) return q ? nothing(q, () => setQuery({ q: null })) : welcome(signal);
    const errors = sum(series.errors);
    const tokens = sum(series.tokens);
    const money = sum(series.cost);
    const worst = (values) => Math.max(...values.map((value) => value ?? 0));
    const card = (name, value, list, format, tick = format) => h("section.card", null,
        h("header", null, h("h3", null, name), h("b.figure", null, value), h("span.space"), list.length > 1 ? legend(list) : null),
        chart({ starts, step, series: list, format, tick, label: name }));
    return [
        h("div.tiles", null,
            tile("Traces", count(traces)), tile("With errors", count(errors), `${((100 * errors) / traces).toFixed(errors && errors < traces / 100 ? 2 : 1)}%`, errors > 0),
            tile("Slowest p95", duration(worst(series.p95))), tile("Tokens", short(tokens), tokens > 9999 ? count(tokens) : ""), tile("Cost", cost(money), `${cost(money / traces)} a trace`)),
        h("div.cards", null,
            card("Traces", plural(traces, "trace"), [{ name: "all", values: series.traces, kind: "bar", color: "c1" }, { name: "with errors", values: series.errors, kind: "bar", color: "cbad" }], short),
            card("Latency", "", [{ name: "p50", values: series.p50, kind: "line", color: "c1" }, { name: "p95", values: series.p95, kind: "line", color: "c2" }, { name: "p99", values: series.p99, kind: "line", color: "c3" }], duration, tickDuration),
            card("Tokens", count(tokens), [{ name: "tokens", values: series.tokens, kind: "bar", color: "c4" }], short),
            card("Cost", cost(money), [{ name: "cost", values: series.cost, kind: "bar", color: "c5" }], cost, (usd) => cost(usd).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, ""))),
        h("div.cards.three", null, [["model", "By model", "model:"], ["name", "By name", "name:="], ["user", "By user", "user:"]].map(([key, name, field]) => ranking(name, by[key] ?? [], field))),
    ];
}

function ranking(name, rows, field) {
    const box = h("div");
    const choose = h("span.switch", { role: "group", "aria-label": `${name}, ranked by` });
    const show = (by) => {
        put(choose, ["cost", "tokens", "observations"].map((one) => h("button", { type: "button", "aria-pressed": String(one === by), onclick: () => show(one) }, one === "observations" ? "count" : one)));
        const sorted = [...rows].sort((a, b) => (b[by] ?? 0) - (a[by] ?? 0)).slice(0, 10);
        put(box, sorted.length ? bars(sorted.map((row) => ({
            label: row.key || "(none)", value: row[by] ?? 0, text: by === "cost" ? cost(row.cost || null) : count(row[by]),
            href: row.key ? `/?q=${encodeURIComponent(field + quote(row.key))}` : undefined,
            title: `${row.key}: ${plural(row.observations, "observation")}, ${count(row.tokens)} tokens, ${exactCost(row.cost)}`,
        }))) : h("p.dim", null, "Nothing named."));
    };
    show(rows.some((row) => row.cost) ? "cost" : "observations");
    return h("section.card", null, h("header", null, h("h3", null, name), h("span.space"), choose), box);
}

function tile(name, value, hint, bad = false) {
    return h("div.tile", null, h("div.dim", null, name), h("b", { class: bad ? "bad" : "" }, value), hint ? h("span.dim", null, ` ${hint}`) : null);
}
