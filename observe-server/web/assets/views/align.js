// Lays two trees against each other: the same name at the same depth in the same order is the same step.

import { diff } from "../value/diff.js";

/**
 * @template {{ depth: number, obs: any }} N
 * @param {N[]} a top down @param {N[]} b top down
 * @returns {[N | null, N | null][]}
 */
export function align(a, b) {
    // Whatever two traces are called, their only roots are the same step.
    const single = [a, b].every((nodes) => nodes.filter((node) => node.depth === 0).length === 1);
    const key = (node) => (single && node.depth === 0 ? "root" : `${node.depth} ${node.obs.type} ${node.obs.name}`);
    /** @type {[N | null, N | null][]} */
    const pairs = [];
    let i = 0;
    let j = 0;
    for (const run of diff(a.map(key), b.map(key))) {
        for (const _ of run.items) {
            if (run.kind === "same") pairs.push([a[i++], b[j++]]);
            else if (run.kind === "gone") pairs.push([a[i++], null]);
            else pairs.push([null, b[j++]]);
        }
    }
    return pairs;
}
