// What changed between two texts: Myers' shortest edit, by lines, and within changed lines by words.

import { h } from "../dom.js";

/** @typedef {{ kind: "same" | "gone" | "new", items: string[] }} Run */

/** Work is bounded: past this many edits the rest counts as replaced. */
const MOST = 2000;
/** Shown of one change, and of one line. */
const LINES = 1000;
const CHARACTERS = 10_000;

/** @param {string[]} a @param {string[]} b @returns {Run[]} */
export function diff(a, b) {
    let start = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
    const middle = edit(a.slice(start, a.length - end), b.slice(start, b.length - end));
    return join([{ kind: "same", items: a.slice(0, start) }, ...middle, { kind: "same", items: end ? a.slice(-end) : [] }]);
}

/** @returns {Run[]} */
function edit(a, b) {
    const n = a.length;
    const m = b.length;
    if (!n || !m) return [{ kind: "gone", items: a }, { kind: "new", items: b }];
    const most = Math.min(n + m, MOST);
    const offset = most + 1;
    let reach = new Int32Array(2 * most + 3);
    const history = [];
    for (let d = 0; d <= most; d++) {
        history.push(reach.slice());
        for (let k = -d; k <= d; k += 2) {
            let x = k === -d || (k !== d && reach[offset + k - 1] < reach[offset + k + 1]) ? reach[offset + k + 1] : reach[offset + k - 1] + 1;
            let y = x - k;
            while (x < n && y < m && a[x] === b[y]) x += 1, y += 1;
            reach[offset + k] = x;
            if (x >= n && y >= m) return walk(a, b, history, offset, d);
        }
    }
    return [{ kind: "gone", items: a }, { kind: "new", items: b }];
}

/** The way back from the end. @returns {Run[]} */
function walk(a, b, history, offset, edits) {
    /** @type {Run[]} */
    const runs = [];
    let x = a.length;
    let y = b.length;
    for (let d = edits; d >= 0; d--) {
        const reach = history[d];
        const k = x - y;
        const down = k === -d || (k !== d && reach[offset + k - 1] < reach[offset + k + 1]);
        const from = d === 0 ? 0 : down ? reach[offset + k + 1] : reach[offset + k - 1];
        const fromY = d === 0 ? 0 : from - (down ? k + 1 : k - 1);
        while (x > from && y > fromY) runs.push({ kind: "same", items: [a[--x]] }), (y -= 1);
        if (d === 0) break;
        if (down) runs.push({ kind: "new", items: [b[--y]] });
        else runs.push({ kind: "gone", items: [a[--x]] });
    }
    return runs.reverse();
}

/** Neighbours of one kind become one. @param {Run[]} runs */
function join(runs) {
    /** @type {Run[]} */
    const result = [];
    for (const run of runs) {
        if (!run.items.length) continue;
        const last = result.at(-1);
        if (last?.kind === run.kind) last.items.push(...run.items);
        else result.push({ kind: run.kind, items: [...run.items] });
    }
    return result;
}

/** @param {any} value */
function textOf(value) {
    return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}

/** Two values, one below the other where they differ. @param {any} before @param {any} after */
export function diffView(before, after) {
    const runs = diff(textOf(before).split("\n"), textOf(after).split("\n"));
    if (runs.every((run) => run.kind === "same")) return h("p.dim.diff-same", null, "Both are the same.");
    const lines = [];
    for (let i = 0; i < runs.length; i++) {
        const run = runs[i];
        const next = runs[i + 1];
        if (run.kind === "gone" && next?.kind === "new" && run.items.length === next.items.length) {
            const pairs = run.items.slice(0, LINES).map((line, at) => words(line, next.items[at]));
            lines.push(pairs.map(([gone]) => h("div.gone", null, gone)), pairs.map(([, fresh]) => h("div.new", null, fresh)), left(run.items));
            i += 1;
        } else if (run.kind === "same" && run.items.length > 8) {
            const edge = (items) => items.map((line) => h("div.same", null, brief(line)));
            lines.push(edge(run.items.slice(0, 3)), h("div.skip", null, `${run.items.length - 6} lines the same`), edge(run.items.slice(-3)));
        } else {
            lines.push(run.items.slice(0, LINES).map((line) => h(`div.${run.kind}`, null, brief(line))), left(run.items));
        }
    }
    return h("div.diff.mono", null, lines);
}

function left(items) {
    return items.length > LINES ? h("div.skip", null, `${items.length - LINES} more lines`) : null;
}

function brief(line) {
    return line.length > CHARACTERS ? `${line.slice(0, CHARACTERS)}…` : line || " ";
}

/** The changed words of a changed line, marked in both. */
function words(a, b) {
    if (a.length + b.length > CHARACTERS) return [brief(a), brief(b)];
    const cut = (line) => line.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? [];
    const runs = diff(cut(a), cut(b));
    const side = (kind) => runs.filter((run) => run.kind === "same" || run.kind === kind).map((run) => run.kind === "same" ? run.items.join("") : h("mark", null, run.items.join("")));
    return [side("gone"), side("new")];
}
