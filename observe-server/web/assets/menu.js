// Panels that open below a button: menus, choosers. One at a time; Escape and a click elsewhere close it.

import { h } from "./dom.js";

/** @type {{ close: () => void, button: HTMLElement } | null} */
let open = null;

/**
 * A button that opens a panel.
 * @param {import("./dom.js").Child} label @param {(close: () => void) => import("./dom.js").Child} content
 * @param {{ title?: string, class?: string }} [options]
 */
export function menuButton(label, content, options = {}) {
    const button = h("button.ghost", {
        type: "button",
        title: options.title,
        class: options.class,
        "aria-label": options.title,
        "aria-haspopup": "true",
        "aria-expanded": "false",
        onclick: () => {
            const again = open?.button === button;
            open?.close();
            if (!again) show(button, content);
        },
    }, label);
    return button;
}

function show(button, content) {
    const panel = h("div.menu", { role: "menu" });
    const close = () => {
        panel.remove();
        button.setAttribute("aria-expanded", "false");
        document.removeEventListener("pointerdown", outside, true);
        document.removeEventListener("keydown", keys, true);
        open = null;
    };
    const outside = (event) => {
        if (!panel.contains(event.target) && !button.contains(event.target)) close();
    };
    const keys = (event) => {
        if (event.key === "Escape") {
            event.stopPropagation();
            close();
            button.focus();
        } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            const items = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll("button, input, a")]);
            const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
            const next = items[(at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length];
            if (next) {
                event.preventDefault();
                next.focus();
            }
        }
    };
    panel.append(...[content(close)].flat(Infinity).filter(Boolean));
    document.body.append(panel);
    const anchor = button.getBoundingClientRect();
    panel.style.top = `${anchor.bottom + 4}px`;
    // What it shows may come later, and be wider.
    new ResizeObserver(() => (panel.style.left = `${Math.max(8, Math.min(anchor.left, innerWidth - panel.offsetWidth - 8))}px`)).observe(panel);
    panel.style.maxHeight = `${innerHeight - anchor.bottom - 16}px`;
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("keydown", keys, true);
    open = { close, button };
    /** @type {HTMLElement | null} */ (panel.querySelector("button, input, a"))?.focus({ preventScroll: true });
}

/** One line of a menu. @param {import("./dom.js").Child} label @param {() => void} run @param {{ checked?: boolean, hint?: string }} [options] */
export function item(label, run, { checked, hint } = {}) {
    return h("button.item", {
        type: "button",
        role: checked === undefined ? "menuitem" : "menuitemradio",
        "aria-checked": checked === undefined ? null : String(checked),
        onclick: run,
    }, h("span.tick", null, checked ? "✓" : ""), h("span", null, label), hint ? h("span.hint", null, hint) : null);
}

let toasts = null;

/** Says something for a moment. @param {string} message @param {"info" | "error"} [kind] */
export function toast(message, kind = "info") {
    if (!toasts) document.body.append((toasts = h("div.toasts", { role: "status", "aria-live": "polite" })));
    const one = h(`div.toast.${kind}`, null, message);
    toasts.append(one);
    setTimeout(() => one.remove(), kind === "error" ? 8000 : 3000);
}
