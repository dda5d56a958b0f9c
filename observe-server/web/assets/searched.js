// A page with a search box and a time range above what one request answers; asked again when something lands.

import { ApiError, latest } from "./api.js";
import { h, put } from "./dom.js";
import { failed } from "./empty.js";
import { bind } from "./keys.js";
import { onChange } from "./live.js";
import { rangeButton } from "./range.js";
import { setQuery } from "./router.js";
import { Search } from "./search.js";

/**
 * @param {HTMLElement} root @param {import("./router.js").Route} route
 * @param {string} path of the API @param {(answer: any, q: string) => import("./dom.js").Child} draw
 */
export function searched(root, { query, signal }, path, draw) {
    let q = query.get("q") ?? "";
    let painted = "";
    const ask = latest(signal);
    const change = (next) => setQuery({ q: next });
    const search = new Search({ submit: change, signal });
    const range = rangeButton(() => q, change);
    const body = h("div.dashboard");
    root.append(h("div.scroll-page", null, h("div.bar", null, search.element, range.button), body));
    search.value = q;
    const load = async () => {
        try {
            const answer = await ask(path, { q });
            if (!answer) return;
            search.fail(null);
            // What did not change keeps its elements, and with them what is pointed at.
            const stamp = JSON.stringify([q, answer]);
            if (stamp === painted) return;
            painted = stamp;
            put(body, draw(answer, q));
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            if (error.status === 400) search.fail(error);
            else put(body, failed(error, load));
        }
    };
    bind([
        { keys: "/", does: "Search", run: () => search.focus() },
        { keys: "r", does: "Recent and kept searches", run: () => search.open() },
    ]);
    onChange(load, signal, 3000);
    load();
    return {
        update(/** @type {import("./router.js").Route} */ { query }) {
            q = query.get("q") ?? "";
            search.value = q;
            range.update();
            load();
        },
    };
}
