"""The text of parts, whole or with its gaps marked: pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from messaging.encoding.inbound import charset_of, decode_inbound
from messaging.encoding.profile import DefaultAlphabet
from messaging.models import InboundPart

_NAMES = {"latin-1": "latin1"}
_MOST_NAME = 10


def text_of(parts: Mapping[int, InboundPart], total: int) -> str:
    """What the phone wrote. Neighbours in one coding are joined before they are read: a phone may
    cut inside a character. `[…2/3…]` stands where a part is missing."""
    pieces: list[str] = []
    for run in _runs(parts, total):
        if isinstance(run, range):
            pieces.append(_gap(run, total))
        else:
            pieces.append(_read(run))
    return "".join(pieces)


def missing_of(parts: Mapping[int, InboundPart], total: int) -> list[int]:
    """The numbers of the parts that are not there."""
    return [number for number in range(1, total + 1) if number not in parts]


def encoding_of(parts: Iterable[InboundPart]) -> str:
    """The coding of the text: that of its first part, and UCS-2 where any part has it."""
    names = [charset_of(part.data_coding, cast(DefaultAlphabet, part.alphabet)) for part in parts]
    name = "ucs2" if "ucs2" in names else names[0]
    return _NAMES.get(name, name)[:_MOST_NAME]


def _runs(parts: Mapping[int, InboundPart], total: int) -> list[list[InboundPart] | range]:
    """Neighbours that are read together, and the gaps between them."""
    runs: list[list[InboundPart] | range] = []
    for number in range(1, total + 1):
        part, last = parts.get(number), runs[-1] if runs else None
        if part is None:
            if isinstance(last, range):
                runs[-1] = range(last.start, number + 1)
            else:
                runs.append(range(number, number + 1))
        elif isinstance(last, list) and _manner(last[-1]) == _manner(part):
            last.append(part)
        else:
            runs.append([part])
    return runs


def _manner(part: InboundPart) -> tuple[object, ...]:
    return (
        part.data_coding, part.alphabet, part.locking_shift, part.single_shift,
        bool(part.octets) or not part.text,
    )  # fmt: skip


def _gap(run: range, total: int) -> str:
    first, last = run.start, run.stop - 1
    return f"[…{first}/{total}…]" if first == last else f"[…{first}–{last}/{total}…]"


def _read(run: Sequence[InboundPart]) -> str:
    first = run[0]
    if first.text and not first.octets:  # stored before octets were
        return "".join(part.text for part in run)
    return decode_inbound(
        b"".join(bytes(part.octets) for part in run),
        first.data_coding,
        cast(DefaultAlphabet, first.alphabet),
        locking_shift=first.locking_shift,
        single_shift=first.single_shift,
    )
