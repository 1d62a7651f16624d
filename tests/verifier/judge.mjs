/**
 * Judges bundles and receipts, one JSON object a line on standard input, one verdict a line on
 * standard output. Signatures that return in case after case are checked once.
 */

import { webcrypto } from "node:crypto";
import { createInterface } from "node:readline";

const code = new URL("../../web/timebank_web/static/verify/verify.js", import.meta.url);
globalThis.crypto ??= webcrypto;
process.removeAllListeners("warning");
const { Broken, Signatures, totals, verifyBundle, verifyReceipt } = await import(code);

class Remembered extends Signatures {
  #known = new Map();

  async #once(kind, parts, check) {
    const name = `${kind} ${parts.map((part) => Buffer.from(part).toString("latin1")).join("|")}`;
    if (!this.#known.has(name)) this.#known.set(name, await check());
    return this.#known.get(name);
  }

  ed25519(...parts) {
    return this.#once("ed25519", parts, () => super.ed25519(...parts));
  }

  es256(...parts) {
    return this.#once("es256", parts, () => super.es256(...parts));
  }
}

const signatures = new Remembered({ portable: process.argv.includes("--portable") });

async function judge({ ledger, bundle, receipt, extends: earlier }) {
  try {
    if (receipt !== undefined) {
      const { entry, checkpoint, keyIds } = await verifyReceipt(receipt, ledger, { signatures });
      return { holds: true, seq: entry.seq, size: checkpoint.size, key_ids: keyIds };
    }
    const options = { signatures, ...(earlier && { extends: earlier }) };
    const bytes = new Uint8Array(Buffer.from(bundle, "latin1"));
    const { state, checkpoint } = await verifyBundle(bytes, ledger, options);
    return { holds: true, size: checkpoint.size, ...totals(state) };
  } catch (error) {
    if (error instanceof Broken) return { holds: false, seq: error.seq, reason: error.reason };
    return { crashed: String(error.stack) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await judge(JSON.parse(line))));
}
