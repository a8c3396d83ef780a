"""What an operator owes its clients: receipts and inbound messages, until acknowledged."""

from typing import TypeVar

from carriers.simulator.journal import JournalRecord
from carriers.simulator.operators import OperatorProfile
from carriers.simulator.receipt_text import receipt_body
from carriers.smpp import pdu

Key = tuple[str, int]
_Message = TypeVar("_Message", pdu.SubmitSm, pdu.DeliverSm)


class Delivery:
    """One deliver_sm to be: a receipt (`message` is the submit_sm) or a part of an MO.

    Its key is the id of the message and `index`: the receipt's number or the part's.
    """

    __slots__ = (
        "body",
        "event",
        "index",
        "key",
        "message",
        "serial",
        "state",
        "submitted_at",
        "system_id",
    )

    def __init__(
        self,
        event: str,
        message_id: str,
        index: int,
        serial: int,
        system_id: str,
        message: pdu.SubmitSm | pdu.DeliverSm,
        state: str,
        submitted_at: float,
    ) -> None:
        self.event = event
        self.key: Key = (message_id, index)
        self.index = index
        self.serial = serial
        self.system_id = system_id
        self.message = message
        self.state = state
        self.submitted_at = submitted_at
        self.body = b""

    def octets(self, profile: OperatorProfile, now: float) -> bytes:
        """The deliver_sm body; made once, so that a repeat is equal to the last octet."""
        if not self.body:
            if isinstance(self.message, pdu.SubmitSm):
                self.body = receipt_body(
                    profile, self.message, self.serial, self.state, self.submitted_at, now
                )
            else:
                self.body = pdu.deliver_sm_body(self.message)
        return self.body


def mo_delivery(
    serial: int, index: int, system_id: str, message: pdu.DeliverSm, now: float
) -> Delivery:
    """A part of an MO; its parts share the id that `serial` makes."""
    return Delivery("mo", f"mo{serial}", index, serial, system_id, message, "", now)


def describe(delivery: Delivery) -> dict[str, object]:
    """What the journal needs to know to owe the delivery again after a restart."""
    message = delivery.message
    return {
        "message_id": delivery.key[0],
        "index": delivery.index,
        "serial": delivery.serial,
        "system_id": delivery.system_id,
        "state": delivery.state,
        "submitted_at": delivery.submitted_at,
        "source": message.source_addr,
        "source_ton": message.source_addr_ton,
        "source_npi": message.source_addr_npi,
        "destination": message.destination_addr,
        "dest_ton": message.dest_addr_ton,
        "dest_npi": message.dest_addr_npi,
        "esm_class": message.esm_class,
        "data_coding": message.data_coding,
        "octets": message.short_message.hex(),
        "tlvs": [[tag, value.hex()] for tag, value in message.tlvs],
    }


def restore(record: JournalRecord) -> Delivery:
    """The delivery that an `mo` line or an entry of a checkpoint tells of."""
    if record.event == "receipt":
        return restore_receipt(record, record.index, record.state, record.submitted_at)
    return Delivery(
        record.event,
        record.message_id,
        record.index,
        record.serial,
        record.system_id,
        _message(pdu.DeliverSm, record),
        record.state,
        record.submitted_at,
    )


def restore_receipt(record: JournalRecord, index: int, state: str, submitted_at: float) -> Delivery:
    """A receipt for the submit_sm that the record holds."""
    return Delivery(
        "receipt",
        record.message_id,
        index,
        record.serial,
        record.system_id,
        _message(pdu.SubmitSm, record),
        state,
        submitted_at,
    )


def _message(kind: type[_Message], record: JournalRecord) -> _Message:
    return kind(
        source_addr_ton=record.source_ton,
        source_addr_npi=record.source_npi,
        source_addr=record.source,
        dest_addr_ton=record.dest_ton,
        dest_addr_npi=record.dest_npi,
        destination_addr=record.destination,
        esm_class=record.esm_class,
        data_coding=record.data_coding,
        short_message=record.octets,
        tlvs=record.tlvs,
    )
