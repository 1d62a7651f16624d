"""Starting a ledger: whole, or not at all; never over something that is there."""

import os
import shutil
import stat

import pytest

from tests.services.conftest import ON_SQLITE, reopened, submission
from tests.world import LOG_KEY_SEED, NOW, World, seed
from timebank.clock import SetClock
from timebank.errors import Code, Down, Refusal, Unavailable
from timebank.services import auditing, founding, proofs, receipts
from timebank.services.bank import open_bank
from timebank.services.posting import Submission, post_one

pytestmark = ON_SQLITE


def start(settings, world=None, log_seed=LOG_KEY_SEED):
    return founding.found(settings, submission((world or World()).genesis), log_seed, SetClock(NOW))


def files(settings):
    return {path.name: path.read_bytes() for path in settings.folder.rglob("*") if path.is_file()}


def test_a_new_ledger_has_its_genesis_and_a_guard_that_knows_it(settings):
    bank = start(settings)
    assert bank.ledger == World().ledger
    assert bank.guard.read().size == 1
    assert auditing.check(bank) == []
    bank.close()
    assert sorted(files(settings)) == ["wijk.db", "wijk.db.guard", "wijk.db.log-key"]


def test_what_a_new_ledger_leaves_is_its_owner_s_alone(settings):
    start(settings).close()
    for path in (settings.folder / settings.name, settings.guard, settings.log_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["wijk.db", "wijk.db.guard", "wijk.db.log-key"])
def test_a_file_in_its_place_is_left_as_it_is_and_nothing_is_made(settings, there):
    (settings.folder / there).write_bytes(b"something of somebody")
    before = files(settings)
    with pytest.raises(Unavailable) as caught:
        start(settings)
    assert caught.value.code is Down.NOT_A_LEDGER
    assert there in caught.value.hint
    assert files(settings) == before


def test_a_second_ledger_in_the_same_place_is_refused(settings):
    start(settings).close()
    before = files(settings)
    with pytest.raises(Unavailable, match="there already"):
        start(settings)
    assert files(settings) == before


def test_a_genesis_that_does_not_hold_makes_no_file(settings):
    world = World()
    good = submission(world.genesis)
    without = Submission(good.order, good.authorizations[:-1])
    with pytest.raises(Refusal) as caught:
        founding.found(settings, without, LOG_KEY_SEED, SetClock(NOW))
    assert caught.value.code is Code.NOT_AUTHORIZED
    late = SetClock(NOW + 86_400)
    with pytest.raises(Refusal) as caught:
        founding.found(settings, good, LOG_KEY_SEED, late)
    assert caught.value.code is Code.EXPIRED
    assert files(settings) == {}


def test_a_genesis_that_names_another_log_key_makes_no_file(settings):
    with pytest.raises(ValueError, match="log key"):
        start(settings, log_seed=seed("another log key"))
    assert files(settings) == {}


STEPS = ["create_schema", "write_log_key", "post_one", "shutil.rmtree", "open_bank"]


@pytest.mark.parametrize("step", STEPS)
def test_an_init_killed_half_way_can_be_followed_by_another(settings, step):
    if not (child := os.fork()):
        _die_at(step)
        start(settings)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    if (settings.folder / settings.name).exists():
        bank = open_bank(settings, SetClock(NOW))
    else:
        bank = start(settings)
    assert auditing.check(bank) == []
    assert proofs.check_receipt(receipts.receipt(bank, World().genesis.order.identity), bank.ledger)
    bank.close()


def _die_at(step):
    """Kill this process where `found` comes to a step, the first time after the files began."""
    die = lambda *_, **__: os._exit(9)  # noqa: E731  # a function that is only ever replaced by
    if step == "shutil.rmtree":
        remove = shutil.rmtree
        shutil.rmtree = lambda path, ignore_errors=False: (
            remove(path, ignore_errors=True) if ignore_errors else die()
        )
    else:
        setattr(founding, step, die)


def test_a_database_that_went_missing_is_not_replaced_by_a_new_ledger(settings):
    start(settings).close()
    (settings.folder / settings.name).unlink()
    with pytest.raises(Unavailable) as caught:
        start(settings)
    assert "put it back" in caught.value.hint


def test_a_ledger_opens_only_with_its_own_log_key(settings):
    start(settings).close()
    settings.log_key.write_text(seed("another log key").hex() + "\n")
    with pytest.raises(Unavailable) as caught:
        open_bank(settings, SetClock(NOW))
    assert caught.value.code is Down.NO_LOG_KEY


def test_without_its_log_key_a_ledger_signs_nothing_until_the_key_is_back(settings):
    start(settings).close()
    text = settings.log_key.read_text()
    settings.log_key.unlink()
    village = reopened(settings)
    posted = post_one(village.bank, submission(village.world.pay("joop", "amina", 5)))
    with pytest.raises(Unavailable) as caught:
        receipts.receipt(village.bank, posted.identity)
    assert caught.value.code is Down.NO_LOG_KEY
    village.bank.close()
    settings.log_key.write_text(text)
    village = reopened(settings)
    assert proofs.check_receipt(
        receipts.receipt(village.bank, posted.identity), village.bank.ledger
    )
    village.bank.close()


@pytest.mark.parametrize("text", ["", "no hex", "00" * 31, "\xff"])
def test_a_log_key_that_is_none_is_named(settings, text):
    start(settings).close()
    settings.log_key.write_text(text, "latin-1")
    with pytest.raises(Unavailable) as caught:
        open_bank(settings, SetClock(NOW))
    assert caught.value.code is Down.NO_LOG_KEY


def test_where_there_is_no_ledger_init_is_named(settings):
    with pytest.raises(Unavailable, match="timebank init"):
        open_bank(settings)
