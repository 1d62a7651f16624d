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
    """Return a UUIDv7 (RFC 9562 §5.7): time-ordered, so that inserts stay cheap in a large ledger."""
    if len(entropy) != ID_BYTES:
        raise ValueError("an id needs 16 random bytes")
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError("milliseconds since 1970 must fit 48 bits")
    value = milliseconds << 80 | int.from_bytes(entropy[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return value.to_bytes(ID_BYTES, "big").hex()
