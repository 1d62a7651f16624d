/**
 * Signing in: the same key, under the login tag, so that it can never be a payment.
 *
 *   form[data-login] data-tag="timebank:login:v1" data-post="/..."; #order-draft has
 *     {order: "<canonical login text>", keys: [], rp_id}
 * POST {order, authorizations, credential_id?} -> {state: "posted" | "refused", go?, message?}
 * A passkey that the page does not know yet sends no spki: the server finds it by credential_id.
 * A device key that the ledger does not take is forgotten, so that a passkey gets its turn.
 */

import { utf8 } from "./canonical.js";
import { forgetDeviceKey } from "./device-key.js";
import { prepare } from "./keys.js";
import { readDraft } from "./order.js";
import { post, reason, say } from "./submit.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-login]"));
if (form) void start(form);

/** @param {HTMLFormElement} form */
async function start(form) {
  form.addEventListener("submit", (event) => event.preventDefault());
  const draft = readDraft(document);
  const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("[data-sign-button]"));
  try {
    const signer = await prepare(form.dataset.tag ?? "", utf8(draft.order), draft.keys, draft.rp_id);
    form.addEventListener("submit", () => void go(form, draft.order, signer));
    if (button) button.disabled = false;
  } catch (error) {
    say(form, reason(error));
  }
}

/** @param {HTMLFormElement} form @param {string} order @param {import("./keys.js").Signer} signer */
async function go(form, order, signer) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  say(form, "asking");
  try {
    const { authorization, credential_id } = await signer.sign();
    const body = JSON.stringify({ order, authorizations: [authorization], credential_id });
    const answer = await post(form.dataset.post ?? "", body);
    if (answer.go) return location.replace(answer.go);
    const place = form.querySelector("[data-server-message]");
    if (place && answer.message) place.textContent = answer.message;
    say(form, answer.state === "unknown" ? "failed" : "refused");
    if (answer.code === "key_revoked" || answer.code === "unknown_key") {
      if ("spki" in authorization && signer.kind === "device") await forgetDeviceKey(authorization.spki);
    }
  } catch (error) {
    say(form, reason(error));
  }
  delete form.dataset.busy;
}
