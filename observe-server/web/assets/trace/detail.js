// Beside the tree: everything about the chosen observation, or about the trace.

import { ApiError, get } from "../api.js";
import { copyButton, h, icon, put } from "../dom.js";
import { bytes, cost, count, duration, exactCost, fullTime, moment, plural, time } from "../format.js";
import { chips } from "../columns.js";
import { diffView } from "../value/diff.js";
import { jsonTree } from "../value/json.js";
import { folded, kinds, said, valueView } from "../value/value.js";
import { Annotations } from "./annotate.js";
import { typeMark } from "./tree.js";

const KINDS = { chat: "Chat", markdown: "Markdown", text: "Text", json: "JSON" };

export class Detail {
    /** @param {AbortSignal} signal @param {() => Promise<void>} reload @param {() => void} drawn */
    constructor(signal, reload, drawn) {
        this.signal = signal;
        this.drawn = drawn;
        this.annotations = new Annotations(reload);
        this.head = h("div");
        this.io = h("div");
        this.facts = h("div");
        this.element = h("div.detail", { tabindex: "0", role: "region", "aria-label": "The chosen observation" }, this.head, this.io, this.annotations.element, this.facts);
        /** @type {Map<string, { stamp: string, io: any }>} */
        this.cache = new Map();
        this.shown = "";
        this.diffing = false;
    }

    /** @param {import("./model.js").Model} model @param {string | null} id */
    show(model, id) {
        const { data } = model;
        const node = id ? model.nodes.get(id) : null;
        const key = `${data.trace.id}/${id}`;
        if (key !== this.shown) {
            this.element.scrollTop = 0;
            this.shown = key;
            this.painted = null;
            put(this.io);
        }
        put(this.head, node ? observationHead(node, model) : traceHead(data, model));
        this.annotations.show(data, id);
        put(this.facts, node ? observationFacts(node) : traceFacts(data));
        if (node) this.#load(data.trace.id, node.obs, key);
        else this.#io({ input: data.trace.input, output: data.trace.output }, data.trace.running);
    }

    async #load(trace, obs, key) {
        const stamp = `${obs.running}/${obs.end}/${obs.inputSize}/${obs.outputSize}`;
        const known = this.cache.get(key);
        if (known?.stamp === stamp) return this.#io(known.io, obs.running);
        if (!this.painted) put(this.io, h("p.dim.waiting", null, "…"));
        try {
            const io = await get(`traces/${encodeURIComponent(trace)}/observations/${encodeURIComponent(obs.id)}/io`, {}, this.signal);
            this.cache.set(key, { stamp, io });
            if (this.shown === key) this.#io(io, obs.running);
        } catch (error) {
            if (error instanceof ApiError && this.shown === key) put(this.io, h("p.bad", null, error.message));
            else if (!(error instanceof ApiError) && error?.name !== "AbortError") throw error;
        }
    }

    /** Draws input and output, unless they are drawn already: folds and scrolling stay as they are. */
    #io({ input, output }, running) {
        const stamp = JSON.stringify([input, output, running, this.diffing]);
        if (this.painted === stamp) return;
        this.painted = stamp;
        const both = input !== null && input !== undefined && output !== null && output !== undefined;
        const diff = both ? h("button.small.ghost", { type: "button", "aria-pressed": String(this.diffing), title: "What changed from input to output (d)", onclick: () => this.toggleDiff() }, icon("compare"), "Diff") : null;
        this.current = { input, output, running };
        if (this.diffing && both) {
            put(this.io, h("section.block", null, h("header", null, h("h3", null, "Input → output"), h("span.space"), diff), diffView(said(input, "user"), said(output, "assistant"))));
        } else {
            put(this.io, valueBlock("Input", input, diff, "no input was recorded"), valueBlock("Output", output, null, running ? "still running…" : "no output was recorded"));
        }
        this.drawn();
    }

    toggleDiff() {
        if (!this.current) return;
        this.diffing = !this.diffing;
        this.#io(this.current, this.current.running);
    }
}

/** @param {string} name @param {any} value @param {import("../dom.js").Child} extra @param {string} none */
export function valueBlock(name, value, extra, none) {
    if (value === null || value === undefined) return h("section.block", null, h("header", null, h("h3", null, name)), h("p.dim", null, none));
    const body = h("div.value");
    const views = kinds(value);
    const buttons = views.length > 1 ? h("span.switch", { role: "group", "aria-label": `${name} shown as` }) : null;
    const text = () => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
    const show = (kind) => {
        put(body, valueView(value, kind));
        if (buttons) put(buttons, views.map((one) => h("button", { type: "button", "aria-pressed": String(one === kind), onclick: () => show(one) }, KINDS[one])));
    };
    show(views[0]);
    return h("section.block", null, h("header", null, h("h3", null, name), h("span.dim.size", null, bytes(text().length)), h("span.space"), extra, buttons, copyButton(text, `Copy the ${name.toLowerCase()}`)), body);
}

function observationHead({ obs, start, end, cost: sum, tokens, below }, model) {
    const first = obs.completionStart ? moment(obs.completionStart) - start : null;
    const stop = end ?? Date.now();
    const own = obs.usage?.total ?? tokens;
    const speed = first !== null && obs.usage?.output && stop - start - first > 0 ? obs.usage.output / ((stop - start - first) / 1000) : null;
    return [
        h("div.detail-title", null, typeMark(obs.type), h("h2.clip", { dir: "auto", title: obs.name }, obs.name || obs.type.toLowerCase()), h("span.dim", null, obs.type.toLowerCase()),
            obs.level !== "DEFAULT" ? h(`span.level.level-${obs.level}`, null, obs.level) : null, obs.running ? h("span.running", null, "running") : null, h("span.space"), copyButton(() => obs.id, "Copy the id")),
        h("dl.metrics", null,
            metric("Latency", obs.running ? `${duration(stop - start)} …` : duration(stop - start)),
            first !== null ? metric("First token", duration(first), speed ? `${count(speed)} tokens/s after it` : undefined) : null,
            obs.model ? metric("Model", obs.model) : null,
            own || tokens ? metric("Tokens", count(own), below ? "with all below" : undefined) : null,
            sum || obs.costTotal !== null ? metric("Cost", cost(below ? sum : obs.costTotal), below ? `${exactCost(sum)} with all below` : exactCost(obs.costTotal)) : null,
            metric("Start", `+${duration(start - model.span.from)}`, fullTime(obs.start))),
        obs.statusMessage ? h("div.status", { class: `is-${obs.level}`, role: "note" }, h("pre", { dir: "auto" }, obs.statusMessage), copyButton(() => obs.statusMessage)) : null,
    ];
}

function traceHead({ trace, observations }, model) {
    const { from, to } = model.span;
    return [
        h("div.detail-title", null, h("h2.clip", { dir: "auto" }, trace.name || trace.id), h("span.dim", null, "trace"), trace.running ? h("span.running", null, "running") : null, h("span.space"), copyButton(() => trace.id, "Copy the trace id")),
        h("dl.metrics", null,
            metric("Latency", trace.running ? `${duration(to - from)} …` : duration(trace.latency ?? to - from)),
            metric("Observations", count(observations.length)),
            metric("Tokens", count(trace.tokens?.total), `${count(trace.tokens?.input)} in, ${count(trace.tokens?.output)} out`),
            metric("Cost", cost(trace.cost), exactCost(trace.cost)),
            trace.errors ? metric("Errors", h("span.bad", null, count(trace.errors))) : null,
            metric("Start", time(trace.start), fullTime(trace.start))),
    ];
}

function metric(name, value, hint) {
    return h("div", { title: hint }, h("dt", null, name), h("dd", null, value));
}

function observationFacts({ obs, start, end }) {
    const parameters = Object.entries(obs.modelParameters ?? {});
    const buckets = Object.entries(obs.usage ?? {});
    return [
        buckets.length || obs.costTotal !== null || obs.costHint ? block("Usage and cost", [
            h("table.usage", null, h("tbody", null,
                buckets.map(([bucket, n]) => h("tr", null, h("td", null, bucket.replaceAll("_", " ")), h("td.number", null, count(n)), h("td.number", null, Object.hasOwn(obs.cost ?? {}, bucket) ? exactCost(obs.cost[bucket]) : ""))),
                obs.costTotal !== null ? h("tr.total", null, h("td", null, "cost"), h("td.number"), h("td.number", null, exactCost(obs.costTotal))) : null)),
            obs.costSource ? h("p.dim", null, obs.costSource === "provided" ? "The program said what it cost." : `From the ${obs.costSource}.`) : null,
            obs.costHint ? h("p.warn", null, obs.costHint) : null,
        ]) : null,
        obs.model || parameters.length || obs.promptName ? block("Model", h("dl.facts", null,
            obs.model ? pair("model", h("a", { href: `/?q=${encodeURIComponent(`model:"${obs.model}"`)}` }, obs.model)) : null,
            obs.promptName ? pair("prompt", [obs.promptName, obs.promptVersion ? h("span.dim", null, ` version ${obs.promptVersion}`) : null]) : null,
            parameters.map(([name, value]) => pair(name, typeof value === "string" ? value : JSON.stringify(value))))) : null,
        metadata(obs.metadata),
        obs.events?.length ? block(plural(obs.events.length, "event"), h("ol.events", null, obs.events.map((event) => h("li", null,
            h("span.number", { title: fullTime(event.time) }, `+${duration(moment(event.time) - start)}`), h("b", null, event.name),
            Object.keys(event.attributes ?? {}).length ? jsonTree(event.attributes) : null)))) : null,
        block("Timing", h("dl.facts", null,
            pair("started", fullTime(obs.start)),
            obs.completionStart ? pair("first token", [fullTime(obs.completionStart), h("span.dim", null, ` after ${duration(moment(obs.completionStart) - start)}`)]) : null,
            pair("ended", obs.running ? "still running" : obs.end ? fullTime(obs.end) : "never"),
            end !== null ? pair("took", duration(end - start)) : null)),
        block("Belongs to", h("dl.facts", null, pair("id", h("code", null, obs.id)), source(obs.metadata) ? pair("made in", h("code", null, source(obs.metadata))) : null, obs.environment ? pair("environment", obs.environment) : null, obs.version ? pair("version", obs.version) : null)),
    ];
}

function traceFacts({ trace }) {
    return [
        block("Trace", h("dl.facts", null,
            pair("id", h("code", null, trace.id)),
            trace.user ? pair("user", h("a", { href: `/?q=${encodeURIComponent(`user:"${trace.user}"`)}` }, trace.user)) : null,
            trace.session ? pair("session", h("a", { href: `/sessions/${encodeURIComponent(trace.session)}` }, trace.session)) : null,
            trace.tags?.length ? pair("tags", chips(trace.tags)) : null,
            ["environment", "version", "release"].map((key) => (trace[key] ? pair(key, trace[key]) : null)),
            pair("started", fullTime(trace.start)))),
        metadata(trace.metadata),
    ];
}

// What every span of OpenTelemetry says of the program that it ran in, beside what somebody meant to note.
const TELEMETRY = /^(attributes|resourceAttributes|scope)(\.|$)/;

/** What was noted, and folded away what telemetry says by itself. */
function metadata(value) {
    const entries = Object.entries(value ?? {});
    const own = Object.fromEntries(entries.filter(([key]) => !TELEMETRY.test(key)));
    const rest = Object.fromEntries(entries.filter(([key]) => TELEMETRY.test(key)));
    return [
        Object.keys(own).length ? block("Metadata", jsonTree(own), copyButton(() => JSON.stringify(own, null, 2))) : null,
        Object.keys(rest).length ? block("Telemetry", folded(h("span.dim", null, plural(Object.keys(rest).length, "attribute")), () => jsonTree(rest)), copyButton(() => JSON.stringify(rest, null, 2))) : null,
    ];
}

/** Where in the program an observation was made. */
function source(value) {
    const of = (key) => value?.[`attributes.${key}`] ?? value?.attributes?.[key];
    const file = of("code.file.path");
    const line = of("code.line.number");
    return typeof file === "string" ? `${file}${line ? `:${line}` : ""}` : null;
}

function block(name, content, extra) {
    return h("section.block", null, h("header", null, h("h3", null, name), h("span.space"), extra), content);
}

function pair(name, value) {
    return [h("dt", null, name), h("dd", { dir: "auto" }, value)];
}
