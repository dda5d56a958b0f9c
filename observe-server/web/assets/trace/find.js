// Search within a trace: observations that contain a text, one after the other, and the text marked where it is shown.

import { ApiError, latest } from "../api.js";
import { h, icon } from "../dom.js";

export class Find {
    /**
     * @param {string} trace @param {AbortSignal} signal
     * @param {(ids: Set<string>) => void} found @param {(id: string) => void} select
     */
    constructor(trace, signal, found, select) {
        this.trace = trace;
        this.found = found;
        this.select = select;
        this.ask = latest(signal);
        /** @type {string[]} */
        this.ids = [];
        this.at = -1;
        this.searched = "";
        this.timer = 0;
        this.input = /** @type {HTMLInputElement} */ (h("input", {
            type: "text", placeholder: "Find in this trace", "aria-label": "Find in this trace", spellcheck: "false",
            oninput: () => {
                clearTimeout(this.timer);
                this.timer = setTimeout(() => this.#search(), 150);
            },
            onkeydown: (event) => {
                if (event.key === "Enter") this.#enter(event.shiftKey ? -1 : 1);
                else if (event.key === "Escape") {
                    this.input.value = "";
                    this.#search();
                    this.input.blur();
                } else return;
                event.preventDefault();
                event.stopPropagation();
            },
        }));
        this.count = h("span.dim.find-count", { "aria-live": "polite" });
        this.element = h("div.find", null, icon("search"), this.input, this.count, h("kbd", null, "/"));
    }

    get text() {
        return this.input.value.trim();
    }

    /** What was typed is searched first, if it was not yet. */
    async #enter(by) {
        if (this.text !== this.searched) await this.#search();
        this.step(by);
    }

    async #search() {
        clearTimeout(this.timer);
        const { text } = this;
        this.element.classList.toggle("filled", text !== "");
        try {
            const answer = text ? await this.ask(`traces/${encodeURIComponent(this.trace)}/search`, { text }) : { observations: [] };
            if (!answer) return;
            this.ids = answer.observations;
            this.searched = text;
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            this.ids = [];
        }
        this.at = -1;
        this.found(new Set(this.ids));
        this.#say();
    }

    /** To the next match, or with -1 to the one before. @param {number} by */
    step(by) {
        if (!this.ids.length) return;
        this.at = this.at < 0 && by < 0 ? this.ids.length - 1 : (this.at + by + this.ids.length) % this.ids.length;
        this.select(this.ids[this.at]);
        this.#say();
    }

    #say() {
        this.count.textContent = !this.text ? "" : this.ids.length ? `${this.at < 0 ? "" : `${this.at + 1} of `}${this.ids.length}` : "none";
    }
}

/** Marks a text where it stands inside an element, without touching the element. @param {Element} inside @param {string} text */
export function highlight(inside, text) {
    if (!("highlights" in CSS)) return;
    const ranges = [];
    const walker = document.createTreeWalker(inside, NodeFilter.SHOW_TEXT);
    const wanted = text.toLowerCase();
    while (wanted && walker.nextNode() && ranges.length < 2000) {
        const node = walker.currentNode;
        const content = (node.textContent ?? "").toLowerCase();
        for (let at = content.indexOf(wanted); at >= 0; at = content.indexOf(wanted, at + wanted.length)) {
            const range = new Range();
            range.setStart(node, at);
            range.setEnd(node, at + wanted.length);
            ranges.push(range);
        }
    }
    if (ranges.length) CSS.highlights.set("found", new Highlight(...ranges));
    else CSS.highlights.delete("found");
}
