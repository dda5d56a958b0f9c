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

function sentence(text) {
    return /[.!?…]$/.test(text) ? text : `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}.`;
}

/** Nothing was found. @param {string} query @param {() => void} clear @param {string} [what] */
export function nothing(query, clear, what = "traces") {
    return h("div.welcome", null,
        h("h2", null, `No ${what} match`),
        h("p", null, "Nothing was recorded that fits ", h("code", null, query), "."),
        h("button", { type: "button", onclick: clear }, "Show all"));
}

/** The query cannot be understood; the search box says where. */
export function mistaken() {
    return h("div.welcome", null,
        h("h2", null, "This search has a mistake"),
        h("p", null, "The search box says where it stands. Words alone are looked for in names, inputs and outputs; ", h("code", null, "field:value"), " looks at one thing, such as ",
            h("code", null, "user:ann"), ", ", h("code", null, "level:ERROR"), ", ", h("code", null, "latency:>2s"), ", ", h("code", null, "cost:>$0.01"), " or ", h("code", null, "metadata.plan:pro"), "."),
        h("a.button", { href: "/" }, "All traces"));
}

/** @param {import("./api.js").ApiError} error @param {() => void} [again] */
export function failed(error, again) {
    return h("div.welcome.failed", { role: "alert" },
        h("h2", null, error.status === 404 ? "There is no such thing here" : "This cannot be shown"),
        h("p", null, sentence(error.message)),
        error.status === 404 ? h("p", null, "It may be on its way, and then appears here by itself; it may have been removed; or the address names another server.") : null,
        h("div.buttons", null, again ? h("button", { type: "button", onclick: again }, "Try again") : null, h("a.button", { href: "/" }, "All traces")));
}
