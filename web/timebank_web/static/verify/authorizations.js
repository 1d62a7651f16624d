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
 * Checks all authorizations of an order, and that they agree on its batch.
 * @param {import("./signatures.js").Signatures} signatures
 * @param {any[]} values @param {Uint8Array} order its bytes
 * @param {string} identity @param {string} ledger
 * @returns {Promise<{signed: Signed[], batch: string[] | null}>}
 */
export async function checkAll(signatures, values, order, identity, ledger) {
  const batch = values.find((value) => value.batch)?.batch ?? null;
  const signed = [];
  for (const value of values) {
    let text = concat(...message("order", order));
    if (value.batch) {
      ensure(value.batch.join() === batch.join(), "two batches for one order");
      ensure(batch.includes(identity), "a batch without this order");
      text = concat(...message("batch", utf8(encode({ ledger, orders: batch }))));
    }
    signed.push(await check(signatures, value, text));
  }
  return { signed, batch };
}
