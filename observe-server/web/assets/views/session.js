// One session as the conversation it was: what was asked, what was answered, turn by turn.

import { ApiError, latest } from "../api.js";
import { scoreChip } from "../columns.js";
import { copyButton, h, icon, put } from "../dom.js";
import { failed } from "../empty.js";
import { cost, count, duration, exactCost, fullTime, plural } from "../format.js";
import { bind } from "../keys.js";
import { onChange } from "../live.js";
import { go, title } from "../router.js";
import { conversation } from "../value/messages.js";
import { message, valueView } from "../value/value.js";

const PAGE = 50;

/** @type {import("../router.js").View} */
export function session(root, { params, signal }) {
    const ask = latest(signal);
    const box = h("div.session");
    root.append(box);
    let shown = PAGE;
    let painted = "";
    const draw = (data) => {
        const stamp = JSON.stringify([data, shown]);
        if (stamp === painted) return;
        painted = stamp;
        const { traces } = data;
        const hidden = Math.max(0, traces.length - shown);
        put(box, head(params.id, data.session, traces),
            hidden ? h("button.small", { type: "button", onclick: () => { shown += PAGE; draw(data); } }, `${plural(hidden, "earlier turn")}`) : null,
            traces.slice(hidden).map(turn));
    };
    const load = async () => {
        try {
            const data = await ask(`sessions/${encodeURIComponent(params.id)}`);
            if (data) draw(data);
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            if (!painted) put(box, failed(error, load));
        }
    };
    title(params.id);
    const turns = () => /** @type {HTMLElement[]} */ ([...box.querySelectorAll(".turn")]);
    const move = (by) => {
        const all = turns();
        const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
        const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
        next?.focus({ preventScroll: true });
        next?.scrollIntoView({ block: "nearest" });
    };
    bind([
        { keys: "j|ArrowDown", does: "Next turn", run: () => move(1) },
        { keys: "k|ArrowUp", does: "Turn before", run: () => move(-1) },
        { keys: "Enter|o", does: "Open the trace of the turn", run: () => document.activeElement?.matches(".turn") && go(`/trace/${/** @type {HTMLElement} */ (document.activeElement).dataset.trace}`) },
        { keys: "Escape", does: "Back to the sessions", run: () => go("/sessions") },
    ]);
    onChange(load, signal, 500);
    load();
}

function head(id, session, traces) {
    const users = session?.users ?? [];
    const sum = (value) => traces.reduce((all, trace) => all + (value(trace) ?? 0), 0);
    const tokens = sum((trace) => trace.tokens?.total);
    const price = sum((trace) => trace.cost);
    return h("header.session-head", null,
        h("a.back", { href: "/sessions", title: "All sessions (Esc)" }, icon("back"), "Sessions"),
        h("h1.clip", { dir: "auto" }, id), copyButton(() => id, "Copy the session's id"), h("span.space"),
        h("span.dim", null, [users.join(", "), plural(traces.length, "turn"), `${count(tokens)} tokens`].filter(Boolean).join(" · ")),
        h("span", { title: exactCost(price) }, cost(price)));
}

function turn(trace) {
    return h("article.turn", { tabindex: "0", dataset: { trace: trace.id }, "aria-label": `Turn: ${trace.name}` },
        h("aside", null,
            h("a.strong.clip", { href: `/trace/${trace.id}`, dir: "auto" }, trace.name || "trace"),
            h("div.dim", { title: fullTime(trace.start) }, fullTime(trace.start).slice(0, 19)),
            h("div.dim", null, trace.running ? h("span.running", null, "running…") : duration(trace.latency), trace.tokens?.total ? ` · ${count(trace.tokens.total)} tokens` : ""),
            trace.cost ? h("div.dim", { title: exactCost(trace.cost) }, cost(trace.cost)) : null,
            trace.errors ? h("div.bad", null, icon("error"), " ", plural(trace.errors, "error")) : null,
            h("div.chips.wrap", null, trace.scores?.map(scoreChip))),
        h("div.said", null, said("user", trace.input), said("assistant", trace.output, trace.running)));
}

/** What was said in a turn: of a whole conversation only its last message, for the turns before show the rest. */
function said(role, value, running = false) {
    if (value === null || value === undefined) return running ? h("div.message.role-assistant", null, h("span.dim", null, "…")) : null;
    const talk = conversation(value);
    if (talk) {
        const last = talk.messages.findLast((one) => one.role === role) ?? talk.messages.at(-1);
        return message({ ...last, role });
    }
    // Of `{"question": "…", "user_id": "…"}` the text that a person would call the question.
    const text = typeof value === "object" && !Array.isArray(value) ? ["question", "query", "input", "message", "prompt", "text", "answer", "output", "response"].map((key) => value[key]).find((one) => typeof one === "string") : null;
    return h(`div.message.role-${role}`, null, h("header", null, h("b", null, role)), valueView(text ?? value));
}
