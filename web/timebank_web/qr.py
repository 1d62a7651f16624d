"""QR codes as pictures. Whatever the screen's colours: dark on a white box, so that it scans."""

import base64
from io import BytesIO

from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage
from qrcode.main import QRCode

BORDER = 4
"""Modules of white around the code (ISO/IEC 18004)."""


def svg(link: str, *, poster: bool = False) -> str:
    """Return a QR code as SVG: error level M for a screen, H for a poster that gets dirty."""
    made = QRCode(
        error_correction=ERROR_CORRECT_H if poster else ERROR_CORRECT_M,
        border=BORDER,
        image_factory=SvgPathFillImage,
    )
    made.add_data(link)
    out = BytesIO()
    made.make_image().save(out)
    return out.getvalue().decode()


def picture(link: str, text: str, *, poster: bool = False) -> dict[str, str]:
    """Return a QR code as templates take it: `src` for an image, `text` for who cannot see it."""
    data = base64.b64encode(svg(link, poster=poster).encode()).decode()
    return {"src": f"data:image/svg+xml;base64,{data}", "text": text}
