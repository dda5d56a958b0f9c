// Keyboard: what keys do on this page, what they do everywhere, and the list of both behind `?`.

import { h, put } from "./dom.js";

/** @typedef {{ keys: string, does: string, run: (event: KeyboardEvent) => void, global?: boolean }} Key */

/** @type {Key[]} */
let bound = [];
let prefix = "";
let prefixTimer = 0;

/** @param {Omit<Key, "global">[]} keys for the view that is shown */
export function bind(keys) {
    bound.push(...keys);
}

/** @param {Omit<Key, "global">[]} keys for every view */
export function bindGlobal(keys) {
    bound.push(...keys.map((key) => ({ ...key, global: true })));
}

/** Forgets the view's keys. */
export function clear() {
    bound = bound.filter((key) => key.global);
}

/** Starts to listen. `keys` of an entry is a list of alternatives, each one key or two in a row: "j|ArrowDown", "g t". */
export function listen() {
    document.addEventListener("keydown", (event) => {
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
        const target = /** @type {HTMLElement} */ (event.target);
        const typing = target.matches?.("input, textarea, select, [contenteditable]") && !target.matches("[type=checkbox]");
        if (typing || target.closest?.("dialog, [role=menu]")) return;
        // Enter and space belong to the control that has the focus.
        if ((event.key === "Enter" || event.key === " ") && target.matches?.("a, button, summary")) return;
        const pressed = prefix ? `${prefix} ${event.key}` : event.key;
        clearTimeout(prefixTimer);
        prefix = "";
        const key = bound.findLast((key) => key.keys.split("|").includes(pressed));
        if (key) {
            event.preventDefault();
            key.run(event);
        } else if (bound.some((key) => key.keys.split("|").some((keys) => keys.startsWith(`${pressed} `)))) {
            prefix = pressed;
            prefixTimer = setTimeout(() => (prefix = ""), 1000);
        }
    });
}

const NAMES = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", " ": "Space" };

/** Shows every key that does something here. */
export function help() {
    const dialog = /** @type {HTMLDialogElement} */ (h("dialog.help", { "aria-label": "Keyboard" }));
    const row = (key) => h("tr", null,
        h("td", null, key.keys.split("|").map((keys, i) => [i ? " " : null, (keys === " " ? [keys] : keys.split(" ")).map((one) => h("kbd", null, NAMES[one] ?? one))])),
        h("td", null, key.does));
    const table = (name, keys) => keys.length ? [h("h3", null, name), h("table", null, h("tbody", null, keys.map(row)))] : null;
    put(dialog,
        h("header", null, h("h2", null, "Keyboard"), h("button.ghost", { onclick: () => dialog.close(), autofocus: true }, "Close")),
        table("On this page", bound.filter((key) => !key.global)),
        table("Everywhere", bound.filter((key) => key.global)));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.body.append(dialog);
    dialog.showModal();
}
