/**
 * The sign button. One form per page:
 *
 *   <form data-sign data-type="pay" data-tag="timebank:order:v1" data-post="/..." data-outcome="/.../">
 *     [data-sign-button]  the one button        [data-retry]  shown when nothing is certain
 *     [data-say="STATE ..."]  shown in those states   [data-server-message]  the server's sentence
 *     [data-leave]  "Niet betalen"   [data-hint]  what the phone is about to ask
 *
 * POST {order, authorizations, openings, credential_id?} -> {state: "posted" | "refused", go?, message?}
 * GET data-outcome + identity -> the same, or {state: "unknown"} while nothing is posted.
 * The very same bytes are sent however often: an order posts once.
 */

import { hex, message, sha256 } from "./canonical.js";
import { KeyProblem, prepare } from "./keys.js";
import { Mismatch, agreedBytes, agreedTexts, readDraft } from "./order.js";

/**
 * "stopped": the server did not look at what was sent (signed out, too fast, too large).
 * @typedef {{state: "posted" | "refused" | "unknown" | "stopped", go?: string, message?: string}} Outcome
 */

const PATIENCE = [1000, 2000, 4000];

for (const form of document.querySelectorAll("form[data-sign]")) {
  void start(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
async function start(form) {
  form.addEventListener("submit", (event) => event.preventDefault());
  const button = buttonOf(form, "[data-sign-button]");
  const tag = form.dataset.tag ?? "timebank:order:v1";
  try {
    const draft = readDraft(document);
    const bytes = agreedBytes(document, form.dataset.type ?? "", draft.order);
    await agreedTexts(document, draft);
    const signer = await prepare(tag, bytes, draft.keys, draft.rp_id);
    const identity = hex(await sha256(message(tag, bytes)));
    form.dataset.key = signer.kind;
    form.addEventListener("submit", () => void go(form, signer, draft, identity));
    buttonOf(form, "[data-retry]")?.addEventListener("click", () => void again(form));
    if (button) button.disabled = false;
  } catch (error) {
    say(form, reason(error));
  }
}

/**
 * Inside the tap: the prompt first, nothing slow before it.
 * @param {HTMLFormElement} form @param {import("./keys.js").Signer} signer
 * @param {import("./order.js").Draft} draft @param {string} identity
 */
async function go(form, signer, draft, identity) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  say(form, "asking");
  try {
    const { authorization, credential_id } = await signer.sign();
    const { order, openings = [] } = draft;
    const body = JSON.stringify({ order, authorizations: [authorization], openings, credential_id });
    send(form, { body, identity });
    await deliver(form, true);
  } catch (error) {
    say(form, reason(error));
    delete form.dataset.busy;
  }
}

/** What each form has sent, kept for a retry. @type {WeakMap<Element, {body: string, identity: string}>} */
const sending = new WeakMap();

/**
 * What this form sends, now and on every retry.
 * @param {HTMLFormElement} form @param {{body: string, identity: string}} sent
 */
export function send(form, sent) {
  sending.set(form, sent);
}

/** Sends the very same bytes once more. @param {HTMLFormElement} form */
export async function again(form) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  await deliver(form, false);
}

/** @param {HTMLFormElement} form @param {boolean} first whether nothing was sent before */
export async function deliver(form, first) {
  const sent = sending.get(form);
  if (!sent) return;
  say(form, "sending");
  let outcome = await post(form.dataset.post ?? "", sent.body);
  if (outcome.state === "stopped") return stopped(form, outcome, first);
  for (const wait of PATIENCE) {
    if (outcome.state === "posted" || outcome.state === "refused") break;
    await new Promise((resolve) => setTimeout(resolve, wait));
    outcome = await askOutcome((form.dataset.outcome ?? "") + sent.identity);
  }
  finish(form, outcome);
}

/**
 * Not looked at: after a first sending nothing has happened; after a later one that is not certain.
 * @param {HTMLFormElement} form @param {Outcome} outcome @param {boolean} first
 */
function stopped(form, outcome, first) {
  finish(form, first ? { ...outcome, state: "refused" } : { state: "unknown" });
}

/** @param {HTMLFormElement} form @param {Outcome} outcome */
function finish(form, outcome) {
  if (outcome.state !== "posted" && outcome.state !== "refused") {
    say(form, "unsure");
    delete form.dataset.busy;
    return;
  }
  if (outcome.go) {
    // replace: the back button must not lead to a button that pays again.
    location.replace(outcome.go);
    return;
  }
  const place = form.querySelector("[data-server-message]");
  if (place && outcome.message) place.textContent = outcome.message;
  say(form, outcome.state);
}

/** @param {string} url @param {string} body @returns {Promise<Outcome>} */
export async function post(url, body) {
  return read(() => fetch(url, {
    method: "POST",
    // A browser refuses to keep more than 64 KiB alive (Fetch, "HTTP-network-or-cache fetch").
    keepalive: body.length < 60_000,
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": csrf() },
    body,
  }));
}

/** @param {string} url @returns {Promise<Outcome>} */
async function askOutcome(url) {
  return read(() => fetch(url, {
    credentials: "same-origin", cache: "no-store", headers: { "Accept": "application/json" },
  }));
}

/**
 * Only an answer that says so is an outcome. A broken line, a proxy's page or a server error is not.
 * @param {() => Promise<Response>} request @returns {Promise<Outcome>}
 */
async function read(request) {
  try {
    const response = await request();
    const answer = await response.json();
    if (answer.state === "posted" || answer.state === "refused") return answer;
    if (answer.error && response.status < 500) return { state: "stopped", message: answer.message };
  } catch {
    // Unknown: the caller asks again.
  }
  return { state: "unknown" };
}

/** @returns {string} */
export function csrf() {
  return document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
}

/** @param {unknown} error @returns {string} */
export function reason(error) {
  if (error instanceof Mismatch) return "mismatch";
  return error instanceof KeyProblem ? error.kind : "failed";
}

/**
 * Shows the one sentence for this state, and offers the button or the retry that fits it.
 * @param {HTMLElement} form @param {string} state
 */
export function say(form, state) {
  form.dataset.state = state;
  for (const line of form.querySelectorAll("[data-say]")) {
    const states = (line.getAttribute("data-say") ?? "").split(" ");
    line.toggleAttribute("hidden", !states.includes(state));
  }
  const over = ["unsure", "mismatch", "unsupported", "nokey", "refused", "posted"].includes(state);
  const button = buttonOf(form, "[data-sign-button]");
  if (button) {
    button.disabled = !["cancelled", "failed", "made"].includes(state);
    button.hidden = over;
    if (state === "cancelled") button.focus();
  }
  form.querySelector("[data-hint]")?.toggleAttribute("hidden", over);
  // While an order is on its way, "Niet betalen" would be a lie.
  form.querySelector("[data-leave]")?.toggleAttribute("hidden", over || state === "sending");
}

/** @param {Element} form @param {string} selector */
export function buttonOf(form, selector) {
  return /** @type {HTMLButtonElement | null} */ (form.querySelector(selector));
}
