/**
 * The till, and the receive page: a form that becomes a code without leaving the page, so that
 * the tap that makes the code also wakes the sound.
 *
 *   form[data-request-form] action=URL     the amount; POST -> NewRequest (see request.js) or
 *                                          {errors: {field: sentence}} with status 422
 *   [data-request]                         the panel, hidden at first
 *   [data-next]                            "Volgende klant": empties the form and starts over
 *   [data-idle]                            what goes with the form, such as another code
 *   [data-today]                           the day's total: read again after a payment
 *
 * Without JavaScript the same form simply posts and the server answers with a page.
 */

import { prime } from "./sound.js";
import { close, open } from "./request.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-request-form]"));
const panel = /** @type {HTMLElement | null} */ (document.querySelector("[data-request]"));

if (form && panel) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void prime();
    void make(form, panel);
  });
  for (const button of document.querySelectorAll("[data-next]")) {
    button.addEventListener("click", () => next(form, panel));
  }
  for (const cancel of panel.querySelectorAll("form[data-cancel]")) {
    cancel.addEventListener("submit", (event) => {
      event.preventDefault();
      void withdraw(/** @type {HTMLFormElement} */ (cancel));
      next(form, panel);
    });
  }
}

/** @param {HTMLFormElement} form @param {HTMLElement} panel */
async function make(form, panel) {
  const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("[type=submit]"));
  if (button?.disabled) return;
  if (button) button.disabled = true;
  say(form, {});
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      credentials: "same-origin",
      headers: { "Accept": "application/json" },
    });
    const answer = await response.json();
    if (response.ok) {
      turn(panel, form);
      idle(false);
      open(panel, answer);
      panel.querySelector("h2")?.focus();
    } else {
      say(form, answer.errors ?? { form: "" });
    }
  } catch {
    say(form, { form: "" });
  } finally {
    if (button) button.disabled = false;
  }
}

/** @param {HTMLFormElement} cancel */
async function withdraw(cancel) {
  try {
    await fetch(cancel.action, { method: "POST", body: new FormData(cancel), keepalive: true });
  } catch {
    // A request nobody cancels expires within minutes by itself.
  }
}

/** @param {HTMLFormElement} form @param {HTMLElement} panel */
function next(form, panel) {
  const paid = /** @type {HTMLElement | null} */ (panel.querySelector('[data-part="paid"]'));
  if (paid && !paid.hidden && document.querySelector("[data-today]")) {
    location.reload(); // The day's total counts this payment too.
    return;
  }
  close(panel);
  form.reset();
  form.dispatchEvent(new Event("change", { bubbles: true }));
  turn(form, panel);
  idle(true);
  /** @type {HTMLElement | null} */ (form.querySelector("input, select, button"))?.focus();
}

/** @param {HTMLElement} shown @param {HTMLElement} hidden */
function turn(shown, hidden) {
  shown.hidden = false;
  hidden.hidden = true;
}

/** Two codes on one screen: a camera would take the wrong one. @param {boolean} shown */
function idle(shown) {
  for (const part of document.querySelectorAll("[data-idle]")) part.toggleAttribute("hidden", !shown);
}

/** @param {HTMLFormElement} form @param {Record<string, string>} errors */
function say(form, errors) {
  for (const place of form.querySelectorAll("[data-error]")) {
    const name = place.getAttribute("data-error") ?? "";
    place.toggleAttribute("hidden", !(name in errors));
    if (errors[name]) place.textContent = errors[name];
    form.querySelector(`[name="${name}"]`)?.setAttribute("aria-invalid", String(name in errors));
  }
}
