"""Every code an order can be refused with is one that somebody can meet."""

import ast
from pathlib import Path

from timebank.errors import PASSING, Code

HERE = Path(__file__)


def test_every_code_is_produced_by_a_test_of_the_ledger():
    """The tests that name a code check that it is raised: one that nobody can trigger is absent."""
    named = {
        node.attr
        for path in HERE.parent.rglob("test_*.py")
        if path != HERE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Code"
    }
    assert named == set(Code.__members__)


def test_passing_reasons_are_balances_limits_and_caps():
    assert {Code.BELOW_FLOOR, Code.ABOVE_CEILING, Code.DAILY_CAP} == PASSING
