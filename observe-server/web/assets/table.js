// A page that lists something in a windowed table under a search box: sessions, users.

import { ApiError, latest } from "./api.js";
import { h, put } from "./dom.js";
import { failed, nothing, welcome } from "./empty.js";
import { plural } from "./format.js";
import { bind } from "./keys.js";
import { onChange } from "./live.js";
import { rangeButton } from "./range.js";
import { go, setQuery } from "./router.js";
import { Search } from "./search.js";
import { Widths } from "./widths.js";
import { Pages, Rows } from "./window.js";

/** @typedef {{ name: string, width: string, number?: boolean, cell: (row: any) => import("./dom.js").Child }} Column */

export class Table {
    /**
     * @param {HTMLElement} root @param {import("./router.js").Route} route
     * @param {{ path: string, one: string, many: string, columns: Column[], open: (row: any) => string }} options
     */
    constructor(root, { query, signal }, { path, one, many, columns, open }) {
        this.path = path;
        this.one = one;
        this.many = many;
        this.columns = columns;
        this.open = open;
        this.signal = signal;
        this.q = query.get("q") ?? "";
        this.ask = latest(signal);
        const change = (q) => setQuery({ q });
        this.search = new Search({ submit: change, signal });
        this.search.value = this.q;
        this.range = rangeButton(() => this.q, change);
        this.pages = new Pages((cursor) => this.ask(this.path, { q: this.q, cursor }));
        this.rows = new Rows({ height: 36, label: many, render: (i) => this.#row(i), item: (i) => this.pages.rows[i], nearEnd: () => this.#more() });
        this.summary = h("span.summary");
        const tracks = columns.map(({ name, width }) => ({ id: name, name, width }));
        const widths = new Widths(`observe.widths.${path}`, () => widths.apply(this.body, tracks, { gap: 16, sides: 32 }));
        const head = h("div.list-head", { role: "row" }, columns.map((column, i) => h("span", { role: "columnheader", class: column.number ? "number" : "" }, column.name, widths.handle(tracks[i]))));
        this.rows.moves(head);
        this.body = h("div.list.plain", null, head, this.rows.element);
        widths.changed();
        root.append(h("div.table-page", null, h("div.bar", null, this.search.element, this.range.button, this.summary), this.body));
        bind([
            { keys: "/", does: "Search", run: () => this.search.focus() },
            { keys: "r", does: "Recent and kept searches", run: () => this.search.open() },
            { keys: "j|ArrowDown", does: `Next ${one}`, run: () => this.#move(1) },
            { keys: "k|ArrowUp", does: `${one[0].toUpperCase()}${one.slice(1)} before`, run: () => this.#move(-1) },
            { keys: "Enter|o|ArrowRight", does: "Open", run: () => this.pages.rows[this.rows.focused] && go(open(this.pages.rows[this.rows.focused])) },
        ]);
        onChange(() => this.load(true), signal, 1500);
        this.load();
    }

    update({ query }) {
        this.q = query.get("q") ?? "";
        this.search.value = this.q;
        this.range.update();
        this.load();
    }

    async load(again = false) {
        try {
            const page = await this.ask(this.path, { q: this.q });
            if (!page) return;
            this.search.fail(null);
            if (again) this.pages.merge(page);
            else this.pages.reset(page);
            this.#changed();
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            if (error.status === 400) this.search.fail(error);
            else if (!again) this.#message(failed(error, () => this.load()));
        }
    }

    async #more() {
        try {
            if (await this.pages.more()) this.#changed();
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
        }
    }

    #changed() {
        const { rows, next, total } = this.pages;
        this.rows.resize(rows.length);
        put(this.summary, plural(total ?? rows.length, this.one, this.many), total === null && next ? "+" : "");
        this.#message(rows.length ? null : this.q ? nothing(this.q, () => setQuery({ q: null }), this.many) : this.#none());
    }

    #none() {
        const box = welcome(this.signal);
        put(/** @type {HTMLElement} */ (box.firstElementChild), `No ${this.many} yet`);
        return box;
    }

    #message(message) {
        this.body.querySelector(".welcome")?.remove();
        this.body.classList.toggle("without", Boolean(message));
        if (message) this.body.append(message);
    }

    #move(by) {
        this.rows.element.focus({ preventScroll: true });
        this.rows.focus(Math.max(0, this.rows.focused + by));
    }

    #row(i) {
        const row = this.pages.rows[i];
        return h("div", { role: "row", onclick: (event) => !event.target.closest("a") && !getSelection()?.toString() && go(this.open(row)) },
            this.columns.map((column) => h("span.cell", { role: "gridcell", class: column.number ? "number" : "" }, column.cell(row))));
    }
}
