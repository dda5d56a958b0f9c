// Every trace, newest first, as it lands: search, facets, time range, columns, comparing and exporting.

import { ApiError, latest } from "../api.js";
import { Layout } from "../columns.js";
import { h, icon, put } from "../dom.js";
import { failed, mistaken, nothing, welcome } from "../empty.js";
import { exportButton } from "../export.js";
import { firstPage } from "../first.js";
import { Facets } from "../facets.js";
import { heads } from "../heads.js";
import { count, duration, plural } from "../format.js";
import { bind } from "../keys.js";
import { onChange } from "../live.js";
import { Histogram, rangeButton } from "../range.js";
import { place } from "../place.js";
import { go, noteQuery, setQuery } from "../router.js";
import { Search } from "../search.js";
import { Pages, Rows } from "../window.js";

const PAGE = 100;

/** @type {import("../router.js").View} */
export function traces(root, route) {
    return new Traces(root, route);
}

class Traces {
    constructor(root, { query, signal }) {
        this.signal = signal;
        this.q = query.get("q") ?? "";
        this.sort = query.get("sort") ?? "";
        /** @type {string[]} */
        this.selected = [];
        this.waiting = 0;
        this.ask = { rows: latest(signal), facets: latest(signal), histogram: latest(signal) };
        this.layout = new Layout(() => this.#relayout(true));
        this.filters = h("button.ghost.narrow-only", { type: "button", "aria-expanded": "false", title: "Filters", onclick: () => this.#filters() }, icon("filter"), "Filters");
        this.layout.adopt(query.get("cols"));
        this.pages = new Pages((cursor) => this.ask.rows("traces", this.#question({ cursor })));
        this.rows = new Rows({
            height: this.layout.height, label: "Traces",
            render: (i) => this.#row(i),
            item: (i) => this.pages.rows[i],
            nearEnd: () => this.#more(),
        });
        const change = (q) => setQuery({ q });
        this.search = new Search({ submit: change, signal });
        this.facets = new Facets(change, (key) => this.#completeFacet(key), () => this.#around());
        this.histogram = new Histogram(() => this.q, change);
        this.range = rangeButton(() => this.q, change);
        this.head = h("div.list-head", { role: "row" });
        this.summary = h("span.summary", { "aria-live": "polite" });
        this.pill = h("button.pill", { type: "button", hidden: true, onclick: () => this.#top() });
        this.compare = h("button.ghost", { type: "button", disabled: true, title: "Compare the two selected traces (c)", onclick: () => this.#compare() }, icon("compare"), h("span", null, "Compare"));
        this.body = h("div.list", null, this.head, this.rows.element, this.pill);
        root.append(h("div.traces", null,
            h("div.bar", null, this.filters, this.search.element, this.range.button, this.layout.button(), this.compare, exportButton(() => this.q)),
            h("div.split", null, this.facets.element, h("div.main-column", null, h("div.hist-row", null, this.histogram.element, this.summary), this.body))));
        this.search.value = this.q;
        this.rows.moves(this.head);
        this.#listen();
        this.#relayout(false);
        this.#start();
    }

    update({ query }) {
        const q = query.get("q") ?? "";
        const sort = query.get("sort") ?? "";
        if (q === this.q && sort === this.sort) return;
        this.q = q;
        this.sort = sort;
        this.search.value = q;
        this.range.update();
        this.#head();
        this.rows.element.scrollTop = 0;
        this.rows.focused = -1;
        this.#load();
    }

    #question(more = {}) {
        return { q: this.q, sort: this.sort, limit: PAGE, ...more };
    }

    #listen() {
        this.rows.element.addEventListener("scroll", () => {
            this.#note();
            if (this.waiting && this.rows.atTop) this.#refresh();
        }, { passive: true });
        onChange((changed) => this.#changed(changed), this.signal, 400);
        onChange(() => this.#around(), this.signal, 2000);
        let width = innerWidth;
        addEventListener("resize", () => width !== (width = innerWidth) && this.#relayout(false), { signal: this.signal });
        const clock = setInterval(() => this.#tick(), 500);
        this.signal.addEventListener("abort", () => clearInterval(clock));
        bind([
            { keys: "/", does: "Search", run: () => this.search.focus() },
            { keys: "r", does: "Recent and kept searches", run: () => this.search.open() },
            { keys: "j|ArrowDown", does: "Next trace", run: () => this.#move(1) },
            { keys: "k|ArrowUp", does: "Trace before", run: () => this.#move(-1) },
            { keys: "PageDown", does: "A page down", run: () => this.#move(this.rows.page) },
            { keys: "PageUp", does: "A page up", run: () => this.#move(-this.rows.page) },
            { keys: "Home", does: "First", run: () => this.rows.focus(0) },
            { keys: "End", does: "Last that is loaded", run: () => this.rows.focus(this.rows.count - 1) },
            { keys: "Enter|o|ArrowRight", does: "Open the trace", run: () => this.#open(this.rows.focused) },
            { keys: "x| ", does: "Select to compare", run: () => this.#select(this.pages.rows[this.rows.focused]?.id) },
            { keys: "c", does: "Compare the two that are selected", run: () => this.#compare() },
            { keys: "Escape", does: "Select none", run: () => this.#select(null) },
        ]);
    }

    /** The first rows come with the page itself, if they answer what is asked. */
    #start() {
        const first = firstPage();
        if (first?.page && (first.q ?? "") === this.q && (first.sort ?? "") === this.sort) {
            this.#show(first.page);
            this.#around();
        } else {
            this.#load();
        }
    }

    async #load() {
        this.body.classList.add("loading");
        this.#around();
        try {
            const page = await this.ask.rows("traces", this.#question());
            if (page) this.#show(page);
        } catch (error) {
            this.#fail(error);
        }
    }

    #show(page) {
        this.body.classList.remove("loading");
        this.search.fail(null);
        this.waiting = 0;
        this.pages.reset(page);
        this.#rowsChanged();
        const back = place.url === location.search ? { ...place } : null;
        if (back?.top && back.top < this.rows.count * this.rows.height) this.rows.element.scrollTop = back.top;
        // The trace that one comes from has the cursor, wherever the list has it now.
        this.rows.focused = back ? this.pages.rows.findIndex((row) => row.id === back.ids[back.focused]) : -1;
        this.rows.redraw();
        if (this.rows.focused >= 0) this.rows.reveal(this.rows.focused);
        this.#note();
    }

    /** Notes where one is, for coming back, and for the trace after this one. */
    #note() {
        Object.assign(place, {
            url: location.search, top: this.rows.element.scrollTop, focused: this.rows.focused,
            q: this.q, sort: this.sort, ids: this.pages.rows.map((row) => row.id), next: this.pages.next,
        });
    }

    #filters() {
        const on = this.body.closest(".traces")?.classList.toggle("with-filters");
        this.filters.setAttribute("aria-expanded", String(on));
    }

    #fail(error) {
        if (!(error instanceof ApiError)) throw error;
        this.body.classList.remove("loading");
        if (error.status === 400) {
            this.search.fail(error);
            // Nothing that was shown before answers this.
            this.pages.reset({ rows: [], next: null, total: 0 });
            this.rows.resize(0);
            put(this.summary);
            this.histogram.show({ from: "", to: "", step: 0, buckets: [] });
            return this.#message(mistaken());
        }
        this.#message(failed(error, () => this.#load()));
    }

    /** What stands in the place of rows. @param {HTMLElement | null} message */
    #message(message) {
        this.body.querySelector(".welcome")?.remove();
        this.body.classList.toggle("without", Boolean(message));
        if (message) this.body.append(message);
    }

    #rowsChanged() {
        this.rows.resize(this.pages.rows.length);
        this.body.closest(".traces")?.classList.toggle("blank", !this.pages.rows.length && !this.q);
        if (this.pages.rows.length) this.#message(null);
        else this.#message(this.q ? nothing(this.q, () => setQuery({ q: null })) : welcome(this.signal));
        const { total, rows, next } = this.pages;
        const shown = total ?? rows.length;
        put(this.summary, h("b", null, count(shown), total === null && next ? "+" : ""), shown === 1 ? " trace" : " traces");
        this.pill.hidden = !this.waiting;
        put(this.pill, `${plural(this.waiting, "new trace")} ↑`);
    }

    /** Facets and histogram; the rows do not wait for them. */
    async #around() {
        if (document.hidden) return;
        const q = this.q;
        const quiet = (error) => {
            if (!(error instanceof ApiError)) throw error;
        };
        await Promise.all([
            this.ask.facets("facets", { q, keys: this.facets.wanted(q) }).then((answer) => answer && this.facets.show(q, answer.facets), quiet),
            this.ask.histogram("histogram", { q, buckets: 80 }).then((answer) => answer && this.histogram.show(answer), quiet),
        ]);
    }

    async #more() {
        try {
            if (await this.pages.more()) this.#rowsChanged();
        } catch (error) {
            this.#fail(error);
        }
    }

    /** Something landed. At the top it shows by itself; further down a pill says so, and nothing moves under the pointer. */
    async #changed(changed) {
        if (document.hidden) return void (this.stale = true);
        const known = changed && this.pages.rows.some((row) => changed.has(row.id));
        if (this.rows.atTop || known || changed === null) await this.#refresh();
        else await this.#refresh(true);
    }

    async #refresh(peek = false) {
        const page = await this.ask.rows("traces", this.#question()).catch(() => undefined);
        if (!page || this.signal.aborted) return;
        const before = this.pages.rows[this.rows.focused]?.id;
        if (this.rows.atTop) {
            this.waiting = 0;
            this.pages.merge(page);
        } else {
            const known = new Set(this.pages.rows.map((row) => row.id));
            this.waiting = page.rows.filter((row) => !known.has(row.id)).length;
            this.pages.total = page.total;
            const fresh = new Map(page.rows.map((row) => [row.id, row]));
            if (!peek) this.pages.rows = this.pages.rows.map((row) => fresh.get(row.id) ?? row);
        }
        if (before) this.rows.focused = this.pages.rows.findIndex((row) => row.id === before);
        this.#rowsChanged();
    }

    #top() {
        this.rows.element.scrollTop = 0;
        this.#refresh();
    }

    #tick() {
        if (this.stale && !document.hidden) {
            this.stale = false;
            this.#refresh();
            this.#around();
        }
        for (const element of this.rows.element.querySelectorAll(".running[data-since]")) {
            const since = Date.parse(/** @type {HTMLElement} */ (element).dataset.since ?? "");
            element.textContent = duration(Math.max(0, Date.now() - since));
        }
    }

    #relayout(chosen) {
        if (chosen) noteQuery({ cols: this.layout.chosen?.join(",") ?? null });
        this.layout.widths.apply(this.body, this.layout.columns, { before: ["26px"], gap: 12, sides: 12 });
        this.body.classList.toggle("compact", !this.layout.tall);
        // While a column is dragged its head must stay the element that it is, and no row changes.
        const shown = `${this.layout.columns.map((column) => column.id)} ${this.layout.height}`;
        if (shown === this.shown) return;
        this.shown = shown;
        this.#head();
        this.rows.resize(this.pages.rows.length, this.layout.height);
        this.rows.redraw();
    }

    #head() {
        put(this.head, h("span"), heads(this.layout, this.sort, (sort) => setQuery({ sort })));
    }

    #row(i) {
        const trace = this.pages.rows[i];
        const on = this.selected.includes(trace.id);
        return h("div", {
            role: "row", id: `trace-${trace.id}`, "aria-selected": String(on), dataset: { trace: trace.id },
            class: [on ? "selected" : "", trace.errors || trace.level === "ERROR" ? "bad" : trace.warnings || trace.level === "WARNING" ? "warn" : "", trace.running ? "is-running" : ""].join(" "),
            onclick: (event) => this.#click(event, trace),
            onauxclick: (event) => event.button === 1 && !event.target.closest("a") && open(`/trace/${trace.id}`, "_blank", "noopener"),
        },
        h("span.select", null, h("input", { type: "checkbox", tabindex: "-1", checked: on, "aria-label": "Select to compare", title: "Select to compare (x)" })),
        this.layout.columns.map((column) => h("span.cell", { role: "gridcell", class: `${column.number ? "number" : ""} c-${column.id}` }, column.cell(trace))));
    }

    #click(event, trace) {
        const target = /** @type {HTMLElement} */ (event.target);
        if (target.closest(".select")) return this.#select(trace.id);
        if (target.closest("a") || getSelection()?.toString()) return;
        this.#open(this.pages.rows.findIndex((row) => row.id === trace.id), event.ctrlKey || event.metaKey);
    }

    #open(i, apart = false) {
        const trace = this.pages.rows[i];
        if (!trace) return;
        this.rows.focused = i;
        this.#note();
        if (apart) open(`/trace/${trace.id}`, "_blank", "noopener");
        else go(`/trace/${trace.id}`);
    }

    #move(by) {
        this.rows.element.focus({ preventScroll: true });
        this.rows.focus(this.rows.focused < 0 ? 0 : Math.max(0, this.rows.focused + by));
    }

    /** Selects or not; of three the oldest choice gives way. @param {string | null | undefined} id null selects none */
    #select(id) {
        if (id === undefined) return;
        if (id === null) this.selected = [];
        else if (this.selected.includes(id)) this.selected = this.selected.filter((one) => one !== id);
        else this.selected = [...this.selected, id].slice(-2);
        this.compare.toggleAttribute("disabled", this.selected.length !== 2);
        put(/** @type {HTMLElement} */ (this.compare.lastElementChild), this.selected.length === 1 ? "Compare with…" : "Compare");
        this.compare.classList.toggle("primary", this.selected.length === 2);
        this.rows.redraw();
    }

    #compare() {
        const [a, b] = this.selected;
        if (b) go(`/compare?a=${a}&b=${b}`);
    }

    #completeFacet(key) {
        const field = key === "environment" ? "env" : key === "score" ? "scores" : key;
        this.search.value = `${this.q} ${field}${key === "score" ? "." : ":"}`.trimStart();
        this.search.input.focus();
        this.search.input.dispatchEvent(new Event("input"));
    }
}
