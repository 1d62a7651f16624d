/**
 * Ed25519 as docs/protocol.md, section 3, asks for: RFC 8032 without the cofactor. Whole numbers
 * only, so that it does not depend on a browser; slow (milliseconds), and not for secrets.
 */

import { concat, same, toNumber } from "./bytes.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const SIGN = 2n ** 255n;

/** @param {bigint} value @returns {bigint} */
const mod = (value, by = P) => ((value % by) + by) % by;

/** @param {bigint} base @param {bigint} exponent @returns {bigint} */
function power(base, exponent) {
  let result = 1n;
  for (let square = mod(base); exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** A point in extended coordinates (RFC 8032 section 5.1.4). @typedef {bigint[]} Point */
/** @type {Point} */
const NEUTRAL = [0n, 1n, 1n, 0n];

/** @param {Point} one @param {Point} other @returns {Point} */
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = ((y1 - x1) * (y2 - x2)) % P;
  const b = ((y1 + x1) * (y2 + x2)) % P;
  const c = (((2n * t1 * t2) % P) * D) % P;
  const d = (2n * z1 * z2) % P;
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** @param {Uint8Array} bytes little-endian @returns {bigint} */
const number = (bytes) => toNumber(bytes.slice().reverse());

/**
 * The y that 32 bytes spell, whether or not it is canonical.
 * @param {Uint8Array} bytes @returns {bigint}
 */
const spelledY = (bytes) => number(bytes) % SIGN;

/** @param {Uint8Array} bytes @returns {boolean} that y < p */
export const isCanonical = (bytes) => spelledY(bytes) < P;

/** @param {Uint8Array} bytes @returns {Point | null} null when no point is spelled so */
function decompress(bytes) {
  const y = spelledY(bytes);
  if (y >= P) return null;
  const odd = number(bytes) / SIGN;
  const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT_OF_MINUS_ONE);
  if (mod(v * x * x) !== u || (x === 0n && odd)) return null;
  if ((x & 1n) !== odd) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

/** @param {Point} point @returns {Uint8Array} 32 bytes */
function compress([x, y, z]) {
  const inverse = power(z, P - 2n);
  const spelled = mod(y * inverse) + (mod(x * inverse) & 1n) * SIGN;
  const digits = spelled.toString(16).padStart(64, "0");
  return Uint8Array.from(/** @type {string[]} */ (digits.match(/../g)), (two) =>
    Number.parseInt(two, 16),
  ).reverse();
}

const BASE_Y = mod(4n * power(5n, P - 2n));
const BASE = /** @type {Point} */ (
  decompress(compress([0n, BASE_Y, 1n, 0n])) // its x is even
);

/** The y of a point of order 8: with −y, 0, 1 and −1 those of all eight torsion points. */
const Y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL = new Set([0n, 1n, P - 1n, Y8, P - Y8]);

/**
 * That 32 bytes spell a point whose order divides 8, canonically or not, in any of the ways.
 * @param {Uint8Array} bytes @returns {boolean}
 */
export const isSmallOrder = (bytes) => SMALL.has(spelledY(bytes) % P);

/** @param {Uint8Array} signature @returns {boolean} that S < L */
export const isReduced = (signature) => number(signature.subarray(32)) < L;

/**
 * That the encoding of [S]B − [k]A is R, byte for byte.
 * @param {Uint8Array} key 32 bytes @param {Uint8Array} text @param {Uint8Array} signature 64 bytes
 * @returns {Promise<boolean>}
 */
export async function verify(key, text, signature) {
  const point = decompress(key);
  if (!point || isSmallOrder(key) || !isReduced(signature)) return false;
  const r = signature.subarray(0, 32);
  const k = number(new Uint8Array(await crypto.subtle.digest("SHA-512", concat(r, key, text)))) % L;
  const s = number(signature.subarray(32));
  const minus = [mod(-point[0]), point[1], point[2], mod(-point[3])];
  const both = add(BASE, minus);
  let sum = NEUTRAL;
  for (let bit = 252n; bit >= 0n; bit--) {
    sum = add(sum, sum);
    const [inS, inK] = [(s >> bit) & 1n, (k >> bit) & 1n];
    if (inS || inK) sum = add(sum, inS && inK ? both : inS ? BASE : minus);
  }
  return same(compress(sum), r);
}
