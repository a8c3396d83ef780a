"""The journal's frequent lines, formatted by hand: json.dumps would cost as much as all the rest."""

from json.encoder import encode_basestring_ascii as quote
from typing import Final

from carriers.simulator.deliveries import Delivery
from carriers.smpp import pdu

_SUBMIT: Final = (
    '{"event":"submit","time":%.6f,"session":%d,"sequence":%d,"system_id":%s,'
    '"source":%s,"source_ton":%d,"source_npi":%d,"destination":%s,"dest_ton":%d,"dest_npi":%d,'
    '"status":%s,"message_id":"%s","serial":%d,"answered":%s,"behaviour":"%s","receipts":%s,'
    '"esm_class":%d,"data_coding":%d,"registered_delivery":%d,"validity_period":%s,'
    '"octets":"%s"%s}\n'
)
_RESPONSE: Final = (
    '{"event":"response","time":%.6f,"session":%d,"sequence":%d,"status":%d,"message_id":"%s"}\n'
)
_SENT: Final = (
    '{"event":"%s","time":%.6f,"session":%d,"sequence":%d,"message_id":"%s","index":%d,'
    '"state":"%s"}\n'
)
_ACKNOWLEDGED: Final = (
    '{"event":"%s_ack","time":%.6f,"session":%d,"status":%d,"message_id":"%s","index":%d,'
    '"state":"%s"}\n'
)
_SENT_EVENTS: Final = {"receipt": "receipt", "mo": "mo_sent"}


def submit_line(
    time: float,
    session: int,
    sequence: int,
    system_id: str,
    submit: pdu.SubmitSm,
    status: int | None,
    message_id: str,
    serial: int,
    answered: bool,
    behaviour: str,
    receipts: str,
) -> str:
    """Format the line of a submit_sm; `receipts` is a JSON list already."""
    return _SUBMIT % (
        time,
        session,
        sequence,
        quote(system_id),
        quote(submit.source_addr),
        submit.source_addr_ton,
        submit.source_addr_npi,
        quote(submit.destination_addr),
        submit.dest_addr_ton,
        submit.dest_addr_npi,
        "null" if status is None else status,
        message_id,
        serial,
        "true" if answered else "false",
        behaviour,
        receipts,
        submit.esm_class,
        submit.data_coding,
        submit.registered_delivery,
        quote(submit.validity_period),
        submit.short_message.hex(),
        _tlv_fields(submit.tlvs) if submit.tlvs else "",
    )


def _tlv_fields(tlvs: pdu.Tlvs) -> str:
    listed = ",".join(f'[{tag},"{value.hex()}"]' for tag, value in tlvs)
    reference = user_message_reference(tlvs)
    known = "" if reference is None else f',"user_message_reference":{reference}'
    return f'{known},"tlvs":[{listed}]'


def user_message_reference(tlvs: pdu.Tlvs) -> int | None:
    """The ESME's own number of the message (SMPP 3.4 §5.3.2.17), if it gave one."""
    for tag, value in tlvs:
        if tag == pdu.TLV_USER_MESSAGE_REFERENCE:
            return int.from_bytes(value, "big")
    return None


def response_line(time: float, session: int, sequence: int, status: int, message_id: str) -> str:
    """Format the line of a response that is written later than its submit_sm came."""
    return _RESPONSE % (time, session, sequence, status, message_id)


def sent_line(time: float, session: int, sequence: int, delivery: Delivery) -> str:
    """Format the line of a deliver_sm that leaves."""
    message_id, index = delivery.key
    event = _SENT_EVENTS[delivery.event]
    return _SENT % (event, time, session, sequence, message_id, index, delivery.state)


def acknowledged_line(time: float, session: int, status: int, delivery: Delivery) -> str:
    """Format the line of a deliver_sm_resp."""
    message_id, index = delivery.key
    return _ACKNOWLEDGED % (
        delivery.event,
        time,
        session,
        status,
        message_id,
        index,
        delivery.state,
    )
