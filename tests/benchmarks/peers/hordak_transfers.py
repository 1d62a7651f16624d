"""django-hordak on a database that is empty: so many transfers by so many callers, when asked.

    python hordak_transfers.py FOLDER DATABASE USER CALLERS

Run by a Python that has django-hordak. Says `ready`; for every number on a line of its input it
makes so many transfers and says how many seconds that took.
"""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import django
from django.conf import settings

ACCOUNTS = 1000


def prepare(folder: str, database: str, user: str) -> None:
    """Make the tables."""
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": folder,
                "NAME": database,
                "USER": user,
                "CONN_MAX_AGE": None,
            }
        },
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "mptt",
            "djmoney",
            "hordak",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DEFAULT_CURRENCY="EUR",
        CURRENCIES=["EUR"],
        HORDAK_DEFAULT_CURRENCY="EUR",
        HORDAK_CURRENCIES=["EUR"],
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def main() -> None:
    folder, database, user, callers = sys.argv[1:]
    prepare(folder, database, user)

    from django.db import transaction
    from hordak.models import Account
    from moneyed import Money

    accounts = [
        Account.objects.create(name=f"a{n}", code=str(n), type="LI", currencies=["EUR"])
        for n in range(ACCOUNTS)
    ]
    amount = Money(1, "EUR")
    many = int(callers)
    together = threading.Barrier(many)

    def pay(caller: int, count: int) -> float:
        together.wait()
        start = time.perf_counter()
        for n in range(count):
            payer = (caller + many * n) % ACCOUNTS
            with transaction.atomic():
                accounts[payer].transfer_to(accounts[(payer + 1 + n) % ACCOUNTS], amount)
        return time.perf_counter() - start

    # The same threads for every round, so that each keeps its connection.
    with ThreadPoolExecutor(many) as pool:
        print("ready", flush=True)
        for line in sys.stdin:
            each = int(line) // many
            print(max(pool.map(pay, range(many), [each] * many)), flush=True)


if __name__ == "__main__":
    main()
