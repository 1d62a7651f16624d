"""QR codes: on the terminal, or as an image to print."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

from timebank_cli.keyfiles import create_private

_IMAGE = click.Path(dir_okay=False, path_type=Path)


def image_options(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--png` and `--svg`."""
    png = click.option("--png", type=_IMAGE, metavar="FILE", help="Write the QR code as a PNG.")
    svg = click.option("--svg", type=_IMAGE, metavar="FILE", help="Write the QR code as an SVG.")
    return png(svg(callback))


def write_images(link: str, png: Path | None, svg: Path | None) -> None:
    """Write the images that were asked for; FileExistsError rather than overwrite one."""
    if png is not None:
        _write(png, _code(link).make_image())
    if svg is not None:
        _write(svg, _code(link).make_image(image_factory=SvgPathImage))


def on_terminal(link: str) -> str:
    """Return the code in half-block characters, light on dark."""
    drawn = io.StringIO()
    _code(link).print_ascii(out=drawn)
    return drawn.getvalue().rstrip("\n")


def _code(link: str) -> "qrcode.QRCode[Any]":
    code: qrcode.QRCode[Any] = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(link)
    code.make(fit=True)
    return code


def _write(path: Path, image: Any) -> None:
    data = io.BytesIO()
    image.save(data)
    create_private(path, data.getvalue())
