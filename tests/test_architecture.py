"""What import-linter does not say: the core is pure, and no module of the engine is forgotten."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "timebank"

PURE = ("errors.py", "ids.py", "units.py", "signing", "ledger", "journal")

# Modules of the standard library that read no clock, no randomness and no outside world.
PURE_STDLIB = {
    "abc", "base64", "binascii", "bisect", "collections", "contextlib", "dataclasses", "datetime",
    "decimal", "enum", "fractions", "functools", "graphlib", "hashlib", "heapq", "hmac",
    "itertools", "json", "math", "operator", "re", "string", "struct", "textwrap", "types",
    "typing", "unicodedata",
}  # fmt: skip
PURE_PACKAGES = {"timebank", "cryptography", "ecdsa"}

# What reaches the clock, chance or the world without an import of its own.
IMPURE_CALLS = {
    "__import__", "breakpoint", "eval", "exec", "generate", "generate_private_key", "input", "now",
    "open", "print", "today", "utcnow",
}  # fmt: skip


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield name


def impurities(source: str) -> set[str]:
    """The imports and calls by which a module would depend on more than its arguments."""
    tree = ast.parse(source)
    packages = {module.partition(".")[0] for module in imported(tree)}
    return (packages - PURE_STDLIB - PURE_PACKAGES) | (set(called(tree)) & IMPURE_CALLS)


def pure_modules() -> list[Path]:
    roots = [ENGINE / name for name in PURE]
    return sorted(
        path for root in roots for path in ([root] if root.is_file() else root.rglob("*.py"))
    )


@pytest.mark.parametrize("path", pure_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_depends_on_its_arguments_only(path: Path) -> None:
    assert impurities(path.read_text()) == set()


@pytest.mark.parametrize(
    ("source", "impurity"),
    [
        ("import time", "time"),
        ("import os.path", "os"),
        ("from secrets import token_bytes", "secrets"),
        ("import sqlalchemy.sql", "sqlalchemy"),
        ("def f():\n    from socket import socket", "socket"),
        ("datetime.datetime.now(datetime.UTC)", "now"),
        ("Ed25519PrivateKey.generate()", "generate"),
        ("open('ledger')", "open"),
    ],
)
def test_an_impure_module_is_seen(source: str, impurity: str) -> None:
    assert impurities(source) == {impurity}


def test_the_list_of_pure_modules_names_the_standard_library() -> None:
    assert sys.stdlib_module_names >= PURE_STDLIB


def test_every_part_of_the_engine_has_its_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (c["layers"] for c in contracts["contracts"] if c["type"] == "layers")
    placed = {name.strip(" ()") for layer in layers for name in layer.replace("|", ":").split(":")}
    parts = {
        f"timebank.{path.stem}"
        for path in ENGINE.iterdir()
        if path.suffix == ".py" or any(path.glob("*.py"))
    }
    assert parts - {"timebank.__init__"} <= placed
