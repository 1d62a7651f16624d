"""An organisation thanks the neighbourhood in one go, from a list, with one finger."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.conftest import Neighbour, Wijk

pytestmark = pytest.mark.browser
Arrive = Callable[..., Neighbour]
HEAD = "persoon;bedrag;datum;klus\r\n"


def write(folder: Path, *lines: str) -> Path:
    file = folder / "september.csv"
    file.write_bytes((HEAD + "\r\n".join(lines)).encode("cp1252"))
    return file


def line(person: str, amount: str, job: str) -> str:
    return f"{person};{amount};21-9-2026;{job}"


def send(ploeg: Neighbour, file: Path) -> None:
    ploeg.page.goto(ploeg.origin + "/belonen")
    ploeg.page.get_by_label("Uw lijst (CSV)").set_input_files(file)
    ploeg.page.get_by_role("button", name="Laat zien wat het doet").click()


@pytest.fixture(name="ploeg")
def _ploeg(wijk: Wijk, neighbour: Arrive) -> Neighbour:
    somebody: Neighbour = neighbour("De Tuinploeg")
    somebody.settle(wijk, "organisation")
    wijk.give_credits("De Tuinploeg", 100_000)
    return somebody


def test_a_list_from_excel_is_paid_with_one_finger_and_never_twice(
    wijk: Wijk, ploeg: Neighbour, tmp_path: Path
) -> None:
    file = write(
        tmp_path,
        line("Amina", "12,50", "plein vegen"),
        line("Joop", "1:30", "één hek verven"),
        line("Els", "5", "thee schenken"),
    )
    send(ploeg, file)
    ploeg.says("U betaalt 3 regels, samen")
    ploeg.refuse_the_finger()
    ploeg.page.get_by_role("button", name="Betaal 3 regels").click()
    ploeg.says("Er is niemand betaald. U kunt het opnieuw proberen.")
    assert wijk.balance("Amina", "WIJK") == 0
    ploeg.refuse_the_finger(False)
    ploeg.page.get_by_role("button", name="Betaal 3 regels").click()
    ploeg.says("Alles is betaald")
    assert (wijk.balance("Amina", "WIJK"), wijk.balance("Joop")) == (1250, 90)
    send(ploeg, file)
    ploeg.says("Alles is betaald")
    assert ploeg.page.get_by_role("button", name="Betaal").count() == 0
    assert wijk.balance("Amina", "WIJK") == 1250


def test_a_long_list_takes_two_signatures_and_shows_how_far_it_is(
    wijk: Wijk, ploeg: Neighbour, tmp_path: Path
) -> None:
    send(ploeg, write(tmp_path, *(line("Amina", "0,10", f"klus {n}") for n in range(260))))
    ploeg.page.get_by_role("button", name="Betaal 256 regels").click()
    ploeg.says("256 van 260 regels betaald")
    ploeg.page.get_by_role("button", name="Betaal 4 regels").click()
    ploeg.says("Alles is betaald")
    assert wijk.balance("Amina", "WIJK") == 2_600


def test_a_page_that_shows_another_amount_than_it_signs_signs_nothing(
    wijk: Wijk, ploeg: Neighbour, tmp_path: Path
) -> None:
    def lie(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("12,50 credits", "1,25 credits"))

    send(ploeg, write(tmp_path, line("Amina", "12,50", "plein vegen")))
    ploeg.page.route("**/belonen/*", lie)
    ploeg.page.reload()
    ploeg.says("Er klopt iets niet.")
    assert wijk.balance("Amina", "WIJK") == 0
