// What to show where nothing is: what it means, and the lines that change it.

import { get } from "./api.js";
import { copyButton, h, put } from "./dom.js";

const LANGUAGES = /** @type {const} */ ([["rust", "Rust"], ["python", "Python"], ["js", "JavaScript"]]);

/** Nothing was recorded yet. @param {AbortSignal} signal */
export function welcome(signal) {
    const code = h("div.welcome-code");
    const keys = h("span");
    const box = h("div.welcome", null,
        h("h2", null, "No traces yet"),
        h("p", null, "This page shows a trace as soon as a program sends one.", keys),
        code);
    get("info", {}, signal).then((info) => {
        put(keys, info.auth ? " This server takes only what comes with its keys." : " Nothing else has to be set up: any key is accepted from this machine.");
        const show = (language) => {
            localStorage.setItem("observe.language", language);
            const lines = (info.examples?.[language] ?? "").replaceAll(info.address, location.origin);
            put(code,
                h("div.tabs", { role: "tablist" }, LANGUAGES.map(([id, name]) => h("button", {
                    type: "button", role: "tab", "aria-selected": String(id === language), onclick: () => show(id),
                }, name))),
                h("div.code", null, copyButton(() => lines), h("pre", null, lines)));
        };
        show(LANGUAGES.some(([id]) => id === localStorage.getItem("observe.language")) ? localStorage.getItem("observe.language") : "rust");
        const watching = info.watching ?? [];
        box.append(h("p.dim", null, watching.length ? ["Watching ", watching.map((dir, i) => [i ? ", " : "", h("code", null, dir)]), ". "] : null,
            "Receiving at ", h("code", null, location.origin), "."));
    }).catch(() => {});
    return box;
}

/** Nothing was found. @param {string} query @param {() => void} clear @param {string} [what] */
export function nothing(query, clear, what = "traces") {
    return h("div.welcome", null,
        h("h2", null, `No ${what} match`),
        h("p", null, "Nothing was recorded that fits ", h("code", null, query), "."),
        h("button", { type: "button", onclick: clear }, "Show all"));
}

/** @param {import("./api.js").ApiError} error @param {() => void} [again] */
export function failed(error, again) {
    return h("div.welcome.failed", { role: "alert" },
        h("h2", null, "This cannot be shown"),
        h("p", null, error.message),
        again ? h("button", { type: "button", onclick: again }, "Try again") : null);
}
