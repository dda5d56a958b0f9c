// Addresses and views. Every view is a function of its address: opening, reloading and going back show the same.
// A view may answer `update`, to be told of a change in its query instead of being built anew.

import { put } from "./dom.js";
import { clear as clearKeys } from "./keys.js";

/**
 * @typedef {object} Route
 * @property {string} path
 * @property {Record<string, string>} params
 * @property {URLSearchParams} query
 * @property {AbortSignal} signal ends when the view is left
 *
 * @typedef {(root: HTMLElement, route: Route) => ({ update?: (route: Route) => void } | void)} View
 */

/** @type {{ pattern: RegExp, names: string[], view: View, title: string }[]} */
const table = [];
let root = document.body;
/** @type {{ entry: any, key: string, controller: AbortController, update?: (route: Route) => void } | null} */
let shown = null;
/** @type {Set<(path: string) => void>} */
const listeners = new Set();

/** @param {string} pattern such as `/trace/:id` @param {View} view @param {string} title */
export function route(pattern, view, title) {
    const names = [...pattern.matchAll(/:(\w+)/g)].map((match) => match[1]);
    table.push({ pattern: new RegExp(`^${pattern.replace(/:\w+/g, "([^/]+)")}/?$`), names, view, title });
}

/** @param {HTMLElement} element where views go */
export function start(element) {
    root = element;
    addEventListener("popstate", show);
    document.addEventListener("click", (event) => {
        const link = /** @type {Element} */ (event.target).closest?.("a[href]");
        if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        if (link.hasAttribute("download") || link.getAttribute("target")) return;
        const url = new URL(/** @type {HTMLAnchorElement} */ (link).href);
        if (url.origin !== location.origin || !find(url.pathname)) return;
        event.preventDefault();
        go(url.pathname + url.search);
    });
    show();
}

/** @param {string} url @param {{ replace?: boolean }} [how] `replace` leaves no entry in the history */
export function go(url, { replace = false } = {}) {
    if (url === location.pathname + location.search) replace = true;
    history[replace ? "replaceState" : "pushState"](null, "", url);
    show();
}

/** Changes the query of the address: null removes. @param {Record<string, string | null>} changes @param {{ replace?: boolean }} [how] */
export function setQuery(changes, how) {
    const query = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(changes)) {
        if (value === null || value === "") query.delete(key);
        else query.set(key, value);
    }
    const text = query.toString();
    go(location.pathname + (text ? `?${text}` : ""), how);
}

/** Notes the query without telling the view, which already shows it. @param {Record<string, string | null>} changes */
export function noteQuery(changes) {
    const query = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(changes)) {
        if (value === null || value === "") query.delete(key);
        else query.set(key, value);
    }
    const text = query.toString();
    history.replaceState(null, "", location.pathname + (text ? `?${text}` : ""));
}

/** @param {(path: string) => void} listener */
export function onRoute(listener) {
    listeners.add(listener);
}

/** @param {string} name */
export function title(name) {
    document.title = name ? `${name} · observe` : "observe";
}

function find(path) {
    for (const entry of table) {
        const match = entry.pattern.exec(path);
        if (!match) continue;
        const params = Object.fromEntries(entry.names.map((name, i) => [name, decode(match[i + 1])]));
        return { entry, params };
    }
    return null;
}

function decode(part) {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

function show() {
    const path = location.pathname;
    const found = find(path) ?? find("/404");
    const key = JSON.stringify(found?.params);
    const query = new URLSearchParams(location.search);
    if (shown?.entry === found?.entry && shown.key === key && shown.update) {
        shown.update({ path, params: found.params, query, signal: shown.controller.signal });
    } else {
        shown?.controller.abort();
        clearKeys();
        const controller = new AbortController();
        title(found.entry.title);
        put(root);
        shown = { entry: found.entry, key, controller };
        const answer = found.entry.view(root, { path, params: found.params, query, signal: controller.signal });
        if (answer) shown.update = answer.update?.bind(answer);
        root.scrollTop = 0;
    }
    for (const listener of listeners) listener(path);
}
