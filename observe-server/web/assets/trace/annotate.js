// Scores and comments of an observation or a trace, and the forms that add, change and remove them by hand.

import { ApiError, post, remove } from "../api.js";
import { h, icon, put } from "../dom.js";
import { fullTime, scoreValue, time } from "../format.js";
import { toast } from "../menu.js";
import { markdown } from "../value/markdown.js";

export class Annotations {
    /** @param {() => Promise<void>} reload */
    constructor(reload) {
        this.reload = reload;
        this.element = h("section.block.annotations");
    }

    /** @param {any} data a trace @param {string | null} observation */
    show(data, observation) {
        const target = `${data.trace.id}/${observation}`;
        // New data must not take away what is being written.
        if (this.target === target && this.form) return this.#list(data, observation);
        this.target = target;
        this.form = null;
        this.slot = h("div");
        this.items = h("div");
        put(this.element,
            h("header", null, h("h3", null, "Scores and comments"), h("span.space"),
                h("button.small.ghost", { type: "button", title: "Add a score (s)", onclick: () => this.score() }, icon("plus"), "Score"),
                h("button.small.ghost", { type: "button", title: "Add a comment (m)", onclick: () => this.comment() }, icon("plus"), "Comment")),
            this.slot, this.items);
        this.#list(data, observation);
    }

    #list(data, observation) {
        this.data = data;
        this.observation = observation;
        const mine = (one) => (one.observation ?? null) === observation;
        const scores = data.scores.filter(mine);
        const comments = data.comments.filter(mine);
        put(this.items,
            scores.length ? h("table.scores", null, h("tbody", null, scores.map((score) => h("tr", null,
                h("td", null, score.name),
                h("td.number", null, h("b", null, scoreValue(score.value))),
                h("td.dim", { dir: "auto" }, score.comment),
                h("td.dim", { title: fullTime(score.time) }, score.source?.toLowerCase()),
                h("td", null,
                    h("button.small.ghost", { type: "button", title: `Change ${score.name}`, onclick: () => this.score(score) }, "Edit"),
                    h("button.small.ghost", { type: "button", title: `Remove ${score.name}`, "aria-label": `Remove ${score.name}`, onclick: () => this.#do(() => remove(`scores/${encodeURIComponent(score.id)}`)) }, icon("close"))))))) : null,
            comments.map((comment) => h("div.comment", null,
                h("header", null, h("b", null, comment.author || "you"), h("span.dim", { title: fullTime(comment.time) }, time(comment.time)), h("span.space"),
                    h("button.small.ghost", { type: "button", title: "Remove this comment", "aria-label": "Remove this comment", onclick: () => this.#do(() => remove(`comments/${encodeURIComponent(comment.id)}`)) }, icon("close"))),
                markdown(comment.text))),
            scores.length || comments.length || this.form ? null : h("p.dim", null, "None yet."));
    }

    /** The form for a score. @param {any} [old] the one to change */
    score(old) {
        const names = [...new Set(this.data.scores.map((score) => score.name))];
        const name = field("input", { required: true, list: "score-names", placeholder: "name", value: old?.name ?? "", "aria-label": "Name of the score", readonly: Boolean(old), maxlength: 200 });
        const value = field("input", { required: true, placeholder: "0.9, good, true", value: old ? scoreValue(old.value) : "", "aria-label": "Value of the score" });
        const comment = field("input", { placeholder: "why (optional)", value: old?.comment ?? "", "aria-label": "Reason" });
        this.#open([name, h("datalist", { id: "score-names" }, names.map((one) => h("option", { value: one }))), value, comment], old ? value : name, () => {
            const { value: typed, dataType } = parse(value.value.trim(), old?.dataType);
            return post("scores", { id: old?.id, traceId: this.data.trace.id, observationId: this.observation ?? undefined, name: name.value.trim(), value: typed, dataType, comment: comment.value.trim() || undefined });
        });
    }

    /** The form for a comment. */
    comment() {
        const text = field("textarea", { required: true, rows: 3, placeholder: "Comment, in Markdown; Ctrl+Enter saves", "aria-label": "Comment" });
        this.#open([text], text, () => post("comments", { traceId: this.data.trace.id, observationId: this.observation ?? undefined, text: text.value }));
    }

    #open(fields, focus, save) {
        const form = h("form.annotate", {
            onsubmit: (event) => {
                event.preventDefault();
                this.#do(save, true);
            },
            onkeydown: (event) => {
                if (event.key === "Escape") this.#close();
                else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) /** @type {HTMLFormElement} */ (form).requestSubmit();
                else return;
                event.stopPropagation();
            },
        }, fields, h("button.small.primary", { type: "submit" }, "Save"), h("button.small.ghost", { type: "button", onclick: () => this.#close() }, "Cancel"));
        this.form = form;
        put(this.slot, form);
        this.#list(this.data, this.observation);
        form.scrollIntoView({ block: "nearest" });
        focus.focus();
        focus.select();
    }

    #close() {
        this.form = null;
        put(this.slot);
        this.#list(this.data, this.observation);
    }

    async #do(action, close = false) {
        try {
            await action();
            if (close) this.#close();
            await this.reload();
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            toast(error.message, "error");
        }
    }
}

/** What was typed as the value it means. @param {string} text @param {string} [dataType] of the score before */
function parse(text, dataType) {
    if (dataType === "CATEGORICAL") return { value: text, dataType };
    if (/^(true|false|yes|no)$/i.test(text)) return { value: /^(true|yes)$/i.test(text), dataType: "BOOLEAN" };
    const number = Number(text);
    return text !== "" && Number.isFinite(number) ? { value: number, dataType: "NUMERIC" } : { value: text, dataType: "CATEGORICAL" };
}

/** @returns {any} */
function field(tag, props) {
    return h(tag, props);
}
