"""Real processes: what a killed or stopped simulator remembers."""

import asyncio
import resource
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from carriers.simulator import smsc
from carriers.simulator.journal import read_journal
from carriers.simulator.report import report_journals
from carriers.simulator.server import PortTakenError, Simulator, SimulatorConfig
from carriers.smpp import pdu
from tests.carriers.simulator.esme import Esme, bound, make_profile, running

ROOT = Path(__file__).parents[3]


@contextmanager
def child(directory):
    command = [sys.executable, "-m", "tests.carriers.simulator.child", str(directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def drain(esme: Esme) -> None:
    """Read what is left until the connection breaks."""
    try:
        while True:
            esme.backlog += esme._frames.feed(esme.receive())
    except (EOFError, ConnectionResetError):
        pass


def responses(esme: Esme) -> set[str]:
    frames = [frame for frame in esme.backlog if frame[4:8] == b"\x80\x00\x00\x04"]
    return {pdu.parse_submit_sm_resp(frame)[2] for frame in frames}


def test_no_response_that_left_is_missing_after_a_kill_and_receipts_still_come(tmp_path):
    path = tmp_path / "test.jsonl"
    with child(tmp_path) as (process, port), Esme(port) as esme:
        esme.bind()
        for number in range(500):
            esme.submit(f"8491{number:07d}678", f"message {number}".encode())
        seen = esme.response()[2]
        process.send_signal(signal.SIGKILL)
        drain(esme)
    answered = responses(esme) | {seen}
    taken = {record.message_id for record in read_journal(path) if record.event == "submit"}
    assert answered <= taken
    with child(tmp_path) as (process, port), Esme(port) as esme:
        esme.bind()
        told = {esme.delivery().short_message.split()[0] for _ in taken}
        esme.settle()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert told == {f"id:{message_id}".encode() for message_id in taken}
    assert report_journals([path]).receipts.total() == len(taken)


@pytest.mark.parametrize(("owed", "checkpoints"), [(10, 6), (-1, 2)])
def test_checkpoints_are_written_on_the_way_unless_too_much_is_owed(
    tmp_path, monkeypatch, owed, checkpoints
):
    monkeypatch.setattr(smsc, "CHECKPOINT_SUBMITS", 5)
    monkeypatch.setattr(smsc, "CHECKPOINT_OWED", owed)
    with running(tmp_path) as simulator, bound(simulator) as esme:
        for _ in range(20):
            esme.submit("84912345906")
            esme.response()
    found = [record.event for record in read_journal(tmp_path / "test.jsonl")]
    assert found.count("checkpoint") == checkpoints


def test_ids_do_not_come_again_after_a_restart(tmp_path):
    seen = []
    for _ in range(2):
        with running(tmp_path) as simulator, bound(simulator) as esme:
            esme.submit()
            seen.append(int(esme.response()[2], 16))
    assert seen[1] == seen[0] + 1


def test_ids_do_not_come_again_with_a_new_journal(tmp_path, monkeypatch):
    seen = []
    for name, moment in (("one", 1_795_323_600.0), ("two", 1_795_323_610.0)):
        monkeypatch.setattr("carriers.simulator.smsc.time", lambda moment=moment: moment)
        with running(tmp_path / name) as simulator, bound(simulator) as esme:
            esme.submit()
            seen.append(int(esme.response()[2], 16))
    assert seen[1] == seen[0] + 100_000


def test_an_unacknowledged_reply_comes_again_after_a_restart(tmp_path):
    text = "Tôi muốn dừng nhận tin nhắn. " * 3
    with running(tmp_path) as simulator:
        simulator.call(lambda found: found.operators["test"].inject("84912345678", "53849", text))
    with running(tmp_path) as simulator, bound(simulator) as esme:
        parts = [esme.delivery() for _ in range(2)]
        esme.settle()
    assert b"".join(part.short_message[6:] for part in parts).decode("utf-16-be") == text
    assert {(part.data_coding, part.esm_class, part.source_addr) for part in parts} == {
        (8, 0x40, "84912345678")
    }
    with running(tmp_path) as simulator, bound(simulator) as esme:
        assert esme.settle() == []


def test_a_taken_port_is_named_and_nothing_else_is_left_listening():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        profiles = (make_profile(), make_profile(name="second", port=port))
        simulator = Simulator(SimulatorConfig(profiles, None))
        with pytest.raises(PortTakenError) as taken:
            asyncio.run(simulator.start())
    assert (taken.value.owner, taken.value.port) == ("second", port)
    assert simulator.operators == {}


def test_a_journal_that_cannot_be_written_stops_the_simulator(tmp_path):
    with child(tmp_path) as (process, port), Esme(port) as esme:
        esme.bind()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1000, 1000))
        esme.submit(text=b"x" * 250)
        esme.submit(text=b"x" * 250)
        drain(esme)
        assert process.wait(60) not in {0, None}
    taken = [item for item in read_journal(tmp_path / "test.jsonl") if item.event == "submit"]
    assert len(responses(esme)) <= len(taken)
