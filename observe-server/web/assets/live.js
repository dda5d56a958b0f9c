// What landed in the database, as it lands: one event stream for the page, shared by whoever shows something.

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
        // A refused stream is not tried again by the browser.
        if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    });
    source.addEventListener("changed", (event) => tell(new Set(JSON.parse(event.data).traces ?? [])));
    addEventListener("pagehide", () => source.close());
}

/**
 * Calls back with the ids of traces that changed, or null when any may have; never more often than once in `every` ms.
 * @param {(traces: Set<string> | null) => void} listener @param {AbortSignal} signal @param {number} [every]
 */
export function onChange(listener, signal, every = 250) {
    /** @type {Set<string> | null} */
    let waiting = new Set();
    let timer = 0;
    const collect = (/** @type {Set<string> | null} */ traces) => {
        waiting = traces === null || waiting === null ? null : new Set([...waiting, ...traces]);
        timer ||= setTimeout(() => {
            const now = waiting;
            timer = 0;
            waiting = new Set();
            if (!signal.aborted) listener(now);
        }, every);
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
