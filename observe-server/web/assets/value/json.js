// A JSON value as a tree that folds. Children are built when they are first opened, and long lists in parts, so that a value of
// many megabytes opens at once.

import { copyButton, h, icon, put } from "../dom.js";
import { count, plural } from "../format.js";
import { cutAt, mediaOf, mediaView, withMedia } from "./media.js";

const PART = 100;
const LONG = 600;
const OPEN_ROWS = 40;

/** @param {any} value @param {{ open?: number }} [options] how many levels are open at first */
export function jsonTree(value, { open = openLevels(value) } = {}) {
    const tree = h("div.json", { role: "tree" }, node(null, value, open, "$"));
    tree.addEventListener("keydown", (event) => arrows(tree, event));
    return tree;
}

/** As many levels as fit without scrolling far. */
function openLevels(value) {
    let level = [value];
    let rows = 1;
    for (let depth = 0; depth < 8; depth++) {
        level = level.filter(isBranch).flatMap((one) => Object.values(one).slice(0, PART));
        rows += level.length;
        if (!level.length) return 99;
        if (rows > OPEN_ROWS) return Math.max(depth, 1);
    }
    return 8;
}

function isBranch(value) {
    return typeof value === "object" && value !== null;
}

/** @param {string | number | null} key @param {any} value @param {number} open @param {string} path */
function node(key, value, open, path) {
    const label = key === null ? null : [h(typeof key === "number" ? "span.json-index" : "span.json-key", null, String(key)), h("span.json-colon", null, ": ")];
    if (!isBranch(value)) return h("div.json-line", { role: "treeitem", title: path }, h("span.json-gap"), label, leaf(value), copyButton(() => (typeof value === "string" ? value : JSON.stringify(value)), "Copy the value"));
    const list = Array.isArray(value);
    const entries = list ? value.length : Object.keys(value).length;
    const [start, end] = list ? "[]" : "{}";
    if (!entries) return h("div.json-line", { role: "treeitem" }, h("span.json-gap"), label, h("span.dim", null, start + end));
    const children = h("div.json-children", { role: "group" });
    const summary = h("span.json-summary");
    const fold = h("button.json-fold", { type: "button", onclick: () => set(children.hidden) }, icon("chevron"), label, h("span.json-brace", null, start), summary);
    let built = false;
    const set = (show) => {
        if (show && !built) {
            built = true;
            build(children, value, list, open - 1, path);
        }
        children.hidden = !show;
        fold.setAttribute("aria-expanded", String(show));
        put(summary, show ? (list ? h("span.dim.json-count", null, plural(entries, "item")) : null) : [h("span.dim", null, preview(value, list)), end, h("span.dim.json-count", null, list ? plural(entries, "item") : plural(entries, "key"))]);
    };
    set(open > 0);
    return h("div.json-node", { role: "treeitem" }, h("div.json-line", { title: path }, fold, copyButton(() => JSON.stringify(value, null, 2), "Copy this part")), children);
}

function build(into, value, list, open, path) {
    // Vectors are read as one thing, not line by line.
    if (list && value.length > 8 && value.every((one) => typeof one === "number")) {
        const show = (n) => put(into, value.slice(0, n).map((one, i) => h("span.json-number", { title: `${path}[${i}]` }, String(one))),
            n < value.length ? h("button.json-more", { type: "button", onclick: () => show(n * 10) }, `${count(value.length - n)} more`) : null);
        into.classList.add("json-flow");
        return show(256);
    }
    const keys = list ? value.length : Object.keys(value);
    const length = list ? value.length : keys.length;
    const show = (from, to) => {
        for (let i = from; i < to; i++) {
            const key = list ? i : keys[i];
            into.append(node(key, value[key], open, list ? `${path}[${i}]` : `${path}.${key}`));
        }
    };
    if (length <= PART * 1.5) return show(0, length);
    show(0, PART);
    let shown = PART;
    const more = h("button.json-more", {
        type: "button",
        onclick: () => {
            more.remove();
            show(shown, (shown = Math.min(shown + PART * 5, length)));
            if (shown < length) {
                more.textContent = `${count(length - shown)} more`;
                into.append(more);
            }
        },
    }, `${count(length - shown)} more`);
    into.append(more);
}

function preview(value, list) {
    const parts = [];
    let size = 0;
    for (const [key, one] of Object.entries(value).slice(0, 12)) {
        const text = isBranch(one) ? (Array.isArray(one) ? "[…]" : "{…}") : JSON.stringify(typeof one === "string" ? one.slice(0, 30) : one) ?? "";
        parts.push(list ? text : `${key}: ${text}`);
        size += parts.at(-1).length;
        if (size > 70) break;
    }
    return parts.join(", ") + (parts.length < (list ? value.length : Object.keys(value).length) ? ", …" : "");
}

function leaf(value) {
    if (typeof value !== "string") return h(`span.json-${value === null ? "null" : typeof value}`, null, String(value));
    const media = mediaOf(value);
    if (media) return mediaView(media);
    const span = h("span.json-string", { dir: "auto" });
    const show = (end) => put(span, '"', withMedia(value.slice(0, end)), end >= value.length ? '"' : [
        "…", h("button.json-more", { type: "button", onclick: () => show(value.length) }, `${count(value.length - end)} more characters`),
    ]);
    show(value.length <= LONG ? LONG : cutAt(value, LONG));
    return span;
}

/** Up and down walk the folds, left and right close and open them. */
function arrows(tree, event) {
    const fold = event.target.closest?.(".json-fold");
    if (!fold || !event.key.startsWith("Arrow")) return;
    const all = [...tree.querySelectorAll(".json-fold")].filter((one) => one.offsetParent);
    const at = all.indexOf(fold);
    const open = fold.getAttribute("aria-expanded") === "true";
    if (event.key === "ArrowDown") all[at + 1]?.focus();
    else if (event.key === "ArrowUp") all[at - 1]?.focus();
    else if ((event.key === "ArrowRight") !== open) fold.click();
    event.preventDefault();
    event.stopPropagation();
}
