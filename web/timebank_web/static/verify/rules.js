/** Whether an order may be an entry, and what it moves (docs/protocol.md, section 6, version 1). */

import { ensure } from "./broken.js";
import * as constitution from "./constitution.js";
import * as payments from "./payments.js";
import * as people from "./people.js";
import * as redeeming from "./redeeming.js";
import { MOST } from "./state.js";
import * as treasury from "./treasury.js";

/**
 * @typedef {import("./signers.js").Act} Act
 * @typedef {object} Outcome what the rule of a type says about moving legs
 * @property {any[]} [legs] what moves; nothing when absent
 * @property {boolean} [floors] whether floors hold; they do when absent
 * @property {boolean} [ceilings] whether ceilings hold; they do when absent
 * @property {boolean} [undoing] whether it books back what was issued or retired
 * @property {boolean} [cover] whether cover must hold afterwards
 * @property {bigint} [open] of a redemption: what is to be settled
 */

const EARLY = 300;

/** @type {Map<string, (act: Act) => Outcome>} */
const RULES = new Map(
  [constitution, payments, people, redeeming, treasury].flatMap((module) => Object.entries(module)),
);

/**
 * Lets an order happen: changes the state, and returns the postings.
 * A state in which this threw is of no further use.
 * @param {Act} act @returns {[string, number][]}
 */
export function apply(act) {
  const { state, order, identity, time } = act;
  const name = `${order.author} ${order.id}`;
  ensure(order.type === "genesis" || order.ledger === state.ledger, "an order of another ledger");
  ensure(state.genesis !== null || order.type === "genesis", "no genesis");
  ensure(!state.entries.has(identity), "an order that was posted before");
  ensure(!state.used.orders.has(name), "an order id that its author used before");
  ensure(!state.used.withdrawn.has(identity), "an order that was withdrawn");
  const timely = order.created - EARLY <= time && time <= order.expires;
  ensure(timely, "an order that is not valid at this time");
  const rule = /** @type {(act: Act) => Outcome} */ (RULES.get(order.type));
  const outcome = rule(act);
  const { legs = [], cover = false, open = 0n } = outcome;
  move(state, legs, outcome);
  if (cover) state.checkCover();
  state.used.orders.add(name);
  const returned = legs.map(() => 0n);
  state.entries.set(identity, { order, legs, returned, cited: 0n, open, settled: false });
  return legs.flatMap((leg) => [
    [leg.payer, -leg.amount],
    [leg.payee, leg.amount],
  ]);
}

/**
 * @param {import("./state.js").State} state @param {any[]} legs
 * @param {Outcome} outcome
 */
function move(state, legs, { floors = true, ceilings = true, undoing = false }) {
  /** @type {Map<import("./state.js").Account, bigint>} */
  const nets = new Map();
  for (const leg of legs) {
    const [payer, payee] = [state.account(leg.payer), state.account(leg.payee)];
    const amount = BigInt(leg.amount);
    nets.set(payer, (nets.get(payer) ?? 0n) - amount);
    nets.set(payee, (nets.get(payee) ?? 0n) + amount);
    const currency = state.currency(leg.currency);
    if (undoing) {
      if (payer.kind === "contra") currency.retired -= amount;
      if (payee.kind === "contra") currency.issued -= amount;
    } else {
      if (payer.kind === "contra") currency.issued += amount;
      if (payee.kind === "contra") currency.retired += amount;
    }
  }
  for (const [account, net] of nets) {
    account.balance += net;
    const { balance, floor, ceiling, kind } = account;
    ensure(-MOST <= balance && balance <= MOST, "a balance beyond all limits");
    if (net < 0n && floors && floor !== null) ensure(balance >= floor, "a balance below its floor");
    if (net > 0n && ceilings && ceiling !== null) {
      ensure(balance <= ceiling, "a balance above its ceiling");
    }
    if (kind === "bank" || kind === "transit") state.currency(account.currency).reserve += net;
  }
}
