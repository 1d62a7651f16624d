/** button[data-print]: prints this page. Hidden until this runs, as it does nothing without. */

for (const button of document.querySelectorAll("button[data-print]")) {
  button.removeAttribute("hidden");
  button.addEventListener("click", () => window.print());
}
