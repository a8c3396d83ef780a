"""Labels that the other end of a bind adds itself: counted, and not sent."""


def taken_off(texts: list[str], before: int, after: int) -> list[str]:
    """The segments' texts without the first `before` and the last `after` characters.

    As many segments as before: their number is what is paid, and each keeps the room that the
    label needs. One that would be empty takes over the last character of the segment before it,
    because SMSCs refuse a segment that says nothing.
    """
    left = list(texts)
    for at in range(len(left)):
        cut = min(before, len(left[at]))
        left[at] = left[at][cut:]
        before -= cut
    for at in reversed(range(len(left))):
        cut = min(after, len(left[at]))
        left[at] = left[at][: len(left[at]) - cut]
        after -= cut
    for at in range(len(left) - 1, 0, -1):
        if not left[at]:
            left[at - 1], left[at] = left[at - 1][:-1], left[at - 1][-1:]
    return left
