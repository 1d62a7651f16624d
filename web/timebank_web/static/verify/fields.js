/**
 * Shapes of values (docs/protocol.md, sections 2 and 4). A shape is a function that throws when a
 * value is not of it.
 * @typedef {(value: any) => void} Shape
 */

import { ensure } from "./broken.js";
import { fromBase64url } from "./bytes.js";

const LARGEST = Number.MAX_SAFE_INTEGER;

/** @param {RegExp} pattern @param {string} name @returns {Shape} */
export const text = (pattern, name) => (value) =>
  ensure(typeof value === "string" && pattern.test(value), `not ${name}`);

/** @param {number} least @param {number} most @returns {Shape} */
export const integer = (least, most) => (value) =>
  ensure(Number.isSafeInteger(value) && least <= value && value <= most, "a number out of range");

/** @param {...unknown} values @returns {Shape} */
export const oneOf =
  (...values) =>
  (value) =>
    ensure(values.includes(value), `not one of ${values.join(", ")}`);

/** @param {number} least bytes @param {number} most bytes @returns {Shape} */
export const binary = (least, most) => (value) => {
  ensure(typeof value === "string", "not base64url: not a text");
  const { length } = fromBase64url(value);
  ensure(least <= length && length <= most, "too few or too many bytes");
};

/**
 * @param {number} least items @param {number} most items @param {Shape} item
 * @returns {Shape}
 */
export const list = (least, most, item) => (value) => {
  ensure(Array.isArray(value), "not a list");
  ensure(least <= value.length && value.length <= most, "too few or too many in a list");
  value.forEach(item);
};

/**
 * A list in strictly ascending order, of texts or of what a field holds.
 * @param {number} least @param {number} most @param {Shape} item @param {string} [field]
 * @returns {Shape}
 */
export function ascending(least, most, item, field) {
  const shape = list(least, most, item);
  return (value) => {
    shape(value);
    const keys = field ? value.map((/** @type {any} */ member) => member[field]) : value;
    for (let i = 1; i < keys.length; i++) ensure(keys[i - 1] < keys[i], "a list not in order");
  };
}

/**
 * An object with these fields and no others.
 * @param {Record<string, Shape>} required @param {Record<string, Shape>} [optional]
 * @param {(value: any) => void} [also] what its fields must satisfy together
 * @returns {Shape}
 */
export function record(required, optional = {}, also = () => undefined) {
  const shapes = new Map([...Object.entries(required), ...Object.entries(optional)]);
  return (value) => {
    ensure(typeof value === "object" && !Array.isArray(value) && value !== null, "not an object");
    for (const name of Object.keys(required)) ensure(Object.hasOwn(value, name), `no ${name}`);
    for (const [name, member] of Object.entries(value)) {
      const shape = shapes.get(name);
      ensure(shape, `an unknown field ${name}`);
      shape(member);
    }
    also(value);
  };
}

export const id = text(/^[0-9a-f]{32}$/, "an id");
export const hash = text(/^[0-9a-f]{64}$/, "a hash");
export const commitment = hash;
export const currency = text(/^[A-Z]{3,8}$/, "a currency");
export const boolean = oneOf(true, false);
export const time = integer(0, 2 ** 40);
export const amount = integer(1, LARGEST);
export const total = integer(0, LARGEST);
export const ceiling = total;
export const floor = integer(-LARGEST, 0);
export const signed = integer(-LARGEST, LARGEST);
