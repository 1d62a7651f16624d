"""A form of a few fields: what was typed, and what is wrong with it by field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from timebank.units import Unit, parse_amount, show_amount
from timebank_web.current import currencies
from timebank_web.language import decimal_mark
from timebank_web.texts import _

Options = list[tuple[str, str]]
"""Values with the words for them."""

LONGEST = 140


@dataclass
class Form:
    """Reads fields one by one; what cannot be read is noted in `errors` and read as nothing."""

    typed: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a text that may not be empty."""
        found = " ".join(self.typed.get(name, "").split())[:LONGEST]
        if not found:
            self.errors[name] = _("Vul hier iets in.")
        return found

    def choice(self, name: str, options: Iterable[tuple[str, str]]) -> str:
        """Return which of these options was chosen."""
        found = self.typed.get(name, "")
        if found not in {value for value, _words in options}:
            self.errors[name] = _("Maak een keuze.")
            return ""
        return found

    def amount(self, name: str, currency: str, *, least: int = 1) -> int:
        """Return an amount in minor units: hours as 1:30, money as 12,50."""
        hours = currency in currencies() and currencies()[currency].unit == "minute"
        try:
            found = parse_amount(self.typed.get(name, ""), Unit.MINUTE if hours else Unit.CENT)
        except ValueError:
            found = -1
        if found < least:
            self.errors[name] = (
                _("Vul een tijd in, zoals 1:30.") if hours else _("Vul een bedrag in, zoals 12,50.")
            )
            return 0
        return found


def note(text: str) -> dict[str, Any]:
    """Return a sentence between the fields."""
    return {"note": text}


def typed_amount(minor: int, currency: str) -> str:
    """Return an amount as somebody types it: 1:30, or 12,50 with the reader's decimal mark."""
    unit = Unit(currencies()[currency].unit)
    return show_amount(minor, unit).replace(",", decimal_mark())


def text_input(
    name: str, label: str, form: Form, hint: str = "", value: str = ""
) -> dict[str, Any]:
    """Return a field for one line of text."""
    return {
        "name": name,
        "label": label,
        "hint": hint,
        "value": form.typed.get(name, value),
        "options": None,
    }


def chooser(name: str, label: str, form: Form, options: Options, hint: str = "") -> dict[str, Any]:
    """Return a field for one of several: side by side when they are few, else a list."""
    chosen = form.typed.get(name, options[0][0] if len(options) <= FEW and options else "")
    return {
        "name": name,
        "label": label,
        "hint": hint,
        "value": chosen,
        "options": [{"value": value, "label": words} for value, words in options],
        "few": len(options) <= FEW,
    }


FEW = 3
