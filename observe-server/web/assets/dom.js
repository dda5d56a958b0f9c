// Builds DOM nodes. Text from traces only ever becomes text nodes, so nothing in it can turn into markup; characters that
// would reorder or hide what is read are shown by their names.

const SVG = "http://www.w3.org/2000/svg";

// Bidirectional marks, embeddings, overrides and isolates; control characters other than tab and line ends; what takes no room;
// and runs of tag characters, which spell text that only a model reads (but for those that make a flag).
const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|(?<!\u{1f3f4}[\u{e0020}-\u{e007f}]{0,8})[\u{e0000}-\u{e007f}]+/u;
const HIDDEN_ALL = new RegExp(HIDDEN.source, "gu");

/** @typedef {Node | string | number | null | undefined | false | Child[]} Child */

/**
 * An HTML element: `h("button.primary", { onclick: save, disabled: true }, "Save")`.
 * @param {string} spec tag and classes, as in a selector
 * @param {Record<string, any> | null} [props] listeners (`on…`), `style` (an object), `dataset`, or attributes
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(spec, props, ...children) {
    const [tag, ...classes] = spec.split(".");
    return /** @type {HTMLElement} */ (fill(document.createElement(tag || "div"), classes, props, children));
}

/**
 * An SVG element, written as `h` is.
 * @param {string} spec
 * @param {Record<string, any> | null} [props]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function s(spec, props, ...children) {
    const [tag, ...classes] = spec.split(".");
    return /** @type {SVGElement} */ (fill(document.createElementNS(SVG, tag), classes, props, children));
}

function fill(element, classes, props, children) {
    if (classes.length) element.setAttribute("class", classes.join(" "));
    for (const [key, value] of Object.entries(props ?? {})) {
        if (value === null || value === undefined || value === false) continue;
        if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
        else if (key === "class") element.classList.add(...String(value).split(" ").filter(Boolean));
        else if (key === "style") for (const [name, part] of Object.entries(value)) element.style.setProperty(name, String(part));
        else if (key === "dataset") Object.assign(element.dataset, value);
        else element.setAttribute(key, value === true ? "" : plain(String(value)));
    }
    append(element, children);
    return element;
}

/** Appends children, text as text. @param {Node} parent @param {Child[]} children */
export function append(parent, children) {
    for (const child of children) {
        if (child === null || child === undefined || child === false) continue;
        if (Array.isArray(child)) append(parent, child);
        else if (child instanceof Node) parent.appendChild(child);
        else parent.appendChild(text(String(child)));
    }
}

/** Replaces what is in `parent`. @param {Element} parent @param {...Child} children */
export function put(parent, ...children) {
    parent.replaceChildren();
    append(parent, children);
}

/** Text in which nothing hides. @param {string} value @returns {Node} */
export function text(value) {
    if (!HIDDEN.test(value)) return document.createTextNode(value);
    const fragment = document.createDocumentFragment();
    let from = 0;
    for (const match of value.matchAll(HIDDEN_ALL)) {
        if (match.index > from) fragment.append(value.slice(from, match.index));
        const mark = document.createElement("span");
        mark.className = "control";
        mark.title = "characters that are not seen";
        mark.textContent = named(match[0]);
        fragment.append(mark);
        from = match.index + match[0].length;
    }
    fragment.append(value.slice(from));
    return fragment;
}

/** The same for places that take no elements: attributes and titles. @param {string} value */
export function plain(value) {
    return HIDDEN.test(value) ? value.replace(HIDDEN_ALL, (c) => `[${named(c)}]`) : value;
}

function named(hidden) {
    const points = Array.from(hidden, (character) => character.codePointAt(0) ?? 0);
    const spelled = points.filter((point) => point >= 0xe0020 && point < 0xe007f).map((point) => String.fromCharCode(point - 0xe0000)).join("");
    return spelled ? `hidden: ${spelled}` : `U+${points[0].toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Copies text and says so on the button. @param {() => string} value @param {string} [label] */
export function copyButton(value, label = "Copy") {
    const button = h("button.ghost.copy", {
        type: "button",
        title: label,
        "aria-label": label,
        onclick: async (event) => {
            event.stopPropagation();
            await copy(value());
            button.classList.add("done");
            setTimeout(() => button.classList.remove("done"), 1200);
        },
    }, icon("copy"), icon("check"));
    return button;
}

async function copy(value) {
    try {
        await navigator.clipboard.writeText(value);
    } catch {
        // Without the permission, or off a secure origin, a selection still copies.
        const area = h("textarea.offscreen");
        document.body.append(area);
        /** @type {HTMLTextAreaElement} */ (area).value = value;
        /** @type {HTMLTextAreaElement} */ (area).select();
        document.execCommand("copy");
        area.remove();
    }
}

const ICONS = {
    bookmark: "M4.500 2.500h7v11L8 10.800L4.500 13.500z",
    check: "M3 8.5l3.2 3L13 4.5",
    chevron: "M6 4l4 4-4 4",
    close: "M4 4l8 8M12 4l-8 8",
    columns: "M2.5 3h11v10h-11zM6.200 3v10M9.800 3v10",
    compare: "M5 2.500v11M11 2.500v11M2.500 5.500h2.500M11 10.500h2.500M7 8h2",
    copy: "M5.500 5.500h7.500v8h-7.500zM10.500 5.500v-3h-7.500v8h2.500",
    download: "M8 2.500v7.500M4.800 7.200L8 10.400l3.200-3.200M3 13.500h10",
    filter: "M2.500 3h11L9.500 8.200v4.300l-3 1v-5.300z",
    help: "M5.800 6a2.200 2.200 0 1 1 3.300 1.900c-.8.5-1.100.9-1.100 1.700M8 12v.3",
    minus: "M4 8h8",
    moon: "M13 9.500A5.500 5.500 0 0 1 6.500 3a5.500 5.500 0 1 0 6.500 6.500z",
    plus: "M8 3.500v9M3.500 8h9",
    search: "M7 2.800a4.200 4.200 0 1 1 0 8.400a4.200 4.200 0 0 1 0-8.400zM10.200 10.200l3.300 3.300",
    sun: "M8 5.200a2.800 2.800 0 1 1 0 5.600a2.800 2.800 0 0 1 0-5.600zM8 1.500v1.500M8 13v1.500M1.500 8H3M13 8h1.500M3.400 3.400l1 1M11.600 11.600l1 1M12.600 3.400l-1 1M4.400 11.600l-1 1",
    warning: "M8 2.500l6 11H2zM8 6.500v3.200M8 11.600v.2",
    error: "M8 2a6 6 0 1 1 0 12a6 6 0 0 1 0-12zM8 5v3.700M8 10.800v.2",
    back: "M10 4L6 8l4 4",
    up: "M4 10l4-4 4 4",
    down: "M4 6l4 4 4-4",
    link: "M6.800 9.200l2.400-2.400M7.500 5l1.300-1.300a2.500 2.500 0 0 1 3.500 3.500L11 8.500M8.500 11l-1.300 1.300a2.500 2.500 0 0 1-3.500-3.500L5 7.500",
    expand: "M4 6l4 4 4-4M4 2.500h8",
    collapse: "M4 10l4-4 4 4M4 13.500h8",
};

/** A line icon. @param {keyof typeof ICONS} name */
export function icon(name) {
    return s(`svg.icon.icon-${name}`, { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: ICONS[name] }));
}
