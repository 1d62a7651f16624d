/** Checkpoints: C2SP signed notes of three lines (docs/protocol.md, section 7). */

import { Broken, ensure } from "./broken.js";
import { fromBase64, hex, same, utf8 } from "./bytes.js";
import { parseKey } from "./keys.js";
import { sha256 } from "./sha256.js";

const ED25519 = Uint8Array.of(0x0a, 0x01);

/**
 * @typedef {object} Checkpoint
 * @property {number} size
 * @property {string} root in hexadecimal
 * @property {string} note its whole text, signatures included
 */

/**
 * A checkpoint of this ledger whose signature holds.
 * @param {string} note @param {string} ledger its id @param {string} logKey of the genesis
 * @param {import("./signatures.js").Signatures} signatures
 * @returns {Promise<Checkpoint>}
 */
export async function openCheckpoint(note, ledger, logKey, signatures) {
  ensure(!/[\x00-\x09\x0b-\x1f]/.test(note), "a checkpoint with a control character");
  const end = note.lastIndexOf("\n\n");
  ensure(end >= 0 && note.endsWith("\n"), "a checkpoint without signatures");
  const text = note.slice(0, end + 1);
  const [origin, size, root, ...more] = text.slice(0, -1).split("\n");
  ensure(root !== undefined && more.length === 0, "a checkpoint that is not of three lines");
  ensure(origin === `timebank/ledger/${ledger}`, "a checkpoint of another ledger");
  const count = decimal(size);
  const hash = fromBase64(root);
  ensure(hash.length === 32, "a checkpoint whose root is no hash");
  const { raw } = parseKey("ed25519", logKey);
  const id = sha256(utf8(origin), ED25519, raw).subarray(0, 4);
  const lines = note.slice(end + 2, -1).split("\n").map(signatureLine);
  const ours = lines.filter((line) => line.name === origin && same(line.id, id));
  ensure(ours.length === 1, "a checkpoint not signed once by the log");
  const { signature } = ours[0];
  const holds =
    signature.length === 64 && (await signatures.ed25519(raw, utf8(text), signature));
  ensure(holds, "a checkpoint whose signature does not hold");
  return { size: count, root: hex(hash), note };
}

/**
 * @param {string} line
 * @returns {{name: string, id: Uint8Array, signature: Uint8Array}}
 */
function signatureLine(line) {
  const [, name, base64] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  ensure(name !== undefined, "a signature line that is not well formed");
  const bytes = fromBase64(base64);
  ensure(bytes.length > 4, "a signature line that is not well formed");
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/** A whole number as it must be written. @param {string} text @returns {number} */
export function decimal(text) {
  ensure(/^(0|[1-9][0-9]{0,15})$/.test(text), "not a decimal number");
  ensure(Number.isSafeInteger(Number(text)), "a number that is too large");
  return Number(text);
}

/** The text of bytes in UTF-8. @param {Uint8Array} bytes @returns {string} */
export function fromUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Broken("not UTF-8");
  }
}
