import pytest

from carriers.simulator.report import report_journals
from carriers.simulator.scenarios import Scenario
from carriers.smpp import pdu
from carriers.smpp.framing import FrameBuffer
from tests.carriers.simulator.esme import Esme, bound, running


@pytest.fixture
def simulator(tmp_path):
    with running(tmp_path, receipt_delay_seconds=0.0) as found:
        yield found


def turn(simulator, scenario: Scenario, seconds: float = 0.0) -> None:
    simulator.call(lambda found: found.operators["test"].scenario.turn_to(scenario, seconds))


def test_dropped_binds_cannot_come_back_until_it_is_over(simulator):
    with bound(simulator) as esme:
        turn(simulator, Scenario.DROP_BINDS)
        assert esme.is_closed()
    with Esme(simulator.port("test")) as esme:
        assert esme.is_closed()
    turn(simulator, Scenario.NORMAL)
    with bound(simulator):
        pass


def let_it_read(simulator) -> None:
    """What was sent before has been handled after two passes of the simulator's loop."""
    for _ in range(2):
        simulator.call(lambda found: None)


def test_a_black_hole_takes_and_never_answers(simulator, tmp_path):
    with bound(simulator) as esme:
        turn(simulator, Scenario.BLACK_HOLE)
        swallowed = esme.submit("84912345678")
        esme.send(pdu.enquire_link(99))
        let_it_read(simulator)
        turn(simulator, Scenario.NORMAL)
        asked = esme.submit("84912345679")
        assert esme.response()[1] == asked > swallowed
        esme.delivery()
        assert esme.settle() == []
    report = report_journals([tmp_path / "test.jsonl"])
    assert report.taken == {"84912345678": 1, "84912345679": 1}
    assert report.accepted == {"84912345679": 1}
    assert report.unanswered == {"84912345678": 1}


def test_a_black_hole_does_not_answer_binds(simulator):
    turn(simulator, Scenario.BLACK_HOLE)
    with Esme(simulator.port("test")) as esme:
        esme.send(pdu.bind_request(pdu.BindRequest(9, "signalbox", "secret"), 1))
        let_it_read(simulator)
        turn(simulator, Scenario.NORMAL)
        assert esme.settle() == []


def test_a_response_on_its_way_is_lost_in_a_black_hole(tmp_path):
    with running(tmp_path, latency_seconds=0.05) as simulator, bound(simulator) as esme:
        esme.submit()
        esme.settle()
        turn(simulator, Scenario.BLACK_HOLE)
        while simulator.call(lambda found: len(found.operators["test"].agenda)):
            let_it_read(simulator)
        turn(simulator, Scenario.NORMAL)
        assert [frame[7] for frame in esme.settle()] == [pdu.DELIVER_SM]
    assert report_journals([tmp_path / "test.jsonl"]).unanswered.total() == 1


def test_half_a_pdu_then_silence_then_the_rest(simulator, tmp_path):
    path = tmp_path / "test.jsonl"
    with bound(simulator) as esme:
        turn(simulator, Scenario.HALF_PDU)
        assert len(esme.socket.recv(100)) == 8
        sequence = esme.submit()
        let_it_read(simulator)
        assert report_journals([path]).unanswered.total() == 1
        turn(simulator, Scenario.NORMAL)
        rest = esme.socket.recv(8)
        assert len(rest) == 8
        assert esme.response()[:2] == (0, sequence)
        esme.delivery()
        esme.settle()
    assert not report_journals([path]).unanswered


def test_a_new_session_is_well_while_others_wait_for_half_a_pdu(simulator):
    with bound(simulator) as ill, bound(simulator, pdu.BIND_TRANSMITTER) as other:
        turn(simulator, Scenario.HALF_PDU)
        with bound(simulator) as well:
            well.submit()
            assert well.response()[0] == 0
        assert {len(esme.socket.recv(100)) for esme in (ill, other)} == {8}


def test_a_scenario_ends_by_itself(simulator):
    with bound(simulator) as esme:
        turn(simulator, Scenario.THROTTLE, 0.05)
        esme.submit()
        assert esme.response()[0] == 0x58
        esme.submit()
        while esme.response()[0] == 0x58:
            esme.submit()
        found = simulator.call(lambda found: found.operators["test"].scenario.current)
        assert found is Scenario.NORMAL


def test_a_new_scenario_replaces_the_one_before(simulator):
    turn(simulator, Scenario.DROP_BINDS, 60)
    turn(simulator, Scenario.THROTTLE, 60)
    with bound(simulator) as esme:
        esme.submit()
        assert esme.response()[0] == 0x58


def _read_all(esme: Esme) -> None:
    while esme.socket.recv(100):
        pass


def test_reset_leaves_half_a_pdu_and_a_dead_connection(simulator):
    with bound(simulator) as esme:
        turn(simulator, Scenario.RESET_MID_PDU)
        with pytest.raises(ConnectionResetError):
            _read_all(esme)


def test_garbage_has_sound_frames(simulator):
    with bound(simulator) as esme:
        turn(simulator, Scenario.GARBAGE)
        frames = FrameBuffer()
        came = []
        while len(came) < 6:
            came += frames.feed(esme.socket.recv(4096))
        assert {frame[4:8].hex() for frame in came[:6]} >= {"00000005", "0badf00d", "80000000"}


@pytest.mark.parametrize(
    ("scenario", "receipts"), [(Scenario.DOUBLE_RECEIPTS, 2), (Scenario.EARLY_RECEIPTS, 1)]
)
def test_receipts_of_a_scenario(simulator, scenario, receipts):
    turn(simulator, scenario)
    with bound(simulator) as esme:
        esme.submit()
        frames, came = FrameBuffer(), []
        while len(came) < receipts + 1:
            came += frames.feed(esme.socket.recv(4096))
        kinds = [frame[4:8].hex() for frame in came]
        assert kinds.count("00000005") == receipts
        assert (kinds[0] == "00000005") is (scenario is Scenario.EARLY_RECEIPTS)
