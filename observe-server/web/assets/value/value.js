// An input or output, shown as what it is: a conversation, Markdown, text, media or JSON, with the other views one key away.

import { copyButton, h, icon, put } from "../dom.js";
import { bytes, plural } from "../format.js";
import { jsonTree } from "./json.js";
import { looksLikeMarkdown, markdown } from "./markdown.js";
import { cutAt, mediaOf, mediaView, withMedia } from "./media.js";
import { conversation } from "./messages.js";

const LONG = 6000;
const MORE = 20;
/** Up to which length text is shown as more than text. */
const RICH = LONG * MORE * 1.3;
const CHUNK = 10_000;
const EARLIER = 12;

/** @typedef {"chat" | "markdown" | "text" | "json"} Kind */

/** The ways in which a value can be shown, the best first. @param {any} value @returns {Kind[]} */
export function kinds(value) {
    if (conversation(value)) return ["chat", "json"];
    if (typeof value === "string") return looksLikeMarkdown(value) ? ["markdown", "text"] : ["text", "markdown"];
    return only(value) === null ? ["json"] : ["markdown", "json"];
}

/** The text of an object that holds nothing but one text. */
function only(value) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const all = Object.values(value);
    return all.length === 1 && typeof all[0] === "string" && all[0].length > 200 && looksLikeMarkdown(all[0]) ? all[0] : null;
}

/** @param {any} value @param {Kind} [kind] */
export function valueView(value, kind = kinds(value)[0]) {
    const media = mediaOf(value);
    if (media) return mediaView(media);
    if (kind === "chat") return chat(/** @type {any} */ (conversation(value)));
    if (kind === "json") return jsonTree(value);
    const text = typeof value === "string" ? value : (only(value) ?? JSON.stringify(value, null, 2));
    return cut(text, (part) => (kind === "markdown" ? markdown(part) : part.length > CHUNK ? chunks(part) : h("pre.text", { dir: "auto" }, withMedia(part))));
}

/** A long text by its beginning, the rest on demand: so much that a browser lays it out at once, and never Markdown of megabytes. */
function cut(text, build) {
    if (text.length <= LONG * 1.3) return build(text);
    const box = h("div");
    const show = (most) => {
        const end = text.lastIndexOf("\n", most);
        const part = text.length <= most * 1.3 ? text : text.slice(0, cutAt(text, end > most / 2 ? end : most));
        const rest = text.length - part.length;
        put(box, part.length > RICH ? chunks(part) : build(part), rest ? h("button.small.more", { type: "button", onclick: () => show(most < RICH / 2 ? most * MORE : Infinity) },
            `Show ${most < RICH / 2 && text.length > RICH ? "more" : "all"} of ${bytes(text.length)}`) : null);
    };
    show(LONG);
    return box;
}

/** A text of any length in parts, of which a browser lays out only those in sight. @param {string} text */
function chunks(text) {
    const parts = [];
    for (let from = 0; from < text.length; ) {
        const line = text.lastIndexOf("\n", from + CHUNK);
        const end = cutAt(text, line > from ? line + 1 : from + CHUNK);
        parts.push(h("pre", { dir: "auto" }, withMedia(text.slice(from, text[end - 1] === "\n" ? end - 1 : end))));
        from = end;
    }
    return h("div.text.chunks", null, parts);
}

/** What a value says, without what it is wrapped in: of a conversation the last thing said. @param {any} value @param {string} role whose word counts */
export function said(value, role) {
    const talk = conversation(value);
    if (!talk) return typeof value === "object" && value !== null && Object.keys(value).length === 1 && typeof Object.values(value)[0] === "string" ? Object.values(value)[0] : value;
    const last = talk.messages.findLast((one) => one.role === role) ?? talk.messages.at(-1);
    return last.parts.map((part) => (part.kind === "text" ? part.text : JSON.stringify("value" in part ? part.value : part.text, null, 2))).join("\n\n");
}

/** @param {import("./messages.js").Conversation} conversation */
function chat({ messages, tools, rest }) {
    const box = h("div.chat");
    const show = (all) => put(box,
        tools.length ? folded(["Tools ", h("span.dim", null, tools.map((tool) => tool?.name).filter((name) => typeof name === "string").join(", ") || tools.length)], () => jsonTree(tools, { open: 1 })) : null,
        all ? null : h("button.small.more", { type: "button", onclick: () => show(true) }, `${plural(messages.length - EARLIER, "earlier message")}`),
        (all ? messages : messages.slice(-EARLIER)).map(message),
        Object.keys(rest).length ? folded(["Parameters ", h("span.dim", null, Object.keys(rest).join(", "))], () => jsonTree(rest)) : null);
    show(messages.length <= EARLIER * 1.5);
    return box;
}

/** @param {import("./messages.js").Message} message */
export function message({ role, name, parts }) {
    const text = () => parts.map((part) => (part.kind === "text" || part.kind === "thinking" ? part.text : "")).filter(Boolean).join("\n\n");
    const long = role === "system" && text().length > 700;
    const content = () => h("div.message-parts", null, parts.length ? parts.map(part) : h("span.dim", null, "(empty)"));
    return h("div.message", { class: `role-${/^\w+$/.test(role) ? role : "other"}` },
        h("header", null, h("b", null, role), name ? h("span.dim", null, name) : null, text() ? copyButton(text) : null),
        long ? folded(h("span.dim", null, `${text().slice(0, 160).replace(/\s+/g, " ")}…`), content) : content());
}

/** @param {import("./messages.js").Part} part */
function part(part) {
    if (part.kind === "text") return valueView(part.text, looksLikeMarkdown(part.text) ? "markdown" : "text");
    if (part.kind === "thinking") return folded(["Thinking ", h("span.dim", null, part.text.slice(0, 80).replace(/\s+/g, " "))], () => h("pre.text.dim", { dir: "auto" }, withMedia(part.text)));
    if (part.kind === "media") return mediaOf(part.value) ? valueView(part.value) : h("div", null, "🖼 ", h("code", null, typeof part.value === "string" ? part.value : JSON.stringify(part.value)));
    if (part.kind === "other") return jsonTree(part.value);
    return tool(part);
}

/** @param {Extract<import("./messages.js").Part, { kind: "call" | "result" }>} part */
function tool(part) {
    return h(`div.tool.tool-${part.kind}`, null,
        h("header", null, part.kind === "call" ? "call " : "result ", typeof part.name === "string" ? h("b", null, part.name) : null, typeof part.id === "string" ? h("code.dim", null, ` ${part.id}`) : null, copyButton(() => (typeof part.value === "string" ? part.value : JSON.stringify(part.value, null, 2)))),
        part.value === undefined || part.value === null ? null : valueView(part.value, typeof part.value === "string" ? "text" : "json"));
}

/** @param {import("../dom.js").Child} label @param {() => Node} build */
export function folded(label, build) {
    const details = h("details.folded", null, h("summary", null, icon("chevron"), h("span.clip", null, label)));
    details.addEventListener("toggle", () => details.append(build()), { once: true });
    return details;
}
