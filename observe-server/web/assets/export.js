// Takes away what is listed, as a file.

import { address } from "./api.js";
import { h, icon } from "./dom.js";
import { item, menuButton } from "./menu.js";

const FORMATS = [["jsonl", "JSON lines", "a trace a line"], ["csv", "CSV", "a trace a row"], ["otlp", "OTLP JSON", "for collectors"]];

/** @param {() => string} query */
export function exportButton(query) {
    return menuButton([icon("download"), "Export"], (close) => FORMATS.map(([format, name, hint]) => item(name, () => {
        close();
        const link = h("a", { href: address("export", { q: query(), format }), download: "" });
        document.body.append(link);
        link.click();
        link.remove();
    }, { hint })), { title: "Export what is listed" });
}
