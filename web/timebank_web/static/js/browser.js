/** Says so when the page is open inside another app, where passkeys often fail. */

const APPS = /FBAN|FBAV|FB_IAB|Instagram|WhatsApp|Line\/|Snapchat|TikTok|; wv\)/;

/**
 * @param {string} agent the browser's own description
 * @returns {boolean}
 */
export function insideAnotherApp(agent) {
  const appleView = /iPhone|iPad/.test(agent) && !/Safari\//.test(agent);
  return APPS.test(agent) || appleView;
}

if (insideAnotherApp(navigator.userAgent)) {
  for (const hint of document.querySelectorAll("[data-inside-app]")) hint.removeAttribute("hidden");
}
