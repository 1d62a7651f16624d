/**
 * A new key, for a newcomer or for a second device. Two taps, because a phone wants one for making
 * the key and one for using it:
 *
 *   form[data-join] data-type="admit | add_key" data-tag data-draft="/..." data-post="/...", with
 *   <script type="application/json" id="new-key">{rp_id, rp_name, user_handle, name, exclude}
 *   button[data-make="passkey"], button[data-make="device"] (hidden), disabled until this runs;
 *   [data-step="make" | "use"]
 *   button[data-sign-button] in step "use", [data-say] as in submit.js
 *
 * POST data-draft {spki, scheme} -> {order, openings} for that key to sign
 * POST data-post {order, authorizations, openings, credential_id?} -> {state, go?, message?}
 */

import { utf8 } from "./canonical.js";
import { createDeviceKey, hasDeviceKeys } from "./device-key.js";
import { createPasskey, hasOwnPasskeys, hasPasskeys, prepare } from "./keys.js";
import { Mismatch, commitment } from "./order.js";
import { csrf, post, reason, say } from "./submit.js";

const SCHEMES = { passkey: "webauthn-es256", device: "ed25519" };

/**
 * @typedef {{rp_id: string, rp_name: string, user_handle: string, name: string,
 *   exclude: string[]}} Wish
 * @typedef {{order: string, openings: import("./order.js").Opening[]}} Drafted
 */

/** A key that was made but not used yet: a second try makes no second one. @type {import("./keys.js").Key | null} */
let made = null;

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-join]"));
if (form) void start(form);

/** @param {HTMLFormElement} form */
async function start(form) {
  const wish = JSON.parse(document.querySelector("#new-key")?.textContent ?? "null");
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const button of form.querySelectorAll("button[data-make]")) {
    button.addEventListener("click", () => void make(form, wish, button.getAttribute("data-make")));
    button.removeAttribute("disabled");
  }
  if (await hasOwnPasskeys()) return;
  const device = await hasDeviceKeys();
  form.querySelector("[data-make=passkey]")?.toggleAttribute("hidden", !hasPasskeys());
  form.querySelector("[data-make=device]")?.toggleAttribute("hidden", !device);
  if (device) say(form, "device");
  else if (!hasPasskeys()) say(form, "unsupported");
}

/** @param {HTMLFormElement} form @param {Wish} wish @param {string | null} kind */
async function make(form, wish, kind) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  try {
    made ??= kind === "device" ? await createDeviceKey() : await createPasskey({
      rpId: wish.rp_id,
      rpName: wish.rp_name,
      userHandle: wish.user_handle,
      name: wish.name,
      exclude: wish.exclude,
    });
    const key = made;
    const drafted = await draft(form, key);
    await check(form, wish, key, drafted);
    const signer = await prepare(form.dataset.tag ?? "", utf8(drafted.order), [key], wish.rp_id);
    form.addEventListener("submit", () => void use(form, signer, drafted));
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

/** @param {HTMLFormElement} form @param {import("./keys.js").Key} key @returns {Promise<Drafted>} */
async function draft(form, key) {
  const response = await fetch(form.dataset.draft ?? "", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify({ spki: key.spki, scheme: SCHEMES[key.kind] }),
  });
  if (!response.ok) throw new Error("no draft");
  return response.json();
}

/**
 * The draft is for this key and, for a newcomer, commits to the name on the page.
 * @param {HTMLFormElement} form @param {Wish} wish
 * @param {import("./keys.js").Key} key @param {Drafted} drafted
 */
async function check(form, wish, key, drafted) {
  const order = JSON.parse(drafted.order);
  const ours = order.type === form.dataset.type && order.key.spki === key.spki
    && order.key.scheme === SCHEMES[key.kind];
  if (!ours) throw new Mismatch("the draft is for another key");
  if (order.type !== "admit") return;
  const [opening] = drafted.openings;
  if (opening?.text !== wish.name || await commitment(opening) !== order.name) {
    throw new Mismatch("the draft is for another name");
  }
}

/**
 * @param {HTMLFormElement} form @param {import("./keys.js").Signer} signer @param {Drafted} drafted
 */
async function use(form, signer, drafted) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  say(form, "asking");
  try {
    const { authorization, credential_id } = await signer.sign();
    say(form, "sending");
    const { order, openings } = drafted;
    const answer = await post(form.dataset.post ?? "", JSON.stringify(
      { order, authorizations: [authorization], openings, credential_id },
    ));
    if (answer.go) return location.replace(answer.go);
    const place = form.querySelector("[data-server-message]");
    if (place && answer.message) place.textContent = answer.message;
    // Sending the same order again is harmless, so an unknown outcome is simply "try again".
    say(form, answer.state === "unknown" ? "failed" : "refused");
  } catch (error) {
    say(form, reason(error));
  }
  delete form.dataset.busy;
}
