// The search box: the query, coloured; completion of fields and observed values; errors pointed at.

import { ApiError, latest } from "./api.js";
import { h, icon, put } from "./dom.js";
import { count } from "./format.js";
import { pieces } from "./query.js";
import { searched, searchesButton } from "./searches.js";

const PLACEHOLDER = "Search: words, or name:… user:… tag:… model:… level:ERROR latency:>2s cost:>$0.01 scores.x:<0.5";

export class Search {
    /** @param {object} options @param {(query: string) => void} options.submit @param {AbortSignal} options.signal @param {string} [options.placeholder] */
    constructor({ submit, signal, placeholder = PLACEHOLDER }) {
        this.submit = (/** @type {string} */ query) => {
            searched(query);
            submit(query);
        };
        this.searches = searchesButton(() => this.value, (query) => this.#set(query, true));
        this.ask = latest(signal);
        this.items = [];
        this.range = [0, 0];
        this.at = -1;
        /** Whether one writes in it: then, and only then, Tab completes instead of going on. */
        this.writing = false;
        /** Whether what is offered fits the text as it is now. */
        this.fresh = false;
        this.painted = h("div.search-paint", { "aria-hidden": "true" });
        this.input = /** @type {HTMLInputElement} */ (h("input", {
            type: "text", placeholder, spellcheck: "false", autocomplete: "off", autocapitalize: "off", role: "combobox",
            "aria-label": "Search", "aria-expanded": "false", "aria-controls": "completions", "aria-autocomplete": "list",
            oninput: () => this.#typed(),
            onkeydown: (event) => this.#key(event),
            onscroll: () => (this.painted.scrollLeft = this.input.scrollLeft),
            onclick: () => this.#complete(),
            onfocus: () => this.#complete(),
            onblur: () => {
                this.writing = false;
                setTimeout(() => this.#close(), 150);
            },
        }));
        this.clear = h("button.ghost.clear", { type: "button", title: "Clear", "aria-label": "Clear the search", onclick: () => { this.#set("", true); this.input.focus(); } }, icon("close"));
        this.list = h("div.completions", { id: "completions", role: "listbox" });
        this.problem = h("div.search-problem", { role: "alert" });
        this.element = h("div.search", null, icon("search"), h("div.search-field", null, this.painted, this.input), h("kbd", null, "/"), this.clear, this.searches, this.list, this.problem);
    }

    get value() {
        return this.input.value;
    }

    set value(query) {
        if (query !== this.input.value) this.input.value = query;
        this.#paint();
    }

    focus() {
        this.input.focus();
        this.input.select();
    }

    /** Says what is wrong with the query, or, with null, that nothing is. @param {ApiError | null} error */
    fail(error) {
        this.element.classList.toggle("failed", Boolean(error));
        if (!error) return put(this.problem);
        const at = error.at === null ? null : Math.min(error.at, this.value.length);
        put(this.problem,
            at === null ? null : h("div.search-caret", null, this.value.slice(0, at), h("mark", null, this.value.slice(at, at + 1) || " "), this.value.slice(at + 1)),
            h("span", null, error.message),
            error.suggestion ? h("div.dim", null, "Did you mean ", h("button.small", { type: "button", onclick: () => this.#mend(error) }, error.suggestion), "?") : null);
    }

    /** Puts what was suggested in the place of the word that was wrong. @param {ApiError} error */
    #mend({ at, suggestion }) {
        const before = this.value.slice(0, at ?? 0);
        const word = /^(?:"(?:[^"\\]|\\.)*"?|[^\s:()]*:?)/.exec(this.value.slice(before.length))?.[0] ?? "";
        this.input.focus();
        this.#set(before + suggestion + this.value.slice(before.length + word.length), true);
    }

    /** Opens the recent and kept searches. */
    open() {
        this.searches.click();
    }

    #typed() {
        this.writing = true;
        this.fresh = false;
        this.#paint();
        this.#complete();
    }

    #paint() {
        put(this.painted, pieces(this.value).map(({ text, kind }) => h(`span.q-${kind}`, null, text)));
        this.painted.scrollLeft = this.input.scrollLeft;
        this.element.classList.toggle("filled", this.value !== "");
    }

    #set(query, submit) {
        this.value = query;
        this.#close();
        if (submit) this.submit(query);
        else this.#complete();
    }

    async #complete() {
        const at = this.input.selectionStart ?? this.value.length;
        try {
            const answer = await this.ask("complete", { q: this.value, at });
            if (!answer || document.activeElement !== this.input) return;
            this.range = [answer.from, answer.to];
            this.items = answer.items;
            this.at = -1;
            this.fresh = true;
            this.#show();
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            this.#close();
        }
    }

    #show() {
        put(this.list, this.items.map((item, i) => h("div.completion", {
            role: "option", id: `completion-${i}`, "aria-selected": String(i === this.at), class: i === this.at ? "on" : "",
            onpointerdown: (event) => {
                event.preventDefault();
                this.#take(i);
            },
        }, h(`span.q-${item.kind === "field" ? "key" : item.kind}`, null, item.text), h("span.kind", null, item.count === null || item.count === undefined ? (item.hint ?? "") : count(item.count)))),
        this.items.length ? h("div.completion-foot", null, h("kbd", null, "Tab"), " completes  ", h("kbd", null, "Enter"), " searches") : null);
        this.element.classList.toggle("completing", this.items.length > 0);
        this.input.setAttribute("aria-expanded", String(this.items.length > 0));
        if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `completion-${this.at}`);
        else this.input.removeAttribute("aria-activedescendant");
        this.list.querySelector(".on")?.scrollIntoView({ block: "nearest" });
    }

    #close() {
        this.items = [];
        this.#show();
    }

    #take(i) {
        const item = this.items[i];
        const [from, to] = this.range;
        const before = this.value.slice(0, from) + item.text;
        const open = item.kind === "field" || /[:.]$/.test(item.text);
        const after = this.value.slice(to);
        this.input.value = before + (open || after.startsWith(" ") ? "" : " ") + after;
        const caret = before.length + (open ? 0 : 1);
        this.input.focus();
        this.input.setSelectionRange(caret, caret);
        this.#typed();
    }

    #key(event) {
        const open = this.items.length > 0 && this.fresh;
        if (event.key === "Tab" && !event.shiftKey && this.writing && !this.fresh) {
            event.preventDefault();
            this.#complete().then(() => this.items.length && this.#take(0));
        } else if (event.key === "Enter") {
            event.preventDefault();
            if (open && this.at >= 0) return this.#take(this.at);
            this.#close();
            // The keys now walk through what was found.
            this.input.blur();
            this.submit(this.value.trim());
        } else if (event.key === "Escape") {
            event.preventDefault();
            if (open) this.#close();
            else this.input.blur();
        } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            this.at = (this.at + step + (this.at < 0 && step < 0 ? 1 : 0) + this.items.length) % this.items.length;
            this.#show();
        } else if (open && event.key === "Tab" && !event.shiftKey && (this.writing || this.at >= 0)) {
            event.preventDefault();
            this.#take(Math.max(this.at, 0));
        }
    }
}
