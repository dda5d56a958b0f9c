// The time range: a histogram of what the query finds, on which one drags to choose a part, and a menu of usual ranges.

import { h, put, s } from "./dom.js";
import { count, fullTime, plural, tickTimes } from "./format.js";
import { item, menuButton } from "./menu.js";
import { range, setRange, setSince } from "./query.js";

const RANGES = [["15m", "15 minutes"], ["1h", "hour"], ["6h", "6 hours"], ["24h", "24 hours"], ["7d", "7 days"], ["30d", "30 days"]];

/** The button that says the range and opens the menu. @param {() => string} query @param {(query: string) => void} change */
export function rangeButton(query, change) {
    const label = h("span");
    const button = menuButton(label, (close) => {
        const now = range(query());
        const choose = (since) => {
            close();
            change(setSince(query(), since));
        };
        return [
            item("All time", () => choose(null), { checked: !now.since && !now.from && !now.to }),
            ...RANGES.map(([since, name]) => item(`Last ${name}`, () => choose(since), { checked: now.since === since })),
        ];
    }, { title: "Time range", class: "range" });
    const update = () => put(label, words(range(query())));
    update();
    return { button, update };
}

function words({ since, from, to }) {
    if (since) return `Last ${RANGES.find(([one]) => one === since)?.[1] ?? since}`;
    if (!from && !to) return "All time";
    const show = (iso) => (iso ? fullTime(iso).slice(5, 16) : "…");
    return `${show(from)} – ${show(to)}`;
}

export class Histogram {
    /** @param {() => string} query @param {(query: string) => void} change */
    constructor(query, change) {
        this.query = query;
        this.change = change;
        this.plot = s("svg.hist-plot", { role: "img", preserveAspectRatio: "none" });
        this.ticks = h("div.hist-ticks", { "aria-hidden": "true" });
        this.band = h("div.hist-band", { hidden: true });
        this.tip = h("div.tip", { hidden: true });
        this.element = h("div.hist", {
            title: "Drag to choose a time range, double-click for all",
            onpointerdown: (event) => this.#down(event),
            onpointermove: (event) => this.#move(event),
            onpointerup: (event) => this.#up(event),
            onpointerleave: () => (this.tip.hidden = true),
            ondblclick: () => this.change(setSince(this.query(), null)),
        }, this.plot, this.ticks, this.band, this.tip);
        this.data = null;
        this.from = null;
        new ResizeObserver(() => this.#tick()).observe(this.element);
    }

    /** @param {{ from: string, to: string, step: number, buckets: { start: string, count: number, errors: number }[] }} data */
    show(data) {
        this.data = data.buckets.length ? data : null;
        this.element.classList.toggle("empty", !this.data);
        const n = data.buckets.length;
        const most = Math.max(1, ...data.buckets.map((bucket) => bucket.count));
        this.plot.setAttribute("viewBox", `0 0 ${Math.max(n, 1) * 10} 40`);
        const bar = (kind, i, low, size) => size ? s(`rect.${kind}`, { x: i * 10 + 1, width: 8, y: 40 - ((low + size) / most) * 39, height: Math.max((size / most) * 39, 0.8) }) : null;
        put(this.plot, data.buckets.map((bucket, i) => [
            bar("ok", i, bucket.errors, bucket.count - bucket.errors),
            bar("bad", i, 0, bucket.errors),
        ]));
        const total = data.buckets.reduce((sum, bucket) => sum + bucket.count, 0);
        this.plot.setAttribute("aria-label", `${plural(total, "trace")} over time`);
        this.#tick();
    }

    #tick() {
        put(this.ticks);
        if (!this.data) return;
        const from = Date.parse(this.data.from);
        const span = Date.parse(this.data.to) - from;
        const n = Math.max(2, Math.min(6, Math.floor(this.plot.clientWidth / 100)));
        const dates = Array.from({ length: n }, (_, i) => new Date(from + (span * (i + 0.5)) / n));
        put(this.ticks, tickTimes(dates, span / n).map((label) => h("span", null, label)));
    }

    #at(event) {
        const box = this.plot.getBoundingClientRect();
        return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    }

    #time(share) {
        const from = Date.parse(this.data.from);
        return from + share * (Date.parse(this.data.to) - from);
    }

    #down(event) {
        if (!this.data || event.button) return;
        this.from = this.#at(event);
        this.element.setPointerCapture(event.pointerId);
    }

    #move(event) {
        if (!this.data) return;
        const at = this.#at(event);
        if (this.from !== null) this.#mark(this.from, at);
        const i = Math.min(Math.floor(at * this.data.buckets.length), this.data.buckets.length - 1);
        const bucket = this.data.buckets[i];
        this.tip.hidden = false;
        put(this.tip, h("b", null, plural(bucket.count, "trace")), bucket.errors ? h("span.bad", null, ` ${count(bucket.errors)} with errors`) : null, h("div.dim", null, fullTime(bucket.start).slice(0, 19)));
        const box = this.element.getBoundingClientRect();
        this.tip.style.left = `${Math.min(event.clientX - box.left + 12, box.width - this.tip.offsetWidth - 4)}px`;
    }

    #mark(a, b) {
        this.band.hidden = false;
        this.band.style.left = `${Math.min(a, b) * 100}%`;
        this.band.style.width = `${Math.abs(a - b) * 100}%`;
    }

    #up(event) {
        if (this.from === null || !this.data) return;
        const [a, b] = [this.from, this.#at(event)].sort((x, y) => x - y);
        this.from = null;
        this.band.hidden = true;
        const n = this.data.buckets.length;
        if ((b - a) * n < 0.4) return;
        // Whole buckets, so that the bars one saw are the bars one gets.
        const from = new Date(this.#time(Math.floor(a * n) / n));
        const to = new Date(this.#time(Math.ceil(b * n) / n));
        this.change(setRange(this.query(), from.toISOString(), to.toISOString()));
    }
}
