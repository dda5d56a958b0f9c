// Where one was in the list of traces: for coming back to it, and for going from a trace to its neighbours without doing so.

import { get } from "./api.js";
import { moment } from "./format.js";

/** The list as it was left: its query, how far it was scrolled, the row with the cursor, and the traces it had. */
export const place = {
    url: "",
    top: 0,
    focused: -1,
    q: "",
    sort: "",
    /** @type {string[]} */
    ids: [],
    /** @type {string | null} */
    next: null,
};

/** The list's address. */
export function listAddress() {
    return `/${place.url}`;
}

/**
 * The trace that follows in the list, or with -1 the one before; where the list did not have this trace, by time. Null at the end.
 * @param {{ id: string, start: string }} trace @param {1 | -1} by @param {AbortSignal} signal @returns {Promise<string | null>}
 */
export async function neighbour(trace, by, signal) {
    const at = place.ids.indexOf(trace.id);
    if (at < 0) return inTime(trace, by, signal);
    if (at + by >= place.ids.length && place.next) {
        const page = await get("traces", { q: place.q, sort: place.sort, limit: 100, cursor: place.next }, signal);
        place.ids.push(...page.rows.map((row) => row.id).filter((id) => !place.ids.includes(id)));
        place.next = page.next;
    }
    const id = place.ids[at + by];
    if (id === undefined) return null;
    place.focused = at + by;
    return id;
}

/** Newest first, as the list has them. */
async function inTime({ id, start }, by, signal) {
    const page = await get("traces", { q: `startTime:${by > 0 ? "<" : ">"}=${start}`, sort: by > 0 ? "-startTime" : "startTime", limit: 20 }, signal);
    const others = page.rows.filter((row) => row.id !== id && (by > 0 ? moment(row.start) <= moment(start) : moment(row.start) >= moment(start)));
    return others[0]?.id ?? null;
}
