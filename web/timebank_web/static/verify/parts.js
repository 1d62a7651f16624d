/** The parts that orders are made of (docs/protocol.md, section 4). */

import { authorization } from "./authorizations.js";
import { ensure } from "./broken.js";
import {
  amount,
  ascending,
  binary,
  ceiling,
  commitment,
  currency,
  floor,
  hash,
  id,
  integer,
  list,
  oneOf,
  record,
  text,
  time,
  total,
} from "./fields.js";

/** Approved types: several must sign, and they may take longer about it. */
export const APPROVED = [
  "correct",
  "define_currency",
  "issue",
  "record_bank",
  "retire",
  "revoke_key",
  "set_limit",
  "set_origins",
  "set_policy",
  "set_role",
  "settle",
  "suspend",
];

export const kind = oneOf("organisation", "person", "shop");
export const role = oneOf("auditor", "coordinator", "issuer", "registrar", "treasurer");
export const secret = binary(16, 32);
const scope = oneOf("approve", "manage", "pay");
const kinds = ascending(0, 3, kind);

const leg = record({ payer: id, payee: id, currency, amount }, {}, (value) =>
  ensure(value.payer !== value.payee, "a leg from an account to itself"),
);
export const legs = list(1, 16, leg);

const credit = record({ payee: id, currency, amount });
export const request = record(
  { id, payee: id, credits: list(1, 16, credit), expires: time },
  { memo: commitment },
);

const scopes = ascending(1, 3, scope);
const caps = ascending(0, 16, record({ currency, amount: total }), "currency");
export const grant = record({
  scheme: oneOf("ed25519", "webauthn-es256"),
  spki: binary(44, 91),
  scopes,
  caps,
});

const account = { currency, floor, ceiling };
export const opened = ascending(0, 16, record({ account: id, ...account }), "currency");

const voucher = record(
  {
    ledger: hash,
    id,
    purpose: oneOf("admit", "add_key"),
    issuer: id,
    created: time,
    expires: time,
    secret: hash,
    scopes,
    caps,
  },
  { kind, limits: ascending(0, 16, record(account), "currency") },
);
export const invitation = record({ voucher, authorization });

const budget = record({ amount, until: time, purpose: commitment });
const redeeming = record(
  { minimum: total, fee: integer(0, 5_000) },
  { fund: id, agreement: commitment },
  (value) => ensure((value.fee > 0) === Object.hasOwn(value, "fund"), "a fund out of place"),
);
/** @param {any} policy @returns {boolean} */
const isForEuro = ({ kind, redeemers }) =>
  kind === "backed" || kind === "euro" || redeemers.length > 0;
export const policy = record(
  {
    kind: oneOf("mutual", "backed", "budget", "euro"),
    payments: oneOf("everyone", "members-to-shops", "nobody"),
    holders: kinds,
    redeemers: kinds,
    floor,
    ceiling,
    credit_total: total,
  },
  { budget, basis: commitment, redeeming },
  (value) => {
    ensure((value.kind === "budget") === Object.hasOwn(value, "budget"), "a budget out of place");
    const redeems = value.kind === "backed" || value.kind === "budget";
    ensure(redeems || value.redeemers.length === 0, "redeemers of what cannot be redeemed");
    ensure(!value.redeemers.includes("person"), "a person who redeems");
    const based = Object.hasOwn(value, "basis") || value.payments !== "everyone";
    ensure(based || !isForEuro(value), "payments by everyone, without a basis");
    const terms = Object.hasOwn(value, "redeeming");
    ensure(!terms || value.redeemers.length > 0, "terms for redeemers who are not there");
    ensure(value.kind === "mutual" || value.credit_total === 0, "credit in what is not mutual");
    if (value.kind !== "euro") return;
    ensure(value.holders.length === 0 && value.payments === "nobody", "euro that members hold");
  },
);
export const definition = record(
  { code: currency, unit: oneOf("minute", "cent"), policy },
  {},
  (value) => ensure(value.unit === "cent" || !isForEuro(value.policy), "minutes for euro"),
);
export const system = record({
  account: id,
  currency,
  kind: oneOf("bank", "contra", "outside", "redemption", "transit"),
});

export const founder = record({
  member: id,
  kind,
  roles: ascending(0, 5, role),
  key: grant,
  accounts: opened,
  name: commitment,
});
export const threshold = record({ type: oneOf(...APPROVED), role, count: integer(1, 9) });
const origin = record({
  origin: text(/^https?:\/\/[a-z0-9.-]{1,100}(:[0-9]{1,5})?$/, "an origin"),
  rp_id: text(/^[a-z0-9.-]{1,100}$/, "the id of a relying party"),
});
export const origins = ascending(0, 16, origin, "origin");
export const cited = record({ line: hash, amount });
export const payout = record({ redemption: hash, payee: id, amount });
