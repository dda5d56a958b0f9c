// The server's JSON API. Every failure becomes an `ApiError` that says what to show.

export class ApiError extends Error {
    /** @param {number} status @param {string} message @param {number | null} at @param {string | null} suggestion */
    constructor(status, message, at = null, suggestion = null) {
        super(message);
        this.status = status;
        this.at = at;
        this.suggestion = suggestion;
    }
}

/**
 * @param {string} path below /api/local/
 * @param {Record<string, string | number | null | undefined>} [query] empty values are left out
 * @param {AbortSignal} [signal]
 */
export async function get(path, query = {}, signal) {
    return call("GET", address(path, query), undefined, signal);
}

/** @param {string} path @param {object} body */
export async function post(path, body) {
    return call("POST", address(path), body);
}

/** @param {string} path */
export async function remove(path) {
    return call("DELETE", address(path));
}

/** Where one logs in, and comes back from to what is shown now. */
export function toLogin() {
    location.assign(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);
}

/** @param {string} path @param {Record<string, string | number | null | undefined>} [query] */
export function address(path, query = {}) {
    const params = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
        if (value !== null && value !== undefined && value !== "") params.set(key, String(value));
    }
    const text = params.toString();
    return `/api/local/${path}${text ? `?${text}` : ""}`;
}

async function call(method, url, body, signal) {
    const headers = { accept: "application/json" };
    if (method !== "GET") headers["x-observe"] = "1";
    if (body !== undefined) headers["content-type"] = "application/json";
    let response;
    try {
        response = await fetch(url, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch (error) {
        if (aborted(error)) throw error;
        throw new ApiError(0, "The server does not answer. Is `observe` still running?");
    }
    const text = await response.text();
    let answer = null;
    try {
        answer = text ? JSON.parse(text) : null;
    } catch {
        if (response.ok) throw new ApiError(response.status, "The server's answer is not JSON.");
    }
    if (response.ok) return answer;
    if (response.status === 401) toLogin();
    const error = answer?.error ?? {};
    throw new ApiError(response.status, error.message ?? `The server answered ${response.status}.`, error.at ?? null, error.suggestion ?? null);
}

/** Whether a request ended because nobody waits for it any more. @param {any} error */
export function aborted(error) {
    return error?.name === "AbortError";
}

/**
 * Requests of which only the newest matters: asking again ends the one before.
 * @returns {(path: string, query?: Record<string, any>) => Promise<any>} resolves to undefined when overtaken
 */
export function latest(/** @type {AbortSignal} */ outer) {
    /** @type {AbortController | null} */
    let running = null;
    outer?.addEventListener("abort", () => running?.abort());
    return async (path, query) => {
        running?.abort();
        const mine = (running = new AbortController());
        try {
            const answer = await get(path, query, mine.signal);
            return mine.signal.aborted ? undefined : answer;
        } catch (error) {
            if (aborted(error)) return undefined;
            throw error;
        }
    };
}
