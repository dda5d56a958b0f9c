// The frame around every view: navigation, connection, theme, keys that work everywhere.

import { get, post, toLogin } from "./api.js";
import { h, icon, put } from "./dom.js";
import { bytes, count } from "./format.js";
import { bindGlobal, help, listen } from "./keys.js";
import { connect, onConnection } from "./live.js";
import { item, menuButton } from "./menu.js";
import { go, onRoute, route, start } from "./router.js";
import { compare } from "./views/compare.js";
import { dashboard } from "./views/dashboard.js";
import { missing } from "./views/missing.js";
import { scores } from "./views/scores.js";
import { session } from "./views/session.js";
import { sessions } from "./views/sessions.js";
import { trace } from "./views/trace.js";
import { traces } from "./views/traces.js";
import { users } from "./views/users.js";

const NAV = [["/", "Traces", "t"], ["/sessions", "Sessions", "s"], ["/users", "Users", "u"], ["/scores", "Scores", "c"], ["/dashboard", "Dashboard", "d"]];

route("/", traces, "Traces");
route("/trace/:id", trace, "Trace");
route("/project/:project/traces/:id", trace, "Trace");
route("/sessions", sessions, "Sessions");
route("/sessions/:id", session, "Session");
route("/project/:project/sessions/:id", session, "Session");
route("/users", users, "Users");
route("/dashboard", dashboard, "Dashboard");
route("/scores", scores, "Scores");
route("/compare", compare, "Compare");
route("/404", missing, "Not found");

const live = h("span.live", { title: "Not connected" });
const links = NAV.map(([href, name, key]) => h("a", { href, title: `${name} (g ${key})` }, name));
const view = h("main", { id: "view" });
put(/** @type {HTMLElement} */ (document.getElementById("app")),
    h("header.top", null,
        h("a.brand", { href: "/", "aria-label": "observe: all traces" }, h("span.logo", { "aria-hidden": "true" }, h("i"), h("i"), h("i")), "observe"),
        h("nav", { "aria-label": "Views" }, links),
        h("span.space"),
        live,
        menuButton("Server", () => serverPanel(), { title: "The server and its database" }),
        h("button.ghost", { type: "button", title: "Light or dark", "aria-label": "Light or dark", onclick: switchTheme }, icon("sun"), icon("moon")),
        h("button.ghost", { type: "button", title: "Keyboard (?)", "aria-label": "Keyboard", onclick: help }, icon("help"))),
    view);

onRoute((path) => {
    links.forEach((link, i) => {
        const href = NAV[i][0];
        const here = href === "/" ? path === "/" || path.includes("/trace") || path === "/compare" : path.startsWith(href);
        if (here) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
    });
});

onConnection((connected) => {
    live.classList.toggle("on", connected);
    put(live, connected ? "Live" : "Offline");
    live.title = connected ? "New traces appear by themselves" : "The server does not answer; trying again";
});

bindGlobal([
    ...NAV.map(([href, name, key]) => ({ keys: `g ${key}`, does: `Go to ${name}`, run: () => go(href) })),
    { keys: "?", does: "Show the keys", run: help },
    { keys: "T", does: "Light or dark", run: switchTheme },
]);

listen();
connect();
start(view);

function switchTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("observe.theme", root.dataset.theme);
}

function serverPanel() {
    const box = h("dl.facts", null, h("dt", null, "…"));
    const foot = h("div");
    get("info").then((info) => {
        if (info.session) put(foot, h("hr"), item("Log out", () => post("logout", {}).then(toLogin)));
        put(box, [
            ["Version", info.version],
            ["Address", location.origin],
            ["Database", info.db.path],
            ["Size", bytes(info.db.bytes)],
            ["Traces", count(info.db.traces)],
            ["Observations", count(info.db.observations)],
            ["Text index", info.backlog ? `${count(info.backlog)} waiting` : "up to date"],
            ["Watching", info.watching?.join("\n") || "nothing"],
            ["Access", info.auth ? "with keys" : "this machine, any key"],
        ].map(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
    }).catch((error) => put(box, h("dt", null, error.message)));
    return [box, foot];
}
