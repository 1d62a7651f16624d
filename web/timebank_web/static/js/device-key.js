/**
 * A device key: Ed25519 made by WebCrypto, not extractable, kept in IndexedDB. The fallback for
 * browsers without passkeys; nothing checks finger or face, so the ledger caps it per day.
 */

import { toBase64url } from "./canonical.js";

const STORE = "keys";

/** @typedef {{spki: string, privateKey: CryptoKey}} DeviceKey */

/** Whether this browser can make and keep such a key. @returns {Promise<boolean>} */
export async function hasDeviceKeys() {
  if (!window.isSecureContext || !("indexedDB" in window)) return false;
  try {
    await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes a device key and keeps it here.
 * @returns {Promise<{kind: "device", spki: string}>}
 */
export async function createDeviceKey() {
  const pair = /** @type {CryptoKeyPair} */ (
    await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"])
  );
  const spki = toBase64url(await crypto.subtle.exportKey("spki", pair.publicKey));
  await run("readwrite", (store) => store.put({ spki, privateKey: pair.privateKey }));
  await navigator.storage?.persist?.();
  return { kind: "device", spki };
}

/**
 * The key kept here that is among these; with an empty list the newest, with null none.
 * @param {string[] | null} spkis @returns {Promise<DeviceKey | null>}
 */
export async function findDeviceKey(spkis) {
  if (spkis === null || !("indexedDB" in window)) return null;
  try {
    const kept = /** @type {DeviceKey[]} */ (await run("readonly", (store) => store.getAll()));
    const fitting = spkis.length ? kept.filter((key) => spkis.includes(key.spki)) : kept;
    return fitting.at(-1) ?? null;
  } catch {
    // Private and lockdown modes refuse IndexedDB: then there is no device key here.
    return null;
  }
}

/** Forgets a key that the ledger no longer takes. @param {string} spki */
export async function forgetDeviceKey(spki) {
  const kept = /** @type {(DeviceKey & {n: number})[]} */ (await run("readonly", (store) => store.getAll()));
  for (const key of kept) {
    if (key.spki === spki) await run("readwrite", (store) => store.delete(key.n));
  }
}

/**
 * @param {DeviceKey} key @param {Uint8Array} whole the message
 * @returns {Promise<import("./keys.js").Signed>}
 */
export async function signWithDeviceKey(key, whole) {
  const signature = await crypto.subtle.sign({ name: "Ed25519" }, key.privateKey, whole);
  return {
    authorization: { scheme: "ed25519", spki: key.spki, signature: toBase64url(signature) },
  };
}

/**
 * One request in one transaction.
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} work
 * @returns {Promise<unknown>}
 */
async function run(mode, work) {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("timebank", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "n", autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
