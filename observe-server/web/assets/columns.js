// The columns of the traces: what each shows, how wide it is, what it sorts by, and from which width of window on it is shown
// unless one chose for oneself.

import { h, icon } from "./dom.js";
import { cost, count, duration, exactCost, fullTime, plural, scoreValue, time } from "./format.js";
import { item, menuButton } from "./menu.js";
import { Widths } from "./widths.js";

/**
 * @typedef {object} Column
 * @property {string} id @property {string} name @property {string} width of a grid track
 * @property {boolean} [number] @property {string} [sort] @property {number} from
 * @property {(trace: any) => import("./dom.js").Child} cell
 */

/** @type {Column[]} */
export const COLUMNS = [
    { id: "time", name: "Time", width: "92px", sort: "startTime", from: 0, cell: (t) => h("time", { datetime: t.start, title: fullTime(t.start) }, time(t.start)) },
    { id: "name", name: "Name", width: "minmax(110px, 1fr)", sort: "name", from: 0, cell: nameCell },
    { id: "io", name: "Input → output", width: "minmax(160px, 2.6fr)", from: 0, cell: (t) => ioCell(t) },
    { id: "tags", name: "Tags", width: "136px", from: 1180, cell: (t) => chips(t.tags) },
    { id: "user", name: "User", width: "100px", sort: "user", from: 1400, cell: (t) => t.user && h("span.clip", { title: t.user }, t.user) },
    { id: "session", name: "Session", width: "110px", sort: "session", from: 1900, cell: (t) => t.session && h("a.clip", { href: `/sessions/${encodeURIComponent(t.session)}`, title: t.session, tabindex: "-1" }, t.session) },
    { id: "scores", name: "Scores", width: "130px", from: 1300, cell: scoresCell },
    { id: "observations", name: "Obs.", width: "54px", number: true, sort: "observations", from: 1500, cell: (t) => count(t.observations) },
    { id: "latency", name: "Latency", width: "78px", number: true, sort: "latency", from: 0, cell: latencyCell },
    { id: "tokens", name: "Tokens", width: "74px", number: true, sort: "tokens", from: 0, cell: (t) => t.tokens?.total ? h("span", { title: `${count(t.tokens.input)} in, ${count(t.tokens.output)} out` }, count(t.tokens.total)) : h("span.dim", null, "–") },
    { id: "cost", name: "Cost", width: "84px", number: true, sort: "cost", from: 0, cell: (t) => h(t.cost ? "span" : "span.dim", { title: exactCost(t.cost) }, cost(t.cost)) },
    { id: "level", name: "Level", width: "82px", sort: "level", from: 9999, cell: (t) => h(`span.level.level-${t.level}`, null, t.level === "DEFAULT" ? "" : t.level) },
    { id: "models", name: "Model", width: "130px", from: 9999, cell: (t) => h("span.clip", { title: t.models?.join(", ") }, t.models?.join(", ")) },
    { id: "environment", name: "Environment", width: "100px", sort: "environment", from: 9999, cell: (t) => h("span.clip", null, t.environment) },
    { id: "version", name: "Version", width: "84px", sort: "version", from: 9999, cell: (t) => h("span.clip", null, t.version) },
    { id: "release", name: "Release", width: "84px", sort: "release", from: 9999, cell: (t) => h("span.clip", null, t.release) },
    { id: "id", name: "Id", width: "96px", from: 9999, cell: (t) => h("code.clip", { title: t.id }, t.id.slice(0, 12)) },
];

function nameCell(t) {
    return h("span.name-cell", null,
        t.running ? h("span.running-dot", { title: "running" }) : null,
        h("a.clip", { href: `/trace/${t.id}`, tabindex: "-1", dir: "auto", title: t.name || t.id }, t.name || t.id.slice(0, 12)),
        t.errors ? h("span.mark.bad", { title: plural(t.errors, "error") }, icon("error"), t.errors > 1 ? t.errors : null) : null,
        t.warnings ? h("span.mark.warn", { title: plural(t.warnings, "warning") }, icon("warning"), t.warnings > 1 ? t.warnings : null) : null);
}

/** @param {any} t */
function ioCell(t) {
    return h("span.io", null,
        h("span.io-in", { dir: "auto" }, brief(t.inputPreview)),
        h("span.io-out", { dir: "auto" }, t.running && !t.outputPreview ? h("span.dim", null, "running…") : brief(t.outputPreview)));
}

/** The part of a preview that a person wrote: `{"question":"…"}` says no more than its only value. @param {string | null} preview */
export function brief(preview) {
    if (!preview) return "";
    const match = /^\s*\{\s*"[\w-]{1,40}"\s*:\s*"((?:[^"\\]|\\.)*)("?)/.exec(preview);
    const line = match ? match[1].replace(/\\n/g, " ").replace(/\\(["\\/])/g, "$1") : preview;
    // Marks of Markdown are no words, and media are seen elsewhere.
    return line.replace(/@@@langfuseMedia:type=([^|@\s]+)\|[^@\s]*@@@/g, "[$1]").replace(/\s+/g, " ").replace(/^#{1,6} /, "").replace(/\*\*([^*]+)\*\*/g, "$1").slice(0, 400);
}

/** @param {string[]} tags */
export function chips(tags) {
    return h("span.chips", { title: tags?.join(", ") }, tags?.map((tag) => h("span.chip", null, tag)));
}

function scoresCell(t) {
    return h("span.chips", { title: t.scores?.map((score) => `${score.name}: ${scoreValue(score.value)}`).join("\n") }, t.scores?.map((score) => scoreChip(score)));
}

/** @param {{ name: string, value: any, dataType: string }} score */
export function scoreChip(score) {
    const good = score.dataType === "BOOLEAN" ? (score.value === true || score.value === 1 || score.value === "true" ? "yes" : "no") : "";
    return h("span.chip.score", { class: good, title: `${score.name}: ${scoreValue(score.value)}` }, h("span.dim", null, score.name), " ", good ? (good === "yes" ? "✓" : "✗") : scoreValue(score.value));
}

function latencyCell(t) {
    if (t.running) return h("span.running", { dataset: { since: t.start } }, duration(Math.max(0, Date.now() - Date.parse(t.start))));
    return h(t.latency > 10_000 ? "span.slow" : "span", { title: duration(t.latency) }, duration(t.latency));
}

/** Which columns are shown and how high rows are; remembered, and carried in the address. */
export class Layout {
    /** @param {() => void} changed */
    constructor(changed) {
        this.changed = changed;
        this.widths = new Widths("observe.widths.traces", () => this.changed());
        const saved = JSON.parse(localStorage.getItem("observe.columns") ?? "null");
        /** @type {string[] | null} */
        this.chosen = Array.isArray(saved) ? saved : null;
        this.tall = localStorage.getItem("observe.rows") !== "compact";
    }

    /** @param {string | null} list from the address */
    adopt(list) {
        if (list) this.chosen = list.split(",");
    }

    /** @returns {Column[]} */
    get columns() {
        return COLUMNS.filter((column) => (this.chosen ? this.chosen.includes(column.id) : innerWidth >= column.from));
    }

    get height() {
        return this.tall ? 44 : 28;
    }

    button() {
        return menuButton([icon("columns"), "Columns"], () => {
            const shown = new Set(this.columns.map((column) => column.id));
            return [
                ...COLUMNS.map((column) => h("label.item", null, h("input", {
                    type: "checkbox", checked: shown.has(column.id),
                    onchange: (event) => this.#choose(shown, column.id, event.target.checked),
                }), column.name)),
                h("hr"),
                item("Two lines a row", () => this.#rows(true), { checked: this.tall }),
                item("One line a row", () => this.#rows(false), { checked: !this.tall }),
                h("hr"),
                item("As at first", () => this.#reset()),
            ];
        }, { title: "Columns and row height" });
    }

    #choose(shown, id, on) {
        if (on) shown.add(id);
        else shown.delete(id);
        this.chosen = COLUMNS.map((column) => column.id).filter((one) => shown.has(one));
        localStorage.setItem("observe.columns", JSON.stringify(this.chosen));
        this.changed();
    }

    #rows(tall) {
        this.tall = tall;
        localStorage.setItem("observe.rows", tall ? "tall" : "compact");
        this.changed();
    }

    #reset() {
        this.chosen = null;
        localStorage.removeItem("observe.columns");
        this.widths.reset();
        this.changed();
    }
}

