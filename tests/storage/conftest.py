"""An empty ledger on each database.

A module about one of the two says so by a `database_url` of its own: `ledger_file` or
`ledger_server`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from tests.postgres import server
from timebank.storage.engine import create_schema, open_engine, writing


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger in a file; copying it is quicker than migrating again."""
    path = tmp_path_factory.mktemp("template") / "wijk.db"
    engine = open_engine(str(path))
    create_schema(engine)
    engine.dispose()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wijk.db"


@pytest.fixture
def ledger_file(template: Path, path: Path) -> str:
    """A ledger in SQLite with nothing posted."""
    return str(shutil.copy(template, path))


@pytest.fixture
def ledger_server() -> Iterator[str]:
    """A ledger in PostgreSQL with nothing posted."""
    name = server().ledger()
    yield server().url(name)
    server().drop(name)


@pytest.fixture(params=["ledger_file", "ledger_server"], ids=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A ledger with nothing posted, on each of the two."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as conn:
        yield conn
