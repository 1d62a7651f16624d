/** What a journal adds up to (docs/protocol.md, section 6). Amounts here are BigInt: sums grow. */

import { Broken, ensure } from "./broken.js";
import { hex, utf8 } from "./bytes.js";
import { sha256 } from "./sha256.js";

/**
 * @typedef {object} Member
 * @property {string} id
 * @property {string} kind
 * @property {Set<string>} roles
 * @property {boolean} suspended
 * @property {boolean} left
 */

/**
 * @typedef {object} HeldKey a member's key
 * @property {string} id
 * @property {Member} owner
 * @property {string[]} scopes
 * @property {{currency: string, amount: number}[]} caps
 * @property {number} from the time it may be used from
 * @property {boolean} revoked
 * @property {number} day the last day it paid on, counted from 1970
 * @property {Map<string, bigint>} spent what it paid on that day, per currency
 */

/**
 * @typedef {object} Account of a member or, without an owner, of the ledger
 * @property {string} id
 * @property {string} kind "member", "bank", "contra", "outside", "redemption" or "transit"
 * @property {string} currency
 * @property {Member | null} owner
 * @property {bigint | null} floor null when there is none
 * @property {bigint | null} ceiling
 * @property {bigint} balance
 */

/**
 * @typedef {object} Currency
 * @property {any} policy
 * @property {Map<Member, string>} agreed the agreement that a member agreed to last
 * @property {bigint} issued
 * @property {bigint} retired
 * @property {bigint} reserve
 * @property {bigint} credit given: the sum of what accounts may be below zero
 */

/**
 * @typedef {object} Posted what is remembered of an entry
 * @property {any} order
 * @property {any[]} legs
 * @property {bigint[]} returned of each leg
 * @property {bigint} cited of a bank line
 * @property {bigint} open what is to be settled of a redemption
 * @property {boolean} settled
 */

export const MOST = BigInt(Number.MAX_SAFE_INTEGER);
const FREE = { floor: null, ceiling: null };

export class State {
  /** @param {string} ledger its id */
  constructor(ledger) {
    this.ledger = ledger;
    /** @type {any} */
    this.genesis = null;
    /** @type {Map<string, {role: string, count: number}>} */
    this.thresholds = new Map();
    /** Pages where passkeys may sign. @type {{origin: string, rp: string}[]} */
    this.origins = [];
    /** @type {Map<string, Member>} */
    this.members = new Map();
    /** @type {Map<string, HeldKey>} */
    this.keys = new Map();
    /** @type {Map<string, Account>} */
    this.accounts = new Map();
    /** @type {Map<string, Currency>} */
    this.currencies = new Map();
    /** Entries by identity. @type {Map<string, Posted>} */
    this.entries = new Map();
    /** What cannot be used again. */
    this.used = { orders: new Set(), withdrawn: new Set(), vouchers: new Set(), requests: new Set() };
  }

  /** @param {string} id @returns {Member} */
  member(id) {
    return known(this.members, id, "member");
  }

  /** @param {string} id @returns {Account} */
  account(id) {
    return known(this.accounts, id, "account");
  }

  /** @param {string} code @returns {Currency} */
  currency(code) {
    return known(this.currencies, code, "currency");
  }

  /** @param {string} identity @returns {Posted} */
  entry(identity) {
    return known(this.entries, identity, "entry");
  }

  /** The ledger's account of a kind in a currency. @param {string} kind @param {string} code */
  system(kind, code) {
    for (const account of this.accounts.values()) {
      if (account.kind === kind && account.currency === code) return account;
    }
    throw new Broken(`no account of kind ${kind}`);
  }

  /**
   * The account of a member who is active, in this currency.
   * @param {string} id @param {string} code which must be defined
   * @returns {Account & {owner: Member}}
   */
  memberAccount(id, code) {
    this.currency(code);
    const account = this.account(id);
    ensure(account.owner, "an account of the ledger where a member's must be");
    ensure(account.currency === code, "an account of another currency");
    ensure(isActive(account.owner), "an account of a member who is not active");
    return /** @type {Account & {owner: Member}} */ (account);
  }

  /**
   * Checks that fees for redeeming go to a member, if to anyone, and returns the account.
   * @param {string} code @param {any} policy a new one of that currency
   */
  fund(code, { redeeming }) {
    return redeeming?.fund === undefined ? null : this.memberAccount(redeeming.fund, code);
  }

  /** @param {Member} member @returns {Account[]} */
  accountsOf(member) {
    return [...this.accounts.values()].filter((account) => account.owner === member);
  }

  /** @param {string} id @param {string} kind @param {string[]} roles @returns {Member} */
  addMember(id, kind, roles) {
    ensure(!this.members.has(id), "a member's id that is taken");
    checkRoles(kind, roles);
    const member = { id, kind, roles: new Set(roles), suspended: false, left: false };
    this.members.set(id, member);
    return member;
  }

  /** @param {Member} owner @param {any} grant @param {string} id the key's @param {number} from */
  grant(owner, grant, id, from) {
    ensure(!this.keys.has(id), "a key that somebody has");
    const { scopes, caps } = grant;
    this.keys.set(id, { id, owner, scopes, caps, from, revoked: false, day: -1, spent: new Map() });
  }

  /**
   * Opens an account for a member.
   * @param {Member} owner @param {any} opened an OpenedAccount
   */
  open(owner, opened) {
    const { policy } = this.currency(opened.currency);
    ensure(policy.holders.includes(owner.kind), "an account for whom the policy gives none");
    const theirs = this.accountsOf(owner);
    ensure(!theirs.some((account) => account.currency === opened.currency), "a second account");
    this.#put(opened.account, "member", opened.currency, owner);
    this.setLimits(this.account(opened.account), opened);
  }

  /** @param {any} item a SystemAccount */
  openSystem({ account, kind, currency }) {
    this.#put(account, kind, currency, null);
    if (kind === "bank") Object.assign(this.account(account), { floor: 0n, ceiling: MOST });
  }

  /** @param {string} id @param {string} kind @param {string} currency @param {Member | null} owner */
  #put(id, kind, currency, owner) {
    ensure(!this.accounts.has(id), "an account's id that is taken");
    this.accounts.set(id, { id, kind, currency, owner, ...FREE, balance: 0n });
  }

  /** @param {Account} account a member's @param {{floor: number, ceiling: number}} limits */
  setLimits(account, limits) {
    const currency = this.currency(account.currency);
    const floor = BigInt(limits.floor);
    const growth = (account.floor ?? 0n) - floor;
    currency.credit += growth;
    const most = BigInt(currency.policy.credit_total);
    ensure(growth <= 0n || currency.credit <= most, "more credit given than the policy allows");
    account.floor = floor;
    account.ceiling = BigInt(limits.ceiling);
  }

  /** @param {{origin: string, rp_id: string}[]} origins */
  setOrigins(origins) {
    this.origins = origins.map((of) => ({ origin: of.origin, rp: hex(sha256(utf8(of.rp_id))) }));
  }

  /** Checks that no more is in circulation than there is in reserve. */
  checkCover() {
    let [circulating, reserve] = [0n, 0n];
    for (const currency of this.currencies.values()) {
      if (currency.policy.kind === "backed") circulating += currency.issued - currency.retired;
      reserve += currency.reserve;
    }
    ensure(circulating <= reserve, "more in circulation than there is cover for");
  }

  /** Checks that enough active members hold a role. @param {string} role */
  checkHolders(role) {
    const counts = [...this.thresholds.values()].map((of) => (of.role === role ? of.count : 0));
    const holders = [...this.members.values()].filter((of) => isActive(of) && of.roles.has(role));
    ensure(holders.length >= Math.max(...counts), `too few who hold the role ${role}`);
  }
}

/** @param {Member} member @returns {boolean} */
export const isActive = (member) => !member.suspended && !member.left;

/** Checks that an auditor has no other role, and only persons have any. @param {string} kind @param {string[]} roles */
export function checkRoles(kind, roles) {
  ensure(kind === "person" || roles.length === 0, "a role for what is no person");
  ensure(!roles.includes("auditor") || roles.length === 1, "an auditor with another role");
}

/**
 * @template T
 * @param {Map<string, T>} map @param {string} key @param {string} what @returns {T}
 */
function known(map, key, what) {
  const found = map.get(key);
  ensure(found !== undefined, `an unknown ${what}`);
  return found;
}
