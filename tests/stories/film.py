"""What a camera sees, as Chromium's fake camera takes it: a film of one QR code."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

WIDTH, HEIGHT = 640, 480
FRAMES = 10


def scene(text: str) -> Image.Image:
    """Return a grey wall with a QR code of this text on it; "" for a bare wall."""
    wall = Image.new("L", (WIDTH, HEIGHT), 150)
    if text:
        code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
        code.add_data(text)
        drawn = code.make_image().get_image().convert("L").resize((380, 380))
        wall.paste(drawn, (130, 50))
    return wall


def photo(text: str) -> dict[str, str | bytes]:
    """Return a photo of a scene, as a file that somebody chooses."""
    out = BytesIO()
    scene(text).convert("RGB").save(out, "JPEG", quality=80)
    return {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def write_film(path: Path, text: str) -> None:
    """Write a film of a scene as Y4M: light in full, colour (none) at a quarter."""
    light = scene(text).tobytes()
    frame = b"FRAME\n" + light + b"\x80" * (len(light) // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F30:1 Ip A1:1 C420jpeg\n" + frame * FRAMES)
