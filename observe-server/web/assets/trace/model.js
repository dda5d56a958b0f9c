// A trace as a tree: who is whose child, what is folded, what spans which time. Parents that are missing or form a circle make
// their observations roots, so that nothing is ever left out.

import { moment } from "../format.js";

/**
 * @typedef {object} Node
 * @property {any} obs @property {Node[]} children @property {Node | null} parent @property {number} depth
 * @property {number} start @property {number | null} end in ms since 1970 @property {number} cost @property {number} tokens of it and all below
 * @property {number} below how many observations are below it
 */

export class Model {
    /** @param {any} data what the API answers for a trace @param {Set<string>} [folded] ids of folded observations */
    constructor(data, folded = new Set()) {
        this.data = data;
        this.folded = folded;
        /** @type {Map<string, Node>} */
        this.nodes = new Map();
        for (const obs of data.observations) this.nodes.set(obs.id, this.#node(obs));
        /** @type {Node[]} */
        this.roots = [];
        for (const node of this.nodes.values()) {
            node.parent = this.nodes.get(node.obs.parent) ?? null;
            if (node.parent === node) node.parent = null;
        }
        this.#cut();
        for (const node of this.nodes.values()) (node.parent ? node.parent.children : this.roots).push(node);
        this.order = this.#sum();
        this.critical = new Set(data.criticalPath ?? []);
        this.running = data.observations.some((obs) => obs.running);
    }

    /** Opens circles: of what leads to no root, the first is one. */
    #cut() {
        /** @type {Set<Node | null>} what leads to a root */
        const safe = new Set([null]);
        for (const node of [...this.nodes.values()].sort(byStart)) {
            const path = new Set();
            let at = node;
            for (; !safe.has(at) && !path.has(at); at = at.parent) path.add(at);
            if (safe.has(at)) path.forEach((one) => safe.add(one));
            else {
                node.parent = null;
                safe.add(node);
            }
        }
    }

    #node(obs) {
        const start = moment(obs.start);
        const end = obs.end === null || obs.end === undefined ? null : moment(obs.end);
        const tokens = obs.usage?.total ?? Object.values(obs.usage ?? {}).reduce((sum, n) => sum + n, 0);
        return { obs, children: [], parent: null, depth: 0, start, end: end ?? (obs.running ? null : start), cost: obs.costTotal ?? 0, tokens, below: 0 };
    }

    /** Sorts, sets depths, adds up from the leaves; without recursion, for traces of any depth. */
    #sum() {
        const order = [];
        const stack = [...this.roots.sort(byStart)].reverse();
        for (let node = stack.pop(); node; node = stack.pop()) {
            order.push(node);
            node.depth = node.parent ? node.parent.depth + 1 : 0;
            stack.push(...node.children.sort(byStart).toReversed());
        }
        for (const node of order.toReversed()) {
            if (!node.parent) continue;
            node.parent.cost += node.cost;
            node.parent.tokens += node.tokens;
            node.parent.below += node.below + 1;
        }
        return order;
    }

    /** The observations that no folded one hides, top down. @returns {Node[]} */
    get visible() {
        const result = [];
        let hiddenBelow = Infinity;
        for (const node of this.order) {
            if (node.depth > hiddenBelow) continue;
            hiddenBelow = this.folded.has(node.obs.id) && node.children.length ? node.depth : Infinity;
            result.push(node);
        }
        return result;
    }

    /** First and last moment. What runs reaches to now. */
    get span() {
        let from = Infinity;
        let to = -Infinity;
        for (const { start, end } of this.nodes.values()) {
            from = Math.min(from, start);
            to = Math.max(to, end ?? Date.now(), start);
        }
        if (from === Infinity) from = to = Date.parse(this.data.trace.start) || Date.now();
        return { from, to: Math.max(to, from + 0.001) };
    }

    /** Unfolds whatever hides an observation. @param {string} id */
    reveal(id) {
        for (let node = this.nodes.get(id)?.parent; node; node = node.parent) this.folded.delete(node.obs.id);
    }

    foldAll() {
        for (const node of this.order) if (node.children.length && node.depth > 0) this.folded.add(node.obs.id);
    }
}

function byStart(a, b) {
    return a.start - b.start || (a.end ?? Infinity) - (b.end ?? Infinity);
}
