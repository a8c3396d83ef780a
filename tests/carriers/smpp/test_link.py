"""The link's thread against an SMSC in the test's hand, over real sockets."""

import socket
import time

import pytest

from carriers.ports import SessionHealth
from carriers.smpp import pdu
from carriers.smpp.link import live_links
from carriers.smpp.statuses import StatusClass
from carriers.smpp.tap import Tap
from tests.carriers.smpp.support import make_config, make_submission

STOP = pdu.deliver_sm_body(pdu.DeliverSm(source_addr="84912345678", short_message=b"STOP"))


def deliver_sm(sequence):
    return pdu.with_header(pdu.DELIVER_SM, 0, sequence, STOP)


def many(n, **values):
    return [make_submission(**values) for _ in range(n)]


def test_submissions_go_out_in_order_and_their_answers_come_back(linked, smsc):
    bulk = many(5)
    one = linked(*bulk)
    peer = smsc.bound()
    frames = peer.submits(5)
    assert [frame[16:] for frame in frames] == [each.body for each in bulk]
    for number, frame in enumerate(frames):
        peer.answer(frame, f"id{number}")
    assert one.outcomes(5) == ["accepted"] * 5
    assert [each.smsc_message_id for each in one.sink.all_results] == [f"id{n}" for n in range(5)]


def test_results_carry_unix_times(linked, smsc):
    one, before = linked(*many(1)), time.time()
    peer = smsc.bound()
    peer.answer(*peer.submits(1))
    one.outcomes(1)
    (result,) = one.sink.all_results
    assert before - 1 <= result.written_at <= result.answered_at <= time.time() + 1


def test_receipt_that_comes_with_the_answer_to_the_bind_has_the_time_of_day(linked, smsc):
    one, before = linked(), time.time()
    peer = smsc.accept()
    request = pdu.parse_header(peer.next())
    answer = pdu.bind_resp(request.command_id, request.sequence, 0, "fake")
    peer.send(answer + deliver_sm(11))
    (receipt,) = one.inbound(1)
    assert before - 1 <= receipt.received_at <= time.time() + 1


def test_answers_in_halves_and_two_in_one_packet(linked, smsc):
    one = linked(*many(3))
    peer = smsc.bound()
    first, second, third = (
        pdu.submit_sm_resp(pdu.parse_header(frame).sequence, 0, "id") for frame in peer.submits(3)
    )
    peer.send(first[:7])
    peer.send(first[7:] + second + third[:18])
    assert one.outcomes(2) == ["accepted"] * 2
    peer.send(third[18:])
    assert one.outcomes(3) == ["accepted"] * 3


def test_wake_takes_what_was_added_later(linked, smsc):
    one = linked()
    peer = smsc.bound()
    one.state("bound")
    one.source.bulk.append(make_submission())
    one.link.wake()
    assert len(peer.submits(1)) == 1


def test_full_window_waits_for_an_answer_and_express_does_not(linked, smsc):
    one = linked(*many(20), window=10)
    peer = smsc.bound()
    frames = peer.submits(8)
    otp = make_submission(lane=0)
    one.source.express.append(otp)
    one.link.wake()
    assert peer.next()[16:] == otp.body
    assert peer.is_silent()
    for frame in frames[:2]:
        peer.answer(frame)
    assert len(peer.submits(1)) == 1


def test_mo_is_acknowledged_only_when_the_sink_says_so(linked, smsc):
    one = linked()
    peer = smsc.bound()
    peer.send(deliver_sm(11), deliver_sm(12))
    first, second = one.inbound(2)
    assert peer.is_silent()
    one.link.acknowledge(first.session_id, [(12, 0), (11, 0x64)])
    assert [peer.next(), peer.next()] == [pdu.deliver_sm_resp(12, 0), pdu.deliver_sm_resp(11, 0x64)]
    assert second.deliver.short_message == b"STOP"


def test_acknowledgement_of_a_former_session_is_dropped(linked, smsc):
    one = linked()
    peer = smsc.bound()
    peer.send(deliver_sm(11))
    (former,) = one.inbound(1)
    peer.reset()
    peer = smsc.bound()
    peer.send(deliver_sm(11))
    again = one.inbound(2)[1]
    one.link.acknowledge(former.session_id, [(11, 0)])
    assert peer.is_silent()
    one.link.acknowledge(again.session_id, [(11, 0)])
    peer.expect(pdu.DELIVER_SM_RESP)


def test_reset_makes_the_window_unknown_and_binds_again(linked, smsc):
    one = linked(*many(3))
    smsc_side = smsc.bound()
    smsc_side.submits(3)
    smsc_side.reset()
    assert one.outcomes(3) == ["unknown"] * 3
    one.source.bulk.append(make_submission())
    peer = smsc.bound()
    peer.answer(*peer.submits(1))
    assert one.outcomes(4)[3] == "accepted"
    assert one.sink.states == [
        "starting", "binding", "bound", "connection_lost", "binding", "bound",
    ]  # fmt: skip


def test_no_submission_is_written_twice_or_lost_over_many_resets(linked, smsc):
    bulk = many(120)
    one = linked(*bulk, window=20, reconnect_cap_seconds=0.02)
    one.source.put_back = lambda back: one.source.bulk.extendleft(reversed(back))
    seen = []
    while len(one.sink.all_results) < len(bulk):
        left = len(bulk) - len(one.sink.all_results)
        peer = smsc.bound()
        frames = peer.submits(min(10, left))
        for frame in frames[:5]:
            peer.answer(frame)
        one.outcomes(len(bulk) - left + len(frames[:5]))
        peer.reset()
        seen += [frame[16:] for frame in frames]
        one.sink.wait_for(lambda: one.link.status().in_flight == 0)
    assert len(seen) == len(set(seen))
    tokens = [result.submission.token for result in one.sink.all_results]
    assert sorted(tokens) == sorted(each.token for each in bulk)


def test_unbind_of_the_smsc_is_answered_before_closing(linked, smsc):
    one = linked()
    peer = smsc.bound()
    peer.send(pdu.unbind(5))
    assert peer.next() == pdu.unbind_resp(5)
    assert peer.next() == b""
    one.state("connection_lost")


def test_nobody_listening_is_tried_again_until_somebody_does(linked, smsc):
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    one = linked(port=port)
    one.state("connection_lost", times=3)
    lost = [health for health in one.sink.all_health if health.state == "connection_lost"]
    assert "refused" in lost[0].detail


def test_next_attempt_waits_for_the_backoff(linked, smsc):
    linked(reconnect_base_seconds=3600.0, reconnect_cap_seconds=3600.0)
    smsc.bound().reset()
    with pytest.raises(TimeoutError):
        smsc.accept(seconds=0.3)


def test_wrong_password_stops_the_link_and_is_told(linked, smsc):
    one = linked(*many(1))
    peer = smsc.accept()
    request = peer.expect(pdu.BIND_TRANSCEIVER)
    peer.send(pdu.bind_resp(pdu.BIND_TRANSCEIVER, request.sequence, 0x0E))
    assert one.ended() == "bind_failed"
    assert one.sink.all_health[-1] == SessionHealth(
        "bind_failed", "the SMSC refused the bind: ESME_RINVPASWD"
    )
    assert len(one.source.bulk) == 1


def test_smsc_that_still_holds_a_dead_session_is_not_hammered(linked, smsc):
    one = linked(reconnect_base_seconds=0.01)
    peer = smsc.accept()
    request = pdu.parse_header(peer.next())
    peer.send(pdu.bind_resp(request.command_id, request.sequence, 0x05))
    one.sink.wait_for(lambda: one.sink.states[-1] == "connection_lost")
    assert "ESME_RALYBND" in one.sink.all_health[-1].detail
    with pytest.raises(TimeoutError):
        smsc.accept(seconds=0.3)


def test_queue_full_throttles_where_the_bind_says_so(linked, smsc):
    classes = {0x14: StatusClass.THROTTLE}
    one = linked(*many(1), status_classes=classes, throttle_delay_seconds=0.2)
    peer = smsc.bound()
    peer.answer(*peer.submits(1), status=0x14, message_id="")
    assert one.outcomes(1) == ["throttled"]
    one.state("throttled")


def test_tap_sees_both_directions_and_is_taken_away(linked, smsc):
    one, tap = linked(), Tap(100)
    peer = smsc.bound()
    one.state("bound")
    one.link.tap(tap)
    assert live_links()[make_config().bind_id] is one.link
    one.source.bulk.extend(many(2))
    one.link.wake()
    frames = peer.submits(2)
    for frame in frames:
        peer.answer(frame)
    one.outcomes(2)
    seen = [(each.is_outgoing, each.octets) for each in tap.drain()]
    answers = [pdu.submit_sm_resp(pdu.parse_header(frame).sequence, 0, "id") for frame in frames]
    assert [octets for is_outgoing, octets in seen if is_outgoing] == frames
    assert [octets for is_outgoing, octets in seen if not is_outgoing] == answers
    one.link.tap(None)
    peer.send(pdu.enquire_link(77))
    peer.expect(pdu.ENQUIRE_LINK_RESP)
    assert tap.drain() == []
    one.link.stop()
    sequence = peer.expect(pdu.UNBIND).sequence
    peer.send(pdu.unbind_resp(sequence))
    assert one.ended() == "stopped"
    assert make_config().bind_id not in live_links()


def test_silent_bind_is_given_up_after_session_init_timer(linked, smsc):
    one = linked(session_init_timer_seconds=0.2)
    smsc.accept()
    one.state("connection_lost")
    smsc.bound()
    one.state("bound")


def test_half_a_pdu_then_silence_reconnects(linked, smsc):
    one = linked(pdu_read_timer_seconds=0.2)
    smsc.bound().send(deliver_sm(1)[:20])
    smsc.bound()
    assert "did not end" in one.sink.all_health[3].detail


def test_silent_smsc_is_enquired_twice_and_left(linked, smsc):
    one = linked(enquire_link_timer_seconds=0.1)
    peer = smsc.bound()
    assert [peer.expect(pdu.ENQUIRE_LINK).command_id for _ in range(2)]
    assert peer.next() == b""
    smsc.bound()
    assert "enquire_link" in one.sink.all_health[3].detail


def test_black_hole_makes_everything_unknown_and_keeps_the_bind(linked, smsc):
    one = linked(*many(3), response_timer_seconds=0.2)
    peer = smsc.bound()
    peer.submits(3)
    assert one.outcomes(3) == ["unknown"] * 3
    assert one.link.status().in_flight == 0
    peer.send(pdu.enquire_link(4))
    peer.expect(pdu.ENQUIRE_LINK_RESP)


def test_throttling_is_told_and_ends_after_the_delay(linked, smsc):
    one = linked(*many(1), throttle_delay_seconds=0.2)
    peer = smsc.bound()
    peer.answer(*peer.submits(1), status=0x58, message_id="")
    assert one.outcomes(1) == ["throttled"]
    one.source.bulk.append(make_submission())
    one.link.wake()
    assert len(peer.submits(1)) == 1
    one.sink.wait_for(lambda: one.sink.states[-2:] == ["throttled", "bound"])


def test_throttled_bind_stays_slow_across_a_reconnect(linked, smsc):
    one = linked(*many(1), throughput=1000.0, throttle_delay_seconds=30.0)
    peer = smsc.bound()
    peer.answer(*peer.submits(1), status=0x58, message_id="")
    one.outcomes(1)
    peer.reset()
    one.source.bulk.append(make_submission())
    assert smsc.bound().is_silent()
    assert one.link.status().rate == 500.0


def test_pace_of_the_bind_is_kept_over_every_second(linked, smsc):
    """Judged by when the link wrote, not by when this thread came to read."""
    one = linked(*many(200), window=200, throughput=40.0)
    peer = smsc.bound()
    for _ in range(60):
        peer.answer(*peer.submits(1))
    one.outcomes(60)
    written = [result.written_at for result in one.sink.all_results]
    assert min(later - at for at, later in zip(written, written[40:], strict=False)) >= 1.0


def test_full_journal_holds_back_until_results_are_committed(linked, smsc, journal):
    held = [journal.mark(bytes(16), n) for n in range(998)]
    one = linked(*many(5))
    peer = smsc.bound()
    for frame in peer.submits(2):
        peer.answer(frame)
    assert peer.is_silent()
    one.outcomes(2)
    one.link.release([result.journal_slot for result in one.sink.all_results])
    assert len(peer.submits(2)) == 2
    assert held


def test_paused_submission_is_not_written(linked, smsc):
    bulk = many(3)
    one = linked()
    one.source.may = lambda submission: submission is not bulk[1]
    peer = smsc.bound()
    one.source.bulk.extend(bulk)
    one.link.wake()
    assert [frame[16:] for frame in peer.submits(2)] == [bulk[0].body, bulk[2].body]


def test_stop_lets_the_window_run_empty_then_unbinds(linked, smsc):
    one = linked(*many(2))
    peer = smsc.bound()
    frames = peer.submits(2)
    one.link.stop()
    one.source.bulk.append(make_submission())
    assert peer.is_silent()
    for frame in frames:
        peer.answer(frame)
    peer.send(pdu.unbind_resp(peer.expect(pdu.UNBIND).sequence))
    assert one.ended() == "stopped"
    assert one.outcomes(2) == ["accepted"] * 2
    assert len(one.source.bulk) == 1
    assert one.sink.states[-1] == "unbound"


def test_stop_waits_for_the_acknowledgements(linked, smsc):
    one = linked()
    peer = smsc.bound()
    peer.send(deliver_sm(3))
    (inbound,) = one.inbound(1)
    one.link.stop()
    assert peer.is_silent()
    one.link.acknowledge(inbound.session_id, [(3, 0)])
    peer.expect(pdu.DELIVER_SM_RESP)
    peer.expect(pdu.UNBIND)


def test_stop_does_not_wait_longer_than_its_limit(linked, smsc):
    one = linked(*many(1), shutdown_drain_seconds=0.2)
    peer = smsc.bound()
    peer.submits(1)
    one.link.stop()
    peer.send(pdu.unbind_resp(peer.expect(pdu.UNBIND).sequence))
    assert one.ended() == "stopped"
    assert one.outcomes(1) == ["unknown"]


def test_stop_does_not_wait_for_ever_for_the_unbind_resp(linked, smsc):
    one = linked(shutdown_drain_seconds=0.2)
    peer = smsc.bound()
    one.link.stop()
    peer.expect(pdu.UNBIND)
    assert one.ended() == "stopped"
    assert peer.next() == b""


def test_stop_gives_back_what_was_taken_and_not_written(linked, smsc):
    slow = many(4, sender_rate=1.0)
    one = linked(*slow)
    peer = smsc.bound()
    peer.answer(*peer.submits(1))
    one.outcomes(1)
    one.link.stop()
    peer.send(pdu.unbind_resp(peer.expect(pdu.UNBIND).sequence))
    one.ended()
    assert one.source.returned + list(one.source.bulk) == slow[1:]


@pytest.mark.parametrize("stage", ["waiting", "binding"])
def test_stop_before_the_bind_ends_at_once(linked, smsc, stage):
    one = linked(reconnect_base_seconds=3600.0, reconnect_cap_seconds=3600.0)
    peer = smsc.accept()
    peer.expect(pdu.BIND_TRANSCEIVER)
    if stage == "waiting":
        peer.reset()
        one.state("connection_lost")
    one.link.stop()
    assert one.ended() == "stopped"


def test_nothing_is_written_after_the_lease_ended(linked, smsc):
    lease = [time.monotonic() + 3600.0]
    one = linked(*many(1), deadline=lambda: lease[0])
    peer = smsc.bound()
    peer.submits(1)
    lease[0] = time.monotonic()
    one.source.bulk.extend(many(5))
    one.link.wake()
    peer.send(pdu.enquire_link(9))
    assert one.ended() == "lease_ended"
    assert one.outcomes(1) == ["unknown"]
    assert peer.next() == b""
    assert len(one.source.bulk) + len(one.source.returned) == 5


def test_lease_that_ended_before_the_connection_never_binds(linked, smsc):
    one = linked(deadline=lambda: 0.0)
    assert one.ended() == "lease_ended"
    with pytest.raises(TimeoutError):
        smsc.accept(seconds=0.2)


def test_mistake_of_the_source_ends_the_link_visibly(linked, smsc, caplog):
    one = linked()
    peer = smsc.bound()
    one.state("bound")
    one.source.may = None
    one.source.bulk.append(make_submission())
    one.link.wake()
    assert one.ended() == "crashed"
    assert peer.next() == b""
    assert "crashed" in caplog.text
    assert one.sink.states[-1] == "unbound"


def test_status_shows_what_passed(linked, smsc):
    one = linked(*many(2), throughput=100.0)
    peer = smsc.bound()
    frames = peer.submits(2)
    peer.answer(frames[0])
    one.outcomes(1)
    status = one.link.status()
    assert (status.in_flight, status.rate, status.connections) == (1, 100.0, 1)
    assert (status.traffic.submitted, status.traffic.accepted) == (2, 1)
    assert (status.health.state, status.session_state) == ("bound", "bound_trx")


def test_big_backlog_passes_a_small_socket_buffer(linked, smsc):
    """More than the kernel takes at once: the rest follows when the SMSC reads on."""
    body = pdu.SubmitTemplate(source_addr="53849").body(
        "84912345678", b"", tlvs=((pdu.TLV_MESSAGE_PAYLOAD, bytes(60_000)),)
    )
    one = linked(*many(150, body=body), window=200)
    peer = smsc.bound()
    for frame in peer.submits(150):
        peer.answer(frame)
    assert one.outcomes(150) == ["accepted"] * 150
