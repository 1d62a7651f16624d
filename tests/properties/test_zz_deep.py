from hypothesis import settings

from tests.properties.test_ledger_machine import InMemoryMachine

T = InMemoryMachine.TestCase
T.settings = settings(
    max_examples=400, stateful_step_count=60, derandomize=False, database=None, deadline=None
)


class TestDeep(T):
    pass


TestDeep.settings = T.settings
del T
