"""The Dutch source texts, which Babel translates. Typed, as flask_babel is not."""

from flask_babel import gettext, lazy_gettext


def _(text: str, **values: object) -> str:
    """Return a text in the reader's language, with values filled in: `%(name)s`."""
    return str(gettext(text, **values))


def later(text: str) -> object:
    """Return a text for a table that is made before anybody reads: str() gives its words."""
    lazy: object = lazy_gettext(text)
    return lazy
