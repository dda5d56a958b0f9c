// The facets beside a list: what values there are under the current query, how many traces each has, and which are chosen.

import { h, icon, put } from "./dom.js";
import { count, short } from "./format.js";
import { chosen, toggle } from "./query.js";

const NAMES = { name: "Name", level: "Level", user: "User", session: "Session", tag: "Tag", model: "Model", environment: "Environment", type: "Type", score: "Score" };
const ORDER = ["level", "name", "tag", "model", "user", "environment", "score", "session", "type"];
const SHOWN = 6;

export class Facets {
    /**
     * @param {(query: string) => void} change @param {(key: string) => void} more asks for completion of a field
     * @param {() => void} ask asks the server again
     */
    constructor(change, more, ask) {
        this.ask = ask;
        this.change = change;
        this.more = more;
        this.query = "";
        this.open = new Set();
        /** @type {Set<string>} */
        this.folded = new Set(JSON.parse(localStorage.getItem("observe.facets") ?? '["session","type"]'));
        this.element = h("aside.facets", { "aria-label": "Filters" });
        /** @type {any[]} */
        this.facets = [];
    }

    /** The facets whose values are seen: those that are folded cost nothing. @param {string} query */
    wanted(query) {
        return ORDER.filter((key) => !this.folded.has(key) || Object.values(chosen(query, key)).some((list) => list.length)).join(",");
    }

    /** @param {string} query @param {any[]} facets */
    show(query, facets) {
        this.query = query;
        this.facets = facets;
        const known = new Map(facets.map((facet) => [facet.key, facet]));
        // The list is drawn anew while it may have the focus: the same control gets it back.
        const held = this.element.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.facet : null;
        const asked = this.wanted(query).split(",");
        put(this.element, ORDER.map((key) => known.get(key) ?? (asked.includes(key) ? null : { key, values: [], more: false })).filter(Boolean).map((facet) => this.#section(facet)));
        if (held) /** @type {HTMLElement | undefined} */ ([...this.element.querySelectorAll("[data-facet]")].find((one) => /** @type {HTMLElement} */ (one).dataset.facet === held))?.focus();
    }

    #section({ key, values, more }) {
        const { only, not } = chosen(this.query, key);
        const listed = new Set(values.map(({ value }) => value));
        // What is chosen stays visible even when nothing has it.
        const extra = [...only, ...not].filter((value) => !listed.has(value)).map((value) => ({ value, count: 0 }));
        const all = [...extra, ...values];
        const folded = this.folded.has(key) && !only.length && !not.length;
        if (!all.length && !folded) return null;
        const wide = this.open.has(key);
        const shown = folded ? [] : wide ? all : all.slice(0, SHOWN);
        const most = Math.max(1, ...all.map((one) => one.count));
        return h("section", null,
            h("button.facet-head", {
                type: "button", "aria-expanded": String(!folded), dataset: { facet: key },
                onclick: () => this.#fold(key, !folded),
            }, icon("chevron"), NAMES[key] ?? key, only.length + not.length ? h("span.badge", null, only.length + not.length) : null),
            h("ul", null, shown.map((one) => this.#value(key, one, only, not, most))),
            !folded && all.length > SHOWN && !wide
                ? h("button.facet-more", { type: "button", onclick: () => { this.open.add(key); this.show(this.query, this.facets); } }, `${all.length - SHOWN} more`)
                : !folded && more ? h("button.facet-more", { type: "button", onclick: () => this.more(key) }, "Search for others…") : null);
    }

    #value(key, one, only, not, most) {
        const state = only.includes(one.value) ? "only" : not.includes(one.value) ? "not" : "";
        const label = one.value === "" ? "(empty)" : one.value;
        return h("li", { class: state },
            h("button.facet-value", {
                type: "button", title: label, "aria-pressed": String(state === "only"), dataset: { facet: `${key}:${one.value}` },
                onclick: () => this.change(toggle(this.query, key, one.value, state === "not")),
            },
            h("span.box", null, state === "only" ? icon("check") : state === "not" ? icon("minus") : null),
            h(`span.label${key === "level" ? `.level-${one.value}` : ""}`, { dir: "auto" }, label),
            h("span.count", { title: count(one.count) }, short(one.count)),
            h("span.share", { style: { width: `${(90 * one.count) / most}%` } })),
            h("button.ghost.facet-not", {
                type: "button", title: `Exclude ${label}`, "aria-label": `Exclude ${label}`,
                onclick: () => this.change(toggle(this.query, key, one.value, true)),
            }, icon("minus")));
    }

    #fold(key, fold) {
        if (fold) this.folded.add(key);
        else this.folded.delete(key);
        localStorage.setItem("observe.facets", JSON.stringify([...this.folded]));
        this.show(this.query, this.facets);
        if (!fold) this.ask();
    }
}
