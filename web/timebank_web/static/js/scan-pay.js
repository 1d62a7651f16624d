/** Scanning on "Betalen": follows our own links to a payee, a request or an invitation, and codes. */

import { ownLink, scanner } from "./scanner.js";

const PATH = /^\/([BVU])\/([0-9A-Z-]{8,40})$/i;
const CODE = /^(?:[0-9A-Z]{8}|[0-9A-Z]{16}|[0-9A-Z]{32})$/i;

const root = /** @type {HTMLElement} */ (document.querySelector("[data-scanner]"));
const field = /** @type {HTMLInputElement} */ (document.querySelector("#code"));

scanner(root, (text) => {
  const [, kind, code] = PATH.exec(ownLink(text, root.dataset.domain ?? "")?.pathname ?? "") ?? [];
  if (kind) {
    location.assign(`/${kind.toUpperCase()}/${code}`);
    return true;
  }
  const bare = text.replace(/[\s-]/g, "");
  if (!CODE.test(bare)) return false;
  field.value = bare;
  field.form?.requestSubmit();
  return true;
});
