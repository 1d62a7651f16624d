/**
 * "Kopieer link" and "Delen".
 *   button[data-copy="TEXT"], followed by a hidden [data-copied] (role=status)
 *   button[data-share="URL"] hidden, data-title; shown where the phone can share
 */

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const text = button.getAttribute("data-copy") ?? "";
    const note = button.parentElement?.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(text);
      note?.removeAttribute("hidden");
    } catch {
      select(button.parentElement?.querySelector("[data-copy-text]"));
    }
  });
}

for (const button of document.querySelectorAll("button[data-share]")) {
  if (!navigator.share) continue;
  button.removeAttribute("hidden");
  button.addEventListener("click", async () => {
    try {
      await navigator.share({
        title: button.getAttribute("data-title") ?? document.title,
        url: button.getAttribute("data-share") ?? location.href,
      });
    } catch {
      // Closed without sharing: that is a choice, not an error.
    }
  });
}

/** Selects the text, so that the phone's own copy works. @param {Element | null | undefined} element */
function select(element) {
  if (!element) return;
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection()?.removeAllRanges();
  getSelection()?.addRange(range);
}
