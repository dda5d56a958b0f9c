// Numbers, durations, money and times as text. Everything is given as the API gives it: milliseconds, US dollars, ISO 8601.

const grouped = new Intl.NumberFormat("en-US");
const none = "–";

/** @param {number | null | undefined} value */
export function count(value) {
    return value === null || value === undefined ? none : grouped.format(Math.round(value));
}

/** Few characters for axes and chips: 12.3k. @param {number} value */
export function short(value) {
    const size = Math.abs(value);
    for (const [unit, at] of /** @type {[string, number][]} */ ([["G", 1e9], ["M", 1e6], ["k", 1e3]])) {
        if (size >= at * 0.9995) return `${trim((value / at).toPrecision(3))}${unit}`;
    }
    return trim(size >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3));
}

/** A duration on an axis, without zeros that say nothing: 1.5s. @param {number} ms */
export function tickDuration(ms) {
    return ms === 0 ? "0" : duration(ms).replace(/\.?0+(?=[a-zµ])/, (zeros) => (zeros.startsWith(".") ? "" : zeros)).replace(/(\.\d*?)0+(?=[a-zµ])/, "$1").replace(/ 00[sm]$/, "");
}

function trim(digits) {
    return digits.includes(".") && !digits.includes("e") ? digits.replace(/\.?0+$/, "") : digits;
}

/** @param {number | null | undefined} ms */
export function duration(ms) {
    if (ms === null || ms === undefined || Number.isNaN(ms)) return none;
    if (ms < 0) return `-${duration(-ms)}`;
    if (ms === 0) return "0ms";
    if (ms < 0.9995) return `${Math.round(ms * 1000)}µs`;
    if (ms < 9.995) return `${ms.toFixed(2)}ms`;
    if (ms < 999.5) return `${Math.round(ms)}ms`;
    if (ms < 59_995) return `${(ms / 1000).toFixed(2)}s`;
    const seconds = Math.round(ms / 1000);
    if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`;
    return `${Math.floor(minutes / 1440)}d ${pad(Math.floor((minutes % 1440) / 60))}h`;
}

/** @param {number | null | undefined} usd */
export function cost(usd) {
    if (usd === null || usd === undefined) return none;
    if (usd === 0) return "$0";
    const size = Math.abs(usd);
    const sign = usd < 0 ? "-" : "";
    if (size >= 1000) return `${sign}$${grouped.format(Math.round(size))}`;
    if (size >= 0.1) return `${sign}$${size.toFixed(2)}`;
    if (size >= 0.001) return `${sign}$${size.toFixed(4)}`;
    if (size >= 0.000001) return `${sign}$${size.toFixed(6)}`;
    return `<$0.000001`;
}

/** All digits there are. @param {number | null | undefined} usd */
export function exactCost(usd) {
    return usd === null || usd === undefined ? "no cost known" : `$${trim(usd.toFixed(12))}`;
}

/** @param {string | null | undefined} iso */
export function time(iso) {
    if (!iso) return none;
    const date = new Date(iso);
    if (Number.isNaN(date.getTime())) return iso;
    const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
    const today = new Date();
    if (date.toDateString() === today.toDateString()) return clock;
    const day = date.toLocaleDateString("en-US", { month: "short", day: "2-digit" });
    return date.getFullYear() === today.getFullYear() ? `${day} ${clock.slice(0, 5)}` : `${day} ${date.getFullYear()}`;
}

/** Date, time with milliseconds, and how long ago. @param {string | null | undefined} iso */
export function fullTime(iso) {
    if (!iso) return none;
    const date = new Date(iso);
    if (Number.isNaN(date.getTime())) return iso;
    const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
    return `${day} ${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, "0")} (${ago(iso)})`;
}

/** @param {string} iso */
export function ago(iso) {
    const seconds = Math.max(0, (Date.now() - new Date(iso).getTime()) / 1000);
    if (seconds < 60) return `${Math.floor(seconds)}s ago`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)}m ago`;
    if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ago`;
    return `${Math.floor(seconds / 86_400)}d ago`;
}

/** An ISO 8601 time in milliseconds since 1970, with whatever part of a millisecond it names. @param {string} iso */
export function moment(iso) {
    const fine = /\.\d{3}(\d+)/.exec(iso);
    return Date.parse(iso) + (fine ? Number(`0.${fine[1]}`) : 0);
}

/** A tick of a time axis whose ticks are `step` ms apart. @param {Date} date @param {number} step */
export function tickTime(date, step) {
    const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
    if (step < 60_000) return `${clock}:${pad(date.getSeconds())}`;
    if (step < 86_400_000 && (date.getHours() || date.getMinutes())) return clock;
    return date.toLocaleDateString("en-US", { month: "short", day: "numeric" });
}

/** The same for ticks that follow each other: where a day begins that is not the one before, it is named. @param {Date[]} dates @param {number} step */
export function tickTimes(dates, step) {
    let before = new Date().toDateString();
    return dates.map((date) => {
        const [label, day] = [tickTime(date, step), tickTime(date, Infinity)];
        const isNew = date.toDateString() !== before;
        before = date.toDateString();
        return isNew && label !== day ? `${day} ${label}` : label;
    });
}

/** @param {number} bytes */
export function bytes(bytes) {
    if (bytes < 1024) return `${bytes} B`;
    for (const [unit, at] of /** @type {[string, number][]} */ ([["GB", 2 ** 30], ["MB", 2 ** 20], ["KB", 2 ** 10]])) {
        if (bytes >= at) return `${trim((bytes / at).toPrecision(3))} ${unit}`;
    }
    return none;
}

/** The value of a score. @param {any} value */
export function scoreValue(value) {
    if (typeof value === "number") return Number.isInteger(value) ? String(value) : trim(value.toFixed(3));
    if (typeof value === "boolean") return value ? "true" : "false";
    return String(value ?? none);
}

/** "1 trace", "2 traces". @param {number} n @param {string} one @param {string} [many] */
export function plural(n, one, many = `${one}s`) {
    return `${count(n)} ${n === 1 ? one : many}`;
}

function pad(n) {
    return String(n).padStart(2, "0");
}
