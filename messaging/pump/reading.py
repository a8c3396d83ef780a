"""What an SMSC writes in its own manner, as every other one would write it."""

from collections.abc import Sequence

from carriers.addresses import digits_of
from carriers.constants import AddressForm
from carriers.models import Bind
from carriers.ports import InboundPdu
from carriers.smpp import pdu
from messaging.encoding.packing import unpacked

_TEXT_CODINGS = frozenset({0})


class Reader:
    """Turns one bind's forms of numbers and packed texts around; costs nothing where it has none."""

    def __init__(self, bind: Bind) -> None:
        self._phone_form, self._own_form = bind.destination_form, bind.source_form
        self._country_code, self._packs = bind.country_code, bind.packs_gsm7
        digits = AddressForm.DIGITS.value
        self._is_usual = {self._phone_form, self._own_form} == {digits} and not self._packs

    def read(self, pdus: Sequence[InboundPdu]) -> Sequence[InboundPdu]:
        """The same PDUs with digits, and with septets in octets of their own."""
        if self._is_usual:
            return pdus
        return [
            one if one.deliver is None else one._replace(deliver=self._deliver(one.deliver))
            for one in pdus
        ]

    def _deliver(self, deliver: pdu.DeliverSm) -> pdu.DeliverSm:
        return deliver._replace(
            source_addr=digits_of(deliver.source_addr, self._phone_form, self._country_code),
            destination_addr=digits_of(
                deliver.destination_addr, self._own_form, self._country_code
            ),
            short_message=self._septets(deliver),
        )

    def _septets(self, deliver: pdu.DeliverSm) -> bytes:
        octets = deliver.short_message
        if not self._packs or not octets or deliver.data_coding not in _TEXT_CODINGS:
            return octets
        has_header = deliver.esm_class & pdu.ESM_UDHI
        header = min(octets[0] + 1, len(octets)) if has_header else 0
        count = ((len(octets) - header) * 8 - (-header * 8 % 7)) // 7
        septets = unpacked(octets[header:], max(0, count), header)
        # Seven spare bits hold a carriage return (3GPP TS 23.038 §6.1.2.3.1).
        is_full = ((len(octets) - header) * 8 - (-header * 8 % 7)) % 7 == 0
        if is_full and septets.endswith(b"\r"):
            septets = septets[:-1]
        return octets[:header] + septets
