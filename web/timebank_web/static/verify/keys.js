/** Public keys as they travel (docs/protocol.md, section 3): exactly one spelling of each kind. */

import { ensure } from "./broken.js";
import { fromBase64url, hex, same, toNumber } from "./bytes.js";
import { isCanonical, isSmallOrder } from "./ed25519.js";
import { sha256 } from "./sha256.js";

const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** @param {string} text @returns {Uint8Array} */
const prefix = (text) =>
  Uint8Array.from(/** @type {string[]} */ (text.match(/../g)), (two) => Number.parseInt(two, 16));

/** @type {Map<string, {prefix: Uint8Array, length: number, check: (raw: Uint8Array) => void}>} */
const KINDS = new Map([
  ["ed25519", { prefix: prefix("302a300506032b6570032100"), length: 32, check: checkEd25519 }],
  [
    "webauthn-es256",
    {
      prefix: prefix("3059301306072a8648ce3d020106082a8648ce3d03010703420004"),
      length: 64,
      check: checkP256,
    },
  ],
]);

/**
 * @typedef {object} Key
 * @property {string} id SHA-256 of the SPKI
 * @property {string} scheme
 * @property {Uint8Array} raw 32 bytes of Ed25519, or x ‖ y of a point on P-256
 */

/** @param {string} scheme @param {string} text an SPKI in base64url @returns {Key} */
export function parseKey(scheme, text) {
  const kind = KINDS.get(scheme);
  ensure(kind, "an unknown scheme");
  const spki = fromBase64url(text);
  const head = kind.prefix.length;
  ensure(spki.length === head + kind.length, "a key of the wrong length");
  ensure(same(spki.subarray(0, head), kind.prefix), "a key of another kind");
  const raw = spki.subarray(head);
  kind.check(raw);
  return { id: hex(sha256(spki)), scheme, raw };
}

/** @param {Uint8Array} raw */
function checkEd25519(raw) {
  ensure(isCanonical(raw), "a key that is not canonical");
  ensure(!isSmallOrder(raw), "a key of small order");
}

/** @param {Uint8Array} raw */
function checkP256(raw) {
  const [x, y] = [toNumber(raw.subarray(0, 32)), toNumber(raw.subarray(32))];
  ensure(x < P256 && y < P256, "a key that is not canonical");
  ensure((y * y - x * x * x + 3n * x - P256_B) % P256 === 0n, "a key that is not on the curve");
}
