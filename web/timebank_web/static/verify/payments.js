/** Rules of payments and of what undoes them (docs/protocol.md, section 6). */

import { ensure } from "./broken.js";
import { encode } from "./canonical.js";
import { identityOf, orderBytes } from "./orders.js";
import { approved, signedBy, spend } from "./signers.js";

/**
 * @typedef {import("./signers.js").Act} Act
 * @typedef {import("./rules.js").Outcome} Outcome
 */

/** @param {Act} act @returns {Outcome} */
export function pay(act) {
  const { state, order } = act;
  checkPairs(order.legs);
  const sides = order.legs.map((/** @type {any} */ leg) => betweenMembers(state, leg));
  order.legs.forEach((/** @type {any} */ leg, /** @type {number} */ i) => {
    checkPayments(state.currency(leg.currency).policy.payments, sides[i]);
  });
  const payers = sides.map(({ payer }) => payer.owner);
  for (const key of signedBy(act, payers, "pay")) spend(act, key, order.legs);
  if (order.request) checkRequest(act);
  return { legs: order.legs };
}

/** @param {import("./state.js").State} state @param {any} leg */
function betweenMembers(state, leg) {
  const payer = state.memberAccount(leg.payer, leg.currency);
  const payee = state.memberAccount(leg.payee, leg.currency);
  ensure(payer.owner !== payee.owner, "a leg from a member to themselves");
  return { payer, payee };
}

/** Checks that no two legs are from one account to the same other. @param {any[]} legs */
function checkPairs(legs) {
  const pairs = new Set(legs.map(({ payer, payee }) => `${payer} ${payee}`));
  ensure(pairs.size === legs.length, "two legs between the same accounts");
}

/** @param {string} payments @param {ReturnType<typeof betweenMembers>} sides */
function checkPayments(payments, { payer, payee }) {
  const toShop = payer.owner.kind === "organisation" || payee.owner.kind !== "person";
  const allowed = payments === "everyone" || (payments === "members-to-shops" && toShop);
  ensure(allowed, "a payment that the policy does not allow");
}

/** @param {Act} act */
function checkRequest({ state, order, time }) {
  const { request } = order;
  ensure(time <= request.expires, "a request that expired");
  state.member(request.payee);
  for (const credit of request.credits) {
    const owner = state.account(credit.payee).owner;
    ensure(owner?.id === request.payee, "a request for somebody else's account");
  }
  ensure(sums(order.legs) === sums(request.credits), "a payment that differs from its request");
  ensure(order.memo === request.memo, "a memo that differs from that of the request");
  const name = encode(request);
  ensure(!state.used.requests.has(name), "a request that was paid before");
  state.used.requests.add(name);
}

/** The sums per payee and currency, as text. @param {any[]} credits @returns {string} */
function sums(credits) {
  /** @type {Map<string, bigint>} */
  const totals = new Map();
  for (const { payee, currency, amount } of credits) {
    const name = `${payee} ${currency}`;
    totals.set(name, (totals.get(name) ?? 0n) + BigInt(amount));
  }
  return [...totals].map(([name, total]) => `${name} ${total}`).sort().join();
}

/** @param {Act} act @returns {Outcome} */
export function refund(act) {
  const { state, order } = act;
  const posted = state.entry(order.payment);
  ensure(posted.order.type === "pay", "a refund of what is no payment");
  checkPairs(order.legs);
  const sides = order.legs.map((/** @type {any} */ leg) => betweenMembers(state, leg));
  giveBack(posted, order.legs);
  const payers = sides.map((/** @type {any} */ { payer }) => payer.owner);
  for (const key of signedBy(act, payers, "pay")) spend(act, key, order.legs);
  return { legs: order.legs, ceilings: false };
}

/** @param {import("./state.js").Posted} posted @param {any[]} legs */
function giveBack(posted, legs) {
  for (const leg of legs) {
    const place = posted.legs.findIndex(
      (of) =>
        of.payer === leg.payee && of.payee === leg.payer && of.currency === leg.currency,
    );
    ensure(place >= 0, "a leg that gives back what was not paid");
    posted.returned[place] += BigInt(leg.amount);
    const most = BigInt(posted.legs[place].amount);
    ensure(posted.returned[place] <= most, "a leg that gives back more than was paid");
  }
}

const CORRECTABLE = ["pay", "refund", "redeem", "issue", "retire"];

/** @param {Act} act @returns {Outcome} */
export function correct(act) {
  const { state, order } = act;
  const posted = state.entry(order.entry);
  const { type, amount, backing } = posted.order;
  ensure(CORRECTABLE.includes(type), "a correction of what cannot be corrected");
  checkPairs(order.legs);
  giveBack(posted, order.legs);
  if (type === "refund") keep(state.entry(posted.order.payment), order.legs);
  for (const leg of order.legs) {
    for (const id of [leg.payer, leg.payee]) {
      ensure(!state.account(id).owner?.left, "an account of a member who left");
    }
  }
  const payees = order.legs.map((/** @type {any} */ leg) => state.account(leg.payee).owner);
  approved(act, payees);
  const sum = order.legs.reduce((/** @type {bigint} */ of, /** @type {any} */ leg) => {
    return of + BigInt(leg.amount);
  }, 0n);
  if (type === "redeem") reopen(posted, order.legs);
  if (type === "issue" && backing.length > 0) {
    ensure(sum === BigInt(amount), "a part of an issue with backing");
    for (const cited of backing) state.entry(cited.line).cited -= BigInt(cited.amount);
  }
  const { legs } = order;
  return { legs, floors: false, ceilings: false, undoing: true, cover: type === "retire" };
}

/**
 * What a corrected refund gave back of a payment was not given back after all.
 * @param {import("./state.js").Posted} payment @param {any[]} legs of the correction
 */
function keep(payment, legs) {
  for (const { payer, payee, amount } of legs) {
    const place = payment.legs.findIndex((of) => of.payer === payer && of.payee === payee);
    payment.returned[place] -= BigInt(amount);
  }
}

/**
 * Takes what a correction gives back from what is open of a redemption, its fee in proportion.
 * @param {import("./state.js").Posted} posted @param {any[]} legs of the correction
 */
function reopen(posted, legs) {
  ensure(!posted.settled, "a redemption that was settled");
  const [handedIn, fee] = posted.legs;
  /** @param {any} of @returns {bigint} */
  const back = (of) =>
    legs.reduce((sum, leg) => (leg.payer === of.payee ? sum + BigInt(leg.amount) : sum), 0n);
  const before = posted.open;
  posted.open -= back(handedIn);
  if (!fee) return;
  /** @param {bigint} open @returns {bigint} */
  const stays = (open) => (BigInt(fee.amount) * open) / BigInt(handedIn.amount);
  ensure(back(fee) === stays(before) - stays(posted.open), "another part of the fee given back");
}

/** @param {Act} act @returns {Outcome} */
export function withdraw(act) {
  const { state, order } = act;
  const wanted = order.order;
  // A genesis names no ledger; that of this ledger is posted.
  ensure(wanted.ledger === state.ledger, "an order of another ledger");
  const identity = identityOf(orderBytes(wanted));
  ensure(!state.entries.has(identity), "an order that is posted already");
  ensure(!state.used.withdrawn.has(identity), "an order that was withdrawn already");
  const author = state.member(order.author);
  const threshold = state.thresholds.get(wanted.type);
  signedBy(act, [author], threshold ? "approve" : "pay");
  const may = wanted.author === order.author || (threshold && author.roles.has(threshold.role));
  ensure(may, "withdrawn by somebody who may not");
  state.used.withdrawn.add(identity);
  return {};
}
