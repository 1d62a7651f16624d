/**
 * node cli.js FILE --ledger ID [--extends CHECKPOINT] [--receipt] [--json] [--portable]
 *
 * Checks a bundle or, with --receipt, a receipt; prints one line; exits with 0 when it holds,
 * with 1 when it does not and with 2 when it could not be checked.
 */

import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { fromUtf8 } from "./notes.js";
import { Broken, Signatures, totals, verifyBundle, verifyReceipt } from "./verify.js";

const USAGE = "node cli.js FILE --ledger ID [--extends CHECKPOINT] [--receipt] [--json] [--portable]";

/** @param {string} path @param {Record<string, any>} options @returns {Promise<object>} */
async function receipt(path, { ledger, signatures }) {
  const text = fromUtf8(await readFile(path));
  const { entry, checkpoint, keyIds } = await verifyReceipt(text, ledger, { signatures });
  return {
    verdict: `holds: entry ${entry.seq}, a ${entry.order.type}, is among ${checkpoint.size}`,
    seq: entry.seq,
    key_ids: keyIds,
    size: checkpoint.size,
    root: checkpoint.root,
  };
}

/** @param {string} path @param {Record<string, any>} options @returns {Promise<object>} */
async function bundle(path, { ledger, signatures, extends: earlier }) {
  const options = { signatures, ...(earlier && { extends: fromUtf8(await readFile(earlier)) }) };
  const { checkpoint, state } = await verifyBundle(createReadStream(path), ledger, options);
  return {
    verdict: `holds: ${checkpoint.size} entries, root ${checkpoint.root}`,
    size: checkpoint.size,
    root: checkpoint.root,
    ...totals(state),
  };
}

/** @returns {Promise<number>} the status to exit with */
async function main() {
  const text = /** @type {const} */ ({ type: "string" });
  const flag = /** @type {const} */ ({ type: "boolean" });
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ledger: text, extends: text, receipt: flag, json: flag, portable: flag },
  });
  const [path, ...others] = positionals;
  if (!path || others.length > 0 || !values.ledger) throw new Error(`usage: ${USAGE}`);
  const options = { ...values, signatures: new Signatures({ portable: values.portable }) };
  /** @type {any} */
  let answer;
  try {
    answer = { holds: true, ...(await (values.receipt ? receipt : bundle)(path, options)) };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    const where = error.seq === null ? "" : `entry ${error.seq}: `;
    const verdict = `does not hold: ${where}${error.reason}`;
    answer = { holds: false, verdict, seq: error.seq, reason: error.reason };
  }
  console.log(answer.verdict);
  if (values.json) console.log(JSON.stringify(answer));
  return answer.holds ? 0 : 1;
}

// Node 18 has no global crypto; and Ed25519 in WebCrypto works, but warns that it is new.
globalThis.crypto ??= /** @type {Crypto} */ ((await import("node:crypto")).webcrypto);
process.removeAllListeners("warning");
try {
  process.exitCode = await main();
} catch (error) {
  console.error(String(error));
  process.exitCode = 2;
}
