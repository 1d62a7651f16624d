"""The Dutch source texts, which Babel translates. Typed, as flask_babel is not."""

from flask_babel import gettext, lazy_gettext
from flask_babel import ngettext as _ngettext
from flask_babel import pgettext as _pgettext


def _(text: str, **values: object) -> str:
    """Return a text in the reader's language, with values filled in: `%(name)s`."""
    return str(gettext(text, **values))


def ngettext(one: str, many: str, num: int) -> str:
    """Return the text that fits a number, with the number filled in as `%(num)s`."""
    return str(_ngettext(one, many, num))


def pgettext(meaning: str, text: str) -> str:
    """Return a text that is one word in Dutch and, by its meaning, several elsewhere."""
    return str(_pgettext(meaning, text))


def later(text: str) -> object:
    """Return a text for a table that is made before anybody reads: str() gives its words."""
    lazy: object = lazy_gettext(text)
    return lazy
