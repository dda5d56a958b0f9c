// A bar between two panes that one drags, or moves with the arrow keys; the place is remembered.

import { h } from "./dom.js";

/**
 * Sets `property` on the parent element, in pixels.
 * @param {string} key where it is remembered @param {string} property
 * @param {{ min: number, from: "left" | "right" }} options `from`: the side whose pane has that width
 */
export function splitter(key, property, { min, from }) {
    const bar = h("div.splitter", { role: "separator", tabindex: "0", "aria-orientation": "vertical", "aria-label": "Width of the panes" });
    const set = (width) => {
        const parent = /** @type {HTMLElement} */ (bar.parentElement);
        const most = parent.clientWidth - min;
        const fit = Math.max(min, Math.min(width, most));
        parent.style.setProperty(property, `${fit}px`);
        localStorage.setItem(key, String(fit));
    };
    const width = () => {
        const pane = from === "right" ? bar.nextElementSibling : bar.previousElementSibling;
        return pane?.getBoundingClientRect().width ?? min;
    };
    bar.addEventListener("pointerdown", (event) => {
        bar.setPointerCapture(event.pointerId);
        const start = event.clientX;
        const before = width();
        const move = (/** @type {PointerEvent} */ to) => set(before + (from === "right" ? start - to.clientX : to.clientX - start));
        bar.addEventListener("pointermove", move);
        bar.addEventListener("pointerup", () => bar.removeEventListener("pointermove", move), { once: true });
        event.preventDefault();
    });
    bar.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -24, ArrowRight: 24 }[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        set(width() + (from === "right" ? -step : step));
    });
    bar.addEventListener("dblclick", () => {
        localStorage.removeItem(key);
        bar.parentElement?.style.removeProperty(property);
    });
    const saved = Number(localStorage.getItem(key));
    if (saved) requestAnimationFrame(() => bar.parentElement && set(saved));
    return bar;
}
