"""Binding, staying bound and ending, driven by hand with the time standing still."""

import pytest

from carriers.smpp import pdu
from carriers.smpp.events import Bound, Closed
from carriers.smpp.framing import MAX_PDU_OCTETS
from carriers.smpp.lifecycle import SessionState
from tests.carriers.smpp.support import SessionDriver, of_kind, results_of


def bound(**config):
    driver = SessionDriver(**config)
    driver.bind()
    return driver


def closed(events):
    (event,) = of_kind(events, Closed)
    return event


def commands(frames):
    return [pdu.parse_header(frame).command_id for frame in frames]


@pytest.mark.parametrize(
    ("bind_type", "command_id", "state"),
    [
        ("transmitter", pdu.BIND_TRANSMITTER, SessionState.BOUND_TX),
        ("receiver", pdu.BIND_RECEIVER, SessionState.BOUND_RX),
        ("transceiver", pdu.BIND_TRANSCEIVER, SessionState.BOUND_TRX),
    ],
)
def test_each_bind_type_binds_with_its_command(bind_type, command_id, state):
    driver = SessionDriver(bind_type=bind_type, system_type="VMA", address_range="84")
    request = pdu.parse_bind_request(driver.start())
    assert (request.command_id, request.system_id) == (command_id, "signalbox")
    assert (request.system_type, request.address_range) == ("VMA", "84")
    assert driver.session.state is SessionState.BINDING
    assert driver.receive(pdu.bind_resp(command_id, 1, 0, "smsc")) == [Bound("smsc")]
    assert driver.session.state is state


def test_receiver_never_has_room_to_send():
    driver = bound(bind_type="receiver")
    assert driver.session.room(driver.now, express=True) == 0


def test_nothing_is_sent_before_the_bind_is_accepted():
    driver = SessionDriver()
    driver.start()
    assert driver.session.room(driver.now, express=True) == 0


@pytest.mark.parametrize("status", [0x0E, 0x0F, 0x53])
def test_wrong_credentials_are_fatal(status):
    driver = SessionDriver()
    driver.start()
    event = closed(driver.receive(pdu.bind_resp(pdu.BIND_TRANSCEIVER, 1, status)))
    assert event.fatal
    assert "ESME_RINV" in event.detail


@pytest.mark.parametrize("status", [0x05, 0x0D, 0x08, 0x58, 0x400])
def test_other_refusals_of_a_bind_are_tried_again(status):
    driver = SessionDriver()
    driver.start()
    event = closed(driver.receive(pdu.bind_resp(pdu.BIND_TRANSCEIVER, 1, status)))
    assert (event.fatal, event.refused_with) == (False, status)


def test_nacked_bind_ends_the_session():
    driver = SessionDriver()
    driver.start()
    assert "ESME_RINVCMDID" in closed(driver.receive(pdu.generic_nack(1, 3))).detail


def test_bind_without_an_answer_ends_after_session_init_timer():
    driver = SessionDriver(session_init_timer_seconds=30.0)
    driver.start()
    assert driver.session.next_deadline() == driver.now + 30.0
    assert driver.tick(29.5) == []
    assert "binding" in closed(driver.tick(0.5)).detail


def test_bind_resp_without_a_body_still_binds():
    driver = SessionDriver()
    driver.start()
    response = pdu.with_header(pdu.BIND_TRANSCEIVER_RESP, 0, 1, b"")
    assert driver.receive(response) == [Bound("")]


def test_second_bind_resp_changes_nothing():
    driver = bound()
    assert driver.receive(pdu.bind_resp(pdu.BIND_TRANSCEIVER, 1, 0x0E)) == []
    assert driver.session.is_bound


def test_enquire_link_is_answered_always_also_with_a_full_window():
    driver = bound(window=1)
    driver.submit()
    driver.outgoing()
    driver.receive(pdu.enquire_link(77))
    assert driver.outgoing() == [pdu.enquire_link_resp(77)]


def test_idle_link_is_enquired_once_per_timer():
    driver = bound(enquire_link_timer_seconds=30.0)
    assert driver.tick(29.5) == []
    assert driver.outgoing() == []
    driver.tick(0.5)
    assert commands(driver.outgoing()) == [pdu.ENQUIRE_LINK]
    driver.tick(1.0)
    assert driver.outgoing() == []


def test_link_with_traffic_is_not_enquired():
    driver = bound(enquire_link_timer_seconds=30.0)
    for _ in range(10):
        driver.tick(20.0)
        driver.receive(pdu.submit_sm_resp(999, 0, "x"))
    assert driver.outgoing() == []


def test_sending_into_silence_is_enquired_too():
    driver = bound(enquire_link_timer_seconds=30.0)
    for _ in range(3):
        driver.submit()
        driver.tick(10.0)
    assert pdu.ENQUIRE_LINK in commands(driver.outgoing())


def test_two_unanswered_enquiries_end_the_session():
    driver = bound(enquire_link_timer_seconds=30.0)
    assert driver.tick(30.0) == []
    assert driver.tick(30.0) == []
    assert commands(driver.outgoing()) == [pdu.ENQUIRE_LINK] * 2
    assert driver.tick(29.5) == []
    assert "enquire_link" in closed(driver.tick(0.5)).detail


def test_any_answer_saves_the_session():
    driver = bound(enquire_link_timer_seconds=30.0)
    driver.tick(30.0)
    driver.tick(30.0)
    driver.receive(pdu.enquire_link_resp(3))
    assert driver.tick(29.5) == []
    assert driver.session.is_bound


def test_enquiries_can_be_switched_off():
    driver = bound(enquire_link_timer_seconds=0.0)
    driver.tick(10_000.0)
    assert driver.outgoing() == []


def test_pdu_that_began_and_does_not_end_closes_the_session():
    driver = bound(pdu_read_timer_seconds=10.0)
    driver.receive(pdu.submit_sm_resp(5, 0, "abc")[:19])
    assert driver.tick(9.5) == []
    assert "did not end within 10 s" in closed(driver.tick(0.5)).detail


def test_octets_dripping_into_one_pdu_do_not_save_it():
    driver = bound(pdu_read_timer_seconds=10.0)
    frame = pdu.with_header(pdu.DELIVER_SM, 0, 1, bytes(60))
    for octet in frame[:9]:
        driver.receive(bytes((octet,)))
        assert driver.tick(1.0) == []
    driver.receive(frame[9:10])
    assert of_kind(driver.tick(1.0), Closed)


def test_pdus_that_end_in_time_start_the_timer_anew():
    driver = bound(pdu_read_timer_seconds=10.0)
    frame = pdu.enquire_link(5)
    driver.receive(frame[:8])
    for _ in range(5):
        assert driver.tick(6.0) == []
        driver.receive(frame[8:] + frame[:8])
    assert driver.session.is_bound


@pytest.mark.parametrize("length", [4, MAX_PDU_OCTETS + 1])
def test_broken_framing_is_nacked_and_ends_the_session(length):
    driver = bound()
    driver.submit()
    driver.outgoing()
    events = driver.receive(pdu.submit_sm_resp(2, 0, "id"), length.to_bytes(4, "big") * 4)
    assert "broken" in closed(events).detail
    assert [result.outcome for result in results_of(events)] == ["accepted"]
    assert driver.outgoing() == [pdu.generic_nack(0, 2)]


@pytest.mark.parametrize("command_id", [pdu.QUERY_SM, pdu.SUBMIT_SM, pdu.OUTBIND, 0x00777777])
def test_request_that_an_esme_does_not_serve_is_nacked(command_id):
    driver = bound()
    assert driver.receive(pdu.with_header(command_id, 0, 12, b"")) == []
    assert driver.outgoing() == [pdu.generic_nack(12, 3)]
    assert driver.session.is_bound


@pytest.mark.parametrize("command_id", [pdu.ALERT_NOTIFICATION, 0x80000103, 0x80777777])
def test_alert_and_stray_responses_are_not_answered(command_id):
    driver = bound()
    assert driver.receive(pdu.with_header(command_id, 0, 12, b"\0")) == []
    assert driver.outgoing() == []


def test_burst_of_nacks_for_pdus_never_sent_ends_the_session():
    driver = bound()
    assert driver.receive(pdu.generic_nack(0, 2), pdu.generic_nack(0, 2)) == []
    assert "framing is lost" in closed(driver.receive(pdu.generic_nack(0, 2))).detail


def test_answers_between_the_nacks_show_that_framing_holds():
    driver = bound()
    for _ in range(5):
        sequence = driver.submit()
        driver.receive(pdu.generic_nack(0, 2), pdu.submit_sm_resp(sequence, 0, "id"))
    assert driver.session.is_bound


def test_unbind_of_the_smsc_is_answered_and_ends_the_session():
    driver = bound()
    event = closed(driver.receive(pdu.unbind(9)))
    assert event.is_unbound
    assert driver.outgoing() == [pdu.unbind_resp(9)]
    assert driver.session.state is SessionState.CLOSED


def test_answers_that_came_with_the_unbind_still_count():
    driver = bound()
    sequence = driver.submit()
    driver.outgoing()
    events = driver.receive(pdu.unbind(9), pdu.submit_sm_resp(sequence, 0, "id"))
    assert [result.outcome for result in results_of(events)] == ["accepted"]


def test_our_unbind_waits_for_its_answer():
    driver = bound()
    driver.session.start_unbind(driver.now)
    assert commands(driver.outgoing()) == [pdu.UNBIND]
    assert driver.session.state is SessionState.UNBINDING
    assert closed(driver.receive(pdu.unbind_resp(2))).is_unbound


def test_unbind_without_an_answer_ends_after_response_timer():
    driver = bound(response_timer_seconds=60.0, enquire_link_timer_seconds=0.0)
    driver.session.start_unbind(driver.now)
    assert driver.tick(59.5) == []
    assert not closed(driver.tick(0.5)).is_unbound


def test_inactive_session_unbinds_when_asked_to():
    driver = bound(inactivity_timer_seconds=300.0, enquire_link_timer_seconds=0.0)
    driver.tick(200.0)
    driver.submit()
    driver.outgoing()
    driver.tick(299.0)
    assert driver.outgoing() == []
    driver.tick(1.0)
    assert commands(driver.outgoing()) == [pdu.UNBIND]


def test_idle_bind_stays_bound_by_default():
    driver = bound(enquire_link_timer_seconds=0.0)
    driver.tick(1e6)
    assert driver.session.is_bound
    assert driver.outgoing() == []


def test_lost_connection_is_told_once():
    driver = bound()
    assert closed(driver.session.connection_lost("reset", driver.now)).detail == "reset"
    assert driver.session.connection_lost("again", driver.now) == []
    assert driver.tick(1000.0) == []


def test_deadlines_that_pass_always_have_something_to_do():
    """A deadline in the past with nothing to do would make the link's loop spin."""
    driver = SessionDriver(
        enquire_link_timer_seconds=0.1,
        session_init_timer_seconds=30.0,
        inactivity_timer_seconds=0.2,
        response_timer_seconds=5.0,
    )
    driver.start()
    for _ in range(40):
        before = driver.session.state
        driver.now = max(driver.now, driver.session.next_deadline())
        driver.tick()
        if driver.session.state is SessionState.CLOSED:
            break
        moved = driver.session.next_deadline() > driver.now or driver.session.state is not before
        assert moved
    assert driver.session.state is SessionState.CLOSED
