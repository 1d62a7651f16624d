/** Orders and their types (docs/protocol.md, section 4). */

import { ensure } from "./broken.js";
import { utf8 } from "./bytes.js";
import { ORDER_BYTES, digest, encode } from "./canonical.js";
import {
  amount,
  ascending,
  binary,
  boolean,
  ceiling,
  commitment,
  currency,
  floor,
  hash,
  id,
  integer,
  oneOf,
  record,
  signed,
  time,
} from "./fields.js";
import {
  APPROVED,
  cited,
  definition,
  founder,
  grant,
  invitation,
  legs,
  opened,
  origins,
  payout,
  policy,
  request,
  role,
  secret,
  system,
  threshold,
} from "./parts.js";

const ORDINARY_SECONDS = 900;
const APPROVED_SECONDS = 2_592_000;

const memo = { memo: commitment };

/** @param {any} value */
const withdrawn = (value) => {
  checkOrder(value);
  ensure(value.type !== "withdraw", "a withdrawal that is withdrawn");
};

/** Fields that a type must have, and fields that it may have. */
/** @type {Record<string, [Record<string, any>, Record<string, any>?]>} */
const FIELDS = {
  genesis: [
    {
      nonce: binary(32, 32),
      rules: integer(1, Number.MAX_SAFE_INTEGER),
      log_key: binary(44, 44),
      key_delay: integer(0, APPROVED_SECONDS),
      currencies: ascending(1, 16, definition, "code"),
      accounts: ascending(0, 64, system, "account"),
      founders: ascending(1, 32, founder, "member"),
      thresholds: ascending(0, APPROVED.length, threshold, "type"),
      origins,
    },
  ],
  admit: [{ invitation, secret, member: id, key: grant, accounts: opened, name: commitment }],
  leave: [{ member: id }],
  suspend: [{ member: id, suspended: boolean, reason: commitment }],
  add_key: [{ invitation, secret, member: id, key: grant }],
  revoke_key: [{ member: id, key: hash }],
  pay: [{ legs }, { ...memo, request }],
  refund: [{ payment: hash, legs }, memo],
  record_bank: [{ bank: id, counter: id, amount: signed, line: commitment }],
  issue: [{ payee: id, currency, amount, backing: ascending(0, 16, cited, "line") }, memo],
  retire: [{ payer: id, currency, amount }, memo],
  agree: [{ member: id, currency, agreement: commitment }],
  redeem: [{ payer: id, currency, amount, payout: commitment }, { fee: amount }],
  settle: [
    {
      currency,
      transit: id,
      outside: id,
      payouts: ascending(1, 256, payout, "redemption"),
      file: commitment,
    },
  ],
  correct: [{ entry: hash, legs, reason: commitment }],
  withdraw: [{ order: withdrawn }],
  set_limit: [{ member: id, account: id, currency, floor, ceiling }],
  set_role: [{ member: id, role, held: boolean }],
  set_policy: [{ currency, policy }],
  set_origins: [{ origins }],
  define_currency: [{ currency: definition, accounts: ascending(0, 8, system, "account") }],
};

const SHAPES = new Map(
  Object.entries(FIELDS).map(([type, [required, optional]]) => {
    const header = { author: id, created: time, expires: time, id, type: oneOf(type) };
    const ledger = type === "genesis" ? {} : { ledger: hash };
    return [type, record({ ...header, ...ledger, ...required }, optional)];
  }),
);

/** @param {any} order a canonical value @throws {import("./broken.js").Broken} */
export function checkOrder(order) {
  const shape = SHAPES.get(Object(order).type);
  ensure(shape, "an unknown type of order");
  shape(order);
  const valid = order.expires - order.created;
  const slow = APPROVED.includes(order.type) || order.type === "genesis";
  const most = slow ? APPROVED_SECONDS : ORDINARY_SECONDS;
  ensure(0 < valid && valid <= most, "an order that is valid too long, or never");
}

/** The bytes of an order, which it has by itself. @param {any} order @returns {Uint8Array} */
export function orderBytes(order) {
  const bytes = utf8(encode(order));
  ensure(bytes.length <= ORDER_BYTES, "an order that is too large");
  return bytes;
}

/** @param {Uint8Array} bytes of an order @returns {string} */
export function identityOf(bytes) {
  return digest("order", bytes);
}

/** @param {Uint8Array} genesis its bytes @returns {string} */
export function ledgerOf(genesis) {
  return digest("ledger", genesis);
}
