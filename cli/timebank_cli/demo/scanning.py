"""A telephone held before a QR code: every code is drawn as an image, and read from it again."""

import io
from dataclasses import dataclass
from urllib.parse import urlsplit

import qrcode
import zxingcpp
from PIL import Image


@dataclass
class Scanner:
    """Counts what it has scanned."""

    scanned: int = 0

    def scan(self, link: str) -> tuple[str, str]:
        """Draw the link, read the image, and return the kind and code in what was read."""
        text = read_image(draw(link))
        if text != link:
            raise ValueError(f"a QR code of {link} was read as {text}")
        self.scanned += 1
        _, kind, code = urlsplit(text).path.split("/")
        return kind, code


def draw(text: str) -> bytes:
    """Return a PNG image of the QR code for this text, as a screen shows it (level M)."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    image = io.BytesIO()
    code.make_image().save(image, "PNG")
    return image.getvalue()


def read_image(png: bytes) -> str:
    """Return the text of the one QR code in an image; ValueError where there is none."""
    with Image.open(io.BytesIO(png)) as image:
        found = zxingcpp.read_barcodes(image.convert("L"))
    if len(found) != 1:
        raise ValueError(f"{len(found)} codes in the image")
    return found[0].text
