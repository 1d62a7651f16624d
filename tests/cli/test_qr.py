"""A code that is drawn is a code that can be read."""

import re

import pytest
import zxingcpp
from PIL import Image

from tests.cli.conftest import Wijk

_HALVES = {" ": (0, 0), "\N{NO-BREAK SPACE}": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def read(image: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(image)
    return str(found.text)


def drawn(text: str) -> Image.Image:
    """What the terminal shows: light halves of characters on a dark ground."""
    lines = [line for line in text.splitlines() if line and set(line) <= set(_HALVES)]
    width = max(len(line) for line in lines)
    image = Image.new("L", (width, 2 * len(lines)), 0)
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            for half, light in enumerate(_HALVES[character]):
                image.putpixel((column, 2 * row + half), 255 * light)
    return image.resize((width * 8, 16 * len(lines)), Image.Resampling.NEAREST)


@pytest.mark.parametrize("args", [("Amina",), ("Amina", "1:30", "2,50", "--for", "fiets")])
def test_the_code_on_the_terminal_is_the_link(wijk: Wijk, args: tuple[str, ...]) -> None:
    said = wijk.do("qr", *args)
    (link,) = re.findall(r"^link +(\S+)$", said, re.MULTILINE)
    assert read(drawn(said)) == link


def test_the_invitation_on_the_terminal_is_the_link(wijk: Wijk) -> None:
    said = wijk.do("invite", "x", *wijk.as_("Els"))
    (link,) = re.findall(r"^link +(\S+)$", said, re.MULTILINE)
    assert read(drawn(said)) == link


def test_a_png_holds_the_link_and_a_member_keeps_their_code(wijk: Wijk) -> None:
    png, svg = wijk.folder / "amina.png", wijk.folder / "amina.svg"
    link = wijk.ask("qr", "Amina", "--png", png, "--svg", svg)["link"]
    assert re.fullmatch(r"HTTPS://WIJK\.TEST/B/[0-9A-Z]{8}", link)
    with Image.open(png) as image:
        assert read(image) == link
    assert svg.read_text().startswith("<?xml")
    assert wijk.ask("qr", "Amina")["link"] == link


def test_a_request_is_another_code_each_time(wijk: Wijk) -> None:
    first, second = (wijk.ask("qr", "Amina", "1:30")["link"] for _ in range(2))
    assert first != second
    assert "/V/" in first


def test_what_for_belongs_to_a_request(wijk: Wijk) -> None:
    assert wijk.run("qr", "Amina", "--for", "fiets").exit_code == 2
    assert wijk.run("qr", "Bart", "1:00").exit_code in (1, 2)
