/**
 * A request on the payee's screen: counts down, and says "Betaald door ..." by itself.
 *
 *   [data-request] data-status="URL" data-seconds="300" (left, as the server sees it)
 *     [data-part="open" | "paid" | "expired" | "cancelled"]   one is visible
 *     [data-put="qr"] img   [data-put="amount | memo | code | link | left | payer | time | reference"]
 *     [data-left-text="Nog {min} min {sec} sec"]   [data-offline]   [data-sound-on] button
 *
 * GET status -> {state: "open" | "paid" | "expired" | "cancelled", payer, amount, time, reference,
 *   receipt}, all as text to show.
 */

import { chime, prime } from "./sound.js";

/** @typedef {{qr: string, qr_text: string, code: string, amount: string, memo?: string,
 *   status: string, seconds: number, cancel?: string}} NewRequest */

/** @type {WeakMap<HTMLElement, AbortController>} */
const watching = new WeakMap();

for (const panel of document.querySelectorAll("[data-request][data-status]")) {
  void offerSound(/** @type {HTMLElement} */ (panel));
  watch(/** @type {HTMLElement} */ (panel));
}

/** Puts a fresh request into the panel and watches it. @param {HTMLElement} panel @param {NewRequest} fresh */
export function open(panel, fresh) {
  const picture = panel.querySelector("[data-put=qr]");
  picture?.setAttribute("src", fresh.qr);
  picture?.setAttribute("alt", fresh.qr_text);
  put(panel, { amount: fresh.amount, memo: fresh.memo ?? "", code: fresh.code });
  for (const form of panel.querySelectorAll("form[data-cancel]")) {
    if (fresh.cancel) form.setAttribute("action", fresh.cancel);
  }
  panel.dataset.status = fresh.status;
  panel.dataset.seconds = String(fresh.seconds);
  watch(panel);
}

/** Stops watching; for the next customer. @param {HTMLElement} panel */
export function close(panel) {
  watching.get(panel)?.abort();
}

/** @param {HTMLElement} panel */
function watch(panel) {
  close(panel);
  const stop = new AbortController();
  watching.set(panel, stop);
  show(panel, "open");
  // The till's own clock may be wrong: count the server's seconds on a clock that only goes forward.
  const end = performance.now() + Number(panel.dataset.seconds ?? 0) * 1000;
  void poll(panel, end, stop.signal);
}

/** @param {HTMLElement} panel @param {number} end @param {AbortSignal} signal */
async function poll(panel, end, signal) {
  while (!signal.aborted) {
    countDown(panel, end);
    const state = document.hidden ? "open" : await ask(panel, signal);
    if (signal.aborted) return;
    if (state !== "open") return show(panel, state);
    await nextSecond();
  }
}

/** @param {HTMLElement} panel @param {AbortSignal} signal @returns {Promise<string>} */
async function ask(panel, signal) {
  const offline = panel.querySelector("[data-offline]");
  try {
    const response = await fetch(panel.dataset.status ?? "", {
      cache: "no-store", credentials: "same-origin", signal, headers: { "Accept": "application/json" },
    });
    if (!response.ok) throw new Error("no answer");
    const status = await response.json();
    offline?.setAttribute("hidden", "");
    if (status.state === "paid") paid(panel, status);
    return status.state;
  } catch {
    // Never "paid" and never "expired" on our own word: only the server knows.
    if (!signal.aborted) offline?.removeAttribute("hidden");
    return "open";
  }
}

/** @param {HTMLElement} panel @param {Record<string, string>} status */
function paid(panel, status) {
  put(panel, { payer: status.payer, paid: status.amount, time: status.time, reference: status.reference });
  panel.querySelector("[data-receipt]")?.setAttribute("href", status.receipt);
  chime();
}

/** A second, or at once when the page becomes visible again. @returns {Promise<void>} */
function nextSecond() {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, 1000);
    document.addEventListener("visibilitychange", done);
  });
}

/** @param {HTMLElement} panel @param {number} end */
function countDown(panel, end) {
  const line = panel.querySelector("[data-put=left]");
  if (!(line instanceof HTMLElement)) return;
  const left = Math.max(0, Math.round((end - performance.now()) / 1000));
  line.textContent = (line.dataset.leftText ?? "")
    .replace("{min}", String(Math.floor(left / 60)))
    .replace("{sec}", String(left % 60).padStart(2, "0"));
}

/** @param {HTMLElement} panel @param {string} state */
function show(panel, state) {
  for (const part of panel.querySelectorAll("[data-part]")) {
    part.toggleAttribute("hidden", part.getAttribute("data-part") !== state);
  }
}

/** @param {HTMLElement} panel @param {Record<string, string | undefined>} texts */
function put(panel, texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const place of panel.querySelectorAll(`[data-put="${name}"]`)) {
      place.textContent = text ?? "";
    }
  }
}

/** After a page load the browser may want one more tap for sound. @param {HTMLElement} panel */
async function offerSound(panel) {
  const button = panel.querySelector("[data-sound-on]");
  const heard = navigator.userActivation?.hasBeenActive ? await prime() : false;
  button?.toggleAttribute("hidden", heard);
  document.addEventListener("pointerdown", async () => {
    button?.toggleAttribute("hidden", await prime());
  }, { once: true });
}
