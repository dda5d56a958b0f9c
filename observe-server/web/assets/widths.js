// How wide the columns of a list are: as designed, or as one dragged them, which is remembered.

import { h } from "./dom.js";

const LEAST = 40;
const MOST = 1600;
const STEP = 16;

/** The least width of a grid track: `78px`, `minmax(130px, 1fr)`. @param {string} track */
function least(track) {
    return parseFloat(track.replace("minmax(", ""));
}

export class Widths {
    /** @param {string} key where they are remembered @param {() => void} changed */
    constructor(key, changed) {
        this.key = key;
        this.changed = changed;
        /** @type {Map<string, number>} */
        this.chosen = new Map();
        const saved = JSON.parse(localStorage.getItem(key) ?? "{}");
        for (const [id, width] of Object.entries(saved)) if (typeof width === "number") this.chosen.set(id, width);
    }

    /**
     * Sets the tracks on the list, and how wide it must be to hold them: narrower ones scroll sideways.
     * @param {HTMLElement} list @param {{ id: string, width: string }[]} columns @param {{ before?: string[], gap: number, sides: number }} frame
     */
    apply(list, columns, { before = [], gap, sides }) {
        const tracks = [...before, ...columns.map(({ id, width }) => (this.chosen.has(id) ? `${this.chosen.get(id)}px` : width))];
        // Some column has to take what is left over.
        if (!tracks.some((track) => track.includes("fr"))) tracks.push("minmax(0, 1fr)");
        list.style.setProperty("--tracks", tracks.join(" "));
        const sum = tracks.reduce((all, track) => all + least(track), sides + gap * (tracks.length - 1));
        list.style.setProperty("--least", `${sum}px`);
    }

    /** The edge of a column's head that one drags, or moves with the arrow keys. @param {{ id: string, name: string }} column */
    handle({ id, name }) {
        const bar = h("span.resize", { role: "separator", tabindex: "0", "aria-orientation": "vertical", "aria-label": `Width of ${name}`, title: "Drag to change the width, double-click for the usual one" });
        const width = () => /** @type {HTMLElement} */ (bar.parentElement).getBoundingClientRect().width;
        bar.addEventListener("pointerdown", (event) => {
            if (event.button) return;
            event.preventDefault();
            bar.setPointerCapture(event.pointerId);
            const [start, before] = [event.clientX, width()];
            const move = (/** @type {PointerEvent} */ to) => this.#set(id, before + to.clientX - start);
            bar.addEventListener("pointermove", move);
            bar.addEventListener("pointerup", () => {
                bar.removeEventListener("pointermove", move);
                this.#save();
            }, { once: true });
        });
        bar.addEventListener("dblclick", () => {
            this.chosen.delete(id);
            this.changed();
            this.#save();
        });
        bar.addEventListener("keydown", (event) => {
            const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
            if (!step) return;
            event.preventDefault();
            event.stopPropagation();
            this.#set(id, width() + step);
            this.#save();
        });
        return bar;
    }

    reset() {
        this.chosen.clear();
        this.#save();
    }

    #set(id, width) {
        this.chosen.set(id, Math.round(Math.max(LEAST, Math.min(width, MOST))));
        this.changed();
    }

    #save() {
        localStorage.setItem(this.key, JSON.stringify(Object.fromEntries(this.chosen)));
    }
}
