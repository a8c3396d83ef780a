"""A client that shares no code with us must get along with the simulator."""

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
