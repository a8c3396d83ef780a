"""Which forms of message ids make answers and receipts agree. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from carriers.smpp.receipts import canonical_id

# Simplest first: among those that pair as many, the first one is proposed.
_PAIRS: Final = (
    ("as_is", "as_is"),
    ("strip_zeros_upper", "strip_zeros_upper"),
    ("hex_to_dec", "strip_zeros_upper"),
    ("strip_zeros_upper", "hex_to_dec"),
    ("hex_to_dec", "hex_to_dec"),
)
_LEAST: Final = 3  # fewer receipts prove nothing


class IdForms(NamedTuple):
    """The forms, how many receipts they pair, and an example of each side."""

    response: str
    receipt: str
    paired: int
    receipts: int
    example: tuple[str, str]


def id_forms(answers: Sequence[str], receipts: Sequence[str]) -> IdForms | None:
    """The simplest pair of forms under which the most receipts find their answer, each one its
    own. None where too few receipts came or no forms pair most of them."""
    found = [one for one in receipts if one]
    if len(found) < _LEAST:
        return None
    best = max(
        (_paired(answers, found, *pair) for pair in _PAIRS), key=lambda forms: forms.paired
    )  # max keeps the first of equals
    return best if best.paired * 2 > len(found) else None


def _paired(
    answers: Sequence[str], receipts: Sequence[str], response: str, receipt: str
) -> IdForms:
    known = Counter(canonical_id(one, response) for one in answers)
    by_form = {canonical_id(one, response): one for one in answers}
    paired, example = 0, ("", "")
    for one in receipts:
        key = canonical_id(one, receipt)
        # Two answers with one canonical id would be told apart by nothing.
        if known.get(key) == 1:
            paired += 1
            example = example if example[0] else (by_form[key], one)
    return IdForms(response, receipt, paired, len(receipts), example)
