import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from timebank.storage.engine import create_schema, open_engine, writing


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger; copying it is quicker than migrating again."""
    path = tmp_path_factory.mktemp("template") / "wijk.db"
    engine = open_engine(str(path))
    create_schema(engine)
    engine.dispose()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wijk.db"


@pytest.fixture
def engine(template: Path, path: Path) -> Iterator[Engine]:
    engine = open_engine(str(shutil.copy(template, path)))
    yield engine
    engine.dispose()


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as conn:
        yield conn
