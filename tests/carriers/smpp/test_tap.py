from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp import pdu
from carriers.smpp import tap as taps
from carriers.smpp.tap import Tap

ASK, ANSWER = pdu.enquire_link(1), pdu.enquire_link_resp(1)


def taken(tap):
    return [(one.is_outgoing, one.octets) for one in tap.drain()]


def test_pdus_of_both_directions_are_cut_out_of_the_stream():
    tap = Tap(10)
    tap.passed(ASK + ASK[:5], 1.0, is_outgoing=True, at_start=True)
    tap.passed(ANSWER, 2.0, is_outgoing=False, at_start=True)
    tap.passed(ASK[5:], 3.0, is_outgoing=True, at_start=False)
    assert taken(tap) == [(True, ASK), (False, ANSWER), (True, ASK)]
    assert taken(tap) == []


def test_tap_opened_in_the_middle_of_a_pdu_waits_for_the_next():
    tap = Tap(10)
    tap.passed(ASK[7:], 1.0, is_outgoing=False, at_start=False)
    tap.passed(ASK, 2.0, is_outgoing=False, at_start=True)
    assert taken(tap) == [(False, ASK)]


def test_tap_ends_with_its_number_of_pdus():
    tap = Tap(3)
    tap.passed(ASK * 5, 1.0, is_outgoing=True, at_start=True)
    assert (len(taken(tap)), tap.is_full) == (3, True)


def test_what_nobody_drains_is_left_out_and_counted(monkeypatch):
    monkeypatch.setattr(taps, "MOST_WAITING", 4)
    tap = Tap(10)
    tap.passed(ASK * 6, 1.0, is_outgoing=True, at_start=True)
    assert (len(taken(tap)), tap.skipped, tap.is_full) == (4, 2, False)


@given(junk=st.binary(max_size=200), before=st.integers(0, 2))
def test_octets_that_are_no_pdus_break_nothing(junk, before):
    tap = Tap(10)
    tap.passed(ASK * before + junk, 1.0, is_outgoing=False, at_start=True)
    assert [octets for _, octets in taken(tap)][:before] == [ASK] * before
