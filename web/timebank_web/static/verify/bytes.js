/** Bytes and their spellings in text: hexadecimal and both kinds of base64, strictly. */

import { ensure } from "./broken.js";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const VALUES = new Map([...`${DIGITS}-_`].map((digit, value) => [digit, value]));
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** @param {string} text @returns {Uint8Array} */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** @param {...Uint8Array} parts @returns {Uint8Array} */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** @param {Uint8Array} one @param {Uint8Array} other @returns {boolean} */
export function same(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

/** @param {Uint8Array} bytes @returns {string} */
export function hex(bytes) {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/**
 * The bytes of a base64url text (RFC 4648 section 5) without padding, unused bits zero.
 * @param {string} text @returns {Uint8Array}
 */
export function fromBase64url(text) {
  ensure(text.length % 4 !== 1, "not base64url: a length that cannot be");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let [bits, held, length] = [0, 0, 0];
  for (const digit of text) {
    const value = VALUES.get(digit);
    ensure(value !== undefined, "not base64url: an unknown character");
    bits = (bits << 6) | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[length++] = bits >> held;
    bits &= (1 << held) - 1;
  }
  ensure(bits === 0, "not base64url: unused bits are set");
  return bytes;
}

/** @param {Uint8Array} bytes @returns {string} base64url without padding */
export function toBase64url(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The bytes of a padded base64 text (RFC 4648 section 4), unused bits zero.
 * @param {string} text @returns {Uint8Array}
 */
export function fromBase64(text) {
  const [, digits, padding] = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text) ?? [];
  ensure(digits !== undefined, "not base64: an unknown character");
  ensure(text.length % 4 === 0 && (digits.length + padding.length) % 4 === 0, "not base64: padding");
  return fromBase64url(digits.replaceAll("+", "-").replaceAll("/", "_"));
}

/** @param {Uint8Array} bytes big-endian @returns {bigint} */
export function toNumber(bytes) {
  return BigInt(`0x${hex(bytes) || "0"}`);
}
