/**
 * SHA-256 (FIPS 180-4). WebCrypto has it too, but only of a whole message at once and only with
 * a promise: a bundle can be larger than memory, and rules are easier to read without waiting.
 */

const primes = [];
for (let candidate = 2; primes.length < 64; candidate++) {
  if (primes.every((prime) => candidate % prime)) primes.push(candidate);
}

/** The first 32 bits of the fraction. @param {number} root @returns {number} */
const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUNDS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));

/** A SHA-256 to which bytes are added piece by piece. */
export class Sha256 {
  #state = Int32Array.from(START);
  #block = new Uint8Array(64);
  #view = new DataView(this.#block.buffer);
  #words = new Int32Array(64);
  #length = 0;

  /** @param {Uint8Array} bytes @returns {this} */
  update(bytes) {
    for (let offset = 0; offset < bytes.length; ) {
      const place = this.#length % 64;
      const piece = bytes.subarray(offset, offset + 64 - place);
      this.#block.set(piece, place);
      this.#length += piece.length;
      offset += piece.length;
      if (this.#length % 64 === 0) this.#compress();
    }
    return this;
  }

  /** The hash; nothing can be added afterwards. @returns {Uint8Array} */
  digest() {
    const bits = this.#length * 8;
    const tail = new Uint8Array(((119 - (this.#length % 64)) % 64) + 9);
    tail[0] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(tail.length - 4, bits >>> 0);
    this.update(tail);
    const hash = new DataView(new ArrayBuffer(32));
    this.#state.forEach((word, place) => hash.setInt32(place * 4, word));
    return new Uint8Array(hash.buffer);
  }

  #compress() {
    const words = this.#words;
    for (let i = 0; i < 16; i++) words[i] = this.#view.getInt32(i * 4);
    for (let i = 16; i < 64; i++) {
      const x = words[i - 15];
      const y = words[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = this.#state;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, place) => {
      this.#state[place] += word;
    });
  }
}

/** @param {...Uint8Array} parts @returns {Uint8Array} the hash of the parts, joined */
export function sha256(...parts) {
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  return hash.digest();
}
