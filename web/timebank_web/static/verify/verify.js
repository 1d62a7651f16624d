/**
 * Checks receipts and whole journals of a Timebank ledger, in a browser or under Node, from
 * nothing but the ledger's id. Written from docs/protocol.md; shares no code with the ledger.
 */

export { Broken } from "./broken.js";
export { verifyBundle } from "./bundle.js";
export { verifyReceipt } from "./receipt.js";
export { Signatures } from "./signatures.js";
export { totals } from "./totals.js";
