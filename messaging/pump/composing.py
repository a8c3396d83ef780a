"""From a claimed message to the submit_sm bodies of one bind, by that bind's options."""

import struct
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from carriers.constants import LongMessages
from carriers.models import Bind
from carriers.ports import Submission
from carriers.smpp.pdu import SubmitTemplate
from messaging.encoding import segmentation, udh
from messaging.encoding.alphabets import Encoding
from messaging.encoding.profile import ReferenceBits
from messaging.pump.claims import Claim
from messaging.selectors.profiles import profile_of
from messaging.selectors.snapshot import SenderCard

_OWN_HEADER = frozenset({LongMessages.UDH8, LongMessages.UDH16})
_NO_SHIFTS = (0, 0)
_UDHI = 0x40  # esm_class: user data header present (SMPP 3.4 §5.2.12)
_REGISTERED = {"none": 0, "final": 1, "failure": 2}  # SMPP 3.4 §5.2.17
_USER_MESSAGE_REFERENCE = 0x0204
_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER = 0x020C, 0x020E, 0x020F
_MESSAGE_PAYLOAD = 0x0424
# Usual type of number and numbering plan per kind of sender (SMPP 3.4 §5.2.5, §5.2.6).
_SOURCE_TON = {"alphanumeric": (5, 0), "short_code": (3, 0), "long_code": (1, 1)}
_LONGEST_VALIDITY_SECONDS = 99 * 86400

Tlvs = tuple[tuple[int, bytes], ...]


def user_message_reference(message_id: bytes) -> int:
    """The 16 bits by which a receipt can find its message when the answer was lost."""
    return int.from_bytes(message_id[-2:], "big")


@lru_cache(maxsize=1024)  # one claim's messages mostly share their deadline
def relative_time(seconds: float) -> str:
    """validity_period as relative time (SMPP 3.4 §7.1.1.2), rounded down to whole seconds."""
    rest = max(1, min(int(seconds), _LONGEST_VALIDITY_SECONDS))
    days, rest = divmod(rest, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    return f"0000{days:02}{hours:02}{minutes:02}{rest:02}000R"


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one submit_sm carries: a segment, or a whole text for the SMSC to cut."""

    short_message: bytes
    esm_class: int
    tlvs: Tlvs


class Composer:
    """Makes submissions for one bind; per sender the constant octets are made once."""

    def __init__(self, bind: Bind) -> None:
        self._bind = bind
        self._profile = profile_of(bind)
        self._profile16 = replace(self._profile, reference_bits=16)
        self._templates: dict[int, SubmitTemplate] = {}
        self._coding = {
            "gsm7": bind.data_coding_gsm7,
            "ucs2": bind.data_coding_ucs2,
            "latin1": 3,
        }

    def compose(
        self, claim: Claim, sender: SenderCard, now: datetime, share: float | None
    ) -> list[Submission]:
        """The message's segments in order; those an SMSC already has are left out.

        `share` is the part of the sender's contracted throughput that this bind may use.
        """
        template = self._template(sender)
        validity = self._validity(claim, now)
        encoding, pieces = self._pieces(claim)
        coding = self._coding[encoding]
        message_id = claim.id.bytes
        return [
            Submission(
                claim,
                message_id,
                number,
                len(pieces),
                template.body(
                    claim.msisdn,
                    piece.short_message,
                    esm_class=piece.esm_class,
                    data_coding=coding,
                    validity_period=validity,
                    tlvs=piece.tlvs,
                ),
                claim.lane,
                sender.id,
                share,
            )
            for number, piece in enumerate(pieces, 1)
            if number not in claim.results
        ]

    def _template(self, sender: SenderCard) -> SubmitTemplate:
        template = self._templates.get(sender.id)
        if template is None:
            ton, npi = self._bind.source_ton.get(sender.kind) or _SOURCE_TON[sender.kind]
            template = self._templates[sender.id] = SubmitTemplate(
                source_addr=sender.address,
                source_addr_ton=ton,
                source_addr_npi=npi,
                dest_addr_ton=self._bind.destination_ton,
                dest_addr_npi=self._bind.destination_npi,
                service_type=self._bind.service_type,
                protocol_id=self._bind.protocol_id,
                registered_delivery=_REGISTERED[self._bind.registered_delivery],
            )
        return template

    def _validity(self, claim: Claim, now: datetime) -> str:
        """Never past the deadline: an SMSC's retry must not arrive after the legal window."""
        limits = [self._bind.validity_seconds] if self._bind.validity_seconds else []
        if claim.not_after is not None:
            limits.append(int((claim.not_after - now).total_seconds()))
        return relative_time(min(limits)) if limits else ""

    def _pieces(self, claim: Claim) -> tuple[Encoding, list[_Piece]]:
        reference = claim.segment_reference or 0
        profile = self._profile if reference >= 0 else self._profile16
        segmented = segmentation.segment(claim.text, profile=profile)
        common = self._common_tlvs(claim)
        payloads = [segment.payload for segment in segmented.segments]
        shifts = (segmented.locking_shift, segmented.single_shift)
        if len(payloads) == 1:
            header = udh.shift_udh(*shifts)
            pieces = [_Piece(header + payloads[0], _UDHI if header else 0, common)]
        elif shifts != _NO_SHIFTS or self._bind.long_messages in _OWN_HEADER:
            pieces = _with_headers(payloads, reference, profile.reference_bits, shifts, common)
        elif self._bind.long_messages == LongMessages.SAR:
            pieces = _with_sar(payloads, reference, common)
        else:
            tlvs = (*common, (_MESSAGE_PAYLOAD, b"".join(payloads)))
            pieces = [_Piece(b"", 0, tlvs)]
        return segmented.encoding, pieces

    def _common_tlvs(self, claim: Claim) -> Tlvs:
        if not self._bind.sends_user_message_reference:
            return ()
        reference = user_message_reference(claim.id.bytes)
        return ((_USER_MESSAGE_REFERENCE, struct.pack(">H", reference)),)


def _with_headers(
    payloads: list[bytes],
    reference: int,
    bits: ReferenceBits,
    shifts: tuple[int, int],
    common: Tlvs,
) -> list[_Piece]:
    """Concatenation and national tables in one header per segment (3GPP TS 23.040 §9.2.3.24)."""
    total = len(payloads)
    own = reference & ((1 << bits) - 1)
    return [
        _Piece(udh.concat_udh(own, total, number, bits, shifts=shifts) + payload, _UDHI, common)
        for number, payload in enumerate(payloads, 1)
    ]


def _with_sar(payloads: list[bytes], reference: int, common: Tlvs) -> list[_Piece]:
    """The SMSC makes the headers (SMPP 3.4 §5.3.2.22 to §5.3.2.24)."""
    shared = (_SAR_REFERENCE, struct.pack(">H", reference & 0xFFFF))
    total = (_SAR_TOTAL, bytes([len(payloads)]))
    return [
        _Piece(payload, 0, (*common, shared, total, (_SAR_NUMBER, bytes([number]))))
        for number, payload in enumerate(payloads, 1)
    ]
