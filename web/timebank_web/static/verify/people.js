/** Rules of members, their keys, roles and limits (docs/protocol.md, section 6). */

import { ensure } from "./broken.js";
import { fromBase64url, utf8 } from "./bytes.js";
import { digest, encode } from "./canonical.js";
import { parseKey } from "./keys.js";
import { approved, checkOrigin, signedBy, signer, signers } from "./signers.js";
import { checkRoles } from "./state.js";

/**
 * @typedef {import("./signers.js").Act} Act
 * @typedef {import("./rules.js").Outcome} Outcome
 */

const EARLY = 300;

/**
 * Checks an invitation, uses it up, and returns the key that signed its voucher.
 * @param {Act} act @param {string} purpose
 */
function invited(act, purpose) {
  const { state, order, time, signed, vouched } = act;
  const { voucher } = order.invitation;
  ensure(voucher.ledger === state.ledger, "an invitation to another ledger");
  ensure(voucher.purpose === purpose, "an invitation for another purpose");
  const secret = digest("secret", fromBase64url(order.secret));
  ensure(secret === voucher.secret, "another secret than that of the invitation");
  const timely = voucher.created - EARLY <= time && time <= voucher.expires;
  ensure(timely, "an invitation that is not valid now");
  const name = digest("invitation", utf8(encode(voucher)));
  ensure(!state.used.vouchers.has(name), "an invitation that was used before");
  state.used.vouchers.add(name);
  ensure(vouched, "an invitation that nobody signed");
  const vouching = signer(act, vouched);
  ensure(vouching.owner.id === voucher.issuer, "an invitation not signed by its issuer");
  const { scopes, caps } = order.key;
  ensure(isPart(scopes, voucher.scopes), "a key with more scopes than its invitation");
  ensure(within(caps, voucher.caps), "a key with wider caps than its invitation");
  ensure(signed.length === 1, "not signed by exactly the new key");
  ensure(signed[0].key === keyId(order.key), "not signed by exactly the new key");
  checkOrigin(state, signed[0]);
  return vouching;
}

/** @param {{scheme: string, spki: string}} grant @returns {string} */
const keyId = ({ scheme, spki }) => parseKey(scheme, spki).id;

/** @param {string[]} part @param {string[]} whole @returns {boolean} */
const isPart = (part, whole) => part.every((item) => whole.includes(item));

/**
 * Whether caps are within others.
 * @param {any[]} inner @param {any[]} outer @returns {boolean}
 */
const within = (inner, outer) =>
  outer.every((cap) =>
    inner.some((of) => of.currency === cap.currency && of.amount <= cap.amount),
  );

/** @param {Act} act @returns {Outcome} */
export function admit(act) {
  const { state, order, time } = act;
  const vouching = invited(act, "admit");
  ensure(vouching.owner.roles.has("registrar"), "invited by somebody who is no registrar");
  ensure(vouching.scopes.includes("approve"), "invited with a key without the scope approve");
  const { kind, limits } = order.invitation.voucher;
  ensure(kind !== undefined && limits !== undefined, "an invitation without kind or limits");
  ensure(order.author === order.member, "not by the new member");
  const member = state.addMember(order.member, kind, []);
  ensure(order.accounts.length === limits.length, "other accounts than the invitation gives");
  order.accounts.forEach((/** @type {any} */ account, /** @type {number} */ i) => {
    const { currency, floor, ceiling } = limits[i];
    const given = account.currency === currency && account.floor === floor;
    ensure(given && account.ceiling === ceiling, "other accounts than the invitation gives");
    const { policy } = state.currency(currency);
    ensure(floor >= policy.floor && ceiling <= policy.ceiling, "limits wider than the policy");
    state.open(member, account);
  });
  state.grant(member, order.key, keyId(order.key), time);
  return {};
}

/** @param {Act} act @returns {Outcome} */
export function add_key(act) {
  const { state, order, time } = act;
  const { voucher } = order.invitation;
  const vouching = invited(act, "add_key");
  const one = voucher.issuer === order.member && order.member === order.author;
  ensure(one, "a key for somebody else");
  ensure(vouching.scopes.includes("manage"), "invited with a key without the scope manage");
  ensure(isPart(voucher.scopes, vouching.scopes), "an invitation with more scopes than its key");
  ensure(within(voucher.caps, vouching.caps), "an invitation with wider caps than its key");
  const from = time + state.genesis.key_delay;
  state.grant(state.member(order.member), order.key, keyId(order.key), from);
  return {};
}

/** @param {Act} act @returns {Outcome} */
export function leave(act) {
  const { state, order } = act;
  const member = state.member(order.member);
  signedBy(act, [member], "manage");
  for (const account of state.accountsOf(member)) {
    ensure(account.balance === 0n, "left with a balance that is not zero");
    const { redeeming } = state.currency(account.currency).policy;
    ensure(redeeming?.fund !== account.id, "left by whom fees for redeeming go to");
    state.setLimits(account, { floor: 0, ceiling: 0 });
  }
  member.left = true;
  for (const role of member.roles) state.checkHolders(role);
  member.roles.clear();
  return {};
}

/**
 * The member an order is about, who has not left.
 * @param {Act} act @returns {import("./state.js").Member}
 */
function present({ state, order }) {
  const member = state.member(order.member);
  ensure(!member.left, "about a member who left");
  return member;
}

/** @param {Act} act @returns {Outcome} */
export function suspend(act) {
  const member = present(act);
  approved(act, act.order.suspended ? [] : [member]);
  member.suspended = act.order.suspended;
  return {};
}

/** @param {Act} act @returns {Outcome} */
export function revoke_key(act) {
  const { state, order } = act;
  const member = state.member(order.member);
  const key = state.keys.get(order.key);
  ensure(key?.owner === member, "a key that is not the member's");
  ensure(!key.revoked, "a key that was revoked already");
  if (order.author === order.member) {
    const own = signers(act).find((of) => of.owner === member);
    ensure(own?.scopes.includes("manage") || own === key, "revoked with a key that may not");
  } else approved(act, []);
  key.revoked = true;
  return {};
}

/** @param {Act} act @returns {Outcome} */
export function set_limit(act) {
  const { state, order } = act;
  const member = present(act);
  approved(act, [member]);
  const account = state.accounts.get(order.account);
  if (account) {
    ensure(account.owner === member, "an account that is not the member's");
    ensure(account.currency === order.currency, "an account of another currency");
    state.setLimits(account, order);
  } else state.open(member, order);
  return {};
}

/** @param {Act} act @returns {Outcome} */
export function set_role(act) {
  const { state, order } = act;
  const { role, held } = order;
  const member = present(act);
  approved(act, [member], (of) => role !== "auditor" || !of.roles.has("treasurer"));
  if (held) {
    member.roles.add(role);
    checkRoles(member.kind, [...member.roles]);
  } else {
    member.roles.delete(role);
    state.checkHolders(role);
  }
  return {};
}
