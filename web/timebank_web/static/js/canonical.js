/**
 * The bytes that are signed: RFC 8785 JSON over a restricted profile (see docs/protocol.md).
 * Printable ASCII only, whole numbers only, at most eight levels deep.
 */

const PRINTABLE = /^[\x20-\x7e]*$/;
const DEPTH = 8;

/**
 * The canonical text of a value.
 * @param {unknown} value
 * @returns {string}
 * @throws {TypeError} when the value is outside the profile
 */
export function encode(value) {
  return write(value, 0);
}

/** @param {unknown} value @param {number} depth @returns {string} */
function write(value, depth) {
  if (value === true) return "true";
  if (value === false) return "false";
  if (typeof value === "number") return integer(value);
  if (typeof value === "string") return text(value);
  if (typeof value !== "object" || value === null) throw new TypeError("not in the profile");
  if (depth >= DEPTH) throw new TypeError("too deep");
  if (Array.isArray(value)) {
    return `[${value.map((item) => write(item, depth + 1)).join(",")}]`;
  }
  const record = /** @type {Record<string, unknown>} */ (value);
  // ASCII keys: sorting UTF-16 units and sorting bytes are the same thing.
  const members = Object.keys(record).sort();
  return `{${members.map((key) => `${text(key)}:${write(record[key], depth + 1)}`).join(",")}}`;
}

/** @param {number} value @returns {string} */
function integer(value) {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new TypeError("not whole");
  return String(value);
}

/** @param {string} value @returns {string} */
function text(value) {
  if (!PRINTABLE.test(value)) throw new TypeError("not printable ASCII");
  return JSON.stringify(value);
}

/** @param {string} value @returns {Uint8Array} */
export function utf8(value) {
  return new TextEncoder().encode(value);
}

/**
 * What a key signs: tag, a zero byte, the bytes.
 * @param {string} tag @param {Uint8Array} bytes @returns {Uint8Array}
 */
export function message(tag, bytes) {
  const head = utf8(tag);
  const whole = new Uint8Array(head.length + 1 + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length + 1);
  return whole;
}

/** @param {Uint8Array} bytes @returns {Promise<Uint8Array>} */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** @param {Uint8Array} bytes @returns {string} */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * An order's identity: SHA-256 of its message, authorizations left out.
 * @param {Uint8Array} orderBytes @returns {Promise<string>} 64 hexadecimal digits
 */
export async function identity(orderBytes) {
  return hex(await sha256(message("timebank:order:v1", orderBytes)));
}

/** base64url without padding. @param {ArrayBuffer | Uint8Array} bytes @returns {string} */
export function toBase64url(bytes) {
  let binary = "";
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} value base64url @returns {Uint8Array} */
export function fromBase64url(value) {
  const binary = atob(value.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
