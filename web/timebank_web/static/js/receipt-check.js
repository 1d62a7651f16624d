/**
 * "Klopt dit bewijs?" (verify.html): checks a receipt here. A receipt comes from a file, or is
 * fetched from this site by its link, pasted, scanned or given after the # of the address.
 */

import { Broken } from "../verify/broken.js";
import { fromUtf8 } from "../verify/notes.js";
import { identityOf, orderBytes } from "../verify/orders.js";
import { RECEIPT_BYTES, verifyReceipt } from "../verify/receipt.js";
import { fill } from "./receipt-facts.js";
import { ownLink, say, scanner } from "./scanner.js";

const LINK = /^\/bewijs\/([0-9a-f]{64})(?:\/bewijs\.tlog-proof)?$/;

/** What is said about a reason of the verifier; for all others: "changed". @type {[RegExp, string][]} */
const REASONS = [
  [/of another ledger$/, "ledger"],
  [/^not a receipt$|^a receipt |^not UTF-8$/, "form"],
  [/does not cover$|^an entry with another number$|^a proof of/, "place"],
  [/^a checkpoint (whose|not) sign/, "log"],
  [/^a signature that does not hold$|^another challenge$|^the user was not/, "signature"],
  [/^another receipt than asked for$/, "link"],
];

/** It could not be checked, which says nothing about the receipt. */
class Unsure extends Error {}

const form = /** @type {HTMLFormElement} */ (document.querySelector("form[data-check]"));
const result = /** @type {HTMLElement} */ (document.querySelector("[data-result]"));
const [file, link, ledger] = ["file", "link", "ledger"].map(
  (id) => /** @type {HTMLInputElement} */ (document.getElementById(id)),
);

async function check() {
  say(result, "");
  result.querySelector("[data-facts]")?.toggleAttribute("hidden", true);
  try {
    const id = ledger.value.replace(/\s/g, "").toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(id)) throw new Unsure("number");
    const { text, identity } = await receipt();
    const found = await verifyReceipt(text, id);
    const own = identityOf(orderBytes(found.entry.order));
    if (identity && identity !== own) throw new Broken("another receipt than asked for");
    fill(result, found, own);
    conclude("holds", "");
  } catch (error) {
    if (error instanceof Broken) broken(error.reason);
    else conclude("unsure", error instanceof Unsure ? error.message : "unable");
  }
}

/** @returns {Promise<{text: string, identity: string}>} identity: "" when any receipt will do */
async function receipt() {
  const [chosen] = file.files ?? [];
  if (chosen) {
    if (chosen.size > RECEIPT_BYTES) throw new Broken("a receipt that is too large");
    return { text: fromUtf8(new Uint8Array(await chosen.arrayBuffer())), identity: "" };
  }
  if (!link.value.trim()) throw new Unsure("nothing");
  const url = receiptLink(link.value);
  if (!url) throw new Unsure("foreign");
  const [, identity] = /** @type {string[]} */ (LINK.exec(url.pathname));
  return { text: await fetched(identity, url.searchParams.get("deel") ?? ""), identity };
}

/** @param {string} text @returns {URL | null} a link to a receipt of this site */
function receiptLink(text) {
  const url = ownLink(text, form.dataset.domain ?? "");
  return url && LINK.test(url.pathname) ? url : null;
}

/** @param {string} identity @param {string} mark @returns {Promise<string>} */
async function fetched(identity, mark) {
  const address = `/bewijs/${identity}/bewijs.tlog-proof?${new URLSearchParams({ deel: mark })}`;
  const response = await fetch(address, { cache: "no-store" }).catch(() => null);
  if (!response || response.status >= 500) throw new Unsure("network");
  if (!response.ok) throw new Unsure("absent");
  return fromUtf8(new Uint8Array(await response.arrayBuffer()));
}

/** @param {string} reason in the verifier's words */
function broken(reason) {
  const place = result.querySelector("[data-put=reason]");
  if (place) place.textContent = reason;
  const [, why] = REASONS.find(([pattern]) => pattern.test(reason)) ?? [null, "changed"];
  conclude("broken", why);
}

/** @param {string} verdict @param {string} why */
function conclude(verdict, why) {
  for (const line of result.querySelectorAll("[data-why]")) {
    line.toggleAttribute("hidden", line.getAttribute("data-why") !== why);
  }
  result.hidden = false;
  say(result, verdict);
  /** @type {HTMLElement | null} */ (result.querySelector(`[data-say=${verdict}] h2`))?.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void check();
});
// One way at a time: what was chosen last counts.
file.addEventListener("change", () => (link.value = ""));
link.addEventListener("input", () => (file.value = ""));

/** @param {string} text @returns {boolean} whether it is a link that can be followed */
function take(text) {
  if (!receiptLink(text)) return false;
  [link.value, file.value] = [text.trim(), ""];
  void check();
  return true;
}

scanner(/** @type {HTMLElement} */ (form.querySelector("[data-scanner]")), take);
/** @type {HTMLButtonElement} */ (form.querySelector("[data-button]")).disabled = false;
take(location.hash.slice(1));
