/** What was checked does not hold. */

export class Broken extends Error {
  /**
   * @param {string} reason what does not hold, in a few words
   * @param {number | null} seq the entry it was found in, or null outside of entries
   */
  constructor(reason, seq = null) {
    super(reason);
    this.name = "Broken";
    this.reason = reason;
    this.seq = seq;
  }
}

/**
 * @param {unknown} holds @param {string} reason
 * @returns {asserts holds}
 * @throws {Broken} when it does not hold
 */
export function ensure(holds, reason) {
  if (!holds) throw new Broken(reason);
}
