"""The desk a command works at: which ledger, what time it is, and who is meant by a name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import click

from timebank.clock import Clock
from timebank.errors import TimebankError
from timebank.services import membership
from timebank.services.bank import Bank, open_bank
from timebank.services.membership import Person
from timebank.settings import Settings
from timebank.units import Unit, parse_amount, show_amount
from timebank_cli.output import named
from timebank_cli.refusals import Stop

SHORTEST_PREFIX = 4
_WITH_CURRENCY = re.compile(r"(?:(?P<code>[A-Z]{3,8})=)?(?P<amount>.+)", re.DOTALL)


@dataclass
class Desk:
    """Made once per run; opens the ledger only for the commands that need it."""

    settings: Settings
    clock: Clock
    _bank: Bank | None = None
    _units: dict[str, Unit] = field(default_factory=dict)

    @property
    def bank(self) -> Bank:
        """The ledger. Raises Unavailable where it cannot be opened."""
        if self._bank is None:
            self._bank = open_bank(self.settings, self.clock)
        return self._bank

    def close(self) -> None:
        """Let go of the ledger."""
        if self._bank is not None:
            self._bank.close()
            self._bank = None

    # ---- who

    def member(self, text: str) -> Person:
        """Return the member with this id, this exact display name, or this beginning of an id.

        Raises Stop `unknown_name` or `ambiguous_name`: a name never quietly means another member
        whose id happens to begin like it.
        """
        people = membership.people_of(self.bank)
        found = [person for person in people if person.id == text] or [
            person
            for person in people
            if person.name == text
            or (len(text) >= SHORTEST_PREFIX and person.id.startswith(text.lower()))
        ]
        if not found:
            raise Stop("unknown_name", f"nobody here is called {text!r}")
        if len(found) > 1:
            ids = ", ".join(f"{named(person.name)} {person.id}" for person in found)
            raise Stop("ambiguous_name", f"{text!r} can be several members: {ids}")
        return found[0]

    # ---- how much

    def units(self) -> Mapping[str, Unit]:
        """Return what one minor unit of each currency is; empty where that cannot be known."""
        if not self._units and self._bank is not None:
            try:
                found = membership.currencies(self._bank)
            except TimebankError:
                return {}
            self._units = {code: Unit(currency.unit) for code, currency in found.items()}
        return self._units

    def show(self, minor: int, currency: str) -> str:
        """Return an amount with its currency: "1:30 UUR"."""
        unit = self.units().get(currency)
        shown = str(minor) if unit is None else show_amount(minor, unit)
        return f"{shown} {currency}"

    def amounts(self, texts: Sequence[str], held: Sequence[str]) -> dict[str, int]:
        """Read "1:30" and "12,50", or "WIJK=12,50" where several currencies could be meant.

        `held` are the currencies to choose from. Raises click's BadParameter.
        """
        found: dict[str, int] = {}
        for text in texts:
            code, minor = self.amount(text, held)
            if code in found:
                raise click.BadParameter(f"two amounts in {code}")
            found[code] = minor
        return found

    def amount(self, text: str, held: Sequence[str]) -> tuple[str, int]:
        """Read one amount; return its currency and minor units. Raises click's BadParameter."""
        _ = self.bank
        match = _WITH_CURRENCY.fullmatch(text)
        code = match["code"] if match else None
        written = match["amount"] if match else text
        unit = Unit.MINUTE if ":" in written else Unit.CENT
        fits = [each for each in held if self.units().get(each) is unit and code in (None, each)]
        if len(fits) != 1:
            choice = ", ".join(fits or held) or "none"
            raise click.BadParameter(
                f"in which currency is {text!r}? Write CODE=AMOUNT, such as WIJK=12,50 ({choice})"
            )
        return fits[0], read_amount(written, unit)


def read_amount(text: str, unit: Unit) -> int:
    """Read an amount above zero; raises click's BadParameter with what was expected."""
    minor = read_limit(text, unit)
    if not minor:
        raise click.BadParameter("an amount is more than zero")
    return minor


def read_limit(text: str, unit: Unit) -> int:
    """Read an amount that may be zero; raises click's BadParameter."""
    try:
        return parse_amount(text, unit)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


pass_desk = click.make_pass_decorator(Desk)
