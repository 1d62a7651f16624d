/** What a state adds up to, as plain JSON: to print, and to compare with another's. */

/**
 * Amounts are decimal texts: a sum over a long journal may be more than a number holds.
 * @param {import("./state.js").State} state
 * @returns {{accounts: Record<string, object>, currencies: Record<string, object>}}
 */
export function totals(state) {
  const accounts = [...state.accounts.values()].map((of) => [
    of.id,
    { currency: of.currency, kind: of.kind, balance: String(of.balance) },
  ]);
  const currencies = [...state.currencies].map(([code, of]) => [
    code,
    {
      issued: String(of.issued),
      retired: String(of.retired),
      reserve: String(of.reserve),
      credit: String(of.credit),
    },
  ]);
  return { accounts: Object.fromEntries(accounts), currencies: Object.fromEntries(currencies) };
}
