// What landed in the database, as it lands: one event stream for the page, shared by whoever shows something.

import { get } from "./api.js";

const MOST = 500;

/** @type {Set<(traces: Set<string> | null) => void>} */
const listeners = new Set();
/** @type {Set<(connected: boolean) => void>} */
const watchers = new Set();
let connected = false;

/** Opens the stream. The browser reconnects by itself; after a gap everybody looks again. */
export function connect() {
    const source = new EventSource("/api/local/events");
    let gap = false;
    source.addEventListener("open", () => {
        say(true);
        if (gap) tell(null);
        gap = false;
    });
    source.addEventListener("error", () => {
        gap = true;
        say(false);
        // A refused stream is not tried again by the browser. If it is the login that is missing, any other request leads there.
        if (source.readyState === EventSource.CLOSED) {
            get("info").catch(() => {});
            setTimeout(connect, 3000);
        }
    });
    source.addEventListener("changed", (event) => {
        const ids = JSON.parse(event.data).traces ?? [];
        // None named, or as many as are ever named: there may be more.
        tell(ids.length && ids.length < MOST ? new Set(ids) : null);
    });
    addEventListener("pagehide", () => source.close());
}

/**
 * Calls back with the ids of traces that changed, or null when any may have: not before the last call is done, and never more
 * often than once in `every` ms, nor for more than a third of the time.
 * @param {(traces: Set<string> | null) => unknown} listener @param {AbortSignal} signal @param {number} [every]
 */
export function onChange(listener, signal, every = 250) {
    /** @type {Set<string> | null} */
    let waiting = new Set();
    let timer = 0;
    const run = async () => {
        const now = waiting;
        waiting = new Set();
        const start = performance.now();
        try {
            await listener(now);
        } finally {
            timer = 0;
            if (waiting === null || waiting.size) schedule(2 * (performance.now() - start));
        }
    };
    const schedule = (/** @type {number} */ wait) => {
        if (!signal.aborted) timer ||= setTimeout(run, Math.max(wait, every));
    };
    const collect = (/** @type {Set<string> | null} */ traces) => {
        waiting = traces === null || waiting === null ? null : new Set([...waiting, ...traces]);
        schedule(0);
    };
    listeners.add(collect);
    signal.addEventListener("abort", () => {
        listeners.delete(collect);
        clearTimeout(timer);
    });
}

/** @param {(connected: boolean) => void} watcher */
export function onConnection(watcher) {
    watchers.add(watcher);
    watcher(connected);
}

function tell(traces) {
    for (const listener of [...listeners]) listener(traces);
}

function say(now) {
    connected = now;
    for (const watcher of watchers) watcher(now);
}
