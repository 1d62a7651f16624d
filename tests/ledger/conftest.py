"""Every test of the ledger starts with the same small neighbourhood, just founded."""

import pytest

from tests.town import Town


@pytest.fixture
def town() -> Town:
    return Town()
