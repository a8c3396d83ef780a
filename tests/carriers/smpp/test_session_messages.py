"""Submissions, outcomes, receipts and MO of a session, driven by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.ports import NO_SLOT, NO_STATUS
from carriers.smpp import inbox, pdu
from carriers.smpp.events import Closed, Throttled
from carriers.smpp.statuses import StatusClass
from tests.carriers.smpp.support import (
    SessionDriver,
    inbound_of,
    make_submission,
    of_kind,
    results_of,
)

COMMANDS = [
    *(pdu.SUBMIT_SM_RESP, pdu.DELIVER_SM, pdu.DATA_SM, pdu.GENERIC_NACK, pdu.ENQUIRE_LINK),
    *(pdu.UNBIND, pdu.UNBIND_RESP, pdu.BIND_TRANSCEIVER_RESP, pdu.ENQUIRE_LINK_RESP),
]
DELIVER = pdu.deliver_sm_body(pdu.DeliverSm(source_addr="84912345678", short_message=b"STOP"))


def bound(**config):
    driver = SessionDriver(**config)
    driver.bind()
    return driver


def deliver_sm(sequence, body=DELIVER):
    return pdu.with_header(pdu.DELIVER_SM, 0, sequence, body)


def answered(driver, status, message_id="", **submission):
    sequence = driver.submit(make_submission(**submission), slot=42)
    driver.outgoing()
    return driver.receive(pdu.submit_sm_resp(sequence, status, message_id))


def test_submission_goes_out_as_submit_sm_with_its_body():
    driver, submission = bound(), make_submission()
    sequence = driver.submit(submission)
    frame = pdu.with_header(pdu.SUBMIT_SM, 0, sequence, submission.body)
    assert driver.outgoing() == [frame]


def test_accepted_result_carries_id_slot_and_times():
    driver, submission = bound(), make_submission()
    sequence = driver.submit(submission, slot=42)
    driver.outgoing()
    driver.now += 0.25
    (result,) = results_of(driver.receive(pdu.submit_sm_resp(sequence, 0, "0a1B")))
    assert (result.submission, result.outcome) == (submission, "accepted")
    assert (result.smsc_message_id, result.journal_slot) == ("0a1B", 42)
    assert (result.written_at, result.answered_at) == (6000.0, 6000.25)


@pytest.mark.parametrize(
    ("status", "outcome", "status_class"),
    [
        (0x0B, "refused", StatusClass.PERMANENT_MESSAGE),
        (0x0A, "refused", StatusClass.PERMANENT_ROUTE),
        (0x08, "refused", StatusClass.TEMPORARY),
        (0x14, "refused", StatusClass.TEMPORARY),
        (0x45, "refused", StatusClass.AMBIGUOUS),
        (0x0E, "refused", StatusClass.CREDENTIALS),
        (0x480, "refused", StatusClass.PERMANENT_MESSAGE),
        (0x58, "throttled", StatusClass.THROTTLE),
    ],
)
def test_outcome_of_each_class_of_refusal(status, outcome, status_class):
    driver = bound()
    (result,) = results_of(answered(driver, status))
    assert (result.outcome, result.status_class) == (outcome, status_class)
    assert (result.command_status, result.journal_slot) == (status, 42)
    assert driver.session.is_bound


def test_many_answers_in_one_packet_are_one_event_in_order():
    driver = bound()
    sequences = [driver.submit() for _ in range(5)]
    driver.outgoing()
    frames = [pdu.submit_sm_resp(number, 0, f"id{number}") for number in reversed(sequences)]
    (event,) = driver.receive(*frames)
    ids = [result.smsc_message_id for result in event.results]
    assert ids == [f"id{number}" for number in reversed(sequences)]


def test_half_an_answer_waits_for_the_rest():
    driver = bound()
    frame = pdu.submit_sm_resp(driver.submit(), 0, "id")
    driver.outgoing()
    assert driver.receive(frame[:11]) == []
    assert len(results_of(driver.receive(frame[11:]))) == 1


def test_nacked_submission_is_refused():
    driver = bound()
    sequence = driver.submit()
    (result,) = results_of(driver.receive(pdu.generic_nack(sequence, 0x02)))
    assert (result.outcome, result.command_status) == ("refused", 2)


def test_answer_to_nobody_is_ignored():
    driver = bound()
    assert driver.receive(pdu.submit_sm_resp(4711, 0, "id")) == []
    assert driver.session.is_bound


def test_window_closes_and_opens_with_answers():
    driver = bound(window=10)
    while driver.session.room(driver.now, express=False):
        sequence = driver.submit()
    assert (driver.session.in_flight, driver.session.room(driver.now, express=True)) == (8, 2)
    driver.receive(pdu.submit_sm_resp(sequence, 0, "id"))
    assert driver.session.room(driver.now, express=False) == 1


def test_room_is_the_smaller_of_window_and_pace():
    driver = bound(window=50, throughput=10.0)
    assert driver.session.room(driver.now, express=True) == 1
    driver.submit()
    assert driver.session.room(driver.now, express=True) == 0


def test_no_answer_within_response_timer_is_unknown():
    driver = bound(response_timer_seconds=60.0, enquire_link_timer_seconds=0.0)
    driver.submit(slot=3)
    driver.outgoing()
    assert driver.tick(59.5) == []
    (result,) = results_of(driver.tick(0.5))
    assert (result.outcome, result.command_status) == ("unknown", NO_STATUS)
    assert (result.journal_slot, driver.session.in_flight) == (3, 0)


def test_answer_after_the_timer_still_tells_the_id():
    driver = bound(response_timer_seconds=60.0, enquire_link_timer_seconds=0.0)
    submission = make_submission()
    sequence = driver.submit(submission, slot=3)
    driver.tick(60.0)
    answer = pdu.submit_sm_resp(sequence, 0, "id")
    (result,) = results_of(driver.receive(answer))
    assert (result.submission, result.outcome, result.smsc_message_id) == (submission, "late", "id")
    assert result.journal_slot == NO_SLOT  # it was freed with the unknown outcome
    assert driver.receive(answer) == []


def test_refusal_after_the_timer_is_no_news_and_no_lost_framing():
    driver = bound(response_timer_seconds=60.0, enquire_link_timer_seconds=0.0)
    sequences = [driver.submit() for _ in range(5)]
    driver.tick(60.0)
    for sequence in sequences:
        assert driver.receive(pdu.generic_nack(sequence, 0x08)) == []
    assert driver.session.is_bound


def test_lost_connection_makes_written_unknown_and_returns_unwritten():
    driver = bound()
    written, unwritten = make_submission(), make_submission()
    driver.submit(written, slot=1)
    driver.outgoing()
    driver.submit(unwritten, slot=2)
    events = driver.session.connection_lost("reset", driver.now)
    assert [(each.submission, each.outcome) for each in results_of(events)] == [
        (written, "unknown")
    ]
    (closed,) = of_kind(events, Closed)
    assert [(each.submission, each.journal_slot) for each in closed.unsent] == [(unwritten, 2)]


def test_half_written_submission_counts_as_unwritten():
    driver = bound()
    driver.submit()
    driver.session.wrote(len(driver.session.output) - 1)
    (closed,) = of_kind(driver.session.connection_lost("reset", driver.now), Closed)
    assert len(closed.unsent) == 1


def test_returned_submissions_cannot_leave_with_the_farewell():
    driver = bound()
    driver.submit()
    (closed,) = of_kind(driver.receive(pdu.unbind(9)), Closed)
    assert len(closed.unsent) == 1
    assert driver.outgoing() == []


def test_throttling_pauses_all_lanes_and_is_told_once():
    driver = bound(throttle_delay_seconds=5.0)
    sequences = [driver.submit() for _ in range(3)]
    events = driver.receive(*(pdu.submit_sm_resp(number, 0x58, "") for number in sequences))
    assert [each.outcome for each in results_of(events)] == ["throttled"] * 3
    assert of_kind(events, Throttled) == [Throttled("ESME_RTHROTTLED", driver.now + 5.0)]
    assert driver.session.room(driver.now + 4.9, express=True) == 0
    assert driver.session.room(driver.now + 5.0, express=True) > 0


def test_queue_full_throttles_where_the_bind_says_so():
    driver = bound(status_classes={0x14: StatusClass.THROTTLE})
    events = answered(driver, 0x14)
    assert [each.outcome for each in results_of(events)] == ["throttled"]
    assert len(of_kind(events, Throttled)) == 1


def test_lost_bind_waits_for_the_rest_of_the_window():
    driver = bound()
    first, second = driver.submit(), driver.submit()
    driver.outgoing()
    events = driver.receive(pdu.submit_sm_resp(first, 0x04, ""))
    assert results_of(events)[0].status_class is StatusClass.SESSION
    assert not of_kind(events, Closed)
    assert driver.session.room(driver.now, express=True) == 0
    events = driver.receive(pdu.submit_sm_resp(second, 0x04, ""))
    assert [each.outcome for each in results_of(events)] == ["refused"]
    assert not of_kind(events, Closed)[0].fatal


def test_mo_is_handed_up_and_answered_only_when_acknowledged():
    driver = bound()
    (inbound,) = inbound_of(driver.receive(deliver_sm(31)))
    assert (inbound.sequence, inbound.deliver.short_message) == (31, b"STOP")
    assert inbound.raw == deliver_sm(31)
    assert driver.outgoing() == []
    assert driver.session.acknowledge(31, 0)
    assert driver.outgoing() == [pdu.deliver_sm_resp(31, 0)]


def test_answer_can_make_the_smsc_send_it_again():
    driver = bound()
    driver.receive(deliver_sm(31))
    driver.session.acknowledge(31, 0x64)
    assert driver.outgoing() == [pdu.deliver_sm_resp(31, 0x64)]


def test_acknowledging_twice_answers_once():
    driver = bound()
    driver.receive(deliver_sm(31))
    assert [driver.session.acknowledge(31, 0) for _ in range(2)] == [True, False]
    assert len(driver.outgoing()) == 1


def test_receipt_before_the_submit_sm_resp_is_handed_up_first():
    driver = bound()
    sequence = driver.submit()
    receipt = pdu.deliver_sm_body(pdu.DeliverSm(esm_class=4, short_message=b"id:x stat:DELIVRD"))
    assert len(inbound_of(driver.receive(deliver_sm(5, receipt)))) == 1
    assert len(results_of(driver.receive(pdu.submit_sm_resp(sequence, 0, "x")))) == 1


def test_data_sm_is_answered_with_data_sm_resp():
    driver = bound()
    body = b"\0\1\1849\0\3\x0053849\0\4\0\0\x00\x1e\0\3ab\0"
    (inbound,) = inbound_of(driver.receive(pdu.with_header(pdu.DATA_SM, 0, 6, body)))
    assert inbound.deliver.tlvs == ((pdu.TLV_RECEIPTED_MESSAGE_ID, b"ab\0"),)
    driver.session.acknowledge(6, 0)
    assert driver.outgoing() == [pdu.data_sm_resp(6, 0)]


def test_deliver_sm_that_cannot_be_read_is_handed_up_raw():
    driver = bound()
    (inbound,) = inbound_of(driver.receive(deliver_sm(8, b"\0\1\1broken")))
    assert inbound.deliver is None
    assert inbound.raw == deliver_sm(8, b"\0\1\1broken")
    assert driver.session.acknowledge(8, 0)


def test_deliver_sm_before_the_bind_is_refused():
    driver = SessionDriver()
    driver.start()
    assert driver.receive(deliver_sm(1)) == []
    assert driver.outgoing() == [pdu.deliver_sm_resp(1, 0x04)]


def test_deliver_sm_right_after_the_bind_in_one_packet_is_taken():
    driver = SessionDriver()
    driver.start()
    events = driver.receive(pdu.bind_resp(pdu.BIND_TRANSCEIVER, 1, 0, "smsc"), deliver_sm(1))
    assert len(inbound_of(events)) == 1


def test_deliver_sm_while_unbinding_stays_with_the_smsc():
    driver = bound()
    driver.session.start_unbind(driver.now)
    driver.outgoing()
    assert driver.receive(deliver_sm(1)) == []
    assert driver.outgoing() == [pdu.deliver_sm_resp(1, 0x64)]


def test_answers_still_go_out_while_unbinding():
    driver = bound()
    driver.receive(deliver_sm(1))
    driver.session.start_unbind(driver.now)
    assert driver.session.acknowledge(1, 0)
    assert driver.outgoing()[-1] == pdu.deliver_sm_resp(1, 0)


def test_too_many_without_an_answer_stay_with_the_smsc(monkeypatch):
    monkeypatch.setattr(inbox, "MAX_UNACKNOWLEDGED", 2)
    driver = bound()
    assert len(inbound_of(driver.receive(*map(deliver_sm, (1, 2, 3))))) == 2
    assert driver.outgoing() == [pdu.deliver_sm_resp(3, 0x64)]
    driver.session.acknowledge(1, 0)
    assert len(inbound_of(driver.receive(deliver_sm(3)))) == 1


def test_closed_session_answers_nothing_more():
    driver = bound()
    driver.receive(deliver_sm(1))
    driver.session.connection_lost("reset", driver.now)
    assert not driver.session.acknowledge(1, 0)
    assert driver.session.room(driver.now, express=True) == 0


@given(
    bodies=st.lists(
        st.tuples(
            st.one_of(st.sampled_from(COMMANDS), st.integers(0, 0xFFFFFFFF)),
            st.integers(0, 0xFFFFFFFF),
            st.integers(0, 6),
            st.binary(max_size=80),
        ),
        max_size=20,
    ),
    is_bound=st.booleans(),
)
def test_no_pdu_of_the_smsc_breaks_the_session(bodies, is_bound):
    """Every submission has one outcome at most, and all have one or come back in the end."""
    driver = bound() if is_bound else SessionDriver()
    if is_bound:
        for _ in range(3):
            driver.submit()
        driver.outgoing()
        driver.submit()
    else:
        driver.start()
    events = driver.receive(*(pdu.with_header(*one) for one in bodies))
    events += driver.tick(1.0) + driver.session.connection_lost("end", driver.now)
    (closed,) = of_kind(events, Closed)
    settled = [each.submission.token for each in results_of(events)]
    settled += [each.submission.token for each in closed.unsent]
    assert len(settled) == len(set(settled)) == (4 if is_bound else 0)


def test_sequence_numbers_go_round_at_the_specified_end():
    driver = bound()
    driver.session._outgoing._sequence = pdu.MAX_SEQUENCE - 1
    assert [driver.submit() for _ in range(3)] == [pdu.MAX_SEQUENCE, 1, 2]
