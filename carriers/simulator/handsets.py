"""What the handsets of a simulated operator show: texts as its alphabet reads them."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from carriers.simulator.dialects import long_form
from carriers.simulator.mo_text import gsm_text
from carriers.simulator.operators import OperatorProfile
from carriers.smpp import pdu

MOST_HANDSETS: Final = 2000
MOST_TEXTS: Final = 100
_LATIN1, _UCS2 = 0x03, 0x08

_Key = tuple[str, str, int, int]  # sender, form, reference, total


@dataclass(slots=True)
class _Screen:
    texts: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_TEXTS))
    parts: dict[_Key, dict[int, str]] = field(default_factory=dict)


class Handsets:
    """The latest texts by number."""

    def __init__(self, profile: OperatorProfile) -> None:
        self._profile = profile
        self._screens: dict[str, _Screen] = {}

    def show(self, submit: pdu.SubmitSm) -> None:
        """A text or a part of one arrives; parts are shown when all are there."""
        screen = self._screens.get(submit.destination_addr)
        if screen is None:
            if len(self._screens) >= MOST_HANDSETS:
                self._screens.pop(next(iter(self._screens)))
            screen = self._screens[submit.destination_addr] = _Screen()
        tlvs = dict(submit.tlvs)
        octets = submit.short_message or tlvs.get(pdu.TLV_MESSAGE_PAYLOAD, b"")
        place, octets = _place(submit, tlvs, octets)
        text = self._read(submit.data_coding, octets)
        if place is None:
            screen.texts.append(text)
            return
        key, number = place
        parts = screen.parts.setdefault(key, {})
        parts[number] = text
        if len(parts) == key[3]:
            screen.texts.append("".join(parts[one] for one in sorted(parts)))
            del screen.parts[key]

    def texts(self, number: str) -> list[str]:
        """What the handset has shown, oldest first."""
        screen = self._screens.get(number)
        return list(screen.texts) if screen else []

    def _read(self, data_coding: int, octets: bytes) -> str:
        if data_coding == _UCS2:
            return octets.decode("utf-16-be", "replace")
        if data_coding == _LATIN1:
            return octets.decode("latin-1") if self._profile.shows_latin1 else "?" * len(octets)
        if self._profile.default_alphabet == "gsm7":
            return gsm_text(octets)
        charset = "ascii" if self._profile.default_alphabet == "ascii" else "latin-1"
        return octets.decode(charset, "replace")


def _place(
    submit: pdu.SubmitSm, tlvs: dict[int, bytes], octets: bytes
) -> tuple[tuple[_Key, int] | None, bytes]:
    form = long_form(submit)
    if form in {"udh8", "udh16"} and len(octets) > 1:
        header, octets = octets[: octets[0] + 1], octets[octets[0] + 1 :]
        reference, (total, number) = int.from_bytes(header[3:-2], "big"), header[-2:]
    elif form == "sar":
        reference, total, number = (
            int.from_bytes(tlvs[tag], "big")
            for tag in (
                pdu.TLV_SAR_MSG_REF_NUM,
                pdu.TLV_SAR_TOTAL_SEGMENTS,
                pdu.TLV_SAR_SEGMENT_SEQNUM,
            )
        )
    else:
        return None, octets
    return ((submit.source_addr, form, reference, total), number), octets
