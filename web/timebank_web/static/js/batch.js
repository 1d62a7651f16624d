/**
 * Several orders under one signature. As submit.js, for one form per page:
 *
 *   <form data-sign-batch data-type="pay" data-post="/..." data-outcome="/.../"> ... </form>
 *   <script type="application/json" id="batch-draft">{"ledger", "orders": [{"order", "openings"}],
 *     "keys", "rp_id"}</script>
 *   [data-order]: one for each order, in the same sequence; inside it stand all its values and texts
 *
 * Each order is rebuilt from its own [data-order] and must be the server's to the byte. What is signed
 * is the list of their identities; they are posted together or not at all.
 *
 * POST {orders: [{order, openings}], authorization, credential_id?} -> as submit.js
 */

import { encode, hex, message, sha256, utf8 } from "./canonical.js";
import { prepare } from "./keys.js";
import { Mismatch, agreedBytes, agreedTexts } from "./order.js";
import { again, buttonOf, deliver, reason, say, send } from "./submit.js";

/**
 * @typedef {{order: string, openings: import("./order.js").Opening[]}} Drafted
 * @typedef {{ledger: string, orders: Drafted[], keys: import("./keys.js").Key[], rp_id: string}} Batch
 */

const TAG = "timebank:batch:v1";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-sign-batch]"));
if (form) void start(form);

/** @param {HTMLFormElement} form */
async function start(form) {
  form.addEventListener("submit", (event) => event.preventDefault());
  try {
    const text = document.querySelector("#batch-draft")?.textContent ?? "null";
    const batch = /** @type {Batch} */ (JSON.parse(text));
    const identities = await agreed(batch, form.dataset.type ?? "");
    const bytes = utf8(encode({ ledger: batch.ledger, orders: identities }));
    const signer = await prepare(TAG, bytes, batch.keys, batch.rp_id);
    form.dataset.key = signer.kind;
    form.addEventListener("submit", () => void go(form, signer, batch, identities));
    buttonOf(form, "[data-retry]")?.addEventListener("click", () => void again(form));
    const button = buttonOf(form, "[data-sign-button]");
    if (button) button.disabled = false;
  } catch (error) {
    say(form, reason(error));
  }
}

/**
 * The identities of the orders, each of them what its part of the page shows.
 * @param {Batch} batch @param {string} type @returns {Promise<string[]>}
 * @throws {Mismatch}
 */
async function agreed(batch, type) {
  const parts = [...document.querySelectorAll("[data-order]")];
  if (!parts.length || parts.length !== batch.orders.length) throw new Mismatch("another number");
  const identities = [];
  for (const [index, drafted] of batch.orders.entries()) {
    const bytes = agreedBytes(parts[index], type, drafted.order);
    await agreedTexts(parts[index], { ...drafted, keys: batch.keys, rp_id: batch.rp_id });
    identities.push(hex(await sha256(message("timebank:order:v1", bytes))));
  }
  return identities;
}

/**
 * Inside the tap: the prompt first, nothing slow before it.
 * @param {HTMLFormElement} form @param {import("./keys.js").Signer} signer
 * @param {Batch} batch @param {string[]} identities
 */
async function go(form, signer, batch, identities) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  say(form, "asking");
  try {
    const { authorization, credential_id } = await signer.sign();
    const signed = { ...authorization, batch: identities };
    const body = JSON.stringify({ orders: batch.orders, authorization: signed, credential_id });
    // All or none: what became of the first became of them all.
    send(form, { body, identity: identities[0] });
    await deliver(form, true);
  } catch (error) {
    say(form, reason(error));
    delete form.dataset.busy;
  }
}
