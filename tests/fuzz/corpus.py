"""What fuzzing begins with: recorded PDUs, PDUs of our own, and ways to spoil them."""

import random
from pathlib import Path

from carriers.smpp import pdu

DATA = Path(__file__).resolve().parent.parent / "data"
NUMBER = "84912345678"
RECEIPTS = (
    b"id:1a2b3c4d sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 stat:DELIVRD "
    b"err:000 text:hello",
    b"id:7 stat:FAILED err:-12",
    b"ID: 0042,STATUS:UNDELIVERABLE,ERROR:A1F",
)
_INTERESTING = (0, 1, 4, 15, 16, 17, 0x7F, 0x80, 0xFF)
_LENGTHS = (0, 4, 15, 16, 17, 65_536, 65_537, 0x7FFFFFFF, 0xFFFFFFFF)


def recorded() -> list[bytes]:
    """The PDUs of tests/data/pdus."""
    found: list[bytes] = []
    for path in sorted((DATA / "pdus").glob("*.hex")):
        lines = path.read_text(encoding="ascii").splitlines()
        octets = "".join(line for line in lines if not line.startswith("#"))
        found.append(bytes.fromhex(octets))
    return found


def own() -> list[bytes]:
    """One of each PDU that a session may meet."""
    tlvs = (
        (pdu.TLV_RECEIPTED_MESSAGE_ID, b"1a2b3c4d\0"),
        (pdu.TLV_MESSAGE_STATE, b"\2"),
        (pdu.TLV_NETWORK_ERROR_CODE, b"\3\0\1"),
        (0x1400, b"1101234567890123456"),
    )
    delivers = [
        pdu.DeliverSm(source_addr=NUMBER, destination_addr="53849", short_message=b"STOP"),
        pdu.DeliverSm(source_addr=NUMBER, esm_class=4, short_message=RECEIPTS[0], tlvs=tlvs),
        pdu.DeliverSm(esm_class=4, tlvs=((pdu.TLV_MESSAGE_PAYLOAD, RECEIPTS[1]),)),
        pdu.DeliverSm(
            esm_class=0x44,
            data_coding=8,
            short_message=b"\5\0\3\7\2\1" + RECEIPTS[2].decode().encode("utf-16-be"),
        ),
    ]
    frames = [pdu.with_header(pdu.DELIVER_SM, 0, 7, pdu.deliver_sm_body(one)) for one in delivers]
    data_sm = b"\0\1\1" + NUMBER.encode() + b"\0\3\0" + b"53849\0" + b"\4\0\0"
    frames += [
        pdu.with_header(pdu.DATA_SM, 0, 8, data_sm + b"\0\x1e\0\2a\0\4\x27\0\1\2"),
        pdu.bind_request(pdu.BindRequest(pdu.BIND_TRANSCEIVER, "esme", "secret"), 1),
        pdu.bind_resp(pdu.BIND_TRANSCEIVER, 1, 0, "smsc", ((0x0210, b"\x34"),)),
        pdu.submit_sm_resp(2, 0, "1a2b3c4d"),
        pdu.submit_sm_resp(3, 0x58, ""),
        pdu.generic_nack(0, 2),
        pdu.enquire_link(9),
        pdu.unbind(10),
        pdu.unbind_resp(3),
        pdu.with_header(pdu.OUTBIND, 0, 1, b"smsc\0secret\0"),
        pdu.with_header(pdu.ALERT_NOTIFICATION, 0, 1, b"\1\1849\0\1\1538\0"),
    ]
    return frames


def spoiled(octets: bytes, chance: random.Random) -> bytes:
    """The octets with a few things wrong; often with a length that fits again, so that the
    wrong things are found by what reads bodies and not by the framing."""
    found = bytearray(octets)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        _spoil(found, chance)
    if len(found) >= 16 and chance.random() < 0.7:
        found[:4] = len(found).to_bytes(4, "big")
    elif len(found) >= 4 and chance.random() < 0.2:
        found[:4] = chance.choice(_LENGTHS).to_bytes(4, "big")
    return bytes(found)


def _spoil(octets: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(octets) + 1)
    kind = chance.randrange(6)
    if kind == 0 and at < len(octets):
        octets[at] ^= 1 << chance.randrange(8)
    elif kind == 1 and at < len(octets):
        octets[at] = chance.choice(_INTERESTING)
    elif kind == 2:
        octets[at:at] = chance.randbytes(chance.choice((1, 2, 4, 30)))
    elif kind == 3:
        del octets[at : at + chance.choice((1, 2, 4, 30, 400))]
    elif kind == 4:
        octets[at:at] = octets[: chance.randrange(60)]
    else:  # a TLV of any tag with any length
        tag = chance.choice((0x001E, 0x0423, 0x0424, 0x0427, 0x0204, 0x1400, 0xFFFF))
        octets += tag.to_bytes(2, "big") + chance.choice((0, 1, 3, 9, 400)).to_bytes(2, "big")
        octets += chance.randbytes(chance.choice((0, 1, 3, 9)))
