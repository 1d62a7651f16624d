/**
 * A new key, for a newcomer or for a second device. Two taps, because a phone wants one for making
 * the key and one for using it:
 *
 *   form[data-join] data-tag data-post data-outcome, with #order-draft (see order.js) that also has
 *     rp_name, user_handle, name, key_field (where the SPKI belongs in the order) and kind_field
 *   button[data-make="passkey"], button[data-make="device"] (hidden), [data-step="make" | "use"]
 *   button[data-sign-button] in step "use", [data-say] as in submit.js
 *
 * POST {order, authorizations, credential_id?, kind} -> {outcome, go?, message?}
 */

import { encode, utf8 } from "./canonical.js";
import { createDeviceKey, hasDeviceKeys } from "./device-key.js";
import { createPasskey, hasPasskeys, prepare } from "./keys.js";
import { put, readDraft } from "./order.js";
import { post, reason, say } from "./submit.js";

const KINDS = { passkey: "webauthn-es256", device: "ed25519" };

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-join]"));
if (form) void start(form);

/** @param {HTMLFormElement} form */
async function start(form) {
  const draft = readDraft(document);
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const button of form.querySelectorAll("[data-make]")) {
    button.addEventListener("click", () => void make(form, draft, button.getAttribute("data-make")));
  }
  if (hasPasskeys()) return;
  form.querySelector("[data-make=passkey]")?.setAttribute("hidden", "");
  const device = await hasDeviceKeys();
  say(form, device ? "device" : "unsupported");
  form.querySelector("[data-make=device]")?.toggleAttribute("hidden", !device);
}

/** @param {HTMLFormElement} form @param {import("./order.js").Draft} draft @param {string | null} wish */
async function make(form, draft, wish) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  try {
    const key = wish === "device" ? await createDeviceKey() : await createPasskey({
      rpId: draft.rp_id,
      rpName: draft.rp_name ?? "",
      userHandle: draft.user_handle ?? "",
      name: draft.name ?? "",
    });
    const order = withKey(draft, key);
    const signer = await prepare(form.dataset.tag ?? "", utf8(order), [key], draft.rp_id);
    form.addEventListener("submit", () => void use(form, signer, order, key));
    for (const step of form.querySelectorAll("[data-step]")) {
      step.toggleAttribute("hidden", step.getAttribute("data-step") !== "use");
    }
    say(form, "made");
    /** @type {HTMLElement | null} */ (form.querySelector("[data-sign-button]"))?.focus();
  } catch (error) {
    say(form, reason(error));
  } finally {
    delete form.dataset.busy;
  }
}

/**
 * The server's draft with the new key in its place.
 * @param {import("./order.js").Draft} draft @param {import("./keys.js").Key} key @returns {string}
 */
function withKey(draft, key) {
  const order = JSON.parse(draft.order);
  put(order, draft.key_field ?? "", key.spki);
  if (draft.kind_field) put(order, draft.kind_field, KINDS[key.kind]);
  return encode(order);
}

/**
 * @param {HTMLFormElement} form @param {import("./keys.js").Signer} signer
 * @param {string} order @param {import("./keys.js").Key} key
 */
async function use(form, signer, order, key) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  say(form, "asking");
  try {
    const { authorization, credential_id } = await signer.sign();
    say(form, "sending");
    const body = JSON.stringify({ order, authorizations: [authorization], credential_id, kind: key.kind });
    const answer = await post(form.dataset.post ?? "", body);
    if (answer.go) return location.replace(answer.go);
    const place = form.querySelector("[data-server-message]");
    if (place && answer.message) place.textContent = answer.message;
    // Sending the same order again is harmless, so an unknown outcome is simply "try again".
    say(form, answer.outcome === "refused" ? "refused" : "failed");
  } catch (error) {
    say(form, reason(error));
  }
  delete form.dataset.busy;
}
