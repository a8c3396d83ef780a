import pytest

from carriers.simulator.acceptance import Acceptance, wanted_receipts
from carriers.simulator.behaviours import BEHAVIOURS, BY_SUFFIX
from carriers.simulator.receipt_text import STATES
from carriers.smpp import pdu
from tests.carriers.simulator.esme import make_profile


def submit(destination: str, **fields) -> pdu.SubmitSm:
    return pdu.SubmitSm(destination_addr=destination, **fields)


def statuses(acceptance: Acceptance, message: pdu.SubmitSm, attempts: int) -> list[int]:
    return [acceptance.decide("a", message, 0.0)[0] for _ in range(attempts)]


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        ("678", [0, 0, 0, 0, 0]),
        ("901", [0, 0, 0, 0, 0]),
        ("903", [0x0B, 0x0B, 0x0B, 0x0B, 0x0B]),
        ("904", [0x58, 0x58, 0x58, 0, 0x58]),
        ("909", [0x08, 0, 0x08, 0, 0x08]),
    ],
)
def test_the_suffix_decides_which_attempts_are_refused(suffix, expected):
    assert statuses(Acceptance(make_profile()), submit("84912345" + suffix), 5) == expected


def test_attempts_are_counted_by_destination():
    acceptance = Acceptance(make_profile())
    assert statuses(acceptance, submit("84912345909"), 1) == [0x08]
    assert statuses(acceptance, submit("84900000909"), 2) == [0x08, 0]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 0),
        ({"esm_class": 0x40, "short_message": b"\x05\x00\x03\x07\x02\x01first"}, 0),
        ({"esm_class": 0x40, "short_message": b"\x05\x00\x03\x07\x02\x02second"}, 0x65),
        ({"esm_class": 0x40, "short_message": b"\x06\x08\x04\x00\x07\x02\x02second"}, 0x65),
        ({"tlvs": ((pdu.TLV_SAR_SEGMENT_SEQNUM, b"\x02"),)}, 0x65),
        ({"esm_class": 0x40, "short_message": b"\x04\x05\x02\x00\x02ports"}, 0),
        ({"esm_class": 0x40, "short_message": b"\x7f\x00"}, 0),
    ],
)
def test_partly_rejected_takes_only_the_first_part(fields, status):
    acceptance = Acceptance(make_profile())
    assert acceptance.decide("a", submit("84912345912", **fields), 0.0)[0] == status


def test_a_profile_without_behaviours_delivers_everywhere():
    acceptance = Acceptance(make_profile(behaviours=False, failure_share=1.0))
    for behaviour in BEHAVIOURS:
        status, found = acceptance.decide("a", submit("84912345" + behaviour.suffix), 0.0)
        assert (status, found.name) == (0, "delivered")


def test_throughput_holds_in_every_rolling_second_and_per_system_id():
    acceptance = Acceptance(make_profile(throughput=10, throughput_tolerance=0.1))
    message = submit("84912345678")

    def given(system_id: str, now: float) -> int:
        return acceptance.decide(system_id, message, now)[0]

    assert [given("a", 0.5) for _ in range(12)] == [0] * 11 + [0x58]
    assert given("b", 0.5) == 0
    assert given("a", 1.499) == 0x58
    assert [given("a", 1.5) for _ in range(12)] == [0] * 11 + [0x58]


def test_the_failure_share_depends_on_seed_and_number_only():
    numbers = [f"8491{n:07d}" for n in range(2000) if str(n)[-3:] not in BY_SUFFIX]

    def failing(seed: int, order: list[str]) -> set[str]:
        acceptance = Acceptance(make_profile(failure_share=0.1, seed=seed))
        decided = {number: acceptance.decide("a", submit(number), 0.0)[1].name for number in order}
        return {number for number, name in decided.items() if name == "undeliverable"}

    assert failing(1, numbers) == failing(1, numbers[::-1])
    assert failing(1, numbers) != failing(2, numbers)
    assert 100 < len(failing(1, numbers)) < 300


@pytest.mark.parametrize(
    ("registered_delivery", "states", "wanted"),
    [
        (0, ("DELIVRD",), ()),
        (0x10, ("ENROUTE", "DELIVRD"), ()),
        (1, ("ENROUTE", "DELIVRD"), ("ENROUTE", "DELIVRD")),
        (2, ("DELIVRD",), ()),
        (2, ("ENROUTE", "UNDELIV"), ("UNDELIV",)),
        (3, ("ENROUTE", "DELIVRD"), ("DELIVRD",)),
        (3, ("UNDELIV",), ()),
    ],
)
def test_only_receipts_that_were_asked_for_are_sent(registered_delivery, states, wanted):
    assert wanted_receipts(registered_delivery, states) == wanted


def test_suffixes_are_unique_and_every_receipt_word_is_known():
    assert len(BY_SUFFIX) == len(BEHAVIOURS) - 1
    assert all(len(suffix) == 3 and suffix.isdecimal() for suffix in BY_SUFFIX)
    assert {state for item in BEHAVIOURS for state in item.receipts} <= set(STATES)
    assert all(item.title and item.description for item in BEHAVIOURS)
