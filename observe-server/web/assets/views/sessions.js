// Every session: who spoke, how often, how long, at what cost.

import { h } from "../dom.js";
import { cost, count, duration, exactCost, fullTime, time } from "../format.js";
import { Table } from "../table.js";

/** @param {any} session */
const address = (session) => `/sessions/${encodeURIComponent(session.id)}`;

/** @type {import("../router.js").View} */
export function sessions(root, route) {
    return new Table(root, route, {
        path: "sessions", one: "session", many: "sessions", open: address,
        columns: [
            { name: "Last", width: "110px", cell: (s) => h("time", { title: fullTime(s.last) }, time(s.last)) },
            { name: "Session", width: "minmax(160px, 2fr)", cell: (s) => h("a.clip.strong", { href: address(s), tabindex: "-1", dir: "auto" }, s.id) },
            { name: "Users", width: "minmax(120px, 1.5fr)", cell: (s) => h("span.clip", null, s.users.join(", ")) },
            { name: "Environment", width: "120px", cell: (s) => h("span.dim", null, s.environment) },
            { name: "Traces", width: "70px", number: true, cell: (s) => count(s.traces) },
            { name: "From first to last", width: "130px", number: true, cell: (s) => duration(Date.parse(s.last) - Date.parse(s.first)) },
            { name: "Latency", width: "84px", number: true, cell: (s) => h("span", { title: "All traces together" }, duration(s.latency)) },
            { name: "Tokens", width: "90px", number: true, cell: (s) => count(s.tokens?.total ?? s.tokens) },
            { name: "Cost", width: "96px", number: true, cell: (s) => h("span", { title: exactCost(s.cost) }, cost(s.cost)) },
        ],
    });
}
