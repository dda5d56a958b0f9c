// Markdown as models write it, built as DOM nodes: headings, lists, quotes, fenced code, tables. HTML in it is text.

import { copyButton, h } from "../dom.js";
import { inline } from "./inline.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`\s]*)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])(?:\s+|$)(.*)$/;
const TABLE = /^\s*\|?\s*:?-{1,}:?\s*(\|\s*:?-{1,}:?\s*)*\|?\s*$/;

/** Whether a text looks as if it meant to be Markdown. @param {string} text */
export function looksLikeMarkdown(text) {
    // By its beginning, and by patterns of bounded reach: whatever the text, the answer comes at once.
    return /^ {0,3}#{1,6} \S|^ {0,3}(```|~~~)|^ {0,3}([-*+]|\d{1,9}[.)]) \S|\*\*\S[^*\n]{0,500}\*\*|`[^`\n]{1,200}`|^ {0,9}\|[^\n]{0,500}\| *$|\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)|^> /m.test(text.slice(0, 20_000));
}

/** @param {string} source */
export function markdown(source) {
    return h("div.md", { dir: "auto" }, blocks(source.replace(/\r\n?/g, "\n").split("\n"), 0));
}

/** @param {string[]} lines @param {number} depth @returns {HTMLElement[]} */
function blocks(lines, depth) {
    if (depth > 12) return [h("p", null, lines.join("\n"))];
    const result = [];
    let at = 0;
    while (at < lines.length) {
        const [element, next] = block(lines, at, depth);
        if (element) result.push(element);
        at = Math.max(next, at + 1);
    }
    return result;
}

/** One block and the line after it. @returns {[HTMLElement | null, number]} */
function block(lines, at, depth) {
    const line = lines[at];
    if (!line.trim()) return [null, at + 1];
    const fence = FENCE.exec(line);
    if (fence) return code(lines, at, fence);
    const heading = HEADING.exec(line);
    if (heading) return [h(`h${Math.min(heading[1].length + 2, 6)}`, { class: `md-h${heading[1].length}` }, inline(heading[2])), at + 1];
    if (RULE.test(line)) return [h("hr"), at + 1];
    if (/^ {0,3}>/.test(line)) return quote(lines, at, depth);
    if (ITEM.test(line)) return list(lines, at, depth);
    if (line.includes("|") && at + 1 < lines.length && lines[at + 1].includes("-") && TABLE.test(lines[at + 1])) return table(lines, at);
    return paragraph(lines, at);
}

/** @returns {[HTMLElement, number]} */
function code(lines, at, fence) {
    const [, mark, language] = fence;
    let end = at + 1;
    const close = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}\\s*$`);
    while (end < lines.length && !close.test(lines[end])) end += 1;
    const source = lines.slice(at + 1, end).join("\n");
    return [h("div.md-code", null, h("header", null, language, copyButton(() => source)), h("pre", { dir: "ltr" }, h("code", null, source))), end + 1];
}

/** @returns {[HTMLElement, number]} */
function quote(lines, at, depth) {
    let end = at;
    const inner = [];
    while (end < lines.length && lines[end].trim()) inner.push(lines[end++].replace(/^ {0,3}> ?/, ""));
    return [h("blockquote", null, blocks(inner, depth + 1)), end];
}

/** @returns {[HTMLElement, number]} */
function list(lines, at, depth) {
    const [, indent, marker] = ITEM.exec(lines[at]);
    const ordered = /\d/.test(marker);
    /** @type {string[][]} */
    const items = [];
    let end = at;
    while (end < lines.length) {
        const line = lines[end];
        const item = ITEM.exec(line);
        const deep = line.length - line.trimStart().length;
        if (item && item[1].length <= indent.length + 1 && /\d/.test(item[2]) === ordered) items.push([item[3]]);
        else if (!line.trim()) {
            const next = lines[end + 1] ?? "";
            if (!ITEM.test(next) && !/^\s{2,}\S/.test(next)) break;
            items.at(-1)?.push("");
        } else if (deep > indent.length || (!item && lines[end - 1]?.trim() && !/^ {0,3}(#|>|```|~~~)/.test(line))) items.at(-1)?.push(unindent(line, indent.length + 2));
        else break;
        end += 1;
    }
    return [h(ordered ? "ol" : "ul", { start: ordered && !/^1\D/.test(marker) ? parseInt(marker, 10) : null }, items.map((item) => listItem(item, depth))), end];
}

function listItem(lines, depth) {
    const task = /^\[([ xX])\]\s+(.*)$/.exec(lines[0]);
    if (task) lines = [task[2], ...lines.slice(1)];
    const inner = blocks(lines, depth + 1);
    // A single paragraph is the item's own text.
    const content = inner[0]?.tagName === "P" ? [[...inner[0].childNodes], inner.slice(1)] : inner;
    return h("li", { class: task ? "task" : "" }, task ? h("input", { type: "checkbox", disabled: true, checked: task[1] !== " " }) : null, content);
}

function unindent(line, by) {
    return line.replace(new RegExp(`^\\s{0,${by + 1}}`), "");
}

/** @returns {[HTMLElement, number]} */
function table(lines, at) {
    const head = cells(lines[at]);
    const align = cells(lines[at + 1]).map((cell) => (/^:.*:$/.test(cell) ? "center" : /:$/.test(cell) ? "right" : ""));
    let end = at + 2;
    const rows = [];
    while (end < lines.length && lines[end].includes("|") && lines[end].trim()) rows.push(cells(lines[end++]));
    const row = (tag, list) => h("tr", null, head.map((_, i) => h(tag, { class: align[i] ? `to-${align[i]}` : "" }, inline(list[i] ?? ""))));
    return [h("div.md-table", null, h("table", null, h("thead", null, row("th", head)), h("tbody", null, rows.map((list) => row("td", list))))), end];
}

function cells(line) {
    return line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));
}

/** @returns {[HTMLElement, number]} */
function paragraph(lines, at) {
    let end = at + 1;
    while (end < lines.length && lines[end].trim() && !FENCE.test(lines[end]) && !HEADING.test(lines[end]) && !RULE.test(lines[end]) && !/^ {0,3}>/.test(lines[end])
        && !ITEM.test(lines[end])) end += 1;
    const text = lines.slice(at, end).map((line) => line.trimStart()).join("\n");
    return [h("p", null, inline(text)), end];
}
