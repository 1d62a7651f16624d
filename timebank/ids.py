"""Names for things: 128 random bits for members and accounts, UUIDv7 for orders.

All are 32 lower-case hexadecimal characters. Randomness and time are arguments.
"""

ID_BYTES = 16


def random_id(entropy: bytes) -> str:
    """Return the id of a member, account, request or voucher made of 16 random bytes."""
    if len(entropy) != ID_BYTES:
        raise ValueError("an id needs 16 random bytes")
    return entropy.hex()


def order_id(milliseconds: int, entropy: bytes) -> str:
    """Return a UUIDv7 (RFC 9562 §5.7): time-ordered, so that inserts stay cheap."""
    if len(entropy) != ID_BYTES:
        raise ValueError("an id needs 16 random bytes")
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError("milliseconds since 1970 must fit 48 bits")
    value = milliseconds << 80 | int.from_bytes(entropy[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return value.to_bytes(ID_BYTES, "big").hex()


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference(identity: str) -> str:
    """Return four characters that two people compare on their screens, made of an identity.

    Crockford's base32 (no I, L, O or U): short to read out; it proves nothing.
    """
    bits = int(identity[:5], 16)
    return "".join(_CROCKFORD[bits >> shift & 31] for shift in (15, 10, 5, 0))


def code(entropy: bytes) -> str:
    """Return an opaque code for in a link or QR code: Crockford's base32 of the bytes, 5 at a time.

    Upper case, so that a QR code holds it in alphanumeric mode.
    """
    if not entropy or len(entropy) % 5:
        raise ValueError("a code is made of 5, 10, 15 ... random bytes")
    bits = int.from_bytes(entropy, "big")
    count = len(entropy) * 8 // 5
    return "".join(_CROCKFORD[bits >> 5 * place & 31] for place in reversed(range(count)))


def read_code(typed: str) -> str:
    """Return a typed code as printed: no spaces or dashes, O read as 0, I and L as 1."""
    plain = "".join(typed.split()).replace("-", "").upper()
    return plain.translate(str.maketrans("OIL", "011"))


def code_bytes(typed: str) -> bytes:
    """Return the bytes that `code` made this of, as typed or scanned; ValueError for other text."""
    plain = read_code(typed)
    if not plain or len(plain) % 8 or set(plain) - set(_CROCKFORD):
        raise ValueError("a code is 8, 16, 24 ... letters and digits")
    bits = 0
    for character in plain:
        bits = bits << 5 | _CROCKFORD.index(character)
    return bits.to_bytes(len(plain) * 5 // 8, "big")
