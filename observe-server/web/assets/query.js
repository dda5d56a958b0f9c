// Edits a query as text: the facets, the histogram and the search box all change one string, and none drops what it does not
// understand. What a query means is the server's business alone.

/** @typedef {{ text: string, from: number, to: number, key: string | null, negated: boolean, value: string }} Term */

// A word, a quoted phrase, or a key with a value in quotes or parentheses.
const PIECE = /"(?:[^"\\]|\\.)*"?|\((?:[^()"]|"(?:[^"\\]|\\.)*"?|\([^()]*\))*\)?|[^\s()"]+|\)/y;

/** The terms at the top level. @param {string} query @returns {Term[]} */
export function terms(query) {
    const found = [];
    let at = 0;
    while (at < query.length) {
        if (/\s/.test(query[at])) {
            at += 1;
            continue;
        }
        const from = at;
        // Pieces without a space between them are one term: key:"a b", -key:(a OR b).
        while (at < query.length && !/\s/.test(query[at])) {
            PIECE.lastIndex = at;
            at += Math.max(PIECE.exec(query)?.[0].length ?? 1, 1);
        }
        const text = query.slice(from, at);
        const match = /^(-?)([A-Za-z][\w.]*(?:\."(?:[^"\\]|\\.)*")?):(.*)$/s.exec(text);
        found.push({ text, from, to: at, key: match ? match[2] : null, negated: Boolean(match?.[1]), value: match ? match[3] : text });
    }
    return found;
}

/** How a value stands in a query. @param {string} value */
export function quote(value) {
    return /^[\p{L}\p{N}_.@/-]+$/u.test(value) && !/^(or|and|not)$/i.test(value) && !value.startsWith("-")
        ? value
        : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** The values of a term: `a`, `"a b"`, `=a`, `(a OR b)`. @param {string} value */
export function values(value) {
    const group = /^\((.*)\)$/s.exec(value);
    const parts = group ? terms(group[1]).map((term) => term.text).filter((text) => !/^(or|and)$/i.test(text)) : [value];
    return parts.filter(Boolean).map((part) => {
        const bare = part.startsWith("=") ? part.slice(1) : part;
        return bare.startsWith('"') ? bare.slice(1, bare.endsWith('"') && bare.length > 1 ? -1 : undefined).replace(/\\(.)/g, "$1") : bare;
    });
}

/** Replaces every term that `matches` by `replacement`, in the place of the first or at the end. */
function replace(query, matches, replacement) {
    const hit = terms(query).filter(matches);
    let result = query;
    for (const term of [...hit].reverse()) {
        const last = term === hit[0];
        result = result.slice(0, term.from) + (last ? replacement : "") + result.slice(term.to);
    }
    if (!hit.length && replacement) {
        // `a or b` and one more term: the term must hold for both.
        const open = terms(query).some((term) => !term.key && /^or$/i.test(term.text));
        result = `${open ? `(${query.trim()})` : query} ${replacement}`;
    }
    return result.replace(/\s+/g, (space) => (space.includes("\n") ? "\n" : " ")).trim();
}

// What a facet writes, and other spellings of the same field that it recognizes.
const FACETS = {
    name: { write: "name", also: ["traceName"], exact: true },
    user: { write: "user", also: ["userId"] },
    session: { write: "session", also: ["sessionId"] },
    tag: { write: "tag", also: ["tags", "traceTags"] },
    model: { write: "model", also: ["providedModelName"] },
    level: { write: "level", also: ["status"] },
    environment: { write: "env", also: ["environment"] },
    type: { write: "type", also: [] },
    score: { write: "has", also: [], prefix: "scores." },
};

/** @param {string} key a facet @param {boolean} negated */
function ofFacet(key, negated) {
    const facet = FACETS[key];
    return (/** @type {Term} */ term) => term.negated === negated && (term.key === facet.write || facet.also.includes(term.key))
        && (!facet.prefix || term.value.startsWith(facet.prefix));
}

/** What a query asks of one facet. @param {string} query @param {string} key @returns {{ only: string[], not: string[] }} */
export function chosen(query, key) {
    const list = (negated) => terms(query).filter(ofFacet(key, negated)).flatMap((term) => {
        const prefix = FACETS[key].prefix ?? "";
        return values(term.value.slice(prefix.length));
    });
    return { only: list(false), not: list(true) };
}

/**
 * The query with a facet's value chosen, excluded or neither, whichever it was not before.
 * @param {string} query @param {string} key @param {string} value @param {boolean} negated
 */
export function toggle(query, key, value, negated = false) {
    const { only, not } = chosen(query, key);
    const list = negated ? not : only;
    const next = list.includes(value) ? list.filter((other) => other !== value) : [...list, value];
    const result = write(query, key, next, negated);
    // Chosen and excluded at once would find nothing.
    const other = negated ? only : not;
    return other.includes(value) ? write(result, key, other.filter((one) => one !== value), !negated) : result;
}

function write(query, key, list, negated) {
    const facet = FACETS[key];
    const sign = negated ? "-" : "";
    const written = list.map((value) => (facet.exact ? "=" : "") + quote(value));
    let replacement = "";
    if (facet.prefix) replacement = list.map((value) => `${sign}${facet.write}:${facet.prefix}${quote(value)}`).join(" ");
    else if (written.length === 1) replacement = `${sign}${facet.write}:${written[0]}`;
    else if (written.length) replacement = `${sign}${facet.write}:(${written.join(" OR ")})`;
    return replace(query, ofFacet(key, negated), replacement);
}

const ofTime = (/** @type {Term} */ term) => ["since", "startTime", "timestamp", "until"].includes(term.key ?? "") && !term.negated;

/** The time range as text: `2h`, or two times, or nothing. @param {string} query */
export function range(query) {
    const found = terms(query).filter(ofTime);
    const since = found.find((term) => term.key === "since");
    if (since) return { since: since.value, from: null, to: null };
    const bound = (sign) => found.find((term) => term.value.startsWith(sign))?.value.replace(/^[<>]=?/, "").replace(/"/g, "") ?? null;
    return { since: null, from: bound(">"), to: bound("<") };
}

/** @param {string} query @param {string | null} since such as `2h` */
export function setSince(query, since) {
    return replace(query, ofTime, since ? `since:${since}` : "");
}

/** @param {string} query @param {string} from @param {string} to ISO 8601 */
export function setRange(query, from, to) {
    return replace(query, ofTime, `startTime:>=${from} startTime:<${to}`);
}

/** Pieces for colouring. @param {string} query @returns {{ text: string, kind: "key" | "value" | "word" | "operator" | "space" }[]} */
export function pieces(query) {
    const result = [];
    let at = 0;
    for (const term of terms(query)) {
        if (term.from > at) result.push({ text: query.slice(at, term.from), kind: "space" });
        if (term.key !== null) {
            const split = term.text.length - term.value.length;
            result.push({ text: term.text.slice(0, split), kind: "key" }, { text: term.value, kind: "value" });
        } else {
            result.push({ text: term.text, kind: /^(or|and|not)$/i.test(term.text) ? "operator" : "word" });
        }
        at = term.to;
    }
    result.push({ text: query.slice(at), kind: "space" });
    return /** @type {any} */ (result);
}
