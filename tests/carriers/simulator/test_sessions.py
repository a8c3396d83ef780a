import pytest

from carriers.simulator import server, smsc
from carriers.smpp import pdu
from tests.carriers.simulator.esme import NUMBER, Esme, bound, running


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(smsc, "HOUSEKEEPING_SECONDS", 0.02)
    monkeypatch.setattr(server, "UNBIND_SECONDS", 0.1)


@pytest.fixture
def simulator():
    with running(max_binds=2) as found:
        yield found


@pytest.mark.parametrize(
    ("system_id", "password", "status"),
    [
        ("signalbox", "secret", 0),
        ("signalbox", "wrong", 0x0E),
        ("signalbox", "", 0x0E),
        ("nobody", "secret", 0x0F),
    ],
)
def test_credentials_are_checked(simulator, system_id, password, status):
    with Esme(simulator.port("test")) as esme:
        assert esme.bind(system_id, password) == status
        if status:
            assert esme.is_closed()


def test_a_second_bind_on_a_session_is_refused_and_the_session_goes_on(simulator):
    with bound(simulator) as esme:
        assert esme.bind() == 0x05
        esme.submit()
        assert esme.response()[0] == 0


def test_more_binds_than_granted_are_refused_until_one_leaves():
    with running(max_binds=2) as simulator, bound(simulator), Esme(simulator.port("test")) as third:
        with bound(simulator, pdu.BIND_TRANSMITTER) as second:
            assert third.bind() == 0x05
            second.send(pdu.unbind(9))
            second.take(pdu.UNBIND_RESP)
            assert second.is_closed()
        with bound(simulator):
            pass


def test_a_submit_before_or_without_the_right_bind_is_refused(simulator):
    with Esme(simulator.port("test")) as esme:
        sequence = esme.submit()
        assert esme.response() == (0x04, sequence, "")
        assert esme.bind(command_id=pdu.BIND_RECEIVER) == 0
        sequence = esme.submit()
        assert esme.response() == (0x04, sequence, "")


def test_enquire_link_is_answered_with_its_sequence(simulator):
    with Esme(simulator.port("test")) as esme:
        esme.send(pdu.enquire_link(77))
        assert pdu.parse_header(esme.take(pdu.ENQUIRE_LINK_RESP)).sequence == 77


def test_unbind_is_answered_and_then_the_connection_closed(simulator):
    with bound(simulator) as esme:
        esme.send(pdu.unbind(5))
        assert pdu.parse_header(esme.take(pdu.UNBIND_RESP)).sequence == 5
        assert esme.is_closed()


def test_an_unknown_command_gets_a_generic_nack(simulator):
    with bound(simulator) as esme:
        esme.send(pdu.with_header(0x77, 0, 12, b"what"))
        header = pdu.parse_header(esme.take(pdu.GENERIC_NACK))
        assert (header.status, header.sequence) == (0x03, 12)


def test_an_impossible_length_ends_the_session_after_what_came_before(simulator):
    with bound(simulator) as esme:
        esme.send(pdu.enquire_link(7) + b"\x00\x00\x00\x05" + b"\x00" * 12)
        assert pdu.parse_header(esme.take(pdu.ENQUIRE_LINK_RESP)).sequence == 7
        assert pdu.parse_header(esme.take(pdu.GENERIC_NACK)).status == 0x02
        assert esme.is_closed()


def test_a_submit_cut_short_is_refused_and_the_session_goes_on(simulator):
    with bound(simulator) as esme:
        esme.send(pdu.with_header(pdu.SUBMIT_SM, 0, 21, b"\x00\x01\x0153849"))
        assert esme.response() == (0x01, 21, "")
        esme.submit()
        assert esme.response()[0] == 0


def test_a_bind_cut_short_is_refused(simulator):
    with Esme(simulator.port("test")) as esme:
        esme.send(pdu.with_header(pdu.BIND_TRANSCEIVER, 0, 3, b"signal"))
        assert pdu.parse_bind_resp(esme.take(pdu.BIND_TRANSCEIVER_RESP)).status == 0x02
        assert esme.is_closed()


def test_pdus_in_pieces_and_in_bunches_are_all_answered(simulator):
    message = pdu.submit_sm_body(pdu.SubmitSm(destination_addr=NUMBER, short_message=b"x"))
    stream = b"".join(pdu.with_header(pdu.SUBMIT_SM, 0, n, message) for n in range(1, 51))
    with bound(simulator) as esme:
        for at in range(0, len(stream), 37):
            esme.send(stream[at : at + 37])
        answers = [esme.response() for _ in range(50)]
    assert [sequence for _, sequence, _ in answers] == list(range(1, 51))
    assert len({message_id for _, _, message_id in answers}) == 50


def test_a_stopping_simulator_unbinds_its_clients():
    with running() as simulator:
        esme = Esme(simulator.port("test"))
        esme.bind()
    assert pdu.parse_header(esme.take(pdu.UNBIND)).command_id == pdu.UNBIND
    assert esme.is_closed()
    esme.socket.close()


def test_a_silent_client_is_probed_and_then_cut():
    with running(enquire_link_seconds=0.01) as simulator, bound(simulator) as esme:
        esme.take(pdu.ENQUIRE_LINK)
        esme.take(pdu.ENQUIRE_LINK)
        assert esme.is_closed()


def test_a_connection_that_never_binds_is_cut():
    with running(session_init_seconds=0.01) as simulator, Esme(simulator.port("test")) as esme:
        assert esme.is_closed()
