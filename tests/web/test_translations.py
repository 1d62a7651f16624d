"""Babel reads the source: a text that is put together before it is translated stays Dutch."""

import ast
from pathlib import Path

import timebank_web

PAGES = Path(timebank_web.__file__).parent


def test_no_text_is_put_together_before_it_is_translated() -> None:
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


def test_no_text_stands_inside_an_f_string() -> None:
    """Babel looks in there under Python 3.12 only."""
    unseen = [
        f"{path.name}:{call.lineno}"
        for path in PAGES.rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "later", "ngettext")
    ]
    assert unseen == []
