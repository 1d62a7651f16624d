/** Merkle trees (RFC 6962 section 2.1). */

import { ensure } from "./broken.js";
import { sha256 } from "./sha256.js";

const [LEAF, NODE] = [Uint8Array.of(0), Uint8Array.of(1)];

/** @param {Uint8Array} bytes of an entry @returns {Uint8Array} */
export const leafHash = (bytes) => sha256(LEAF, bytes);

/** @param {Uint8Array} left @param {Uint8Array} right @returns {Uint8Array} */
const nodeHash = (left, right) => sha256(NODE, left, right);

/** A tree that grows; keeps only the whole subtrees on its right-hand edge. */
export class Tree {
  /** Roots of subtrees, the widest first: one for each bit of the size. @type {Uint8Array[]} */
  #edge = [];
  size = 0;

  /** @param {Uint8Array} leaf its hash */
  add(leaf) {
    let hash = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      hash = nodeHash(/** @type {Uint8Array} */ (this.#edge.pop()), hash);
    }
    this.#edge.push(hash);
    this.size += 1;
  }

  /** @returns {Uint8Array} */
  root() {
    if (this.size === 0) return sha256();
    return this.#edge.reduceRight((right, left) => nodeHash(left, right));
  }
}

/**
 * The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2, for the trees of RFC 6962).
 * @param {number} index @param {number} size @param {Uint8Array} leaf its hash
 * @param {Uint8Array[]} proof from the leaf's sibling upwards @returns {Uint8Array}
 */
export function rootFrom(index, size, leaf, proof) {
  ensure(index < size, "an entry beyond the checkpoint");
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    ensure(last > 0, "a proof that is too long");
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(sibling, hash);
      while (place % 2 === 0 && place > 0) [place, last] = [half(place), half(last)];
    } else hash = nodeHash(hash, sibling);
    [place, last] = [half(place), half(last)];
  }
  ensure(last === 0, "a proof that is too short");
  return hash;
}

/** @param {number} value @returns {number} */
const half = (value) => Math.floor(value / 2);
