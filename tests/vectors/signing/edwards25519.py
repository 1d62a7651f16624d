"""The curve edwards25519 (RFC 8032 §5.1), for the points that no honest key is."""

from collections.abc import Iterator

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    t = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P
    return x, y


def multiply(scalar: int, point: Point) -> Point:
    result = (0, 1)
    for bit in f"{scalar:b}":
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def point_with(y: int) -> Point | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return None if (x * x - square) % P else (x, y)


def small_order_points() -> set[Point]:
    for y in range(2, 100):
        point = point_with(y)
        generator = multiply(L, point) if point else (0, 1)
        points = {multiply(n, generator) for n in range(8)}
        if len(points) == 8:
            return points
    raise AssertionError("one in two points has a part of order 8")


def encodings(point: Point) -> Iterator[tuple[str, bytes]]:
    """Every 32 bytes that some decoder takes for this point, the canonical ones first."""
    x, y = point
    for sign in {x & 1} if x else (0, 1):
        for spelling in (y, y + P):
            if spelling < 2**255:
                encoded = (spelling | sign << 255).to_bytes(32, "little")
                canonical = spelling == y and sign == x & 1
                yield "canonical" if canonical else "not canonical", encoded
