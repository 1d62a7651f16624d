/** What a receipt that holds says, in words. */

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * Fills and shows [data-facts].
 * @param {HTMLElement} root
 * @param {{entry: any, genesis: any, checkpoint: {size: number, root: string}, keyIds: string[]}} receipt
 * @param {string} identity of its order
 */
export function fill(root, { entry, genesis, checkpoint, keyIds }, identity) {
  const facts = /** @type {HTMLElement} */ (root.querySelector("[data-facts]"));
  const { order, authorizations } = entry;
  const type = slot(facts, "type");
  type.textContent =
    type.getAttribute(`data-type-${order.type}`) ?? `${type.dataset.typeOther} (${order.type})`;
  slot(facts, "time").textContent = moment(entry.time);
  slot(facts, "reference").textContent = reference(identity);
  slot(facts, "place").textContent = `${entry.seq}, ${facts.dataset.of} ${checkpoint.size}`;
  slot(facts, "identity").textContent = identity;
  slot(facts, "root").textContent = checkpoint.root;
  const keys = slot(facts, "keys");
  keys.replaceChildren(
    ...keyIds.flatMap((id, place) => [line(maker(authorizations[place], keys)), code(id)]),
  );
  showLegs(facts, legsOf(order), kinds(genesis.currencies, facts.dataset));
  facts.hidden = false;
}

/** @param {any} order @returns {any[]} what it moved, from whom to whom where it says so */
function legsOf(order) {
  const { legs, currency, amount, payer, payee } = order;
  if (legs) return legs;
  return typeof amount === "number" && currency ? [{ currency, amount, payer, payee }] : [];
}

/** @typedef {{unit: string, name: string}} Kind */

/**
 * What each currency is called, as everywhere else: credits are credits, unless there are several.
 * @param {any[]} currencies of the genesis @param {DOMStringMap} words @returns {Map<string, Kind>}
 */
function kinds(currencies, words) {
  const several = currencies.filter(({ unit, policy }) => unit === "cent" && policy.kind !== "euro").length > 1;
  return new Map(currencies.map(({ code, unit, policy }) => {
    const credits = several ? `${code.toLowerCase()}-${words.credits}` : words.credits;
    return [code, { unit, name: (policy.kind === "euro" ? words.euro : credits) ?? code }];
  }));
}

/** @param {HTMLElement} facts @param {any[]} legs @param {Map<string, Kind>} known by currency */
function showLegs(facts, legs, known) {
  for (const part of facts.querySelectorAll("[data-legs]")) {
    part.toggleAttribute("hidden", legs.length === 0);
  }
  const place = /** @type {HTMLElement} */ (facts.querySelector("dd[data-legs]"));
  const { from, to } = place.dataset;
  place.replaceChildren(
    ...legs.flatMap(({ amount, currency, payer, payee }) => [
      line(money(amount, known.get(currency) ?? { unit: "", name: currency }, facts.dataset)),
      ...(payer ? [line(`${from} `, code(payer))] : []),
      ...(payee ? [line(`${to} `, code(payee))] : []),
    ]),
  );
}

/**
 * @param {number} amount
 * @param {Kind} kind without a unit for a currency that came later than the ledger
 * @param {DOMStringMap} words
 */
function money(amount, { unit, name }, words) {
  const sign = amount < 0 ? "−" : "";
  const size = Math.abs(amount);
  if (unit === "minute") {
    const [hours, minutes] = [Math.floor(size / 60), size % 60];
    const parts = [hours && `${hours} ${words.hours}`, minutes && `${minutes} ${words.minutes}`];
    return sign + (parts.filter(Boolean).join(" ") || `0 ${words.minutes}`);
  }
  if (unit === "cent") {
    const whole = Math.floor(size / 100).toLocaleString(language());
    return `${sign}${whole}${comma()}${String(size % 100).padStart(2, "0")} ${name}`;
  }
  return `${sign}${size} ${name}`;
}

/** @returns {string} what stands before the cents in the page's language */
function comma() {
  const parts = new Intl.NumberFormat(language()).formatToParts(0.5);
  return parts.find(({ type }) => type === "decimal")?.value ?? ",";
}

/** @param {number} seconds @returns {string} */
function moment(seconds) {
  const format = { dateStyle: "long", timeStyle: "short", timeZone: "Europe/Amsterdam" };
  const words = new Intl.DateTimeFormat(language(), /** @type {any} */ (format));
  return words.format(new Date(seconds * 1000));
}

/** @returns {string} */
function language() {
  return document.documentElement.lang;
}

/** Four characters to compare on two screens. @param {string} identity @returns {string} */
function reference(identity) {
  const bits = Number.parseInt(identity.slice(0, 5), 16);
  return [15, 10, 5, 0].map((shift) => LETTERS[(bits >> shift) & 31]).join("");
}

/** What kind of key signed. @param {any} authorization @param {HTMLElement} words @returns {string} */
function maker({ scheme, client_data: data }, words) {
  if (scheme !== "webauthn-es256") return words.dataset.file ?? "";
  const { origin } = JSON.parse(atob(data.replaceAll("-", "+").replaceAll("_", "/")));
  return `${words.dataset.passkey} ${origin}`;
}

/** @param {...(string | Node)} parts @returns {Node} */
function line(...parts) {
  const made = document.createElement("p");
  made.append(...parts);
  return made;
}

/** @param {string} text @returns {Node} */
function code(text) {
  const made = document.createElement("span");
  made.className = "code";
  made.append(text);
  return made;
}

/** @param {HTMLElement} facts @param {string} name @returns {HTMLElement} */
function slot(facts, name) {
  return /** @type {HTMLElement} */ (facts.querySelector(`[data-put=${name}]`));
}
