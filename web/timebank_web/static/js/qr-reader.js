/**
 * Finds QR codes in a picture: with the browser's own reader where it has one, else with zxing, which
 * is fetched from this site when it is first needed.
 *
 * @typedef {HTMLVideoElement | ImageBitmap} Picture
 * @typedef {(picture: Picture) => Promise<string[]>} Reader the texts of the QR codes in a picture
 */

const VENDOR = new URL("../vendor/zxing/", import.meta.url);
const LARGEST = 2000;

/** @type {Promise<Reader> | undefined} */
let reader;

/** @returns {Promise<Reader>} @throws when zxing is needed and cannot be fetched */
export function qrReader() {
  reader ??= find();
  reader.catch(() => (reader = undefined));
  return reader;
}

/** @returns {Promise<Reader>} */
async function find() {
  return (await ownReader()) ?? (await zxing());
}

/** @returns {Promise<Reader | null>} */
async function ownReader() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  const formats = await Detector?.getSupportedFormats().catch(() => []);
  if (!formats?.includes("qr_code")) return null;
  const detector = new Detector({ formats: ["qr_code"] });
  return async (picture) => {
    const found = await detector.detect(picture);
    return found.map((/** @type {{rawValue: string}} */ code) => code.rawValue);
  };
}

/** @returns {Promise<Reader>} */
async function zxing() {
  const library = await import(new URL("reader/index.js", VENDOR).href);
  await library.prepareZXingModule({
    overrides: { locateFile: (/** @type {string} */ name) => new URL(name, VENDOR).href },
    fireImmediately: true,
  });
  const options = { formats: ["QRCode"], maxNumberOfSymbols: 4, tryHarder: true };
  const canvas = document.createElement("canvas");
  return async (picture) => {
    const pixels = draw(picture, canvas);
    const found = pixels ? await library.readBarcodes(pixels, options) : [];
    return found.map((/** @type {{text: string}} */ code) => code.text);
  };
}

/** @param {Picture} picture @param {HTMLCanvasElement} canvas @returns {ImageData | null} */
function draw(picture, canvas) {
  const video = picture instanceof HTMLVideoElement;
  const width = video ? picture.videoWidth : picture.width;
  const height = video ? picture.videoHeight : picture.height;
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || !canvas.width || !canvas.height) return null;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
