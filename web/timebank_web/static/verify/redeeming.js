/** Rules of shops that hand credits in to be paid in euro (docs/protocol.md, section 6). */

import { ensure } from "./broken.js";
import { signedBy, spend } from "./signers.js";

/**
 * @typedef {import("./signers.js").Act} Act
 * @typedef {import("./rules.js").Outcome} Outcome
 */

const HUNDREDTHS_OF_PERCENT = 10_000n;

/** @param {Act} act @returns {Outcome} */
export function agree(act) {
  const { state, order } = act;
  const member = state.member(order.member);
  signedBy(act, [member], "manage");
  const { policy, agreed } = state.currency(order.currency);
  ensure(policy.redeemers.includes(member.kind), "agreed to by somebody who may not redeem");
  ensure(policy.redeeming?.agreement === order.agreement, "another agreement than the policy's");
  agreed.set(member, order.agreement);
  return {};
}

/** @param {Act} act @returns {Outcome} */
export function redeem(act) {
  const { state, order } = act;
  const { payer, currency, amount, fee } = order;
  const { owner } = state.memberAccount(payer, currency);
  const { redeemers, redeeming } = state.currency(currency).policy;
  ensure(redeemers.includes(owner.kind), "handed in by somebody who may not");
  checkTerms(act, owner);
  const legs = [{ payer, payee: state.system("redemption", currency).id, currency, amount }];
  if (fee !== undefined) legs.push({ payer, payee: redeeming.fund, currency, amount: fee });
  for (const key of signedBy(act, [owner], "pay")) spend(act, key, legs);
  return { legs, open: BigInt(amount), ceilings: false };
}

/** @param {Act} act @param {import("./state.js").Member} owner who hands in */
function checkTerms({ state, order }, owner) {
  const { policy, agreed } = state.currency(order.currency);
  const { minimum, fee, fund, agreement } = policy.redeeming ?? { minimum: 0, fee: 0 };
  ensure(agreement === undefined || agreed.get(owner) === agreement, "handed in without agreeing");
  const total = BigInt(order.amount) + BigInt(order.fee ?? 0);
  ensure(total >= BigInt(minimum), "less than the minimum to hand in");
  const due = order.payer === fund ? 0n : (total * BigInt(fee)) / HUNDREDTHS_OF_PERCENT;
  ensure(BigInt(order.fee ?? 0) === due, "another fee than the policy's");
}
