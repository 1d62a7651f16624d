/**
 * button[data-print]: prints this page. Hidden until this runs, as it does nothing without.
 * details[data-print-open] is opened on paper: there is nothing to press there.
 */

for (const button of document.querySelectorAll("button[data-print]")) {
  button.removeAttribute("hidden");
  button.addEventListener("click", () => window.print());
}

window.addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details[data-print-open]")) {
    part.setAttribute("open", "");
  }
});
