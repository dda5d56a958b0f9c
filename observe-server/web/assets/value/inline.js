// Markdown within a line: emphasis, code, links, images. Links lead to http(s), mailto or this server only; anything else stays
// the text it is.

import { h } from "../dom.js";
import { REFERENCE_HERE, inlineMedia, referenced } from "./media.js";

// In the order in which they win at the same place.
const RULES = [
    { pattern: /(`+)([\s\S]*?[^`])\1(?!`)/y, build: (m) => h("code", null, m[2].replace(/^ (.*) $/s, "$1")) },
    { pattern: /!\[([^\]\n]{0,500})\]\(([^()\s]{1,4000}(?:\([^()\s]*\)[^()\s]*)?)(?:\s+"[^"\n]*")?\)/y, build: (m) => image(m[1], m[2]) },
    { pattern: /\[((?:[^[\]\n]|\[[^[\]\n]*\]){1,1000})\]\(([^()\s]{1,4000}(?:\([^()\s]*\)[^()\s]*)?)(?:\s+"[^"\n]*")?\)/y, build: (m, deep) => link(m[2], inline(m[1], deep), m[0]) },
    { pattern: REFERENCE_HERE, build: (m) => inlineMedia(referenced(m[0])) ?? m[0] },
    { pattern: /<(https?:\/\/[^\s<>]{1,2000})>/y, build: (m) => link(m[1], m[1], m[0]) },
    { pattern: /https?:\/\/[^\s<>"'`\])*]{1,2000}[^\s<>"'`\])*.,;:!?]/y, build: (m) => link(m[0], m[0], m[0]) },
    { pattern: /\*\*(?=\S)([\s\S]{1,2000}?\S)\*\*/y, build: (m, deep) => h("strong", null, inline(m[1], deep)) },
    { pattern: /(?<![\p{L}\p{N}_])__(?=\S)([\s\S]{1,2000}?\S)__(?![\p{L}\p{N}_])/uy, build: (m, deep) => h("strong", null, inline(m[1], deep)) },
    { pattern: /\*(?=[^\s*])([\s\S]{0,2000}?[^\s*])\*(?!\*)/y, build: (m, deep) => h("em", null, inline(m[1], deep)) },
    { pattern: /(?<![\p{L}\p{N}_])_(?=[^\s_])([\s\S]{0,2000}?[^\s_])_(?![\p{L}\p{N}_])/uy, build: (m, deep) => h("em", null, inline(m[1], deep)) },
    { pattern: /~~(?=\S)([\s\S]{1,2000}?\S)~~/y, build: (m, deep) => h("s", null, inline(m[1], deep)) },
    { pattern: /(?: {2,}|\\)\n/y, build: () => h("br") },
    { pattern: /\\([!-/:-@[-`{-~])/y, build: (m) => m[1] },
];
const SPECIAL = /[`!\[<@h*_~\\ ]/g;

/** @param {string} source @param {number} [depth] @returns {import("../dom.js").Child[]} */
export function inline(source, depth = 0) {
    if (depth > 8) return [source];
    /** @type {import("../dom.js").Child[]} */
    const result = [];
    let from = 0;
    let at = 0;
    while (at < source.length) {
        SPECIAL.lastIndex = at;
        const special = SPECIAL.exec(source);
        if (!special) break;
        at = special.index;
        const [match, rule] = first(source, at);
        if (!match) {
            at += 1;
            continue;
        }
        if (at > from) result.push(source.slice(from, at));
        result.push(rule.build(match, depth + 1));
        at += match[0].length;
        from = at;
    }
    result.push(source.slice(from));
    return result;
}

/** @returns {[RegExpExecArray, typeof RULES[0]] | [null, null]} */
function first(source, at) {
    for (const rule of RULES) {
        rule.pattern.lastIndex = at;
        const match = rule.pattern.exec(source);
        if (match) return [match, rule];
    }
    return [null, null];
}

function link(address, content, source) {
    const media = referenced(address);
    if (media) return h("a", { href: media.url, title: media.type, download: "" }, content);
    const url = safe(address);
    if (!url) return source;
    const away = url.origin !== location.origin;
    return h("a", { href: url.href, title: url.href, target: "_blank", rel: away ? "noopener noreferrer nofollow" : "noopener" }, content);
}

// Pictures from elsewhere would tell that place who reads: they are named, not fetched.
function image(label, address) {
    const media = referenced(address);
    if (media) return inlineMedia(media, label);
    if (/^data:image\/(png|jpeg|gif|webp);base64,/i.test(address)) return h("img.md-image", { src: address, alt: label });
    return link(address, ["🖼 ", label || address], `![${label}](${address})`);
}

/** The address as one may follow it, or null. @param {string} address */
export function safe(address) {
    try {
        const url = new URL(address, location.href);
        return ["http:", "https:", "mailto:"].includes(url.protocol) ? url : null;
    } catch {
        return null;
    }
}
