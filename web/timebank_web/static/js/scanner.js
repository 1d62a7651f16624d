/**
 * Scanning a QR code in the page, with the camera or from a photo (_scanner.html).
 *
 *   [data-scanner] hidden, shown by this script; data-domain: of this site, as links have it
 *     button[data-scan]  hidden, shown where there may be a camera     button[data-stop]
 *     video[data-view]   input[type=file][data-photo]
 *     [data-say="STATE ..."]  shown in those states
 */

import { qrReader } from "./qr-reader.js";

const CAMERA = {
  audio: false,
  video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
};
const PAUSE = 150;
const PROBLEMS = new Map([
  ["NotAllowedError", "denied"],
  ["SecurityError", "denied"],
  ["NotFoundError", "absent"],
  ["OverconstrainedError", "absent"],
  ["NotReadableError", "busy"],
  ["AbortError", "busy"],
]);

/**
 * Shows a scanner and lets it work.
 * @param {HTMLElement} root
 * @param {(text: string) => boolean} follow what to do with a text; false when it is not ours
 */
export function scanner(root, follow) {
  const [button, stopButton] = [part(root, "[data-scan]"), part(root, "[data-stop]")];
  const view = /** @type {HTMLVideoElement} */ (part(root, "[data-view]"));
  const photo = /** @type {HTMLInputElement} */ (part(root, "[data-photo]"));
  /** @type {MediaStream | null} */
  let stream = null;
  // A later start or stop ends what an earlier start began.
  let round = 0;

  async function start() {
    const mine = ++round;
    say(root, "starting");
    try {
      const opened = await navigator.mediaDevices.getUserMedia(CAMERA);
      if (mine !== round || document.hidden) return close(opened);
      stream = opened;
      opened.getVideoTracks()[0].addEventListener("ended", () => stop("busy"));
      view.srcObject = opened;
      show(true);
      await view.play();
      const read = await qrReader();
      if (mine === round) say(root, "looking");
      while (mine === round) {
        const texts = await read(view);
        if (mine !== round) return;
        if (texts.some(follow)) return stop("found");
        if (texts.length > 0) say(root, "foreign");
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    } catch (error) {
      if (mine === round) stop(PROBLEMS.get(Object(error).name) ?? "failed");
    }
  }

  /** @param {string} state what is said about it; "" for nothing */
  function stop(state) {
    round += 1;
    if (stream) close(stream);
    stream = null;
    view.srcObject = null;
    const focused = document.activeElement === stopButton;
    show(false);
    if (focused) button.focus();
    say(root, state);
  }

  /** @param {boolean} on whether the camera is */
  function show(on) {
    view.hidden = stopButton.hidden = !on;
    button.hidden = on;
    if (on) stopButton.focus();
  }

  async function look() {
    const [file] = photo.files ?? [];
    if (!file) return;
    stop("reading");
    const mine = round;
    let state = "failed";
    try {
      const read = await qrReader();
      const texts = await createImageBitmap(file).then(read, () => []);
      if (mine !== round) return;
      const ours = texts.some(follow);
      state = ours ? "found" : texts.length > 0 ? "foreign" : "nothing";
    } catch {
      // Neither the browser nor the library can read here.
    }
    say(root, state);
    // The same photo may be chosen again.
    photo.value = "";
  }

  button.addEventListener("click", () => void start());
  stopButton.addEventListener("click", () => stop(""));
  photo.addEventListener("change", () => void look());
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && stream) stop("");
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && stream) stop("");
  });
  addEventListener("pagehide", () => stop(""));

  button.hidden = !navigator.mediaDevices?.getUserMedia;
  root.hidden = false;
}

/**
 * A link of this neighbourhood: its own address, as it was printed or as it is open here.
 * @param {string} text @param {string} domain
 * @returns {URL | null}
 */
export function ownLink(text, domain) {
  let url;
  try {
    url = new URL(text.trim());
  } catch {
    return null;
  }
  const web = url.protocol === "https:" || url.protocol === "http:";
  return web && [domain.toLowerCase(), location.host].includes(url.host) ? url : null;
}

/** Shows what belongs to this state. @param {HTMLElement} root @param {string} state */
export function say(root, state) {
  for (const line of root.querySelectorAll("[data-say]")) {
    const states = (line.getAttribute("data-say") ?? "").split(" ");
    line.toggleAttribute("hidden", !states.includes(state));
  }
}

/** @param {MediaStream} stream */
function close(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** @param {HTMLElement} root @param {string} selector @returns {HTMLElement} */
function part(root, selector) {
  return /** @type {HTMLElement} */ (root.querySelector(selector));
}
