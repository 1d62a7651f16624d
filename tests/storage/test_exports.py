"""The log of exports: what was taken out, and that no name is ever taken out bare."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from timebank.storage import exports
from timebank.storage.engine import reading, writing
from timebank.storage.exports import Export

ONE = Export("aa" * 16, 5, "", "csv", date(2026, 1, 1), date(2026, 12, 31), False, False, "bb" * 32)


def test_exports_are_read_back_the_newest_first(engine):
    later = replace(
        ONE, id="cc" * 16, time=6, by="dd" * 16, format="xaf", names=True, encrypted=True
    )
    with writing(engine) as conn:
        exports.keep(conn, ONE)
        exports.keep(conn, later)
    with reading(engine) as conn:
        assert exports.every(conn) == [later, ONE]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ONE, names=True),
        replace(ONE, format="pdf"),  # type: ignore[arg-type]  # that is the point
    ],
    ids=["bare names", "format"],
)
def test_an_export_that_may_not_be_cannot_be_kept(engine, wrong):
    with pytest.raises(IntegrityError), writing(engine) as conn:
        exports.keep(conn, wrong)


def test_an_export_is_logged_once(engine):
    with writing(engine) as conn:
        exports.keep(conn, ONE)
    with pytest.raises(IntegrityError), writing(engine) as conn:
        exports.keep(conn, ONE)
