/**
 * Whether a signature holds. WebCrypto does the work where it can be relied on to judge exactly as
 * docs/protocol.md, section 3, says; `ed25519.js` does the rest.
 */

import { ensure } from "./broken.js";
import { concat } from "./bytes.js";
import * as portable from "./ed25519.js";

/** Checks signatures; every method says whether one holds. */
export class Signatures {
  /** @type {Promise<boolean> | undefined} */
  #native;

  /** @param {{portable?: boolean}} [options] portable: leave Ed25519 to `ed25519.js` always */
  constructor(options = {}) {
    if (options.portable) this.#native = Promise.resolve(false);
  }

  /**
   * @param {Uint8Array} key 32 bytes, canonical and not of small order
   * @param {Uint8Array} text @param {Uint8Array} signature 64 bytes
   * @returns {Promise<boolean>}
   */
  async ed25519(key, text, signature) {
    const r = signature.subarray(0, 32);
    if (!portable.isReduced(signature) || !portable.isCanonical(r)) return false;
    this.#native ??= hasEd25519();
    // Some refuse an R of small order, which the equation does not mind.
    if (!(await this.#native) || portable.isSmallOrder(r)) {
      return portable.verify(key, text, signature);
    }
    const verifier = await importKey(key, { name: "Ed25519" });
    return verifier !== null && crypto.subtle.verify("Ed25519", verifier, signature, text);
  }

  /**
   * @param {Uint8Array} point x ‖ y, on the curve @param {Uint8Array} text
   * @param {Uint8Array} der the signature @returns {Promise<boolean>}
   */
  async es256(point, text, der) {
    const signature = fromDer(der);
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const verifier = await importKey(concat(Uint8Array.of(4), point), algorithm);
    return verifier !== null && crypto.subtle.verify(algorithm, verifier, signature, text);
  }
}

/**
 * @param {Uint8Array} raw @param {{name: string}} algorithm
 * @returns {Promise<CryptoKey | null>} null when WebCrypto says that it is no key
 */
async function importKey(raw, algorithm) {
  try {
    return await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "DataError") return null;
    throw error;
  }
}

/** Whether this browser knows Ed25519; older ones do not. @returns {Promise<boolean>} */
async function hasEd25519() {
  const one = Uint8Array.of(0x58, ...new Uint8Array(31).fill(0x66)); // the base point
  return (await importKey(one, { name: "Ed25519" }).catch(() => null)) !== null;
}

/**
 * r ‖ s of a signature in DER (X.690: the shortest length, the shortest whole numbers).
 * @param {Uint8Array} der @returns {Uint8Array} 64 bytes
 */
function fromDer(der) {
  ensure(der[0] === 0x30 && der[1] === der.length - 2 && der[1] < 0x80, "a signature not in DER");
  const [r, next] = wholeNumber(der, 2);
  const [s, end] = wholeNumber(der, next);
  ensure(end === der.length, "a signature not in DER");
  const raw = new Uint8Array(64);
  raw.set(r, 32 - r.length);
  raw.set(s, 64 - s.length);
  return raw;
}

/**
 * @param {Uint8Array} der @param {number} start
 * @returns {[Uint8Array, number]} at most 32 bytes, and where the next one starts
 */
function wholeNumber(der, start) {
  const end = start + 2 + der[start + 1];
  ensure(der[start] === 0x02 && start + 2 < end && end <= der.length, "a signature not in DER");
  const bytes = der.subarray(start + 2, end);
  const padded = bytes[0] === 0 && bytes.length > 1;
  ensure(bytes[0] < 0x80 && (!padded || bytes[1] >= 0x80), "a signature not in DER");
  const value = padded ? bytes.subarray(1) : bytes;
  ensure(value.length <= 32, "a signature that is too large");
  return [value, end];
}
