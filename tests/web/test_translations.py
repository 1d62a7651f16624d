"""Every text can be translated: found by Babel, and in the reader's language once it is."""

import ast
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from flask_babel import Babel

import timebank_web
from tests.web.conftest import Street

PAGES = Path(timebank_web.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {**DEFAULT_KEYWORDS, "later": None, "_L": None}


def messages() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(PAGES, METHODS, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


def test_babel_finds_the_texts_of_pages_and_views() -> None:
    found = messages()
    assert "Hoe betaal ik?" in found
    assert "Dit kenmerk is niet gevonden." in found
    assert "Teruggegeven" in found
    assert "Credits maken" in found
    assert ("%(num)s lid", "%(num)s leden") in found


def test_no_text_is_put_together_before_it_is_translated() -> None:
    """`_(f"...")` and `_(name)` are not found, and so would stay Dutch."""
    strange = [
        f"{path.name}:{call.lineno}"
        for path in PAGES.rglob("*.py")
        if path.name != "texts.py"
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "_L", "later")
        and not isinstance(call.args[0], ast.Constant)
    ]
    assert strange == []


def test_a_translated_page_holds_no_dutch(street: Street, tmp_path: Path) -> None:
    catalog = Catalog(locale="en")
    for message in messages():
        one = message if isinstance(message, str) else message[0]
        catalog.add(message, f"«{one}»" if isinstance(message, str) else (f"«{one}»",) * 2)
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    street.app.config.update(BABEL_DEFAULT_LOCALE="en", BABEL_TRANSLATION_DIRECTORIES=str(tmp_path))
    Babel(street.app)
    for who, path in (("", "/hulp"), ("", "/privacy"), ("joop", "/meer"), ("bart", "/dag")):
        page = street.browser(who).page(path)
        text = re.sub(r"<[^>]*>", " ", page[page.index("<main") : page.index("</main>")])
        left = re.sub(r"«[^»]*»", "", text)
        assert set(re.findall(r"\w{4,}", left)) <= SAID_BY_OTHERS, path


SAID_BY_OTHERS = {"September", "2026", "bart"}
