// One trace: the tree with its timeline, and beside it the observation that is chosen.

import { ApiError, latest } from "../api.js";
import { chips, scoreChip } from "../columns.js";
import { copyButton, h, icon, put } from "../dom.js";
import { failed } from "../empty.js";
import { fullTime } from "../format.js";
import { bind } from "../keys.js";
import { onChange } from "../live.js";
import { toast } from "../menu.js";
import { listAddress, neighbour } from "../place.js";
import { go, noteQuery, title } from "../router.js";
import { splitter } from "../splitter.js";
import { Detail } from "../trace/detail.js";
import { Find, highlight } from "../trace/find.js";
import { Model } from "../trace/model.js";
import { Tree } from "../trace/tree.js";

/** @type {import("../router.js").View} */
export function trace(root, route) {
    return new Trace(root, route);
}

class Trace {
    constructor(root, { params, query, signal }) {
        this.id = params.id;
        this.signal = signal;
        this.root = root;
        this.ask = latest(signal);
        /** @type {Model | null} */
        this.model = null;
        this.selected = query.get("obs");
        this.tree = new Tree((id) => this.select(id));
        this.detail = new Detail(signal, () => this.load(), () => this.#mark());
        this.find = new Find(this.id, signal, (ids) => this.#found(ids), (id) => this.select(id));
        this.about = h("header.trace-head");
        this.panes = h("div.panes", null,
            h("div.pane-tree", null, h("div.tools", null, this.find.element,
                h("button.small.ghost", { type: "button", title: "Unfold all (e)", "aria-label": "Unfold all", onclick: () => this.#fold(false) }, icon("expand")),
                h("button.small.ghost", { type: "button", title: "Fold all (f)", "aria-label": "Fold all", onclick: () => this.#fold(true) }, icon("collapse")),
                h("span.legend.dim", { title: "The observations that the whole duration depends on: making one of them faster makes the trace faster" }, h("i"), "critical path")), this.tree.element),
            splitter("observe.split.trace", "--detail", { min: 320, from: "right" }),
            this.detail.element);
        root.append(h("div.trace", null, this.about, this.panes));
        this.#keys();
        onChange((changed) => (changed === null || changed.has(this.id)) && this.load(), signal, 300);
        const clock = setInterval(() => this.#tick(), 200);
        signal.addEventListener("abort", () => {
            clearInterval(clock);
            if ("highlights" in CSS) CSS.highlights.delete("found");
        });
        this.load();
    }

    update({ query }) {
        const id = query.get("obs");
        if (id !== this.selected) this.select(id);
    }

    #keys() {
        bind([
            { keys: "ArrowDown|j", does: "Next observation", run: () => this.tree.move(1) },
            { keys: "ArrowUp|k", does: "Observation before", run: () => this.tree.move(-1) },
            { keys: "ArrowLeft|h", does: "Fold, or to the parent", run: () => this.tree.left() },
            { keys: "ArrowRight|l", does: "Unfold, or to the first child", run: () => this.tree.right() },
            { keys: "PageDown", does: "A page down", run: () => this.tree.move(this.tree.rows.page) },
            { keys: "PageUp", does: "A page up", run: () => this.tree.move(-this.tree.rows.page) },
            { keys: "Home", does: "The trace itself", run: () => this.tree.first() },
            { keys: "End", does: "Last observation", run: () => this.tree.last() },
            { keys: "e", does: "Unfold all", run: () => this.#fold(false) },
            { keys: "f", does: "Fold all", run: () => this.#fold(true) },
            { keys: "/", does: "Find in this trace", run: () => this.find.input.select() },
            { keys: "n", does: "Next match", run: () => this.find.step(1) },
            { keys: "N", does: "Match before", run: () => this.find.step(-1) },
            { keys: "d", does: "Diff of input and output", run: () => this.detail.toggleDiff() },
            { keys: "s", does: "Add a score", run: () => this.detail.annotations.score() },
            { keys: "m", does: "Add a comment", run: () => this.detail.annotations.comment() },
            { keys: "]|J", does: "Next trace of the list", run: () => this.#go(1) },
            { keys: "[|K", does: "Trace before", run: () => this.#go(-1) },
            { keys: "Escape", does: "Back to the list", run: () => go(listAddress()) },
        ]);
    }

    /** To the trace's neighbour in the list. @param {1 | -1} by */
    async #go(by) {
        if (!this.model || this.going) return;
        this.going = true;
        try {
            const id = await neighbour(this.model.data.trace, by, this.signal);
            if (id) go(`/trace/${id}`);
            else toast(by > 0 ? "This is the last trace of the list" : "This is the first trace of the list");
        } catch (error) {
            if (error instanceof ApiError) toast(error.message, "error");
            else if (error?.name !== "AbortError") throw error;
        } finally {
            this.going = false;
        }
    }

    async load() {
        try {
            const data = await this.ask(`traces/${encodeURIComponent(this.id)}`);
            if (!data || this.signal.aborted) return;
            this.model = new Model(data, this.model?.folded);
            this.loaded = true;
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            // A trace that was just begun may be on its way: when it lands, this is asked again.
            if (!this.loaded) put(this.root, failed(error, () => this.load()));
            return;
        }
        if (!this.panes.isConnected) put(this.root, h("div.trace", null, this.about, this.panes));
        title(this.model.data.trace.name || this.id);
        this.#head();
        if (this.selected && !this.model.nodes.has(this.selected)) this.selected = null;
        this.tree.selected = this.selected;
        if (this.selected) this.model.reveal(this.selected);
        this.tree.show(this.model);
        if (!this.placed) {
            this.placed = true;
            this.tree.choose(this.selected);
        }
        this.detail.show(this.model, this.selected);
    }

    /** @param {string | null} id */
    select(id) {
        this.selected = id;
        noteQuery({ obs: id });
        this.tree.choose(id);
        if (this.model) this.detail.show(this.model, id);
    }

    #head() {
        const { trace, scores } = /** @type {Model} */ (this.model).data;
        const link = (href, label, value) => h("a.fact", { href, title: label }, h("span.dim", null, label), " ", value);
        put(this.about,
            h("a.back", { href: listAddress(), title: "All traces (Esc)" }, icon("back"), "Traces"),
            h("span.around", null,
                h("button.small.ghost", { type: "button", title: "Trace before ([)", "aria-label": "Trace before", onclick: () => this.#go(-1) }, icon("up")),
                h("button.small.ghost", { type: "button", title: "Next trace (])", "aria-label": "Next trace", onclick: () => this.#go(1) }, icon("down"))),
            h("h1.clip", { dir: "auto" }, trace.name || trace.id),
            copyButton(() => `${location.origin}/trace/${trace.id}`, "Copy the address of this trace"),
            h("span.fact.dim", { title: fullTime(trace.start) }, fullTime(trace.start).slice(0, 19)),
            trace.user ? link(`/?q=${encodeURIComponent(`user:"${trace.user}"`)}`, "user", trace.user) : null,
            trace.session ? link(`/sessions/${encodeURIComponent(trace.session)}`, "session", trace.session) : null,
            trace.environment && trace.environment !== "default" ? h("span.fact", null, h("span.dim", null, "env "), trace.environment) : null,
            chips(trace.tags),
            h("span.space"),
            h("span.chips", null, scores.filter((score) => !score.observation).slice(0, 4).map(scoreChip)));
    }

    #found(ids) {
        this.tree.matches = ids;
        this.tree.rows.redraw();
        this.#mark();
    }

    #mark() {
        highlight(this.panes, this.find.text);
    }

    #fold(fold) {
        if (!this.model) return;
        if (fold) this.model.foldAll();
        else this.model.folded.clear();
        this.tree.refresh();
    }

    #tick() {
        if (!this.model?.running || document.hidden) return;
        this.tree.tick();
    }
}
