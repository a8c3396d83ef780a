"""Values to show: a typical one, one as short and one as long as the slot's checks accept.

Examples for readers; the guaranteed worst case does not rest on them.
"""

from collections.abc import Iterator
from typing import Final

from messaging.encoding import ucs2
from messaging.wording.rewriting import rewrite
from messaging.wording.values import ValueCheck

_TYPED: Final = {"code": "123456", "name": "Nguyen Van An"}
_GROUP: Final = 4  # three digits and their point
_SIZES: Final = 40  # tried, beside the longest: enough to show, and quick
_FEW: Final = 24  # of longer samples only the end is stretched


def sample_value(check: ValueCheck) -> str:
    """The author's example in the chosen letters; without one, a value of the type, or the
    slot's name."""
    if check.spec.example:
        return rewrite(check.spec.example, check.rewriting)
    spec = check.spec
    typed = check.form.sample if check.form else _TYPED.get(spec.type, spec.name)
    candidates = [one[: check.longest] for one in (typed, spec.name, "123456", "ABC", "1", "A")]
    return next((one for one in candidates if check.refusal(one) is None), candidates[0])


def shortest_value(check: ValueCheck) -> str:
    """The shortest beginning of the example that the checks accept."""
    sample = sample_value(check)
    if check.form is not None and check.refusal(check.form.short) is None:
        return check.form.short
    for end in range(1, len(sample)):
        if check.refusal(sample[:end]) is None:
            return sample[:end]
    return sample


def longest_value(check: ValueCheck) -> str:
    """The example made as long as the checks accept, in its own letters."""
    sample = sample_value(check)
    for candidate in _stretched(check, sample):
        if ucs2.units(candidate) <= check.longest and check.refusal(candidate) is None:
            return candidate
    return sample


def _stretched(check: ValueCheck, sample: str) -> Iterator[str]:
    """Longer values, longest first: digits in groups, the sample repeated, one character of it
    repeated."""
    most = check.longest
    if check.spec.type == "amount":
        tail = sample.lstrip("0123456789., '+-")
        yield from (_grouped(size) + tail for size in range(most - len(tail), 0, -1))
    if check.form is None:
        yield (sample * (most // len(sample) + 1))[:most] if sample else "x" * most
    room = most - len(sample)
    for size in dict.fromkeys([room, *range(min(room, _SIZES), 0, -1)]):
        for at in range(len(sample) - 1, -1, -1):
            yield sample[: at + 1] + sample[at] * size + sample[at + 1 :]
            if len(sample) > _FEW:
                break


def _grouped(size: int) -> str:
    """Digits in groups of three, `size` characters in all, or one less."""
    first = size % _GROUP
    if not first:
        first, size = _GROUP - 1, size - 1
    return "9" * first + ".999" * (size // _GROUP)
