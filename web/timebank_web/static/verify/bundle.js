/** Bundles: a whole journal in one file (docs/protocol.md, section 7). */

import { ensure } from "./broken.js";
import { concat, hex } from "./bytes.js";
import { ENTRY_BYTES, decode } from "./canonical.js";
import { hash, oneOf, record, total } from "./fields.js";
import { Journal } from "./journal.js";
import { Tree, leafHash } from "./merkle.js";
import { fromUtf8, openCheckpoint } from "./notes.js";
import { Sha256, sha256 } from "./sha256.js";
import { Signatures } from "./signatures.js";

const NEWLINE = 0x0a;
const MANIFEST_BYTES = 65_536;

const manifestShape = record({
  bytes: total,
  entries_sha256: hash,
  format: oneOf("timebank-bundle-v1"),
  ledger: hash,
  note_sha256: hash,
  root: hash,
  size: total,
});

/** @typedef {Iterable<Uint8Array> | AsyncIterable<Uint8Array>} Pieces of a file, cut anywhere */

/**
 * Checks a whole journal with nothing but the ledger's id.
 * @param {Uint8Array | Pieces} bundle @param {string} ledger its id
 * @param {object} [options]
 * @param {string} [options.extends] an earlier checkpoint that it must extend
 * @param {(size: number) => void} [options.progress] is told how many entries were checked
 * @param {Signatures} [options.signatures]
 * @returns {Promise<{checkpoint: import("./notes.js").Checkpoint,
 *   state: import("./state.js").State}>}
 * @throws {import("./broken.js").Broken} with the number of the entry in which something does not hold
 */
export async function verifyBundle(bundle, ledger, options = {}) {
  const { extends: earlier, progress = () => undefined, signatures = new Signatures() } = options;
  const lines = linesOf(bundle instanceof Uint8Array ? [bundle] : bundle);
  const journal = new Journal(ledger, signatures);
  const tree = new Tree();
  const digest = new Sha256();
  const roots = [tree.root()];
  let bytes = 0;
  for (;;) {
    const line = await next(lines);
    if (line.length === 0) break;
    await journal.append(line);
    tree.add(leafHash(line));
    digest.update(line).update(Uint8Array.of(NEWLINE));
    bytes += line.length + 1;
    if (earlier) roots.push(tree.root());
    progress(journal.size);
  }
  journal.finish();
  const { state } = journal;
  ensure(state.genesis, "no entries");

  const manifest = decode(await next(lines), MANIFEST_BYTES);
  manifestShape(manifest);
  const note = await rest(lines);
  const root = hex(tree.root());
  ensure(manifest.bytes === bytes, "a manifest with another length");
  ensure(manifest.entries_sha256 === hex(digest.digest()), "a manifest of other entries");
  ensure(manifest.ledger === ledger, "a manifest of another ledger");
  ensure(manifest.note_sha256 === hex(sha256(note)), "a manifest of another checkpoint");
  ensure(manifest.root === root, "a manifest with another root");
  ensure(manifest.size === tree.size, "a manifest of another size");

  const open = (/** @type {string} */ text) =>
    openCheckpoint(text, ledger, state.genesis.log_key, signatures);
  const checkpoint = await open(fromUtf8(note));
  ensure(checkpoint.size === tree.size, "a checkpoint of another size");
  ensure(checkpoint.root === root, "a checkpoint of other entries");
  if (earlier) {
    const { size, root } = await open(earlier);
    ensure(size <= tree.size, "shorter than an earlier checkpoint");
    ensure(hex(roots[size]) === root, "another history than that of an earlier checkpoint");
  }
  return { checkpoint, state };
}

/**
 * Lines without their newlines.
 * @param {Pieces} pieces @returns {AsyncGenerator<Uint8Array>}
 */
async function* linesOf(pieces) {
  let held = new Uint8Array();
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      yield concat(held, piece.subarray(start, end));
      held = new Uint8Array();
      start = end + 1;
    }
    held = concat(held, piece.subarray(start));
    ensure(held.length <= ENTRY_BYTES, "a line that is too long");
  }
  ensure(held.length === 0, "a last line without a newline");
}

/** @param {AsyncGenerator<Uint8Array>} lines @returns {Promise<Uint8Array>} */
async function next(lines) {
  const { value, done } = await lines.next();
  ensure(!done, "a bundle that is cut off");
  return /** @type {Uint8Array} */ (value);
}

/** @param {AsyncGenerator<Uint8Array>} lines @returns {Promise<Uint8Array>} what is left of them */
async function rest(lines) {
  const parts = [];
  for await (const line of lines) parts.push(line, Uint8Array.of(NEWLINE));
  return concat(...parts);
}
