"""The run itself: a test that is skipped must not look like a test that passed."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ALLOWED = """
    import pytest

    def test_passes():
        pass

    @pytest.mark.xfail
    def test_is_known_to_fail():
        assert False
"""
SKIPPED_TEST = """
    import pytest

    @pytest.mark.skip
    def test_never_runs():
        pass
"""
SKIPPED_FILE = """
    import pytest

    pytest.importorskip("a_package_nobody_has")
"""


def exit_code_of(pytester: pytest.Pytester, **test_files: str) -> int:
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text())
    pytester.makepyfile(**test_files)
    return int(pytester.runpytest_subprocess().ret)


def test_a_run_without_skips_passes(pytester: pytest.Pytester) -> None:
    assert exit_code_of(pytester, test_allowed=ALLOWED) == pytest.ExitCode.OK


@pytest.mark.parametrize("skips", [SKIPPED_TEST, SKIPPED_FILE], ids=["test", "file"])
def test_a_run_with_a_skip_fails(pytester: pytest.Pytester, skips: str) -> None:
    exit_code = exit_code_of(pytester, test_allowed=ALLOWED, test_skips=skips)
    assert exit_code == pytest.ExitCode.TESTS_FAILED
