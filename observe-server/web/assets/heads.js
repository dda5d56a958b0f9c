// The heads of the columns of the traces: what they are called, which one the list is sorted by, how wide they are.

import { h } from "./dom.js";

/** Fields that one reads from A to Z; of all others the greatest come first. */
const TEXTS = ["name", "user", "session", "environment", "version", "release"];
const NEWEST = "-startTime";

/** @param {import("./columns.js").Layout} layout @param {string} sort such as `-cost` @param {(sort: string | null) => void} change null is newest first */
export function heads(layout, sort, change) {
    const by = sort.replace(/^-/, "") || "startTime";
    return layout.columns.map((column) => {
        const order = column.sort !== by ? "none" : sort && !sort.startsWith("-") ? "ascending" : "descending";
        const content = [column.name, order === "none" ? null : h("span.arrow", null, order === "ascending" ? " ↑" : " ↓")];
        return h("span", { role: "columnheader", class: column.number ? "number" : "", "aria-sort": order },
            column.sort ? h("button", { type: "button", title: `Sort by ${column.name.toLowerCase()}`, onclick: () => change(next(column.sort, order)) }, content) : content,
            layout.widths.handle(column));
    });
}

/** @param {string} field @param {string} order how the list is sorted by it now */
function next(field, order) {
    const ascending = order === "descending" || (order === "none" && TEXTS.includes(field));
    const sort = ascending ? field : `-${field}`;
    return sort === NEWEST ? null : sort;
}
