// The time axis of a trace: which part is shown, its ticks, and where a moment stands on it.

import { h, put } from "../dom.js";
import { duration, tickDuration } from "../format.js";

export class Axis {
    /** @param {() => void} changed after zooming */
    constructor(changed) {
        this.changed = changed;
        this.full = { from: 0, to: 1 };
        /** @type {{ from: number, to: number } | null} */
        this.zoom = null;
        this.ticks = h("div.axis-ticks");
        this.band = h("div.axis-band", { hidden: true });
        this.cursor = h("div.axis-cursor", { hidden: true });
        this.back = h("button.small.axis-back", { type: "button", hidden: true, title: "Show all of the time", onclick: () => this.#set(null) }, "All");
        this.element = h("div.axis", {
            title: "Drag to look closer, double-click for all",
            onpointerdown: (event) => this.#down(event), onpointermove: (event) => this.#move(event), onpointerup: (event) => this.#up(event),
            onpointerleave: () => (this.cursor.hidden = true), ondblclick: () => this.#set(null),
        }, this.ticks, this.band, this.cursor, this.back);
        this.start = null;
    }

    get shown() {
        return this.zoom ?? this.full;
    }

    /** @param {{ from: number, to: number }} span */
    fit(span) {
        this.full = span;
        this.#draw();
    }

    /** A moment's place, in percent of the width. @param {number} time */
    at(time) {
        const { from, to } = this.shown;
        return (100 * (time - from)) / (to - from);
    }

    /** Moments of the ticks. */
    get marks() {
        const { from, to } = this.shown;
        const rough = (to - from) / 5;
        const step = even(rough);
        const marks = [];
        for (let i = Math.ceil((from - this.full.from) / step - 1e-9); marks.length < 12; i++) {
            const time = this.full.from + i * step;
            if (time > to) break;
            marks.push({ time, label: tickDuration(Math.round(i * step * 1e6) / 1e6) });
        }
        return marks;
    }

    #draw() {
        const marks = this.marks;
        const apart = marks.length > 1 ? this.at(marks[1].time) - this.at(marks[0].time) : 100;
        put(this.ticks, marks.map(({ time, label }) => {
            const at = this.at(time);
            // A label at the end stands before its tick, where the one before it may be.
            return at > 96 && apart < 18 ? null : h("span", { style: { left: `${at}%` }, class: at > 96 ? "end" : "" }, label);
        }));
        this.back.hidden = !this.zoom;
    }

    #set(zoom) {
        this.zoom = zoom;
        this.#draw();
        this.changed();
    }

    #share(event) {
        const box = this.ticks.getBoundingClientRect();
        return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    }

    #down(event) {
        if (event.button || event.target === this.back) return;
        this.start = this.#share(event);
        this.element.setPointerCapture(event.pointerId);
    }

    #move(event) {
        const at = this.#share(event);
        const { from, to } = this.shown;
        this.cursor.hidden = false;
        this.cursor.style.left = `${at * 100}%`;
        put(this.cursor, h("span", { class: at > 0.8 ? "left" : "" }, duration(from + at * (to - from) - this.full.from)));
        if (this.start === null) return;
        this.band.hidden = false;
        this.band.style.left = `${Math.min(at, this.start) * 100}%`;
        this.band.style.width = `${Math.abs(at - this.start) * 100}%`;
    }

    #up(event) {
        if (this.start === null) return;
        const [a, b] = [this.start, this.#share(event)].sort((x, y) => x - y);
        this.start = null;
        this.band.hidden = true;
        const { from, to } = this.shown;
        if (b - a > 0.01) this.#set({ from: from + a * (to - from), to: from + b * (to - from) });
    }
}

const SECONDS = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** A step that people count in: 1, 2 or 5 of a power of ten, and from ten seconds on those of the clock. @param {number} rough in ms */
function even(rough) {
    if (rough > 5000) {
        const step = SECONDS.find((seconds) => seconds * 1000 >= rough);
        if (step) return step * 1000;
    }
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
}
