"""From a claimed message to the submit_sm bodies of one bind, by that bind's options."""

import struct
from dataclasses import replace
from datetime import datetime, timedelta

from carriers.addresses import writer
from carriers.constants import InterfaceVersion, LongMessages, ValidityForm
from carriers.models import Bind
from carriers.ports import Submission
from carriers.smpp.pdu import SubmitTemplate
from compliance.constants import LANES
from messaging.encoding import udh
from messaging.encoding.alphabets import Encoding
from messaging.encoding.packing import packed
from messaging.pump.claims import Claim
from messaging.pump.cutting import Cutter
from messaging.pump.papers import NO_PAPERS, Papers, Tlvs, VendorTlvs
from messaging.pump.pieces import UDHI, Piece, as_payload, with_headers, with_sar
from messaging.pump.sources import source_of
from messaging.pump.times import LONGEST_VALIDITY_SECONDS, absolute_time, relative_time
from messaging.selectors.profiles import profile_of
from messaging.selectors.snapshot import SenderCard

_OWN_HEADER = frozenset({LongMessages.UDH8, LongMessages.UDH16})
_NO_SHIFTS = (0, 0)
# SMPP 3.4 §5.2.17; 3 is of SMPP 5.0.
_REGISTERED = {"none": 0, "final": 1, "failure": 2, "success": 3}
_INTERMEDIATE = 0x10
_USER_MESSAGE_REFERENCE = 0x0204


def user_message_reference(message_id: bytes) -> int:
    """The 16 bits by which a receipt can find its message when the answer was lost."""
    return int.from_bytes(message_id[-2:], "big")


class Composer:
    """Makes submissions for one bind; per sender the constant octets are made once."""

    def __init__(self, bind: Bind) -> None:
        self._bind = bind
        self._profile = profile_of(bind)
        self._profile16 = replace(self._profile, reference_bits=16)
        self._cutter = Cutter(bind)
        self._templates: dict[tuple[int, int], SubmitTemplate] = {}
        # Messages of a campaign that are claimed together end together.
        self._last_validity: tuple[datetime | None, datetime, str] | None = None
        self._destination = writer(bind.destination_form, bind.country_code)
        self._vendor = VendorTlvs(bind) if bind.vendor_tlvs else None
        self._has_reference = (
            bind.sends_user_message_reference and bind.interface_version != InterfaceVersion.V33
        )
        self._coding = {
            "gsm7": bind.data_coding_gsm7,
            "ucs2": bind.data_coding_ucs2,
            "latin1": bind.data_coding_latin1,
        }

    @property
    def needs_papers(self) -> bool:
        """Whether `compose` wants what advertisers, senders and templates are registered as."""
        return self._vendor is not None and self._vendor.needs_papers

    def compose(
        self,
        claim: Claim,
        sender: SenderCard,
        now: datetime,
        share: float | None,
        papers: Papers = NO_PAPERS,
    ) -> list[Submission]:
        """The message's segments in order; those an SMSC already has are left out.

        `share` is the sender's contracted throughput; the link knows this bind's part of it. Raises
        ComposeError where the bind's options refuse the message, ValueError for what no PDU holds.
        """
        template = self._template(sender, claim.lane)
        validity = self._validity(claim, now)
        encoding, pieces = self._pieces(claim, self._common_tlvs(claim, sender, papers))
        coding = self._coding[encoding]
        message_id = claim.id.bytes
        destination = self._destination(claim.msisdn) if self._destination else claim.msisdn
        return [
            Submission(
                claim,
                message_id,
                number,
                len(pieces),
                template.body(
                    destination,
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

    def _template(self, sender: SenderCard, lane: int) -> SubmitTemplate:
        template = self._templates.get((sender.id, lane))
        if template is None:
            template = self._templates[sender.id, lane] = self._new_template(sender, lane)
        return template

    def _new_template(self, sender: SenderCard, lane: int) -> SubmitTemplate:
        bind, source = self._bind, source_of(self._bind, sender)
        own = bind.class_options.get(LANES[lane], {})
        asked = _REGISTERED[own.get("registered_delivery") or bind.registered_delivery]
        return SubmitTemplate(
            source_addr=source.address,
            source_addr_ton=source.ton,
            source_addr_npi=source.npi,
            dest_addr_ton=bind.destination_ton,
            dest_addr_npi=bind.destination_npi,
            service_type=own.get("service_type", bind.service_type),
            protocol_id=bind.protocol_id,
            priority_flag=own.get("priority_flag", bind.priority_flag),
            registered_delivery=asked | (_INTERMEDIATE if bind.asks_intermediate else 0),
            replace_if_present_flag=int(bind.replace_if_present),
            sm_default_msg_id=bind.sm_default_msg_id,
        )

    def _validity(self, claim: Claim, now: datetime) -> str:
        last, not_after = self._last_validity, claim.not_after
        if last is None or last[1] is not now or last[0] != not_after:
            self._last_validity = last = (not_after, now, self._validity_until(not_after, now))
        return last[2]

    def _validity_until(self, not_after: datetime | None, now: datetime) -> str:
        """Never past the deadline: an SMSC's retry must not arrive after the legal window."""
        form = self._bind.validity_form
        limits = [self._bind.validity_seconds] if self._bind.validity_seconds else []
        if not_after is not None:
            limits.append(int((not_after - now).total_seconds()))
        if not limits or form == ValidityForm.NONE:
            return ""
        if form == ValidityForm.ABSOLUTE:
            seconds = min(max(1, min(limits)), LONGEST_VALIDITY_SECONDS)
            return absolute_time(now.replace(microsecond=0) + timedelta(seconds=seconds))
        return relative_time(min(limits))

    def _pieces(self, claim: Claim, common: Tlvs) -> tuple[Encoding, list[Piece]]:
        reference = claim.segment_reference or 0
        profile = self._profile if reference >= 0 else self._profile16
        segmented = self._cutter.cut(claim.text, profile)
        payloads = [segment.payload for segment in segmented.segments]
        shifts = (segmented.locking_shift, segmented.single_shift)
        packs = self._bind.packs_gsm7 and segmented.encoding == "gsm7"
        if len(payloads) == 1:
            header = udh.shift_udh(*shifts)
            payload = packed(payloads[0], len(header)) if packs else payloads[0]
            return segmented.encoding, [Piece(header + payload, UDHI if header else 0, common)]
        if claim.segment_reference is None:  # the bind cuts what others carry whole
            reference = user_message_reference(claim.id.bytes)
        if shifts != _NO_SHIFTS or self._bind.long_messages in _OWN_HEADER:
            bits = profile.reference_bits
            pieces = with_headers(payloads, reference, bits, shifts, common, packs)
        elif self._bind.long_messages == LongMessages.SAR:
            pieces = with_sar(payloads, reference, common, packs)
        else:
            pieces = as_payload(payloads, common, packs)
        return segmented.encoding, pieces

    def _common_tlvs(self, claim: Claim, sender: SenderCard, papers: Papers) -> Tlvs:
        tlvs: Tlvs = ()
        if self._has_reference:
            reference = user_message_reference(claim.id.bytes)
            tlvs = ((_USER_MESSAGE_REFERENCE, struct.pack(">H", reference)),)
        return tlvs if self._vendor is None else tlvs + self._vendor.octets(claim, sender, papers)
