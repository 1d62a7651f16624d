/**
 * The member's keys: passkeys, and where a browser has none a device key.
 *
 * Signing is in two steps because Safari drops the prompt when anything slow happens between the
 * tap and credentials.get(): `prepare` on page load, then `sign()` inside the tap.
 */

import { fromBase64url, message, sha256, toBase64url } from "./canonical.js";
import { findDeviceKey, signWithDeviceKey } from "./device-key.js";

/**
 * @typedef {{scheme: "webauthn-es256", spki?: string, authenticator_data: string,
 *   client_data: string, signature: string}} PasskeyAuthorization
 * @typedef {{scheme: "ed25519", spki: string, signature: string}} DeviceAuthorization
 * @typedef {{authorization: PasskeyAuthorization | DeviceAuthorization, credential_id?: string}} Signed
 * @typedef {{kind: "passkey", spki: string, credential_id: string}
 *   | {kind: "device", spki: string}} Key
 * @typedef {{kind: "passkey" | "device", sign: () => Promise<Signed>}} Signer
 * @typedef {"cancelled" | "unsupported" | "nokey" | "exists" | "failed"} Problem
 */

/** A key could not be used; `kind` says which sentence the neighbour should read. */
export class KeyProblem extends Error {
  /** @param {Problem} kind @param {unknown} [cause] */
  constructor(kind, cause) {
    super(kind, { cause });
    this.kind = kind;
  }
}

/** Whether this browser can use passkeys at all. @returns {boolean} */
export function hasPasskeys() {
  return window.isSecureContext && "PublicKeyCredential" in window && "credentials" in navigator;
}

/** Whether this device itself can make one, without a phone or stick beside it. @returns {Promise<boolean>} */
export async function hasOwnPasskeys() {
  if (!hasPasskeys()) return false;
  try {
    return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
  } catch {
    return false;
  }
}

/**
 * Makes everything ready to sign these bytes under this tag.
 * With an empty list of keys the phone itself offers the passkeys it has (signing in).
 * @param {string} tag @param {Uint8Array} bytes @param {Key[]} keys @param {string} rpId
 * @returns {Promise<Signer>}
 * @throws {KeyProblem} unsupported | nokey
 */
export async function prepare(tag, bytes, keys, rpId) {
  const whole = message(tag, bytes);
  const devices = keys.filter((key) => key.kind === "device").map((key) => key.spki);
  const device = await findDeviceKey(devices.length || !keys.length ? devices : null);
  // A device key is only ever made where passkeys are missing, so when it is here it is the key.
  if (device) {
    return { kind: "device", sign: () => signWithDeviceKey(device, whole) };
  }
  const passkeys = keys.flatMap((key) => (key.kind === "passkey" ? [key] : []));
  if (keys.length && !passkeys.length) throw new KeyProblem("nokey");
  if (!hasPasskeys()) throw new KeyProblem("unsupported");
  const challenge = await sha256(whole);
  return { kind: "passkey", sign: () => signWithPasskey(challenge, passkeys, rpId) };
}

/**
 * @param {Uint8Array} challenge @param {Extract<Key, {kind: "passkey"}>[]} keys
 * @param {string} rpId @returns {Promise<Signed>}
 */
async function signWithPasskey(challenge, keys, rpId) {
  const credential = await ask(() => navigator.credentials.get({
    publicKey: {
      challenge,
      rpId,
      userVerification: "required",
      allowCredentials: keys.map((key) => (
        { type: "public-key", id: fromBase64url(key.credential_id) }
      )),
    },
  }));
  const credentialId = toBase64url(credential.rawId);
  const response = /** @type {AuthenticatorAssertionResponse} */ (credential.response);
  const known = keys.find((key) => key.credential_id === credentialId);
  return {
    credential_id: credentialId,
    authorization: {
      scheme: "webauthn-es256",
      ...(known ? { spki: known.spki } : {}),
      authenticator_data: toBase64url(response.authenticatorData),
      client_data: toBase64url(response.clientDataJSON),
      signature: toBase64url(response.signature),
    },
  };
}

/**
 * Makes a new passkey in this phone (ES256, user verification required).
 * @param {{rpId: string, rpName: string, userHandle: string, name: string, exclude?: string[]}} wish
 *   user handle and excluded credential ids are base64url
 * @returns {Promise<Extract<Key, {kind: "passkey"}>>}
 */
export async function createPasskey({ rpId, rpName, userHandle, name, exclude = [] }) {
  if (!hasPasskeys()) throw new KeyProblem("unsupported");
  const credential = await ask(() => navigator.credentials.create({
    publicKey: {
      // Nobody checks this challenge: the new key proves itself by signing its own order.
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { id: rpId, name: rpName },
      user: { id: fromBase64url(userHandle), name, displayName: name },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
      excludeCredentials: exclude.map((id) => ({ type: "public-key", id: fromBase64url(id) })),
    },
  }));
  const response = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
  const spki = response.getPublicKey?.();
  if (!spki) throw new KeyProblem("unsupported");
  return { kind: "passkey", spki: toBase64url(spki), credential_id: toBase64url(credential.rawId) };
}

/**
 * One prompt, with the browser's exceptions turned into our few outcomes. By specification
 * NotAllowedError is a cancel, a time-out and a refused finger alike.
 * @param {() => Promise<Credential | null>} prompt @returns {Promise<PublicKeyCredential>}
 */
async function ask(prompt) {
  try {
    const credential = await prompt();
    if (!credential) throw new KeyProblem("cancelled");
    return /** @type {PublicKeyCredential} */ (credential);
  } catch (error) {
    if (error instanceof KeyProblem) throw error;
    const name = error instanceof Error ? error.name : "";
    if (name === "NotAllowedError" || name === "AbortError") throw new KeyProblem("cancelled", error);
    if (name === "InvalidStateError") throw new KeyProblem("exists", error);
    if (name === "NotSupportedError") throw new KeyProblem("unsupported", error);
    throw new KeyProblem("failed", error);
  }
}
