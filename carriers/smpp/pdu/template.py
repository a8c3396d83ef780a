"""Fast submit_sm bodies: what is the same for every message is encoded once (SMPP 3.4 §4.4.1)."""

from typing import Final

from carriers.smpp.pdu.fields import PduError, Tlvs, cstring, octet, tlvs_octets

MAX_SHORT_MESSAGE: Final = 254  # §5.2.22; longer texts go in message_payload
_ADDRESS_OCTETS: Final = 21


class SubmitTemplate:
    """The octets of a submit_sm body that do not change from message to message.

    Validates what is fixed once, so that `body` only checks what varies.
    """

    __slots__ = ("_flags", "_head", "_tail")

    def __init__(
        self,
        *,
        source_addr: str,
        source_addr_ton: int = 0,
        source_addr_npi: int = 0,
        dest_addr_ton: int = 0,
        dest_addr_npi: int = 0,
        service_type: str = "",
        protocol_id: int = 0,
        priority_flag: int = 0,
        registered_delivery: int = 0,
        replace_if_present_flag: int = 0,
        sm_default_msg_id: int = 0,
    ) -> None:
        self._head = b"".join(
            (
                cstring("service_type", service_type, 6),
                octet("source_addr_ton", source_addr_ton),
                octet("source_addr_npi", source_addr_npi),
                cstring("source_addr", source_addr, _ADDRESS_OCTETS),
                octet("dest_addr_ton", dest_addr_ton),
                octet("dest_addr_npi", dest_addr_npi),
            )
        )
        self._flags = octet("protocol_id", protocol_id) + octet("priority_flag", priority_flag)
        delivery = octet("registered_delivery", registered_delivery)
        self._tail = (
            delivery + octet("replace_if_present_flag", replace_if_present_flag),
            octet("sm_default_msg_id", sm_default_msg_id),
        )

    def body(
        self,
        destination_addr: str,
        short_message: bytes,
        *,
        esm_class: int = 0,
        data_coding: int = 0,
        validity_period: str = "",
        schedule_delivery_time: str = "",
        tlvs: Tlvs = (),
    ) -> bytes:
        """Return the body for one segment; PduError when a value does not fit its field.

        Times are SMPP absolute or relative times (§7.1.1), empty or 16 characters.
        """
        length = len(short_message)
        if length > MAX_SHORT_MESSAGE:
            raise PduError(f"short_message is longer than {MAX_SHORT_MESSAGE} octets")
        delivery, default_id = self._tail
        try:
            body = b"%b%b\0%c%b%b%b%b%c%b%c%b" % (
                self._head,
                _address(destination_addr),
                esm_class,
                self._flags,
                _time(schedule_delivery_time) if schedule_delivery_time else b"\0",
                _time(validity_period) if validity_period else b"\0",
                delivery,
                data_coding,
                default_id,
                length,
                short_message,
            )
        except OverflowError as error:
            raise PduError("esm_class or data_coding is outside 0..255") from error
        return body + tlvs_octets(tlvs) if tlvs else body


def _address(value: str) -> bytes:
    octets = value.encode("latin-1", "replace")
    if len(octets) >= _ADDRESS_OCTETS or 0 in octets:
        raise PduError("destination_addr has a NUL or more than 20 octets")
    return octets


def _time(value: str) -> bytes:
    octets = value.encode("latin-1", "replace")
    if len(octets) != 16 or 0 in octets:
        raise PduError("an SMPP time is empty or has 16 characters (§7.1.1)")
    return octets + b"\0"
