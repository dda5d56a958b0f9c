// Images, audio, video and files in values: data URIs and Langfuse's media references.

import { h } from "../dom.js";
import { bytes } from "../format.js";

/** @typedef {{ type: string, url: string, size: number | null }} Media */

const START = "@@@langfuseMedia:";
const REFERENCE = new RegExp(`${START}[^@\\s]{1,1000}@@@`);
/** A reference at one place, for texts that are read from left to right. */
export const REFERENCE_HERE = new RegExp(REFERENCE.source, "y");

/** The media that a whole text refers to, as SDKs do, or null. @param {string} text @returns {Media | null} */
export function referenced(text) {
    if (!text.startsWith(START) || REFERENCE.exec(text)?.[0] !== text) return null;
    const pairs = text.slice(START.length, -3).split("|").map((pair) => pair.split(/=(.*)/s).slice(0, 2));
    const { type, id } = Object.fromEntries(pairs);
    // Ids are letters and digits, so that the address is only ever that of a medium.
    if (!/^[\w-]{1,200}$/.test(id ?? "")) return null;
    return { type: /^[\w.+-]+\/[\w.+-]+$/.test(type ?? "") ? type.toLowerCase() : "application/octet-stream", url: `/api/public/media/${id}/content`, size: null };
}

/** The media that a string is, or null. @param {any} value @returns {Media | null} */
export function mediaOf(value) {
    if (typeof value !== "string") return null;
    const data = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.-]+)*;base64,/.exec(value);
    return data ? { type: data[1].toLowerCase(), url: value, size: Math.floor(((value.length - data[0].length) * 3) / 4) } : referenced(value);
}

/** A text in which references to media are the media. @param {string} text @returns {import("../dom.js").Child[]} */
export function withMedia(text) {
    if (!text.includes(START)) return [text];
    return text.split(new RegExp(`(${REFERENCE.source})`)).map((part) => inlineMedia(referenced(part)) ?? part);
}

/** Media within a text. @param {Media | null} media @param {string} [alt] */
export function inlineMedia(media, alt) {
    return media && h("span.media", null, shown(media, alt), h("span.media-note.dim", null, media.type));
}

/** Where a text can be cut: here, or behind the reference that this place is within. @param {string} text @param {number} end */
export function cutAt(text, end) {
    const start = text.lastIndexOf(START, end - 1);
    if (start < 0) return end;
    REFERENCE_HERE.lastIndex = start;
    const reference = REFERENCE_HERE.exec(text);
    return reference ? Math.max(end, start + reference[0].length) : end;
}

/** @param {Media} media */
export function mediaView(media) {
    return h("figure.media", null, shown(media), h("figcaption.dim", null, media.type, media.size ? ` · ${bytes(media.size)}` : null));
}

/** @param {Media} media @param {string} [alt] */
function shown({ type, url }, alt = "") {
    const [kind] = type.split("/");
    // A picture can only show itself; an SVG opened in a page of its own could run.
    if (kind === "image") return h("img", { src: url, alt, loading: "lazy", onerror: (event) => event.target.replaceWith(h("span.dim", null, "this picture cannot be shown")) });
    if (kind === "audio") return h("audio", { src: url, controls: true, preload: "none" });
    if (kind === "video") return h("video", { src: url, controls: true, preload: "none" });
    return h("a", { href: url, download: "" }, "Download");
}
