import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp import pdu
from tests.carriers.smpp.support import smpplib_octets

ASCII = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
SEQUENCE = st.integers(1, pdu.MAX_SEQUENCE)
STATUS = st.integers(0, 0xFFFFFFFF)
BINDS = {
    "bind_transmitter": pdu.BIND_TRANSMITTER,
    "bind_receiver": pdu.BIND_RECEIVER,
    "bind_transceiver": pdu.BIND_TRANSCEIVER,
}
REQUESTS = st.builds(
    pdu.BindRequest,
    command_id=st.sampled_from(sorted(BINDS.values())),
    system_id=st.text(ASCII, max_size=15),
    password=st.text(ASCII, max_size=8),
    system_type=st.text(ASCII, max_size=12),
    addr_ton=st.integers(0, 255),
    addr_npi=st.integers(0, 255),
    address_range=st.text(ASCII, max_size=40),
)


@given(request=REQUESTS, sequence=SEQUENCE)
def test_bind_is_byte_equal_to_smpplib_and_read_back(request, sequence):
    name = {number: name for name, number in BINDS.items()}[request.command_id]
    theirs = smpplib_octets(
        name,
        sequence,
        system_id=request.system_id,
        password=request.password,
        system_type=request.system_type,
        addr_ton=request.addr_ton,
        addr_npi=request.addr_npi,
        address_range=request.address_range,
    )
    frame = pdu.bind_request(request, sequence)
    assert frame == theirs
    assert pdu.parse_bind_request(frame) == request


@given(sequence=SEQUENCE, message_id=st.text(ASCII, max_size=64))
def test_submit_sm_resp_is_byte_equal_to_smpplib_and_read_back(sequence, message_id):
    frame = pdu.submit_sm_resp(sequence, 0, message_id)
    theirs = smpplib_octets("submit_sm_resp", sequence, message_id=message_id)
    assert frame == theirs
    assert pdu.parse_submit_sm_resp(frame) == (0, sequence, message_id)


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        (pdu.enquire_link(9), "enquire_link"),
        (pdu.enquire_link_resp(9), "enquire_link_resp"),
        (pdu.unbind(9), "unbind"),
        (pdu.unbind_resp(9), "unbind_resp"),
        (pdu.deliver_sm_resp(9, 0), "deliver_sm_resp"),
        (pdu.data_sm_resp(9, 0), "data_sm_resp"),
        (pdu.generic_nack(9, 0), "generic_nack"),
        (pdu.bind_resp(pdu.BIND_TRANSCEIVER, 9, 0, ""), "bind_transceiver_resp"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_small_pdus_are_byte_equal_to_smpplib(ours, name):
    assert ours == smpplib_octets(name, 9)


@given(status=STATUS.filter(bool), sequence=SEQUENCE)
def test_refusal_has_no_body(status, sequence):
    frame = pdu.submit_sm_resp(sequence, status, "")
    assert len(frame) == 16
    assert pdu.parse_submit_sm_resp(frame) == (status, sequence, "")


def test_message_id_without_its_nul_is_read():
    frame = pdu.with_header(pdu.SUBMIT_SM_RESP, 0, 3, b"abc")
    assert pdu.parse_submit_sm_resp(frame) == (0, 3, "abc")


def test_tlvs_after_the_message_id_are_skipped():
    frame = pdu.with_header(pdu.SUBMIT_SM_RESP, 0, 3, b"abc\0\x04\x27\0\1\2")
    assert pdu.parse_submit_sm_resp(frame) == (0, 3, "abc")


def test_bind_resp_with_interface_version_is_read():
    tlvs = ((pdu.TLV_SC_INTERFACE_VERSION, b"\x34"),)
    frame = pdu.bind_resp(pdu.BIND_RECEIVER, 2, 0, "smsc", tlvs)
    expected = pdu.BindResponse(pdu.BIND_RECEIVER_RESP, 0, 2, "smsc", tlvs)
    assert pdu.parse_bind_resp(frame) == expected


def test_refused_bind_without_a_body_is_read():
    parsed = pdu.parse_bind_resp(pdu.bind_resp(pdu.BIND_TRANSMITTER, 2, 0x0E))
    assert (parsed.status, parsed.system_id) == (0x0E, "")


@given(status=STATUS, sequence=SEQUENCE)
def test_smpp34_reads_our_header(status, sequence):
    raw = smpp34.decode(pdu.generic_nack(sequence, status))
    assert (raw.command_status, raw.sequence_number) == (status, sequence)


@pytest.mark.parametrize("cut", [1, 5, 12, 20])
def test_cut_bind_is_refused(cut):
    request = pdu.BindRequest(pdu.BIND_TRANSCEIVER, "system", "secret", "type", address_range="84")
    body = pdu.bind_request(request, 1)[16:-cut]
    with pytest.raises(pdu.PduError):
        pdu.parse_bind_request(pdu.with_header(pdu.BIND_TRANSCEIVER, 0, 1, body))


def test_password_beyond_what_any_smsc_takes_is_refused():
    with pytest.raises(pdu.PduError, match="password"):
        pdu.bind_request(pdu.BindRequest(pdu.BIND_TRANSCEIVER, "id", "x" * 17), 1)


def test_password_is_not_in_the_representation():
    assert "hush" not in repr(pdu.BindRequest(pdu.BIND_TRANSCEIVER, "id", "hush"))
