"""What must hold whatever octets come. Each target takes octets and a source of chance, and
raises AssertionError, or anything at all, when something is wrong."""

import itertools
import random
from collections import Counter
from collections.abc import Callable

from carriers.smpp import pdu
from carriers.smpp.decoding import decoded
from carriers.smpp.framing import FrameBuffer, FramingError
from carriers.smpp.masking import masked
from carriers.smpp.receipts import ReceiptRules, canonical_id, parse_receipt, strange_word
from tests.carriers.smpp.support import SessionDriver, inbound_of, make_submission, results_of
from tests.fuzz.corpus import spoiled

_RULES = (
    ReceiptRules(),
    ReceiptRules(words={"FAILED": "rejected", "6": "delivered"}, prefers_text=True),
    ReceiptRules(finals={"accepted": "delivered"}, text_without_flag=False),
)
_FORMS = ("as_is", "strip_zeros_upper", "dec_to_hex", "hex_to_dec", "pad_10")
_MESSAGES = {
    pdu.SUBMIT_SM: (pdu.parse_submit_sm, pdu.submit_sm_body),
    pdu.DELIVER_SM: (pdu.parse_deliver_sm, pdu.deliver_sm_body),
}


def _chunks(octets: bytes, chance: random.Random) -> list[bytes]:
    cuts = sorted(chance.randrange(len(octets) + 1) for _ in range(chance.randrange(6)))
    edges = [0, *cuts, len(octets)]
    return [octets[a:b] for a, b in itertools.pairwise(edges)]


def _frames(chunks: list[bytes]) -> tuple[list[bytes], bool]:
    buffer, found = FrameBuffer(), []
    for chunk in chunks:
        try:
            found += buffer.feed(chunk)
        except FramingError as error:
            return found + error.frames, True
    return found, False


def framing(octets: bytes, chance: random.Random) -> None:
    """However the stream is cut into packets, the same PDUs come out of it."""
    whole, is_broken = _frames([octets])
    cut, is_cut_broken = _frames(_chunks(octets, chance))
    assert (whole, is_broken) == (cut, is_cut_broken)
    assert all(int.from_bytes(frame[:4], "big") == len(frame) for frame in whole)


def codec(octets: bytes, chance: random.Random) -> None:
    """Parsers raise nothing but PduError, and what they read can be written and read again."""
    for parse in (
        pdu.parse_submit_sm_resp,
        pdu.parse_bind_resp,
        pdu.parse_bind_request,
        pdu.parse_data_sm,
    ):
        try:
            parse(octets)
        except pdu.PduError:
            continue
    for command_id, (parse_message, body) in _MESSAGES.items():
        try:
            message = parse_message(octets)
            again = pdu.with_header(command_id, 0, 1, body(message))
        except pdu.PduError:
            continue
        assert parse_message(again) == message


def receipts(octets: bytes, chance: random.Random) -> None:
    """Any deliver_sm is a receipt or is none; ids and words are strings."""
    text = chance.choice((octets, octets.decode("latin-1").encode("utf-16-be")))
    deliver = pdu.DeliverSm(
        esm_class=chance.choice((0, 4, 0x20, 0x44, 0xFF)),
        data_coding=chance.choice((0, 3, 8)),
        short_message=text[:254],
        tlvs=chance.choice(((), ((0x0424, text), (0x001E, text[:9]), (0x0427, text[:1])))),
    )
    for rules in _RULES:
        found = parse_receipt(deliver, rules)
        if found is not None:
            assert isinstance(strange_word(deliver, rules), str)
            for form in _FORMS:
                assert isinstance(canonical_id(found.smsc_message_id, form), str)


def masking(octets: bytes, chance: random.Random) -> None:
    """A masked PDU is as long as before and can be shown; masking twice changes nothing."""
    once = masked(octets)
    assert len(once) == len(octets)
    assert masked(once) == once
    decoded(once)
    decoded(octets)


def session(octets: bytes, chance: random.Random) -> None:
    """Whatever the SMSC sends: no exception, whole PDUs out, one outcome per submission."""
    driver = SessionDriver(window=5, pdu_read_timer_seconds=5.0, response_timer_seconds=20.0)
    driver.bind()
    events, submitted = [], []
    for chunk in _chunks(octets + spoiled(octets, chance), chance):
        if driver.session.is_bound and driver.session.room(driver.now, express=True):
            submitted.append(make_submission())
            driver.submit(submitted[-1])
        events += driver.receive(chunk)
        for inbound in inbound_of(events):
            driver.session.acknowledge(inbound.sequence, chance.choice((0, 0x64)))
        assert all(len(frame) >= 16 for frame in driver.outgoing())
        events += driver.tick(chance.choice((0.0, 0.1, 6.0, 40.0)))
    events += driver.session.connection_lost("over", driver.now)
    results = results_of(events)
    outcomes = Counter(id(one.submission) for one in results if one.outcome != "late")
    late = Counter(id(one.submission) for one in results if one.outcome == "late")
    assert late <= Counter(id(one.submission) for one in results if one.outcome == "unknown")
    unsent = Counter(
        id(pending.submission) for event in events for pending in getattr(event, "unsent", ())
    )
    assert outcomes + unsent == Counter(id(one) for one in submitted)


TARGETS: dict[str, Callable[[bytes, random.Random], None]] = {
    "framing": framing,
    "codec": codec,
    "receipts": receipts,
    "masking": masking,
    "session": session,
}
