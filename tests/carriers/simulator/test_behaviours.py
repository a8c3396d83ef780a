"""What an ESME sees of each destination suffix."""

import pytest

from carriers.simulator.behaviours import BEHAVIOURS
from carriers.smpp import pdu
from tests.carriers.simulator.esme import bound, running

PREFIX = "84912345"


@pytest.fixture
def simulator():
    with running() as found:
        yield found


@pytest.fixture
def esme(simulator):
    with bound(simulator) as found:
        yield found


def stat(receipt: pdu.DeliverSm) -> str:
    return receipt.short_message.split(b"stat:")[1].split()[0].decode()


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("delivered", ["DELIVRD"]),
        ("undeliverable", ["UNDELIV"]),
        ("expired", ["EXPIRED"]),
        ("duplicate_receipt", ["DELIVRD", "DELIVRD"]),
        ("intermediate_receipt", ["ENROUTE", "DELIVRD"]),
    ],
)
def test_accepted_and_receipts(esme, name, states):
    suffix = next(item.suffix for item in BEHAVIOURS if item.name == name) or "678"
    sequence = esme.submit(PREFIX + suffix)
    status, answered, message_id = esme.response()
    assert (status, answered) == (0, sequence)
    receipts = [esme.delivery() for _ in states]
    assert [stat(receipt) for receipt in receipts] == states
    assert {receipt.short_message.split()[0].decode() for receipt in receipts} == {
        f"id:{message_id}"
    }


def test_rejected_at_submit(esme):
    sequence = esme.submit(PREFIX + "903")
    assert esme.response() == (0x0B, sequence, "")


@pytest.mark.parametrize(("suffix", "refused"), [("904", [0x58] * 3), ("909", [0x08])])
def test_refused_a_few_times_then_accepted(esme, suffix, refused):
    statuses = []
    for _ in range(len(refused) + 1):
        esme.submit(PREFIX + suffix)
        statuses.append(esme.response()[0])
    assert statuses == [*refused, 0]
    assert stat(esme.delivery()) == "DELIVRD"


def test_no_response_and_no_receipt(simulator, esme):
    esme.submit(PREFIX + "905")
    assert esme.settle() == []
    assert simulator.call(lambda found: len(found.operators["test"].agenda)) == 0


def test_no_receipt(simulator, esme):
    esme.submit(PREFIX + "906")
    assert esme.response()[0] == 0
    assert simulator.call(lambda found: len(found.operators["test"].outbox.owed)) == 0


def test_receipt_before_response(esme):
    esme.submit(PREFIX + "908")
    receipt = esme.delivery()
    assert esme.backlog == []
    message_id = esme.response()[2]
    assert receipt.short_message.startswith(f"id:{message_id} ".encode())


def test_lost_response_is_told_by_the_receipts_reference(esme):
    reference = (pdu.TLV_USER_MESSAGE_REFERENCE, b"\x12\x34")
    esme.submit(PREFIX + "911", tlvs=(reference,))
    receipt = esme.delivery()
    assert reference in receipt.tlvs
    assert esme.settle() == []


def test_slow_response_waits_longer_than_others(simulator, esme):
    esme.submit(PREFIX + "910")
    slow = esme.sequence()
    esme.submit(PREFIX + "906")
    assert esme.response()[1] > slow
    assert simulator.call(lambda found: len(found.operators["test"].agenda)) >= 1


def test_late_receipt_waits_longer_than_others(simulator, esme):
    for suffix in ("914", "678"):
        esme.submit(PREFIX + suffix)
        esme.response()
    assert esme.delivery().source_addr == PREFIX + "678"
    assert simulator.call(lambda found: len(found.operators["test"].outbox.owed)) >= 1
    assert esme.backlog == []


def test_partly_rejected(esme):
    for number in (1, 2):
        esme.submit(PREFIX + "912", bytes((5, 0, 3, 9, 2, number)) + b"text", esm_class=0x40)
    assert [esme.response()[0] for _ in range(2)] == [0, 0x65]


def test_no_receipt_is_sent_when_none_was_asked_for(simulator, esme):
    esme.submit(PREFIX + "678", registered_delivery=0)
    assert esme.response()[0] == 0
    assert simulator.call(lambda found: len(found.operators["test"].outbox.owed)) == 0


def test_throughput_is_limited():
    with running(throughput=5, throughput_tolerance=0.0) as simulator, bound(simulator) as esme:
        for _ in range(50):
            esme.submit(PREFIX + "906")
        statuses = [esme.response()[0] for _ in range(50)]
    assert statuses[:5] == [0] * 5
    assert statuses[5] == 0x58


def test_latency_delays_every_answer():
    with running(latency_seconds=0.02) as simulator, bound(simulator) as esme:
        sequences = [esme.submit(PREFIX + suffix) for suffix in ("678", "903")]
        assert [esme.response()[:2] for _ in range(2)] == [(0, sequences[0]), (0x0B, sequences[1])]
