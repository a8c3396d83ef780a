import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.simulator import smsc
from carriers.simulator.operators import IdFormat
from carriers.simulator.receipt_text import STATES, receipt_body
from carriers.smpp import pdu
from tests.carriers.simulator.esme import NUMBER, bound, make_profile, running

SUBMIT = pdu.SubmitSm(
    source_addr_ton=3,
    source_addr="53849",
    dest_addr_ton=1,
    dest_addr_npi=1,
    destination_addr=NUMBER,
    registered_delivery=1,
    short_message=b"Your order 4711 has left the house",
)
NOON = 1_795_323_600.0  # 2026-11-22 05:00 UTC


def receipt(submit: pdu.SubmitSm = SUBMIT, state: str = "DELIVRD", **changes) -> pdu.DeliverSm:
    body = receipt_body(make_profile(**changes), submit, 171, state, NOON, NOON + 61)
    return pdu.parse_deliver_sm(pdu.with_header(pdu.DELIVER_SM, 0, 1, body))


def test_the_text_has_the_form_of_appendix_b():
    assert receipt().short_message == (
        b"id:ab sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 "
        b"stat:DELIVRD err:000 text:Your order 4711 has "
    )


def test_addresses_change_sides():
    found = receipt()
    assert (found.source_addr, found.source_addr_ton, found.source_addr_npi) == (NUMBER, 1, 1)
    assert (found.destination_addr, found.dest_addr_ton, found.dest_addr_npi) == ("53849", 3, 0)
    assert found.esm_class == pdu.ESM_DELIVERY_RECEIPT


@pytest.mark.parametrize("state", STATES)
def test_tlvs_say_what_the_text_says(state):
    found = dict(receipt(state=state, receipt_id=IdFormat.PADDED).tlvs)
    code, error, _ = STATES[state]
    assert found[pdu.TLV_RECEIPTED_MESSAGE_ID] == b"0000000000000171\0"
    assert found[pdu.TLV_MESSAGE_STATE] == bytes((code,))
    expected = None if error == "000" else b"\x03" + int(error).to_bytes(2, "big")
    assert found.get(pdu.TLV_NETWORK_ERROR_CODE) == expected


def test_an_operator_may_send_text_alone_and_dates_with_seconds_of_its_own_zone():
    found = receipt(receipt_tlvs=False, receipt_date_digits=12, utc_offset_minutes=-300)
    assert found.tlvs == ()
    assert b"submit date:261122000000 done date:261122000101" in found.short_message


@pytest.mark.parametrize("fields", [{"data_coding": 8}, {"esm_class": 0x40}])
def test_what_is_no_plain_text_is_not_quoted(fields):
    submit = pdu.SubmitSm(destination_addr=NUMBER, short_message=b"\x05\x00\x03abc", **fields)
    assert receipt(submit).short_message.endswith(b"text:")


ADDRESSES = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=20)
OCTETS = st.integers(0, 255)


@given(
    st.fixed_dictionaries(
        {
            "source_addr": ADDRESSES,
            "source_addr_ton": OCTETS,
            "dest_addr_npi": OCTETS,
            "destination_addr": ADDRESSES,
            "short_message": st.binary(max_size=254),
            "data_coding": st.sampled_from([0, 3, 8]),
            "tlvs": st.sampled_from([(), ((0x0204, b"\1\2"),), ((0x0005, b""), (0x0204, b"\1"))]),
        }
    ),
    st.sampled_from(sorted(STATES)),
)
def test_the_octets_are_those_of_the_codec(fields, state):
    submit = pdu.SubmitSm(**fields)
    body = receipt_body(make_profile(), submit, 171, state, NOON, NOON)
    message = pdu.parse_deliver_sm(pdu.with_header(pdu.DELIVER_SM, 0, 1, body))
    assert pdu.deliver_sm_body(message) == body


def test_a_refused_receipt_comes_again_until_it_is_acknowledged():
    with running() as simulator, bound(simulator) as esme:
        esme.submit()
        tries = [esme.delivery(status) for status in (0x14, 0x64, 0)]
        assert len({item.short_message for item in tries}) == 1
        assert simulator.call(lambda found: len(found.operators["test"].outbox.owed)) == 0


def test_a_receipt_answered_with_generic_nack_comes_again():
    with running() as simulator, bound(simulator) as esme:
        esme.submit()
        header = pdu.parse_header(esme.take(pdu.DELIVER_SM))
        esme.send(pdu.generic_nack(header.sequence, 0))
        assert b"stat:DELIVRD" in esme.delivery().short_message


def test_an_unanswered_receipt_comes_again_on_the_same_session(monkeypatch):
    monkeypatch.setattr(smsc, "HOUSEKEEPING_SECONDS", 0.02)
    with running(deliver_response_seconds=0.01) as simulator, bound(simulator) as esme:
        esme.submit()
        first = pdu.parse_deliver_sm(esme.take(pdu.DELIVER_SM))
        assert esme.delivery().short_message == first.short_message


def test_an_unacknowledged_receipt_goes_to_the_next_session():
    with running() as simulator:
        with bound(simulator) as esme:
            esme.submit()
            first = pdu.parse_deliver_sm(esme.take(pdu.DELIVER_SM))
        with bound(simulator) as esme:
            assert esme.delivery().short_message == first.short_message


def test_a_transmitter_gets_no_receipts_but_a_receiver_of_the_same_account_does():
    with running() as simulator, bound(simulator, pdu.BIND_TRANSMITTER) as sender:
        sender.submit()
        sender.response()
        with bound(simulator, pdu.BIND_RECEIVER) as receiver:
            assert b"stat:DELIVRD" in receiver.delivery().short_message
        assert sender.settle() == []


AT_ONCE = "84912345908"  # the receipt is ready in the pass that took the message


def test_no_more_receipts_than_the_window_are_on_the_way():
    with running(deliver_window=3) as simulator, bound(simulator) as esme:
        for _ in range(10):
            esme.submit(AT_ONCE)
        frames = [frame for frame in esme.settle() if frame[7] == pdu.DELIVER_SM]
        assert len(frames) == 3
        for frame in frames:
            esme.send(pdu.deliver_sm_resp(pdu.parse_header(frame).sequence, 0))
        for _ in range(7):
            esme.delivery()


def test_another_session_takes_over_when_the_window_is_full():
    with running(deliver_window=1) as simulator, bound(simulator) as one, bound(simulator) as two:
        one.submit(AT_ONCE)
        one.submit(AT_ONCE)
        for esme in (one, two):
            assert b"stat:DELIVRD" in pdu.parse_deliver_sm(esme.take(pdu.DELIVER_SM)).short_message
