// Searches that one made lately, and those one keeps.

import { h, icon } from "./dom.js";
import { menuButton } from "./menu.js";

const RECENT = "observe.searches.recent";
const KEPT = "observe.searches.kept";
const MOST_RECENT = 12;
const MOST_KEPT = 100;

/** @param {string} key @returns {string[]} */
function list(key) {
    try {
        const saved = JSON.parse(localStorage.getItem(key) ?? "[]");
        return Array.isArray(saved) ? saved.filter((one) => typeof one === "string" && one) : [];
    } catch {
        return [];
    }
}

/** Puts a query in front of a list, once. */
function put(key, query, most) {
    localStorage.setItem(key, JSON.stringify([query, ...list(key).filter((one) => one !== query)].slice(0, most)));
}

function drop(key, query) {
    localStorage.setItem(key, JSON.stringify(list(key).filter((one) => one !== query)));
}

/** A search was made. @param {string} query */
export function searched(query) {
    if (query) put(RECENT, query, MOST_RECENT);
}

/** The button with the menu of both. @param {() => string} query what is searched for now @param {(query: string) => void} search */
export function searchesButton(query, search) {
    return menuButton(icon("bookmark"), (close) => {
        const now = query().trim();
        const kept = list(KEPT);
        const recent = list(RECENT).filter((one) => !kept.includes(one));
        const keep = (key, one) => h("button.ghost.small", { type: "button", title: `Keep ${one}`, "aria-label": `Keep ${one}`, onclick: () => act(() => (put(KEPT, one, MOST_KEPT), drop(key, one))) }, icon("bookmark"));
        const forget = (key, one) => h("button.ghost.small", { type: "button", title: `Forget ${one}`, "aria-label": `Forget ${one}`, onclick: () => act(() => drop(key, one)) }, icon("close"));
        const act = (what) => {
            what();
            close();
        };
        const rows = (key, queries) => queries.map((one) => h("div.search-row", null,
            h("button.item", { type: "button", role: "menuitem", title: one, onclick: () => act(() => search(one)) }, h("code.clip", null, one)),
            key === RECENT ? keep(key, one) : null, forget(key, one)));
        return [
            now && !kept.includes(now) ? h("button.item", { type: "button", role: "menuitem", onclick: () => act(() => put(KEPT, now, MOST_KEPT)) }, icon("bookmark"), "Keep this search") : null,
            kept.length ? h("h4.menu-head", null, "Kept") : null, rows(KEPT, kept),
            recent.length ? h("h4.menu-head", null, "Recent") : null, rows(RECENT, recent),
            kept.length || recent.length || now ? null : h("p.dim.menu-none", null, "Searches stand here once you made them."),
        ];
    }, { title: "Recent and kept searches (r)", class: "searches" });
}
