/** Entries, one after another (docs/protocol.md, section 5). */

import { authorizations, batchOf, checkAll, checkVoucher } from "./authorizations.js";
import { Broken, ensure } from "./broken.js";
import { ENTRY_BYTES, decode, encode } from "./canonical.js";
import { id, integer, list, record, signed, time } from "./fields.js";
import { checkOrder, identityOf, ledgerOf, orderBytes } from "./orders.js";
import { apply } from "./rules.js";
import { State } from "./state.js";

/** @param {any} value */
const posting = (value) => {
  list(2, 2, () => undefined)(value);
  id(value[0]);
  signed(value[1]);
};

const entry = record({
  authorizations,
  order: checkOrder,
  postings: list(0, Number.MAX_SAFE_INTEGER, posting),
  seq: integer(0, Number.MAX_SAFE_INTEGER),
  time,
});

/**
 * @typedef {object} Entry
 * @property {any[]} authorizations
 * @property {any} order
 * @property {[string, number][]} postings
 * @property {number} seq
 * @property {number} time
 */

/** A well-formed entry, of which nothing more is known. @param {Uint8Array} bytes @returns {Entry} */
export function parseEntry(bytes) {
  const value = decode(bytes, ENTRY_BYTES);
  entry(value);
  return value;
}

/** A journal that is checked while it is read. */
export class Journal {
  #last = 0;
  /** The batch that is being posted, and its place in it. */
  #batch = { orders: /** @type {string[]} */ ([]), place: 0 };

  /** @param {string} ledger its id @param {import("./signatures.js").Signatures} signatures */
  constructor(ledger, signatures) {
    this.state = new State(ledger);
    this.signatures = signatures;
    this.size = 0;
  }

  /**
   * Checks the next entry.
   * @param {Uint8Array} bytes
   * @throws {Broken} with its number; the journal is of no further use then
   */
  async append(bytes) {
    try {
      await this.#append(parseEntry(bytes));
    } catch (error) {
      if (error instanceof Broken) error.seq = this.size;
      throw error;
    }
    this.size += 1;
  }

  /** Checks that the last batch is whole. */
  finish() {
    const { orders, place } = this.#batch;
    ensure(place === orders.length, "a batch of which an order is missing");
  }

  /** @param {Entry} entry */
  async #append({ authorizations, order, postings, seq, time }) {
    const { state, signatures } = this;
    ensure(seq === this.size, "an entry with another number");
    ensure(time >= this.#last, "an entry earlier than the one before it");
    const bytes = orderBytes(order);
    if (seq === 0) ensure(ledgerOf(bytes) === state.ledger, "another ledger");
    const identity = identityOf(bytes);
    const { ledger } = state;
    const signed = await checkAll(signatures, authorizations, bytes, identity, ledger);
    this.#follow(batchOf(authorizations, identity), identity, time);
    const vouched = await checkVoucher(signatures, order);
    const moved = apply({ state, order, identity, time, signed, vouched });
    ensure(encode(postings) === encode(moved), "other postings than the rules give");
    this.#last = time;
  }

  /**
   * Checks that orders of a batch follow one another at one time.
   * @param {string[]} orders @param {string} identity @param {number} time
   */
  #follow(orders, identity, time) {
    const { orders: before, place } = this.#batch;
    if (place === before.length) this.#batch = { orders, place: 0 };
    else {
      ensure(orders.join() === before.join(), "a batch of which an order is missing");
      ensure(time === this.#last, "a batch at two times");
    }
    ensure(orders[this.#batch.place] === identity, "a batch in another order");
    this.#batch.place += 1;
  }
}
