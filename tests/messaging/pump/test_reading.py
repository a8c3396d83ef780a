"""SMSCs with manners of their own, read as all others."""

import pytest

from carriers.models import Bind
from carriers.ports import InboundPdu
from carriers.smpp import pdu
from messaging.encoding import gsm7
from messaging.encoding.packing import packed
from messaging.pump.reading import Reader


def read(deliver: pdu.DeliverSm, **options) -> pdu.DeliverSm:
    (found,) = Reader(Bind(**options)).read([InboundPdu(1, 2, deliver, b"raw", 0.0)])
    assert found.deliver is not None
    return found.deliver


def test_usual_bind_is_read_as_it_is():
    pdus = [InboundPdu(1, 2, pdu.DeliverSm(source_addr="+84981234567"), b"", 0.0)]
    assert Reader(Bind()).read(pdus) is pdus


def test_national_numbers_become_international():
    found = read(
        pdu.DeliverSm(source_addr="0981234567", destination_addr="53849"),
        destination_form="national",
        country_code="84",
    )
    assert (found.source_addr, found.destination_addr) == ("84981234567", "53849")


@pytest.mark.parametrize("text", ["", "Hi", "1234567", "12345678", "id:1 stat:DELIVRD err:000"])
@pytest.mark.parametrize("header", [b"", b"\x05\x00\x03\x4d\x02\x01"])
def test_packed_texts_are_unpacked(text, header):
    octets = header + packed(gsm7.encode(text) or b"", len(header))
    esm_class = pdu.ESM_UDHI if header else 0
    found = read(pdu.DeliverSm(short_message=octets, esm_class=esm_class), packs_gsm7=True)
    assert found.short_message[: len(header)] == header
    assert gsm7.decode(found.short_message[len(header) :]) == text


def test_unicode_is_never_packed():
    octets = "Đ".encode("utf-16-be")
    found = read(pdu.DeliverSm(short_message=octets, data_coding=8), packs_gsm7=True)
    assert found.short_message == octets


def test_unreadable_pdu_goes_on_as_it_is():
    odd = InboundPdu(1, 2, None, b"odd", 0.0)
    assert Reader(Bind(packs_gsm7=True)).read([odd]) == [odd]
