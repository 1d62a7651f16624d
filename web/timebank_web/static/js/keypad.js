/**
 * Large keys beside a field. They write into an ordinary input, which also takes a real keyboard.
 *
 *   [data-keypad="ID"] with button[data-key="0".."9" | "," or "." | "back" | "clear"]
 *   [data-minutes="ID"] with button[data-add="15"] and button[data-clear]; ID is a <select>
 */

for (const pad of document.querySelectorAll("[data-keypad]")) {
  const input = document.getElementById(pad.getAttribute("data-keypad") ?? "");
  if (!(input instanceof HTMLInputElement)) continue;
  pad.removeAttribute("hidden");
  // The phone's own keyboard would cover ours.
  input.inputMode = "none";
  pad.addEventListener("click", (event) => {
    const key = event.target instanceof Element && event.target.closest("[data-key]");
    if (!key) return;
    input.value = press(input.value, key.getAttribute("data-key") ?? "");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const mark = pad.querySelector("[data-key=',']") ? "," : ".";
  const neat = () => { input.value = tidy(input.value, mark); };
  input.addEventListener("change", neat);
  // Our keys cause no "change"; capture runs before whoever sends the form.
  input.form?.addEventListener("submit", neat, { capture: true });
}

for (const row of document.querySelectorAll("[data-minutes]")) {
  const select = document.getElementById(row.getAttribute("data-minutes") ?? "");
  if (!(select instanceof HTMLSelectElement)) continue;
  row.removeAttribute("hidden");
  row.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (!button) return;
    const minutes = Number(select.value) + Number(button.getAttribute("data-add") ?? 0);
    const wanted = button.hasAttribute("data-clear") ? "0" : String(minutes);
    if ([...select.options].some((option) => option.value === wanted)) select.value = wanted;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/**
 * @param {string} value @param {string} key
 * @returns {string} at most 99999,99, with the mark of the key that was pressed
 */
export function press(value, key) {
  if (key === "clear") return "";
  if (key === "back") return value.slice(0, -1);
  const next = /[.,]/.test(key) && value === "" ? `0${key}` : value + key;
  const fits = /^\d{1,5}([.,]\d{0,2})?$/.test(next) && !/^0\d/.test(next);
  return fits ? next : value;
}

/**
 * "2" becomes "2,00", "2.5" becomes "2,50"; with a point for a mark "2.00" and "2.50".
 * @param {string} value @param {string} mark @returns {string}
 */
export function tidy(value, mark) {
  const parts = /^(\d+)(?:[.,](\d{0,2}))?$/.exec(value.trim());
  return parts ? `${parts[1]}${mark}${(parts[2] ?? "").padEnd(2, "0")}` : value;
}
