"""beancount: open the books and report all balances.

    python beancount_balances.py FILE

Run by a Python that has beancount. Prints a line per account: its name and its balance.
"""

import sys
from collections import defaultdict
from decimal import Decimal

from beancount import loader
from beancount.core.data import Transaction


def main() -> None:
    entries, errors, _ = loader.load_file(sys.argv[1])
    assert not errors, errors[0]
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                assert posting.units is not None
                assert posting.units.number is not None
                balances[posting.account] += posting.units.number
    for account, balance in sorted(balances.items()):
        print(account, balance)


if __name__ == "__main__":
    main()
