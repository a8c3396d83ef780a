"""PDUs as others sent them, and receipts in the dialects of many SMSCs; each names its source."""

import json
from pathlib import Path

import pytest

from carriers.smpp import pdu
from carriers.smpp.decoding import decoded
from carriers.smpp.framing import FrameBuffer
from carriers.smpp.masking import masked
from carriers.smpp.receipts import canonical_id, parse_receipt

DATA = Path(__file__).resolve().parents[2] / "data"
PDUS = sorted((DATA / "pdus").glob("*.hex"))
VECTORS = [
    (f"{path.stem}-{vector['source']}", vector)
    for path in sorted((DATA / "receipts").glob("*.json"))
    for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]
]
WRITERS = {
    "submit_sm": (pdu.SUBMIT_SM, pdu.parse_submit_sm, pdu.submit_sm_body),
    "deliver_sm": (pdu.DELIVER_SM, pdu.parse_deliver_sm, pdu.deliver_sm_body),
}


def read(path):
    source, expect, *octets = path.read_text(encoding="ascii").splitlines()
    assert source.startswith("# source: ")
    return json.loads(expect.removeprefix("# expect: ")), bytes.fromhex("".join(octets))


@pytest.mark.parametrize("path", PDUS, ids=lambda path: path.stem)
def test_recorded_pdu_is_read_as_its_source_says(path):
    expect, frame = read(path)
    assert FrameBuffer().feed(frame) == [frame]
    found = decoded(frame)
    assert (found.command, found.status) == (expect["command"], expect.get("status", ""))
    fields = expect.get("fields", {})
    assert {name: dict(found.fields)[name] for name in fields} == fields
    if "message_id" in expect:
        assert pdu.parse_submit_sm_resp(frame)[2] == expect["message_id"]
    assert len(masked(frame)) == len(frame)


@pytest.mark.parametrize("path", PDUS, ids=lambda path: path.stem)
def test_recorded_message_is_written_octet_by_octet_as_it_was(path):
    expect, frame = read(path)
    if "written" not in expect:
        assert expect["command"] not in WRITERS or "receipt" in expect
        return
    command_id, parse, body = WRITERS[expect["written"]]
    sequence = pdu.parse_header(frame).sequence
    assert pdu.with_header(command_id, 0, sequence, body(parse(frame))) == frame


@pytest.mark.parametrize("path", PDUS, ids=lambda path: path.stem)
def test_recorded_receipt_says_what_its_source_says(path):
    expect, frame = read(path)
    if "receipt" in expect:
        receipt = parse_receipt(pdu.parse_deliver_sm(frame))
        assert [receipt.smsc_message_id, receipt.state, receipt.error_code] == expect["receipt"]


def carried(vector):
    """The deliver_sm or data_sm of a vector, from the wire."""
    text, how = vector["text"].encode("latin-1"), vector.get("carried", "")
    esm_class, coding = vector.get("esm_class", 4), 0
    tlvs = [(int(tag, 16), bytes.fromhex(value)) for tag, value in vector.get("tlvs", ())]
    if how.startswith("ucs2"):
        text, coding = text.decode("latin-1").encode("utf-16-be"), 8
    if how == "udh":
        text, esm_class = b"\5\0\3\7\1\1" + text, esm_class | pdu.ESM_UDHI
    if how in {"payload", "ucs2_payload", "data_sm"}:
        tlvs.insert(0, (pdu.TLV_MESSAGE_PAYLOAD, text))
        text = b""
    message = pdu.DeliverSm(
        source_addr="84912345678",
        destination_addr="53849",
        esm_class=esm_class,
        data_coding=coding,
        short_message=text,
        tlvs=tuple(tlvs),
    )
    if how != "data_sm":
        return pdu.parse_deliver_sm(
            pdu.with_header(pdu.DELIVER_SM, 0, 1, pdu.deliver_sm_body(message))
        )
    head = b"\0\1\1" + b"84912345678\0" + b"\3\0" + b"53849\0" + bytes((esm_class, 0, coding))
    parts = (tag.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value for tag, value in tlvs)
    return pdu.parse_data_sm(pdu.with_header(pdu.DATA_SM, 0, 1, head + b"".join(parts)))


@pytest.mark.parametrize("vector", [one for _name, one in VECTORS], ids=[n for n, _one in VECTORS])
def test_receipt_of_each_dialect(vector):
    receipt = parse_receipt(carried(vector))
    assert receipt._asdict() == vector["expect"]
    if "response_id" in vector:
        answer = canonical_id(vector["response_id"], vector["response_form"])
        assert canonical_id(receipt.smsc_message_id, vector["receipt_form"]) == answer


def test_every_dialect_has_vectors():
    names = {path.stem for path in (DATA / "receipts").glob("*.json")}
    assert {"kannel", "jasmin", "cloudhopper", "sinch", "tlv_only", "carriage"} <= names
    assert len(VECTORS) > 40
