"""A client that shares no code with us must get along with the simulator."""

import asyncio

import pytest
import smpp34
import smpplib.client
import smpplib.consts
import smpplib.gsm

from tests.carriers.simulator.esme import NUMBER, running


def test_smpplib_binds_submits_and_receives_receipt_and_reply():
    answered, received = [], []
    with running() as simulator:
        client = smpplib.client.Client(
            "127.0.0.1", simulator.port("test"), timeout=10, allow_unknown_opt_params=True
        )

        def receive(pdu) -> int:
            received.append(pdu)
            return smpplib.consts.SMPP_ESME_ROK

        client.set_message_sent_handler(lambda pdu: answered.append(pdu))
        client.set_message_received_handler(receive)
        client.connect()
        client.bind_transceiver(system_id="signalbox", password="secret")
        parts, coding, esm_class = smpplib.gsm.make_parts("Xin chào, đơn hàng đã gửi")
        client.send_message(
            source_addr_ton=smpplib.consts.SMPP_TON_NWSPEC,
            source_addr="53849",
            dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
            dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
            destination_addr=NUMBER,
            short_message=parts[0],
            data_coding=coding,
            esm_class=esm_class,
            registered_delivery=True,
        )
        while not received:
            client.read_once()
        simulator.call(lambda found: found.operators["test"].inject(NUMBER, "53849", "Cảm ơn"))
        while len(received) < 2:
            client.read_once()
        client.unbind()
        client.disconnect()
    receipt, reply = received
    assert answered[0].message_id == receipt.receipted_message_id.rstrip(b"\0")
    assert receipt.message_state == 2
    assert b"stat:DELIVRD" in receipt.short_message
    assert reply.short_message.decode("utf-16-be") == "Cảm ơn"
    assert reply.source_addr == NUMBER.encode()


def test_smpp34_binds_submits_and_receives_receipt_and_reply():
    """The same by a third stack, in Rust, which shares nothing with the other two."""
    with running() as simulator:
        found = asyncio.run(_talk(simulator))
    answers, receipts, reply = found
    assert [answer.is_success for answer in answers] == [True] * 5
    assert {_receipted(one) for one in receipts} == {answer.message_id for answer in answers}
    assert all(b"stat:DELIVRD" in one.short_message for one in receipts)
    assert {one.source_addr for one in receipts} == {NUMBER}
    assert (reply.short_message.decode("utf-16-be"), reply.esm_class) == ("Cảm ơn", 0)


def _receipted(receipt) -> str:
    tlvs = {tlv.tag: bytes(tlv.value) for tlv in receipt.tlvs}
    return tlvs[smpp34.TLV_RECEIPTED_MESSAGE_ID].rstrip(b"\0").decode()


async def _talk(simulator):
    client = smpp34.Client("127.0.0.1", simulator.port("test"), "signalbox", "secret")
    smsc = await client.connect()
    answers = [
        await smsc.submit_sm(
            NUMBER,
            text.encode("utf-16-be"),
            source_addr="53849",
            source_addr_ton=3,
            dest_addr_ton=1,
            dest_addr_npi=1,
            data_coding=8,
            registered_delivery=1,
        )
        for text in ("Xin chào", "Đơn hàng", "đã gửi", "Mã", "Tạm biệt")
    ]
    receipts = [await asyncio.wait_for(smsc.next(), 20) for _ in answers]
    simulator.call(lambda found: found.operators["test"].inject(NUMBER, "53849", "Cảm ơn"))
    reply = await asyncio.wait_for(smsc.next(), 20)
    await smsc.unbind()
    await client.stop()
    return answers, receipts, reply


def test_smpp34_is_told_of_a_wrong_password():
    async def bind(port):
        await smpp34.Client("127.0.0.1", port, "signalbox", "wrong").connect()

    with running() as simulator, pytest.raises(smpp34.SmppError):
        asyncio.run(bind(simulator.port("test")))
