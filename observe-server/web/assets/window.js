// A list of which only the rows in sight exist as elements. All rows are equally high; the count may grow while one scrolls.

import { h } from "./dom.js";

const OVERSCAN = 6;

export class Rows {
    /**
     * @param {object} options
     * @param {number} options.height of a row, in pixels
     * @param {(index: number) => HTMLElement} options.render
     * @param {(index: number) => any} [options.item] what a row shows; while it is the same, the row's element is kept
     * @param {() => void} [options.nearEnd] the last rows come into sight
     * @param {string} [options.role]
     * @param {string} options.label
     */
    constructor({ height, render, item, nearEnd, role = "grid", label }) {
        this.height = height;
        this.render = render;
        this.item = item;
        this.nearEnd = nearEnd;
        this.count = 0;
        this.focused = -1;
        /** @type {Map<number, HTMLElement>} */
        this.live = new Map();
        this.sizer = h("div.rows-sizer", { role: "presentation" });
        this.element = h("div.rows", { tabindex: "0", role, "aria-label": label }, this.sizer);
        this.element.addEventListener("scroll", () => this.#schedule(), { passive: true });
        new ResizeObserver(() => this.#schedule()).observe(this.element);
    }

    /** Keeps a head above the columns when the rows scroll sideways. @param {HTMLElement} head */
    moves(head) {
        this.element.addEventListener("scroll", () => (head.scrollLeft = this.element.scrollLeft), { passive: true });
    }

    /** @param {number} count @param {number} [height] */
    resize(count, height = this.height) {
        this.count = count;
        this.height = height;
        this.sizer.style.height = `${count * height}px`;
        this.element.setAttribute("aria-rowcount", String(count));
        if (this.focused >= count) this.focused = count - 1;
        this.#keep();
        this.#draw();
    }

    /** Builds the rows in sight anew. */
    redraw() {
        for (const element of this.live.values()) element.remove();
        this.live.clear();
        this.#draw();
    }

    /** Builds one row anew, if it is in sight. @param {number} index */
    redrawRow(index) {
        const old = this.live.get(index);
        if (!old) return;
        const element = this.#build(index);
        old.replaceWith(element);
        this.live.set(index, element);
    }

    /** Moves the cursor, and scrolls so that it is in sight. @param {number} index */
    focus(index) {
        const before = this.focused;
        this.focused = Math.max(-1, Math.min(index, this.count - 1));
        if (this.focused >= 0) this.reveal(this.focused);
        for (const at of [before, this.focused]) this.redrawRow(at);
        const row = this.live.get(this.focused);
        if (row) this.element.setAttribute("aria-activedescendant", row.id);
        else this.element.removeAttribute("aria-activedescendant");
    }

    /** @param {number} index */
    reveal(index) {
        const top = index * this.height;
        const { scrollTop, clientHeight } = this.element;
        if (top < scrollTop) this.element.scrollTop = top;
        else if (top + this.height > scrollTop + clientHeight) this.element.scrollTop = top + this.height - clientHeight;
        this.#draw();
    }

    get atTop() {
        return this.element.scrollTop < this.height;
    }

    /** Rows that fit. */
    get page() {
        return Math.max(1, Math.floor(this.element.clientHeight / this.height) - 1);
    }

    /** Moves the elements of rows that are still there to their new places: a click begun on one ends on it. */
    #keep() {
        const kept = new Map();
        if (this.item) {
            const places = new Map();
            for (let i = 0; i < this.count; i++) places.set(this.item(i), i);
            for (const element of this.live.values()) {
                const index = places.get(this.#items.get(element));
                if (index !== undefined && !kept.has(index)) kept.set(index, element);
            }
        }
        for (const element of this.live.values()) if (![...kept.values()].includes(element)) element.remove();
        this.live = kept;
        for (const [index, element] of kept) this.#place(element, index);
    }

    /** @type {WeakMap<HTMLElement, any>} */
    #items = new WeakMap();
    #scheduled = false;

    #schedule() {
        if (this.#scheduled) return;
        this.#scheduled = true;
        requestAnimationFrame(() => {
            this.#scheduled = false;
            this.#draw();
        });
    }

    #draw() {
        const { scrollTop, clientHeight } = this.element;
        const first = Math.max(0, Math.floor(scrollTop / this.height) - OVERSCAN);
        const last = Math.min(this.count, Math.ceil((scrollTop + clientHeight) / this.height) + OVERSCAN);
        for (const [index, element] of this.live) {
            if (index >= first && index < last) continue;
            element.remove();
            this.live.delete(index);
        }
        for (let index = first; index < last; index++) {
            if (this.live.has(index)) continue;
            const element = this.#build(index);
            this.live.set(index, element);
            this.sizer.append(element);
        }
        if (this.nearEnd && this.count && last >= this.count - OVERSCAN) this.nearEnd();
    }

    #build(index) {
        const element = this.render(index);
        element.id ||= `row-${index}`;
        element.classList.add("row");
        if (this.item) this.#items.set(element, this.item(index));
        this.#place(element, index);
        return element;
    }

    #place(element, index) {
        element.setAttribute("aria-rowindex", String(index + 1));
        element.style.setProperty("top", `${index * this.height}px`);
        element.style.setProperty("height", `${this.height}px`);
        element.classList.toggle("focused", index === this.focused);
    }
}

/**
 * Rows that come in pages, each page naming the next. Rows that changed take the place of their older selves.
 * @template {{ id: string, [field: string]: any }} Row
 */
export class Pages {
    /** @param {(cursor: string | null) => Promise<{ rows: Row[], next: string | null, total?: number | null } | undefined>} load */
    constructor(load) {
        this.load = load;
        /** @type {Row[]} */
        this.rows = [];
        /** @type {string | null} */
        this.next = null;
        /** @type {number | null} */
        this.total = null;
        this.loading = false;
        this.generation = 0;
    }

    /** Takes a first page. @param {{ rows: Row[], next: string | null, total?: number | null }} page */
    reset(page) {
        this.generation += 1;
        this.loading = false;
        this.rows = page.rows;
        this.next = page.next;
        this.total = page.total ?? null;
    }

    /** Loads one more page, if there is one and none is on its way. Answers whether rows came. */
    async more() {
        if (this.loading || !this.next) return false;
        const generation = this.generation;
        this.loading = true;
        try {
            const page = await this.load(this.next);
            if (!page || generation !== this.generation) return false;
            const known = new Set(this.rows.map((row) => row.id));
            this.rows.push(...page.rows.filter((row) => !known.has(row.id)));
            this.next = page.next;
            return true;
        } finally {
            if (generation === this.generation) this.loading = false;
        }
    }

    /**
     * Takes the first page again: newer selves of known rows, and how many came before them.
     * @param {{ rows: Row[], next: string | null, total?: number | null }} page
     */
    merge(page) {
        this.total = page.total ?? this.total;
        const old = new Map(this.rows.map((row) => [row.id, row]));
        page.rows = page.rows.map((row) => (same(old.get(row.id), row) ? old.get(row.id) : row));
        const fresh = new Map(page.rows.map((row) => [row.id, row]));
        const known = new Set(old.keys());
        const added = page.rows.filter((row) => !known.has(row.id));
        // Nothing of what was known is on the page any more: rows between would be missing.
        if (this.rows.length && added.length === page.rows.length && page.next) {
            this.reset(page);
            return added.length;
        }
        // Within the span of the page, its own order holds; what it no longer names has moved or gone.
        const rest = this.rows.slice(page.next ? this.rows.findLastIndex((row) => fresh.has(row.id)) + 1 : this.rows.length);
        this.rows = [...page.rows, ...rest.filter((row) => !fresh.has(row.id))];
        if (!rest.length) this.next = page.next;
        return added.length;
    }
}

function same(a, b) {
    return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
