"""Ed25519 verification in plain Python: the addition of RFC 8032 §5.1.4, without special cases.

Slow (milliseconds) and not constant in time: it holds no secret. It is here because the library
for P-256 beside it takes the point (0, -1), of order 2, for infinity (ecdsa 0.19), and two
verifiers that differ on one signature differ on a whole journal.
"""

from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, P) % P
_TWICE_D = 2 * _D % P
_ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
_WINDOW = 4

Point = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x·y = T/Z."""
Table = tuple[Point, ...]

NEUTRAL: Point = (0, 1, 1, 0)


def decode(data: bytes) -> Point | None:
    """Return the point of 32 bytes (RFC 8032 §5.1.3), or None where there is none.

    That y is below p is for the caller to have checked.
    """
    number = int.from_bytes(data, "little")
    y, sign = number % 2**255, number >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * _ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode(point: Point) -> bytes:
    """Return the one encoding of a point."""
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def table(point: Point) -> Table:
    """Return 0, 1, … 15 times a point, to multiply it by many scalars."""
    multiples = [NEUTRAL]
    for _ in range((1 << _WINDOW) - 1):
        multiples.append(_add(multiples[-1], point))
    return tuple(multiples)


def holds(minus_a: Table, encoded: bytes, signature: bytes, message: bytes) -> bool:
    """Whether [S]B - [k]A encodes to R, with S < L (RFC 8032 §5.1.7, without the cofactor).

    `minus_a` is the table of -A, and `encoded` are the bytes of A.
    """
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    k = int.from_bytes(sha512(r + encoded + message).digest(), "little") % L
    sum_of_both = NEUTRAL
    for shift in range(256 - _WINDOW, -1, -_WINDOW):
        for _ in range(_WINDOW):
            sum_of_both = _double(sum_of_both)
        sum_of_both = _add(sum_of_both, _BASE[s >> shift & 15])
        sum_of_both = _add(sum_of_both, minus_a[k >> shift & 15])
    return encode(sum_of_both) == r


def negated(point: Point) -> Point:
    """Return the point that makes zero with this one."""
    x, y, z, t = point
    return P - x, y, z, P - t


def _add(one: Point, other: Point) -> Point:
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = t1 * _TWICE_D * t2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _double(point: Point) -> Point:
    x, y, z, _ = point
    a = x * x % P
    b = y * y % P
    h = a + b
    e = h - (x + y) * (x + y) % P
    g = a - b
    f = 2 * z * z % P + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def _base_point() -> Point:
    point = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert point is not None
    return point


_BASE = table(_base_point())
