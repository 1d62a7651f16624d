"""What must be refused, and why."""

from contextlib import contextmanager

import pytest

from timebank.errors import Unavailable


@contextmanager
def unavailable(code):
    with pytest.raises(Unavailable) as caught:
        yield
    assert caught.value.code is code, caught.value
