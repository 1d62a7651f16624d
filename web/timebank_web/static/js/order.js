/**
 * The order, rebuilt from what the page shows. The server sends its own draft as well; when the
 * two differ by one byte, nothing is signed.
 *
 * The page carries:
 *   <script type="application/json" id="order-draft">{"order": "<canonical text>", ...}</script>
 *   [data-field="path.to.field"] with data-int, data-text or data-json: one value of the order
 *   [data-leg] with data-payer, data-payee-account, data-currency, data-amount: legs of a payment
 *   [data-money]: beside data-amount or data-int; the visible text must say that same amount
 *   [data-opening]: a text that the order commits to; it must be one of the draft's openings
 */

import { encode, fromBase64url, hex, message, sha256, utf8 } from "./canonical.js";

/** What the page shows and what the server wants signed are not the same. */
export class Mismatch extends Error {}

/**
 * @typedef {{salt: string, text: string}} Opening
 * @typedef {{order: string, openings?: Opening[], keys: import("./keys.js").Key[],
 *   rp_id: string}} Draft
 */

/** What the server sent along. @param {ParentNode} root @returns {Draft} */
export function readDraft(root) {
  const script = root.querySelector("#order-draft");
  return JSON.parse(script?.textContent ?? "null");
}

/**
 * The bytes to sign, only when page and server agree.
 * @param {ParentNode} root @param {string} type the kind of order this page is for
 * @param {string} serverText the server's draft
 * @returns {Uint8Array}
 * @throws {Mismatch}
 */
export function agreedBytes(root, type, serverText) {
  let text;
  try {
    text = encode(rebuild(root, type));
  } catch (error) {
    throw new Mismatch("the page shows no valid order", { cause: error });
  }
  if (text !== serverText) throw new Mismatch("page and server differ");
  return utf8(text);
}

/**
 * That every text on the page marked [data-opening] is one the order commits to.
 * @param {ParentNode} root @param {Draft} draft
 * @throws {Mismatch}
 */
export async function agreedTexts(root, draft) {
  for (const element of elements(root, "[data-opening]")) {
    const shown = (element.textContent ?? "").trim();
    const opening = (draft.openings ?? []).find((item) => item.text === shown);
    if (!opening || !draft.order.includes(`"${await commitment(opening)}"`)) {
      throw new Mismatch("the text shown is another text");
    }
  }
}

/**
 * What stands in the journal for a text.
 * @param {Opening} opening @returns {Promise<string>} 64 hexadecimal digits
 */
export async function commitment({ salt, text }) {
  const bytes = new Uint8Array([...fromBase64url(salt), ...utf8(text)]);
  return hex(await sha256(message("timebank:commitment:v1", bytes)));
}

/**
 * @param {ParentNode} root @param {string} type
 * @returns {Record<string, unknown>}
 */
export function rebuild(root, type) {
  /** @type {Record<string, unknown>} */
  const order = type ? { type } : {};
  for (const element of elements(root, "[data-field]")) {
    put(order, element.dataset.field ?? "", fieldValue(element));
  }
  const legs = elements(root, "[data-leg]").map(leg);
  if (legs.length) order.legs = legs;
  return order;
}

/** @param {ParentNode} root @param {string} selector @returns {HTMLElement[]} */
function elements(root, selector) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(selector))];
}

/** @param {HTMLElement} element */
function leg(element) {
  const { payer, payeeAccount, currency, amount } = element.dataset;
  if (!payer || !payeeAccount || !currency) throw new Mismatch("a leg is not complete");
  const minor = whole(amount);
  const shown = element.matches("[data-money]") ? element : element.querySelector("[data-money]");
  if (!shown || !says(shown, minor)) throw new Mismatch("the amount shown is another amount");
  return { payer, payee: payeeAccount, currency, amount: minor };
}

/** @param {HTMLElement} element @returns {unknown} */
function fieldValue(element) {
  const { int, text, json } = element.dataset;
  if (json !== undefined) return JSON.parse(json);
  if (text !== undefined) return text;
  const value = whole(int);
  if (element.matches("[data-money]") && !says(element, value)) {
    throw new Mismatch("the amount shown is another amount");
  }
  return value;
}

/** Whether this amount is what somebody reads there. @param {Element} element @param {number} minor */
function says(element, minor) {
  const language = element.ownerDocument.documentElement.lang.slice(0, 2);
  return minorUnits(element.textContent ?? "", language) === minor;
}

/** @param {string | undefined} digits @returns {number} */
function whole(digits) {
  if (!/^-?\d{1,16}$/.test(digits ?? "")) throw new Mismatch("not a whole number");
  return Number(digits);
}

/** Before an amount below zero: a real minus sign, as the pages write it. */
const MINUS = "\u2212";

/** How amounts are written, by the language of the page; two decimals always, so never two ways. */
const WRITTEN = {
  nl: {
    time: /^(?:(\d+) uur)?(?: ?(\d+) min)?$/,
    money: /^(\d{1,3}(?:\.\d{3})*|\d+),(\d\d)(?: [\p{L}-]+)*$/u,
  },
  en: {
    time: /^(?:(\d+) hours?)?(?: ?(\d+) min)?$/,
    money: /^(\d{1,3}(?:,\d{3})*|\d+)\.(\d\d)(?: [\p{L}-]+)*$/u,
  },
};

/**
 * The amount that somebody reads, in minor units. In Dutch "1 uur 30 min" is 90 and
 * "1.250,50 credits" 125050; in English "1 hour 30 min" and "1,250.50 credits".
 * @param {string} shown @param {string} language that of the page, "nl" or "en"
 * @returns {number} NaN when it is no amount in that language
 */
export function minorUnits(shown, language) {
  if (language !== "nl" && language !== "en") return NaN;
  const text = shown.replace(/\s+/g, " ").trim();
  if (text.startsWith(MINUS)) return -minorUnits(text.slice(1), language);
  const time = WRITTEN[language].time.exec(text);
  if (time && (time[1] || time[2])) return Number(time[1] ?? 0) * 60 + Number(time[2] ?? 0);
  const money = WRITTEN[language].money.exec(text);
  return money ? Number(money[1].replace(/\D/g, "") + money[2]) : NaN;
}

/**
 * Sets order.a.b for the path "a.b"; a number in the path makes an array.
 * @param {Record<string, any>} order @param {string} path @param {unknown} value
 */
export function put(order, path, value) {
  const steps = path.split(".");
  if (!steps.every((step) => /^([a-z][a-z0-9_]*|\d{1,3})$/.test(step))) {
    throw new Mismatch("not a field");
  }
  let place = /** @type {any} */ (order);
  steps.forEach((step, index) => {
    if (index === steps.length - 1) place[step] = value;
    else place = place[step] ??= /^\d+$/.test(steps[index + 1]) ? [] : {};
  });
}
