/** Authorizations (docs/protocol.md, section 3): a signature and what is needed to check it. */

import { ensure } from "./broken.js";
import { concat, fromBase64url, utf8 } from "./bytes.js";
import { encode, message } from "./canonical.js";
import { binary, hash, list, oneOf, record } from "./fields.js";
import { parseKey } from "./keys.js";
import { checkAssertion, readClientData } from "./webauthn.js";

const BATCH = 256;

/** @param {string[]} identities */
function distinct(identities) {
  list(1, BATCH, hash)(identities);
  ensure(new Set(identities).size === identities.length, "a batch with an order twice");
}

const spki = binary(0, Number.MAX_SAFE_INTEGER);

/** @type {Map<unknown, import("./fields.js").Shape>} */
const SCHEMES = new Map([
  [
    "ed25519",
    record({ scheme: oneOf("ed25519"), spki, signature: binary(64, 64) }, { batch: distinct }),
  ],
  [
    "webauthn-es256",
    record(
      {
        scheme: oneOf("webauthn-es256"),
        spki,
        signature: binary(0, 72),
        authenticator_data: binary(37, 1024),
        client_data: clientData,
      },
      { batch: distinct },
    ),
  ],
]);

/** @param {any} value */
function clientData(value) {
  binary(0, 4096)(value);
  readClientData(fromBase64url(value));
}

/**
 * Whether its key is sound and its signature holds is for `check`.
 * @param {any} value @throws {import("./broken.js").Broken} when it is no authorization
 */
export function authorization(value) {
  const shape = SCHEMES.get(Object(value).scheme);
  ensure(shape, "an authorization of an unknown scheme");
  shape(value);
}

export const authorizations = list(1, 32, authorization);

/**
 * @typedef {object} Signed a signature that holds
 * @property {string} key its id
 * @property {string} [origin] of a passkey: the page that asked for it
 * @property {string} [rp] of a passkey: SHA-256 of the relying party's id
 */

/**
 * Checks the signature over a message.
 * @param {import("./signatures.js").Signatures} signatures
 * @param {any} value a well-formed authorization @param {Uint8Array} text the message
 * @returns {Promise<Signed>}
 */
export async function check(signatures, value, text) {
  const key = parseKey(value.scheme, value.spki);
  const signature = fromBase64url(value.signature);
  if (value.scheme === "ed25519") {
    ensure(await signatures.ed25519(key.raw, text, signature), "a signature that does not hold");
    return { key: key.id };
  }
  const { signed, origin, rp } = checkAssertion(value, text);
  ensure(await signatures.es256(key.raw, signed, signature), "a signature that does not hold");
  return { key: key.id, origin, rp };
}

/**
 * Checks all authorizations of an order, each by itself.
 * @param {import("./signatures.js").Signatures} signatures
 * @param {any[]} values @param {Uint8Array} order its bytes
 * @param {string} identity @param {string} ledger
 * @returns {Promise<Signed[]>}
 */
export async function checkAll(signatures, values, order, identity, ledger) {
  const signed = [];
  for (const value of values) {
    const { batch } = value;
    ensure(!batch || batch.includes(identity), "a batch without this order");
    const text = batch
      ? message("batch", utf8(encode({ ledger, orders: batch })))
      : message("order", order);
    signed.push(await check(signatures, value, concat(...text)));
  }
  return signed;
}

/**
 * The batch that an order is of: the one list that all who name one agree on.
 * @param {any[]} values its authorizations @param {string} identity
 * @returns {string[]} a list of itself when nobody names one
 */
export function batchOf(values, identity) {
  const [batch = [identity], ...others] = values.flatMap((value) => (value.batch ? [value.batch] : []));
  ensure(others.every((other) => other.join() === batch.join()), "two batches for one order");
  return batch;
}

/**
 * Checks the authorization of the voucher in an order.
 * @param {import("./signatures.js").Signatures} signatures @param {any} order
 * @returns {Promise<Signed | null>} null for an order without one
 */
export async function checkVoucher(signatures, { invitation }) {
  if (!invitation) return null;
  const { voucher, authorization } = invitation;
  ensure(!authorization.batch, "a voucher that was signed as a batch");
  const text = concat(...message("invitation", utf8(encode(voucher))));
  return check(signatures, authorization, text);
}
