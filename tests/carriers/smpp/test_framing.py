import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp import pdu
from carriers.smpp.framing import MAX_PDU_OCTETS, FrameBuffer, FramingError

ENQUIRE = pdu.enquire_link(1)
RESP = pdu.submit_sm_resp(2, 0, "abc")


def test_two_pdus_in_one_packet_are_two_frames():
    assert FrameBuffer().feed(ENQUIRE + RESP) == [ENQUIRE, RESP]


def test_half_a_pdu_waits_for_the_other_half():
    frames = FrameBuffer()
    assert frames.feed(RESP[:9]) == []
    assert frames.pending == 9
    assert frames.feed(RESP[9:]) == [RESP]
    assert frames.pending == 0


@given(
    bodies=st.lists(st.binary(max_size=300), max_size=12),
    cuts=st.lists(st.integers(1, 40), min_size=1),
)
def test_any_cutting_of_the_stream_gives_the_same_frames(bodies, cuts):
    frames = [pdu.with_header(pdu.DELIVER_SM, 0, 1, body) for body in bodies]
    stream = b"".join(frames)
    buffer, received, at, turn = FrameBuffer(), [], 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        received += buffer.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert received == frames


@pytest.mark.parametrize("length", [0, 15, MAX_PDU_OCTETS + 1, 0xFFFFFFFF])
def test_impossible_length_raises_with_the_pdus_before_it(length):
    with pytest.raises(FramingError, match=str(length)) as caught:
        FrameBuffer().feed(RESP + length.to_bytes(4, "big") + b"rest")
    assert caught.value.frames == [RESP]


def test_largest_allowed_pdu_passes():
    frame = pdu.with_header(pdu.DELIVER_SM, 0, 1, bytes(MAX_PDU_OCTETS - 16))
    assert FrameBuffer().feed(frame) == [frame]
