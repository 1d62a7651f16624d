"""The report as a web page in one file: for a screen, a printer, and an archive."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, Template

from timebank.services.reporting.showing import Words, is_code, is_day, is_figure
from timebank.services.reporting.values import Report


def page(report: Report, language: str = "nl") -> str:
    """Return the page in "nl" or "en"; it asks for nothing from elsewhere."""
    return _template().render(report=report, words=Words.of(language))


@cache
def _template() -> Template:
    here = files("timebank.services.reporting")
    environment = Environment(autoescape=True)
    environment.globals |= {
        "is_code": is_code,
        "is_day": is_day,
        "is_figure": is_figure,
        "style": here.joinpath("report.css").read_text("utf-8"),
    }
    return environment.from_string(here.joinpath("report.html").read_text("utf-8"))
