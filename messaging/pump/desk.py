"""Receipts and replies of carriers over HTTP, on the same way as those of SMPP sessions."""

import hashlib
import struct
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.db import connection, transaction

from carriers.http.news import HttpReceipt, HttpReply
from carriers.models import Bind
from carriers.selectors.receipts import ReceiptManner, receipt_manner
from carriers.smpp import pdu
from config.common import clock
from messaging.encoding.profile import DefaultAlphabet
from messaging.pump.results import stored_id
from messaging.services.inbound import Received, inbound_receive
from messaging.services.parked_receipts import receipts_park
from messaging.services.receipts import Receipt, receipts_apply

_MOST_ERROR = 16
_MOST_ID = 65
_UCS2 = 8
_ALPHANUMERIC, _INTERNATIONAL = 5, 1


class MessagingDesk:
    """What carriers find in their registry for news of webhooks."""

    def receipts(self, bind_id: int, receipts: Sequence[HttpReceipt], raw: bytes) -> None:
        """One transaction: settled, or parked until the answer that they overtook has come."""
        bind = Bind.objects.select_related("carrier").get(pk=bind_id)
        manner, now = receipt_manner(bind), clock.now()
        final = [_receipt(one, manner, raw, now) for one in receipts if one.is_final]
        if not final:
            return
        with transaction.atomic(), connection.cursor() as cursor:
            missed = receipts_apply(
                cursor,
                final,
                carrier_id=bind.carrier_id,
                first_settles=manner.first_settles,
                group=manner.carriers,
            )
            if missed:
                receipts_park(cursor, missed, carrier_id=bind.carrier_id, bind_id=bind.pk)

    def replies(self, bind_id: int, replies: Sequence[HttpReply], raw: bytes) -> None:
        """The normal inbound path, all of them or none."""
        bind, now = Bind.objects.get(pk=bind_id), clock.now()
        alphabet = cast(DefaultAlphabet, bind.default_alphabet)
        inbound_receive(
            [
                Received(
                    _deliver(one),
                    raw,
                    bind.pk,
                    bind.carrier_id,
                    alphabet,
                    now,
                    smsc_message_id=reply_id(one.message_id),
                )
                for one in replies
            ]
        )


def _receipt(one: HttpReceipt, manner: ReceiptManner, raw: bytes, now: datetime) -> Receipt:
    return Receipt(
        smsc_message_id=stored_id(one.message_id, manner.id_transform),
        state=one.state,
        error=one.error.replace("\0", "")[:_MOST_ERROR],
        msisdn=one.msisdn,
        reference=reference_of(one.reference),
        raw=raw,
        received_at=now,
        is_proof=manner.is_proof,
    )


def reference_of(text: str) -> int | None:
    """The 16 bits of our reference that a lost answer's message is found by; None for others'."""
    try:
        return int.from_bytes(uuid.UUID(text.partition(".")[0]).bytes[-2:], "big")
    except ValueError:
        return None


def reply_id(text: str) -> str:
    """A carrier's id of a reply, such that the database takes it and different ones stay so."""
    if len(text) <= _MOST_ID and text.isprintable():
        return text
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=32).hexdigest()


def _deliver(one: HttpReply) -> pdu.DeliverSm:
    """As if it had come over SMPP: UCS-2 in message_payload, parts by SAR."""
    tlvs: list[tuple[int, bytes]] = []
    if one.reference is not None:
        tlvs = [
            (pdu.TLV_SAR_MSG_REF_NUM, struct.pack(">H", one.reference & 0xFFFF)),
            (pdu.TLV_SAR_TOTAL_SEGMENTS, bytes((one.total,))),
            (pdu.TLV_SAR_SEGMENT_SEQNUM, bytes((one.number,))),
        ]
    text = one.text.encode("utf-16-be", "replace")
    return pdu.DeliverSm(
        source_addr_ton=_INTERNATIONAL if one.sender.lstrip("+").isdecimal() else _ALPHANUMERIC,
        source_addr=one.sender,
        destination_addr=one.destination,
        data_coding=_UCS2,
        tlvs=(*tlvs, (pdu.TLV_MESSAGE_PAYLOAD, text)),
    )
