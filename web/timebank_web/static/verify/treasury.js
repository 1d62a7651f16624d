/** Rules of what treasurers and issuers do (docs/protocol.md, section 6). */

import { ensure } from "./broken.js";
import { approved, spend } from "./signers.js";

/**
 * @typedef {import("./signers.js").Act} Act
 * @typedef {import("./rules.js").Outcome} Outcome
 */

/** @param {Act} act @returns {Outcome} */
export function record_bank(act) {
  const { state, order } = act;
  const bank = state.account(order.bank);
  const counter = state.account(order.counter);
  ensure(bank.kind === "bank", "no account of kind bank");
  ensure(["outside", "transit"].includes(counter.kind), "no account outside the bank");
  const { currency } = bank;
  ensure(counter.currency === currency, "accounts of two currencies");
  ensure(order.amount !== 0, "a bank line of nothing");
  approved(act, []);
  const amount = Math.abs(order.amount);
  const [payer, payee] = order.amount > 0 ? [counter, bank] : [bank, counter];
  return { legs: [{ payer: payer.id, payee: payee.id, currency, amount }] };
}

/** @param {Act} act @returns {Outcome} */
export function issue(act) {
  const { state, order } = act;
  const { payee, currency, amount } = order;
  const { owner } = state.memberAccount(payee, currency);
  approved(act, [owner]);
  const { policy, issued } = state.currency(currency);
  ensure(["backed", "budget"].includes(policy.kind), "a currency that is not issued");
  if (policy.kind === "backed") cite(act);
  else {
    ensure(order.backing.length === 0, "backing of what a budget backs");
    ensure(act.time <= policy.budget.until, "a budget that has ended");
    const most = BigInt(policy.budget.amount);
    ensure(issued + BigInt(amount) <= most, "more than the budget");
  }
  const contra = state.system("contra", currency).id;
  return {
    legs: [{ payer: contra, payee, currency, amount }],
    cover: policy.kind === "backed",
  };
}

/** @param {Act} act */
function cite({ state, order }) {
  let sum = 0n;
  for (const cited of order.backing) {
    const line = state.entry(cited.line);
    ensure(line.order.type === "record_bank", "backing that is no bank line");
    line.cited += BigInt(cited.amount);
    ensure(line.cited <= BigInt(Math.max(line.order.amount, 0)), "a bank line cited for too much");
    sum += BigInt(cited.amount);
  }
  ensure(sum === BigInt(order.amount), "backing of another amount");
}

/** @param {Act} act @returns {Outcome} */
export function retire(act) {
  const { state, order } = act;
  const { payer, currency, amount } = order;
  const { owner } = state.memberAccount(payer, currency);
  const legs = [{ payer, payee: state.system("contra", currency).id, currency, amount }];
  const theirs = approved(act, []).find((key) => key.owner === owner);
  ensure(theirs?.scopes.includes("pay"), "not signed by the payer");
  spend(act, theirs, legs);
  return { legs };
}

/** @param {Act} act @returns {Outcome} */
export function settle(act) {
  const { state, order } = act;
  const { currency } = order;
  const transit = state.account(order.transit);
  const outside = state.account(order.outside);
  ensure(transit.kind === "transit" && outside.kind === "outside", "accounts of another kind");
  ensure(transit.currency === outside.currency, "accounts of two currencies");
  let amount = 0;
  const payees = [];
  for (const payout of order.payouts) {
    const redemption = state.entry(payout.redemption);
    const { type, payer, currency: of } = redemption.order;
    ensure(type === "redeem" && of === currency, "a payout of no redemption in this currency");
    ensure(payer === payout.payee, "a payout to another account");
    ensure(!redemption.settled, "a redemption that was settled already");
    ensure(redemption.open === BigInt(payout.amount), "a payout of another amount");
    redemption.settled = true;
    amount += payout.amount;
    payees.push(state.account(payer).owner);
  }
  approved(act, payees);
  const [payer, payee] = [state.system("redemption", currency), state.system("contra", currency)];
  return {
    legs: [
      { payer: payer.id, payee: payee.id, currency, amount },
      { payer: transit.id, payee: outside.id, currency: transit.currency, amount },
    ],
    cover: state.currency(currency).policy.kind !== "backed",
  };
}
