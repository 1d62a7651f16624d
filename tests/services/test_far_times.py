"""Times that orders may name and calendars may not, and proposals that nobody could post."""

import pytest

from tests.services.conftest import Village
from tests.world import NOW
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import proposals, statements
from timebank.services.drafts import Draft

FAR = 2**40 - 86_400


def test_a_time_beyond_every_calendar_is_shown_as_its_end():
    assert statements.local(2**40).year == 9998
    assert statements.local(NOW).year == 2026


@pytest.mark.parametrize(
    ("created", "code"), [(NOW + 301, Code.NOT_YET), (FAR, Code.NOT_YET), (0, Code.EXPIRED)]
)
def test_a_proposal_that_cannot_post_now_is_not_kept(village: Village, created: int, code: Code):
    body = orders.SetRole(village.world.member("joop"), "treasurer", True)
    order = village.world.order(body, "els", created=created, expires=created + 900)
    draft = Draft(order)
    with pytest.raises(Refusal) as caught:
        proposals.propose(village.bank, draft, village.signatures(draft, "els"))
    assert caught.value.code is code
    assert proposals.proposals(village.bank) == []
