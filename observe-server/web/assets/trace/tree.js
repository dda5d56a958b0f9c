// The tree and the waterfall in one list: left what called what, right when it ran, on one time axis.

import { h, icon, put } from "../dom.js";
import { cost, count, duration, exactCost, moment, plural, scoreValue } from "../format.js";
import { Rows } from "../window.js";
import { Axis } from "./timeline.js";

const HEIGHT = 28;
const STEP = 14;
/** For a name, at least. */
const ROOM = 140;
/** @type {Map<string, string>} */
const LETTERS = new Map(Object.entries({ SPAN: "S", GENERATION: "G", EMBEDDING: "E", RETRIEVER: "R", TOOL: "T", AGENT: "A", CHAIN: "C", EVALUATOR: "V", GUARDRAIL: "!", EVENT: "•" }));

/** The mark of a type: a letter on its colour. @param {string} type */
export function typeMark(type) {
    const known = LETTERS.has(type) ? type.toLowerCase() : "span";
    return h("span.type", { class: `type-${known}`, title: type.toLowerCase(), "aria-label": type.toLowerCase() }, LETTERS.get(type) ?? type.slice(0, 1));
}

export class Tree {
    /** @param {(id: string | null) => void} select null is the trace itself */
    constructor(select) {
        this.select = select;
        /** @type {import("./model.js").Model | null} */
        this.model = null;
        /** @type {(import("./model.js").Node | null)[]} */
        this.list = [];
        /** @type {string | null} */
        this.selected = null;
        /** @type {Set<string>} */
        this.matches = new Set();
        this.axis = new Axis(() => this.#place());
        this.rows = new Rows({ height: HEIGHT, role: "treegrid", label: "Observations", render: (i) => this.#row(i) });
        this.grid = h("div.grid-lines", { "aria-hidden": "true" });
        this.head = h("span", null, "Observation");
        new ResizeObserver(() => this.#indent()).observe(this.head);
        this.element = h("div.tree", null, h("div.tree-head", { role: "presentation" }, this.head, this.axis.element), h("div.tree-body", null, this.grid, this.rows.element));
    }

    /** However deep it goes, names have room: the deeper the deepest, the smaller the steps. */
    #indent() {
        const deepest = this.list.reduce((most, node) => Math.max(most, node ? node.depth + 1 : 0), 1);
        this.element.style.setProperty("--step", `${Math.max(0.5, Math.min(STEP, (this.head.clientWidth - ROOM) / deepest))}px`);
    }

    /** @param {import("./model.js").Model} model */
    show(model) {
        this.model = model;
        this.scores = new Map();
        for (const score of model.data.scores) {
            const at = score.observation ?? null;
            this.scores.set(at, [...(this.scores.get(at) ?? []), score]);
        }
        this.comments = new Set(model.data.comments.map((comment) => comment.observation ?? null));
        this.refresh();
    }

    /** After folding, or new data. */
    refresh() {
        if (!this.model) return;
        this.list = [null, ...this.model.visible];
        this.#indent();
        this.axis.fit(this.model.span);
        this.rows.focused = this.#index(this.selected);
        this.rows.resize(this.list.length);
        this.rows.redraw();
        this.#place();
    }

    /** While something runs: the axis and the bars follow the clock. */
    tick() {
        if (!this.model) return;
        this.axis.fit(this.model.span);
        this.#place();
    }

    #index(id) {
        return this.list.findIndex((node) => (node ? node.obs.id : null) === id);
    }

    /** @param {string | null} id */
    choose(id) {
        this.selected = id;
        if (id) this.model?.reveal(id);
        if (id && this.#index(id) < 0) this.refresh();
        this.rows.focus(this.#index(id));
    }

    /** @param {number} by */
    move(by) {
        const at = Math.max(0, Math.min(this.list.length - 1, this.#index(this.selected) + by));
        const node = this.list[at];
        this.select(node ? node.obs.id : null);
    }

    first() {
        this.select(null);
    }

    last() {
        this.select(this.list.at(-1)?.obs.id ?? null);
    }

    /** Left: fold, or to the parent. */
    left() {
        const node = this.list[this.#index(this.selected)];
        if (!node || !this.model) return;
        if (node.children.length && !this.model.folded.has(node.obs.id)) this.fold(node.obs.id, true);
        else this.select(node.parent?.obs.id ?? null);
    }

    /** Right: unfold, or to the first child. */
    right() {
        const node = this.list[this.#index(this.selected)];
        if (!this.model) return;
        if (node && this.model.folded.has(node.obs.id) && node.children.length) this.fold(node.obs.id, false);
        else if (!node || node.children.length) this.move(1);
    }

    /** @param {string} id @param {boolean} fold */
    fold(id, fold) {
        if (!this.model) return;
        if (fold) this.model.folded.add(id);
        else this.model.folded.delete(id);
        this.refresh();
    }

    #row(i) {
        const node = this.list[i];
        return node ? this.#observation(node) : this.#trace();
    }

    #trace() {
        const { trace } = /** @type {any} */ (this.model).data;
        return h("div", { role: "row", id: "obs-trace", "aria-level": "1", "aria-selected": String(this.selected === null), class: this.selected === null ? "selected" : "", onclick: () => this.select(null) },
            h("span.node", { role: "rowheader" }, h("span.twig"), h("span.type.type-trace", { title: "the trace" }, "≡"), h("b.clip", { dir: "auto" }, trace.name || "trace"), this.#marks(null)),
            h("span.lane", { role: "gridcell" }, h("span.bar-label.trace-label", null)));
    }

    /** @param {import("./model.js").Node} node */
    #observation(node) {
        const { obs, depth, children } = node;
        const model = /** @type {import("./model.js").Model} */ (this.model);
        const folded = model.folded.has(obs.id);
        const on = this.selected === obs.id;
        const flags = [on ? "selected" : "", obs.level === "ERROR" ? "bad" : obs.level === "WARNING" ? "warn" : obs.level === "DEBUG" ? "debug" : "", this.matches.has(obs.id) ? "match" : ""];
        return h("div", {
            role: "row", id: `obs-${obs.id}`, "aria-level": String(depth + 2), "aria-selected": String(on), "aria-expanded": children.length ? String(!folded) : null,
            class: flags.join(" "), dataset: { obs: obs.id }, onclick: () => this.select(obs.id),
        },
        h("span.node", { role: "rowheader", style: { "--depth": String(depth + 1) } },
            children.length
                ? h("button.twig", { type: "button", tabindex: "-1", "aria-label": folded ? "Unfold" : "Fold", class: folded ? "" : "open", onclick: (event) => { event.stopPropagation(); this.fold(obs.id, !folded); } }, icon("chevron"))
                : h("span.twig"),
            typeMark(obs.type),
            h("span.clip.obs-name", { dir: "auto", title: obs.name }, obs.name || obs.type.toLowerCase()),
            folded ? h("span.folded-count", { title: plural(node.below, "observation") }, `+${count(node.below)}`) : null,
            this.#marks(obs.id),
            obs.level === "ERROR" ? h("span.mark.bad", { title: obs.statusMessage || "error" }, icon("error")) : obs.level === "WARNING" ? h("span.mark.warn", { title: obs.statusMessage || "warning" }, icon("warning")) : null,
            h("span.space"),
            node.cost ? h("span.node-cost", { title: `${exactCost(node.cost)}, ${plural(node.tokens, "token")}${node.below ? ", with all below" : ""}` }, cost(node.cost)) : null),
        this.#lane(node));
    }

    #marks(id) {
        const scores = this.scores?.get(id) ?? [];
        return [
            scores.slice(0, 2).map((score) => h("span.node-score", { title: `${score.name}: ${scoreValue(score.value)}` }, scoreValue(score.value))),
            scores.length > 2 ? h("span.node-score", null, `+${scores.length - 2}`) : null,
            this.comments?.has(id) ? h("span.node-score", { title: "has a comment" }, "✎") : null,
        ];
    }

    #lane(node) {
        const { obs } = node;
        const model = /** @type {import("./model.js").Model} */ (this.model);
        const type = LETTERS.has(obs.type) ? obs.type.toLowerCase() : "span";
        const lane = h("span.lane", { role: "gridcell" },
            h("span.obs-bar", { class: `type-${type} ${obs.running ? "is-running" : ""} ${model.critical.has(obs.id) ? "critical" : ""} ${obs.type === "EVENT" ? "point" : ""}` }, obs.completionStart ? h("span.first-token") : null),
            (obs.events ?? []).slice(0, 50).map((event) => h("span.obs-event", { title: event.name, dataset: { at: String(moment(event.time)) } })),
            h("span.bar-label"));
        this.#placeLane(lane, node);
        return lane;
    }

    #place() {
        put(this.grid, this.axis.marks.map(({ time }) => h("i", { style: { left: `${this.axis.at(time)}%` } })));
        for (const [i, element] of this.rows.live) {
            const lane = /** @type {HTMLElement} */ (element.lastElementChild);
            const node = this.list[i];
            if (node) this.#placeLane(lane, node);
            else {
                const { from, to } = this.axis.full;
                /** @type {HTMLElement} */ (lane.firstElementChild).textContent = duration(to - from);
            }
        }
    }

    /** @param {HTMLElement} lane @param {import("./model.js").Node} node */
    #placeLane(lane, { obs, start, end }) {
        const stop = end ?? Math.max(Date.now(), start);
        const left = this.axis.at(start);
        const width = this.axis.at(stop) - left;
        const bar = /** @type {HTMLElement} */ (lane.firstElementChild);
        // What began with the last moment is still seen.
        bar.style.left = left > 99 && left <= 100 ? `min(${left}%, 100% - 3px)` : `${left}%`;
        bar.style.width = `max(2px, ${width}%)`;
        const token = /** @type {HTMLElement | null} */ (bar.firstElementChild);
        if (token) token.style.width = `${Math.max(0, Math.min(100, (100 * (moment(obs.completionStart) - start)) / Math.max(stop - start, 0.001)))}%`;
        for (const event of /** @type {NodeListOf<HTMLElement>} */ (lane.querySelectorAll(".obs-event"))) event.style.left = `${this.axis.at(Number(event.dataset.at))}%`;
        const label = /** @type {HTMLElement} */ (lane.lastElementChild);
        label.textContent = obs.type === "EVENT" ? "" : duration(stop - start) + (obs.running ? " …" : "");
        // Behind the bar where there is room, else before it, else on it.
        const right = left + width;
        const place = right < 84 ? "after" : left > 16 ? "before" : "on";
        label.className = `bar-label ${place}`;
        label.style.left = place === "after" ? `${Math.max(right, 0)}%` : "";
        label.style.right = place === "before" ? `${100 - left}%` : place === "on" ? `${Math.max(100 - right, 0)}%` : "";
    }
}
