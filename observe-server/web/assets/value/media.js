// Images, audio, video and files in values: data URIs and Langfuse's media references.

import { h } from "../dom.js";
import { bytes } from "../format.js";

/** @typedef {{ type: string, url: string, size: number | null }} Media */

/** The media that a string is, or null. @param {any} value @returns {Media | null} */
export function mediaOf(value) {
    if (typeof value !== "string") return null;
    const reference = /^@@@langfuseMedia:(.+)@@@$/.exec(value);
    if (reference) {
        const fields = Object.fromEntries(reference[1].split("|").map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
        if (!fields.id) return null;
        return { type: fields.type ?? "application/octet-stream", url: `/api/public/media/${encodeURIComponent(fields.id)}/content`, size: null };
    }
    const data = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.-]+)*;base64,/.exec(value);
    return data ? { type: data[1].toLowerCase(), url: value, size: Math.floor(((value.length - data[0].length) * 3) / 4) } : null;
}

/** @param {Media} media */
export function mediaView({ type, url, size }) {
    const note = h("figcaption.dim", null, type, size ? ` · ${bytes(size)}` : null);
    const [kind] = type.split("/");
    // A picture can only show itself; an SVG opened in a page of its own could run.
    if (kind === "image") return h("figure.media", null, h("img", { src: url, alt: "", loading: "lazy", onerror: (event) => event.target.replaceWith(h("span.dim", null, "this picture cannot be shown")) }), note);
    if (kind === "audio") return h("figure.media", null, h("audio", { src: url, controls: true, preload: "none" }), note);
    if (kind === "video") return h("figure.media", null, h("video", { src: url, controls: true, preload: "none" }), note);
    return h("figure.media", null, h("a", { href: url, download: "" }, "Download"), note);
}
