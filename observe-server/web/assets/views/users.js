// Every user: traces, sessions, errors, tokens and cost.

import { h } from "../dom.js";
import { cost, count, exactCost, fullTime, time } from "../format.js";
import { quote } from "../query.js";
import { Table } from "../table.js";

/** @param {any} user */
const address = (user) => `/?q=${encodeURIComponent(`user:${quote(user.id)}`)}`;

/** @type {import("../router.js").View} */
export function users(root, route) {
    return new Table(root, route, {
        path: "users", one: "user", many: "users", open: address,
        columns: [
            { name: "User", width: "minmax(160px, 1fr)", cell: (u) => h("a.clip.strong", { href: address(u), tabindex: "-1", dir: "auto" }, u.id) },
            { name: "First seen", width: "120px", cell: (u) => h("time", { title: fullTime(u.first) }, time(u.first)) },
            { name: "Last seen", width: "120px", cell: (u) => h("time", { title: fullTime(u.last) }, time(u.last)) },
            { name: "Traces", width: "80px", number: true, cell: (u) => count(u.traces) },
            { name: "Sessions", width: "80px", number: true, cell: (u) => h("a", { href: `/sessions?q=${encodeURIComponent(`user:${quote(u.id)}`)}` }, count(u.sessions)) },
            { name: "Errors", width: "80px", number: true, cell: (u) => h(u.errors ? "span.bad" : "span.dim", null, count(u.errors)) },
            { name: "Tokens", width: "100px", number: true, cell: (u) => count(u.tokens?.total ?? u.tokens) },
            { name: "Cost", width: "110px", number: true, cell: (u) => h("span", { title: exactCost(u.cost) }, cost(u.cost)) },
        ],
    });
}
