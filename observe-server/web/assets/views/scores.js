// Scores by name: how they are distributed, and how they went over time.

import { bars, ceiling, chart } from "../chart.js";
import { h, s } from "../dom.js";
import { count, plural, scoreValue, short } from "../format.js";
import { quote } from "../query.js";
import { searched } from "../searched.js";

/** @type {import("../router.js").View} */
export function scores(root, route) {
    return searched(root, route, "scores/summary", ({ names }, q) => (names.length ? h("div.cards", null, names.map(card)) : none(q)));
}

function none(q) {
    return h("div.welcome", null,
        h("h2", null, q ? "No scores match" : "No scores yet"),
        h("p", null, "A score says how good a trace or an observation was: a number, a category, or yes and no."),
        h("div.code", null, h("pre", null, 'observe::score_current_trace(Score::new("helpfulness", 0.85));')),
        h("p", null, "Or open a trace and press ", h("kbd", null, "s"), "."));
}

function card(score) {
    const { name, dataType, count: n, mean, histogram, values, trend } = score;
    const filter = (value) => `/?q=${encodeURIComponent(`scores.${quote(name)}:${value}`)}`;
    const share = dataType === "BOOLEAN";
    return h("section.card", null,
        h("header", null, h("h3", null, h("a", { href: `/?q=${encodeURIComponent(`has:scores.${quote(name)}`)}`, title: "The traces that have it" }, name)),
            mean !== null && mean !== undefined ? h("b.figure", { title: share ? "share of true" : "mean" }, share ? `${(mean * 100).toFixed(1)}%` : scoreValue(mean)) : null,
            h("span.dim", null, mean === null || mean === undefined ? "" : share ? "true" : "mean"), h("span.space"), h("span.dim", null, plural(n, "score"))),
        h("div.score-body", null,
            h("div", null, histogram ? distribution(histogram, name) : null, values ? bars(values.map((one) => ({ label: String(one.value), value: one.count, text: count(one.count), href: filter(quote(String(one.value))) }))) : null),
            trend?.length && dataType !== "CATEGORICAL" ? chart({
                starts: trend.map((one) => one.start), step: trend.length > 1 ? Date.parse(trend[1].start) - Date.parse(trend[0].start) : 1,
                series: [{ name: share ? "share of true" : "mean", values: trend.map((one) => one.mean), kind: "line", color: "c1" }],
                format: (value) => (share ? `${Math.round(value * 100)}%` : short(value)), height: 132, label: `${name} over time`,
                most: share ? 1 : ceiling(Math.max(...trend.map((one) => one.mean ?? 0), 0)),
            }) : trend?.length ? chart({
                starts: trend.map((one) => one.start), step: trend.length > 1 ? Date.parse(trend[1].start) - Date.parse(trend[0].start) : 1,
                series: [{ name: "scores", values: trend.map((one) => one.count), kind: "bar", color: "c1" }], format: short, height: 132, label: `${name} over time`,
            }) : null));
}

/** Each bar leads to the traces in it. */
function distribution(buckets, name) {
    const field = `scores.${quote(name)}`;
    const most = Math.max(1, ...buckets.map((bucket) => bucket.count));
    const step = 100 / buckets.length;
    return h("div.distribution", null,
        s("svg", { viewBox: "0 0 100 60", preserveAspectRatio: "none", role: "img", "aria-label": "Distribution" }, buckets.map((bucket, i) => bucket.count ? s("rect.c1", {
            x: i * step + step * 0.08, width: step * 0.84, y: 60 - (58 * bucket.count) / most, height: (58 * bucket.count) / most,
        }) : null)),
        h("div.distribution-hits", null, buckets.map((bucket) => h("a", {
            href: `/?q=${encodeURIComponent(`${field}:>=${bucket.from} ${field}:<=${bucket.to}`)}`, title: `${scoreValue(bucket.from)} to ${scoreValue(bucket.to)}: ${count(bucket.count)}`, "aria-label": `${scoreValue(bucket.from)} to ${scoreValue(bucket.to)}: ${count(bucket.count)}`,
        }))),
        h("div.distribution-ticks.dim", null, h("span", null, scoreValue(buckets[0]?.from)), h("span", null, scoreValue(buckets.at(-1)?.to))));
}
