/** What a passkey signed, and whether it says what it must (docs/protocol.md, section 3). */

import { Broken, ensure } from "./broken.js";
import { concat, fromBase64url, hex, toBase64url } from "./bytes.js";
import { sha256 } from "./sha256.js";

const BRACKETS = 32;
const [PRESENT, VERIFIED] = [0x01, 0x04];
const PRINTABLE = /^[\x20-\x7e]*$/;

/**
 * Checks an assertion over a message, but for its signature and the state.
 * @param {{authenticator_data: string, client_data: string}} assertion
 * @param {Uint8Array} message
 * @returns {{signed: Uint8Array, origin: string, rp: string}} what the signature is over; the
 *   page's origin; SHA-256 of the relying party's id, in hexadecimal
 */
export function checkAssertion(assertion, message) {
  const authenticator = fromBase64url(assertion.authenticator_data);
  const bytes = fromBase64url(assertion.client_data);
  const client = readClientData(bytes);
  ensure(client.type === "webauthn.get", "client data of another type");
  ensure(client.challenge === toBase64url(sha256(message)), "another challenge");
  ensure(client.crossOrigin !== true, "signed inside another site");
  const flags = authenticator[32];
  ensure((flags & PRESENT) !== 0 && (flags & VERIFIED) !== 0, "the user was not verified");
  return {
    signed: concat(authenticator, sha256(bytes)),
    origin: client.origin,
    rp: hex(authenticator.subarray(0, 32)),
  };
}

/**
 * Client data of which nothing more is known.
 * @param {Uint8Array} bytes
 * @returns {{type: string, challenge: string, origin: string, crossOrigin?: boolean}}
 */
export function readClientData(bytes) {
  const opened = bytes.reduce((count, byte) => count + Number(byte === 0x5b || byte === 0x7b), 0);
  ensure(opened <= BRACKETS, "client data with too many brackets");
  let text;
  let client;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    client = JSON.parse(text);
  } catch {
    throw new Broken("client data that is not JSON");
  }
  ensure(typeof client === "object" && client && !Array.isArray(client), "client data: no object");
  ensure(!namesOneTwice(text), "client data with a key twice");
  for (const name of ["type", "challenge", "origin"]) {
    const own = Object.hasOwn(client, name) && client[name];
    ensure(typeof own === "string" && PRINTABLE.test(own), `client data without a proper ${name}`);
  }
  const cross = Object.hasOwn(client, "crossOrigin") ? client.crossOrigin : false;
  ensure(typeof cross === "boolean", "client data with a crossOrigin that is not a boolean");
  return client;
}

/**
 * Whether an object in a JSON text has a key twice, which JSON.parse does not tell.
 * @param {string} text valid JSON @returns {boolean}
 */
function namesOneTwice(text) {
  /** @type {Set<string>[]} */
  const open = [];
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (key) {
      const names = open[open.length - 1];
      const name = JSON.parse(key);
      if (names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}
