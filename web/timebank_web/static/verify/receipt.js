/** Receipts: C2SP tlog-proofs (docs/protocol.md, section 7). */

import { checkAll, checkVoucher } from "./authorizations.js";
import { ensure } from "./broken.js";
import { fromBase64, hex, utf8 } from "./bytes.js";
import { ORDER_BYTES, decode } from "./canonical.js";
import { parseEntry } from "./journal.js";
import { leafHash, rootFrom } from "./merkle.js";
import { decimal, openCheckpoint } from "./notes.js";
import { checkOrder, identityOf, ledgerOf, orderBytes } from "./orders.js";
import { Signatures } from "./signatures.js";

export const RECEIPT_BYTES = 2_097_152;
const PATTERN =
  /^c2sp\.org\/tlog-proof@v1\nextra ([^\n]*)\nindex ([^\n]*)\n((?:[^\n]+\n)*)\n([^]*)$/;
const NEWLINE = 0x0a;

/**
 * Checks a receipt with nothing but the ledger's id.
 * @param {string} text @param {string} ledger its id
 * @param {{signatures?: Signatures}} [options]
 * @returns {Promise<{entry: import("./journal.js").Entry, genesis: any,
 *   checkpoint: import("./notes.js").Checkpoint, keyIds: string[]}>}
 * @throws {import("./broken.js").Broken}
 */
export async function verifyReceipt(text, ledger, { signatures = new Signatures() } = {}) {
  ensure(utf8(text).length <= RECEIPT_BYTES, "a receipt that is too large");
  const parts = PATTERN.exec(text);
  ensure(parts, "not a receipt");
  const [, extra, place, hashes, note] = parts;
  const both = fromBase64(extra);
  const cut = both.indexOf(NEWLINE);
  ensure(cut >= 0, "a receipt without the genesis");
  const [bytes, genesisBytes] = [both.subarray(0, cut), both.subarray(cut + 1)];
  ensure(ledgerOf(genesisBytes) === ledger, "a receipt of another ledger");
  const genesis = decode(genesisBytes, ORDER_BYTES);
  checkOrder(genesis);
  ensure(genesis.type === "genesis", "a receipt without the genesis");
  const checkpoint = await openCheckpoint(note, ledger, genesis.log_key, signatures);

  const entry = parseEntry(bytes);
  const index = decimal(place);
  ensure(entry.seq === index, "an entry with another number");
  const proof = hashes.split("\n").slice(0, -1).map(fromBase64);
  ensure(proof.every((hash) => hash.length === 32), "a proof of what are no hashes");
  const root = rootFrom(index, checkpoint.size, leafHash(bytes), proof);
  ensure(hex(root) === checkpoint.root, "an entry that the checkpoint does not cover");

  const { authorizations, order } = entry;
  const data = orderBytes(order);
  const mine = order.type === "genesis" ? ledgerOf(data) : order.ledger;
  ensure(mine === ledger, "an order of another ledger");
  const identity = identityOf(data);
  const signed = await checkAll(signatures, authorizations, data, identity, ledger);
  await checkVoucher(signatures, order);
  return { entry, genesis, checkpoint, keyIds: signed.map((of) => of.key) };
}
