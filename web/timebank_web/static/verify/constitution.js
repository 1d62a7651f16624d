/** Rules of the ledger itself: how it starts and what it may become (docs/protocol.md, section 6). */

import { ensure } from "./broken.js";
import { parseKey } from "./keys.js";
import { APPROVED } from "./parts.js";
import { approved, checkOrigin } from "./signers.js";

/**
 * @typedef {import("./signers.js").Act} Act
 * @typedef {import("./rules.js").Outcome} Outcome
 */

/** @param {Act} act @returns {Outcome} */
export function genesis(act) {
  const { state, order, signed } = act;
  ensure(state.genesis === null, "a second genesis");
  ensure(order.rules === 1, `cannot judge: the ledger has rules of version ${order.rules}`);
  parseKey("ed25519", order.log_key);
  state.genesis = order;
  state.setOrigins(order.origins);
  for (const threshold of order.thresholds) state.thresholds.set(threshold.type, threshold);
  // They are ascending by type: as many as there are types means each of them once.
  ensure(state.thresholds.size === APPROVED.length, "an approved type without a threshold");
  for (const definition of order.currencies) define(act, definition, order.accounts);
  const codes = order.currencies.map((/** @type {any} */ of) => of.code);
  for (const account of order.accounts) {
    ensure(codes.includes(account.currency), "an account of an unknown currency");
  }
  for (const founder of order.founders) enrol(act, founder);
  for (const { code, policy } of order.currencies) state.fund(code, policy);
  state.member(order.author);
  ensure(signed.length === state.keys.size, "not signed by exactly the founders");
  ensure(new Set(signed.map((of) => of.key)).size === signed.length, "signed twice with one key");
  for (const one of signed) {
    ensure(state.keys.has(one.key), "not signed by exactly the founders");
    checkOrigin(state, one);
  }
  for (const { role } of order.thresholds) state.checkHolders(role);
  return {};
}

/** @param {Act} act @param {any} founder */
function enrol({ state, time }, { member: id, kind, roles, key, accounts }) {
  const member = state.addMember(id, kind, roles);
  for (const account of accounts) state.open(member, account);
  state.grant(member, key, parseKey(key.scheme, key.spki).id, time);
}

/** The ledger's accounts that a policy asks for, in order. @param {any} policy @returns {string[]} */
function accountsFor({ kind, redeemers }) {
  if (kind === "mutual") return [];
  if (kind === "euro") return ["bank", "outside", "transit"];
  return redeemers.length > 0 ? ["contra", "redemption"] : ["contra"];
}

/** @param {Act} act @param {any} definition @param {any[]} accounts of this currency and others */
function define({ state }, { code, policy }, accounts) {
  ensure(!state.currencies.has(code), "a currency that exists already");
  state.currencies.set(code, {
    policy,
    agreed: new Map(),
    issued: 0n,
    retired: 0n,
    reserve: 0n,
    credit: 0n,
  });
  const own = accounts.filter((of) => of.currency === code);
  const kinds = own.map((of) => of.kind).sort();
  ensure(kinds.join() === accountsFor(policy).join(), "other accounts than the policy asks for");
  for (const account of own) state.openSystem(account);
}

/** @param {Act} act @returns {Outcome} */
export function set_policy(act) {
  const { state, order } = act;
  const currency = state.currency(order.currency);
  const { policy } = order;
  const fund = state.fund(order.currency, policy);
  approved(act, fund ? [fund.owner] : []);
  ensure(policy.kind === currency.policy.kind, "a policy of another kind");
  const same = accountsFor(policy).join() === accountsFor(currency.policy).join();
  ensure(same, "redeemers without an account, or the other way about");
  currency.policy = policy;
  return {};
}

/** @param {Act} act @returns {Outcome} */
export function set_origins(act) {
  approved(act, []);
  act.state.setOrigins(act.order.origins);
  return {};
}

/** @param {Act} act @returns {Outcome} */
export function define_currency(act) {
  const { currency, accounts } = act.order;
  approved(act, []);
  define(act, currency, accounts);
  act.state.fund(currency.code, currency.policy);
  const foreign = accounts.some((/** @type {any} */ of) => of.currency !== currency.code);
  ensure(!foreign, "an account of another currency");
  return {};
}
