import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding.udh import Udh, concat_udh, parse_udh, shift_udh


def test_octets_of_both_forms():
    assert concat_udh(0xAB, 3, 2).hex() == "050003ab0302"
    assert concat_udh(0xABCD, 3, 2, bits=16).hex() == "060804abcd0302"


@pytest.mark.parametrize(
    "arguments",
    [(0, 2, 0), (0, 2, 3), (0, 256, 1), (256, 2, 1), (-1, 2, 1), (65536, 2, 1, 16)],
)
def test_impossible_header_is_refused(arguments):
    with pytest.raises(ValueError):
        concat_udh(*arguments)


@given(st.sampled_from([8, 16]), st.data())
@settings(deadline=None)
def test_parsing_reads_what_was_built(bits, data):
    reference = data.draw(st.integers(0, 2**bits - 1))
    total = data.draw(st.integers(1, 255))
    number = data.draw(st.integers(1, total))
    header = concat_udh(reference, total, number, bits)
    text = data.draw(st.binary())
    assert parse_udh(header + text) == Udh(reference, total, number, bits, len(header))


@pytest.mark.parametrize(
    ("octets", "udh"),
    [
        ("", None),
        ("05", None),
        ("050003ab03", None),
        ("00", Udh(None, 1, 1, 0, 1)),
        ("0061", Udh(None, 1, 1, 0, 1)),
        ("06050415810000ff", Udh(None, 1, 1, 0, 7)),  # application ports alone
        ("0b0504158100000003ab030261", Udh(0xAB, 3, 2, 8, 12)),  # ports, then concatenation
        ("050003ab030061", Udh(None, 1, 1, 0, 6)),  # segment 0
        ("050003ab030461", Udh(None, 1, 1, 0, 6)),  # segment 4 of 3
        ("050003ab000061", Udh(None, 1, 1, 0, 6)),  # of none
        ("050004ab030261", Udh(None, 1, 1, 0, 6)),  # element overruns the header
        ("060003ab030200", Udh(None, 1, 1, 0, 7)),  # one octet too many: all is ignored
        ("040002ab0361", Udh(None, 1, 1, 0, 5)),  # element too short
        ("0a0003ab03020003cd0201", Udh(0xCD, 2, 1, 8, 11)),  # of two, the last
        ("0a0003ab03020003cd0209", Udh(0xAB, 3, 2, 8, 11)),  # ... that makes sense
    ],
)
def test_header_from_the_field(octets, udh):
    assert parse_udh(bytes.fromhex(octets)) == udh


@pytest.mark.parametrize(
    ("octets", "udh"),
    [
        ("0324010161", Udh(None, 1, 1, 0, 4, 0, 1)),
        ("0325010661", Udh(None, 1, 1, 0, 4, 6, 0)),
        ("0625010624010661", Udh(None, 1, 1, 0, 7, 6, 6)),
        ("080003ab030225010161", Udh(0xAB, 3, 2, 8, 9, 1, 0)),
        ("0424020101ff61", Udh(None, 1, 1, 0, 5)),  # two octets: no identifier
        ("0924010124010225010361", Udh(None, 1, 1, 0, 10, 3, 2)),  # of two, the last
    ],
)
def test_national_tables_in_a_header(octets, udh):
    assert parse_udh(bytes.fromhex(octets)) == udh


@given(st.sampled_from([8, 16]), st.integers(0, 13), st.integers(0, 13))
@settings(deadline=None)
def test_tables_and_place_share_a_header(bits, locking, single):
    header = concat_udh(7, 3, 2, bits, shifts=(locking, single))
    assert header[0] == len(header) - 1 <= 13
    assert parse_udh(header) == Udh(7, 3, 2, bits, len(header), locking, single)


def test_lone_segment_needs_a_header_only_for_tables():
    assert shift_udh(0, 0) == b""
    assert shift_udh(0, 1).hex() == "03240101"
    assert shift_udh(6, 6).hex() == "06250106240106"


@given(st.binary(max_size=40))
@settings(deadline=None)
def test_garbage_never_raises_and_never_strips_too_much(octets):
    udh = parse_udh(octets)
    if udh is not None:
        assert 1 <= udh.header_length <= len(octets)
        assert 1 <= udh.number <= udh.total <= 255
