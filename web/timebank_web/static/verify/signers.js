/** Who signed an order and whether they may (docs/protocol.md, section 6). */

import { ensure } from "./broken.js";
import { isActive } from "./state.js";

/**
 * @typedef {object} Act an order that is to become an entry
 * @property {import("./state.js").State} state
 * @property {any} order
 * @property {string} identity
 * @property {number} time
 * @property {import("./authorizations.js").Signed[]} signed its authorizations, which hold
 * @property {import("./authorizations.js").Signed | null} vouched the authorization of its voucher
 */

const DAY = 86_400;

/**
 * The key that signed, which may sign now.
 * @param {Act} act @param {import("./authorizations.js").Signed} signed
 * @returns {import("./state.js").HeldKey}
 */
export function signer({ state, time }, signed) {
  const key = state.keys.get(signed.key);
  ensure(key, "signed with a key that nobody has");
  ensure(!key.revoked, "signed with a revoked key");
  ensure(key.from <= time, "signed with a key that may not be used yet");
  ensure(isActive(key.owner), "signed by a member who is not active");
  checkOrigin(state, signed);
  return key;
}

/**
 * Checks that a passkey was used on a page of the ledger.
 * @param {import("./state.js").State} state @param {import("./authorizations.js").Signed} signed
 */
export function checkOrigin(state, { origin, rp }) {
  const accepted = state.origins.some((of) => of.origin === origin && of.rp === rp);
  ensure(origin === undefined || accepted, "signed on a page that is not the ledger's");
}

/** The keys of all signers, the author's among them. @param {Act} act */
export function signers(act) {
  const keys = act.signed.map((signed) => signer(act, signed));
  const members = new Set(keys.map((key) => key.owner.id));
  ensure(members.size === keys.length, "signed twice by one member");
  ensure(members.has(act.order.author), "not signed by the author");
  return keys;
}

/**
 * The keys of the signers, who are exactly these members and use keys of this scope.
 * @param {Act} act @param {(import("./state.js").Member | null)[]} members
 * @param {string} scope @returns {import("./state.js").HeldKey[]}
 */
export function signedBy(act, members, scope) {
  const keys = signers(act);
  const wanted = new Set(members);
  ensure(wanted.size === keys.length, "not signed by exactly those who must");
  for (const key of keys) {
    ensure(wanted.has(key.owner), "not signed by exactly those who must");
    ensure(key.scopes.includes(scope), `signed with a key without the scope ${scope}`);
  }
  return keys;
}

/**
 * Checks m-of-n: enough holders of the role for this type approved; returns all signers' keys.
 * @param {Act} act @param {(import("./state.js").Member | null)[]} beneficiaries who do not count
 * @param {(member: import("./state.js").Member) => boolean} [counts] who else does not
 * @returns {import("./state.js").HeldKey[]}
 */
export function approved(act, beneficiaries, counts = () => true) {
  const keys = signers(act);
  const threshold = act.state.thresholds.get(act.order.type);
  ensure(threshold, "a type that nobody can approve");
  const approving = keys.filter(
    ({ owner, scopes }) =>
      owner.roles.has(threshold.role) &&
      scopes.includes("approve") &&
      !beneficiaries.includes(owner) &&
      counts(owner),
  );
  ensure(approving.length >= threshold.count, "too few who approve");
  return keys;
}

/**
 * Counts what a key's owner pays in these legs, and checks the key's caps for the day.
 * @param {Act} act @param {import("./state.js").HeldKey} key @param {any[]} legs
 */
export function spend({ state, time }, key, legs) {
  const day = Math.floor(time / DAY);
  if (key.day !== day) Object.assign(key, { day, spent: new Map() });
  for (const { payer, currency, amount } of legs) {
    if (state.account(payer).owner !== key.owner) continue;
    key.spent.set(currency, (key.spent.get(currency) ?? 0n) + BigInt(amount));
  }
  for (const { currency, amount } of key.caps) {
    ensure((key.spent.get(currency) ?? 0n) <= BigInt(amount), "more than the key may pay in a day");
  }
}
