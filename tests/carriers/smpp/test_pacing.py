from carriers.smpp.pacing import Pacer, Throttling, throttling_of
from tests.carriers.smpp.support import make_config, make_submission


def run_ticks(pacer, start, seconds):
    for tenth in range(int(seconds * 10) + 1):
        pacer.recover(start + tenth / 10)


def test_throttling_pauses_and_halves():
    pacer = Pacer(100.0, Throttling(5.0))
    assert pacer.throttled(sent_at=10.0, now=10.2)
    assert (pacer.room(15.1, True), pacer.rate) == (0, 50.0)
    assert pacer.room(15.2, True) > 0
    assert pacer.next_at(11.0, True) == 15.2


def test_a_window_refused_at_once_halves_once():
    pacer = Pacer(100.0, Throttling(5.0))
    assert [pacer.throttled(sent_at=10.0, now=10.2) for _ in range(50)].count(True) == 1
    assert pacer.rate == 50.0


def test_throttled_again_after_the_pause_halves_again():
    pacer = Pacer(100.0, Throttling(5.0))
    pacer.throttled(10.0, 10.2)
    assert pacer.throttled(15.3, 15.4)
    assert pacer.rate == 25.0


def test_rate_recovers_step_by_step_up_to_the_contract():
    pacer = Pacer(100.0, Throttling(5.0))
    pacer.throttled(10.0, 10.0)
    run_ticks(pacer, 15.0, 2)
    assert pacer.rate == 70.0
    run_ticks(pacer, 17.0, 3)
    assert pacer.rate == 100.0


def test_each_bind_gives_way_as_its_policy_says():
    pacer = Pacer(100.0, Throttling(60.0, cut=0.2, recovery=0.4, floor=0.1))
    pacer.throttled(10.0, 10.0)
    assert (pacer.rate, pacer.paused_until) == (20.0, 70.0)
    run_ticks(pacer, 70.0, 1)
    assert pacer.rate == 60.0
    for second in range(80, 180, 10):
        pacer.throttled(float(second), float(second))
    assert pacer.rate == 10.0


def test_policy_comes_from_the_binds_configuration():
    config = make_config(
        throttle_delay_seconds=7.0, throttle_cut=0.3, throttle_recovery=0.2, throttle_floor=0.05
    )
    assert throttling_of(config) == Throttling(7.0, 0.3, 0.2, 0.05)


def test_it_does_not_recover_during_the_pause():
    pacer = Pacer(100.0, Throttling(5.0))
    pacer.throttled(10.0, 10.0)
    run_ticks(pacer, 10.0, 5)
    assert pacer.rate == 50.0


def test_endless_throttling_leaves_a_trickle():
    pacer = Pacer(64.0, Throttling(1.0))
    for second in range(100):
        pacer.throttled(second * 2.0, second * 2.0)
    assert pacer.rate == 2.0


def test_unlimited_bind_halves_what_it_really_sent_and_becomes_unlimited_again():
    pacer = Pacer(None, Throttling(1.0))
    for tenth in range(20):
        pacer.spend(40, 10.0 + tenth / 10)
    pacer.throttled(11.9, 12.0)
    assert pacer.rate == 200.0
    run_ticks(pacer, 13.0, 20)
    assert pacer.rate is None


def test_sender_contract_holds_on_an_unlimited_bind():
    pacer, submission = Pacer(None, Throttling(1.0)), make_submission(sender_rate=1.0)
    assert pacer.sender_may_send(submission, 5.0)
    pacer.spend_sender(submission, 5.0)
    assert not pacer.sender_may_send(submission, 5.9)
    assert 6.0 < pacer.sender_next_at(submission, 5.9) < 6.1
