// An address that names no view.

import { h } from "../dom.js";

/** @type {import("../router.js").View} */
export function missing(root) {
    root.append(h("div.welcome", null,
        h("h2", null, "There is no such page"),
        h("p", null, h("code", null, location.pathname), " names no view."),
        h("a.button", { href: "/" }, "All traces")));
}
