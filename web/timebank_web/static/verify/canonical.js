/**
 * Canonical bytes and what is made of them (docs/protocol.md, section 2): RFC 8785 JSON of
 * printable ASCII, whole numbers, booleans, arrays and objects, at most eight levels deep.
 */

import { Broken, ensure } from "./broken.js";
import { hex, utf8 } from "./bytes.js";
import { sha256 } from "./sha256.js";

const PRINTABLE = /^[\x20-\x7e]*$/;
const DEPTH = 8;
const ZERO = new Uint8Array(1);

export const ORDER_BYTES = 65_536;
export const ENTRY_BYTES = 1_048_576;

/**
 * The value that these bytes are the encoding of.
 * @param {Uint8Array} bytes @param {number} limit in bytes @returns {any}
 */
export function decode(bytes, limit) {
  ensure(bytes.length <= limit, "too large");
  const text = new TextDecoder("latin1").decode(bytes);
  ensure(PRINTABLE.test(text), "not canonical: not printable ASCII");
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Broken("not canonical: not JSON");
  }
  // What JSON.parse is lenient in (a key twice, 1.0, 1e3, spaces, \u0041) encodes otherwise.
  ensure(encode(value) === text, "not canonical: it has another spelling");
  return value;
}

/** @param {unknown} value @returns {string} */
export function encode(value) {
  return write(value, 0);
}

/** @param {unknown} value @param {number} depth around it @returns {string} */
function write(value, depth) {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return integer(value);
  if (typeof value === "string") return text(value);
  ensure(typeof value === "object" && value !== null, "not canonical: null");
  ensure(depth < DEPTH, "not canonical: too deep");
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(",")}]`;
  const record = /** @type {Record<string, unknown>} */ (value);
  const keys = Object.keys(record).sort();
  return `{${keys.map((key) => `${text(key)}:${write(record[key], depth + 1)}`).join(",")}}`;
}

/** @param {number} value @returns {string} */
function integer(value) {
  ensure(Number.isSafeInteger(value) && !Object.is(value, -0), "not canonical: not a whole number");
  return String(value);
}

/** @param {string} value @returns {string} */
function text(value) {
  ensure(PRINTABLE.test(value), "not canonical: not printable ASCII");
  return JSON.stringify(value);
}

/**
 * What is signed or hashed under a name: tag, a zero byte, data.
 * @param {string} name such as "order" @param {Uint8Array} data @returns {Uint8Array[]} to be joined
 */
export function message(name, data) {
  return [utf8(`timebank:${name}:v1`), ZERO, data];
}

/** @param {string} name @param {Uint8Array} data @returns {string} SHA-256 in hexadecimal */
export function digest(name, data) {
  return hex(sha256(...message(name, data)));
}
