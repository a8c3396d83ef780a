import errno
import stat

import pytest

from carriers.simulator.journal import Journal, journal_path, read_journal
from carriers.simulator.recovery import recover, set_aside
from carriers.simulator.session import Session
from carriers.smpp import pdu
from tests.carriers.simulator.esme import NUMBER, bound, running


def lines(directory, *events):
    found = read_journal(journal_path(directory, "test"))
    return [record for record in found if not events or record.event in events]


def test_a_submit_is_noted_as_it_came(tmp_path):
    tlvs = ((pdu.TLV_USER_MESSAGE_REFERENCE, b"\x12\x34"), (0x1400, b"vendor"))
    fields = {
        "esm_class": 0x40,
        "data_coding": 8,
        "validity_period": "000000001000000R",
        "source_addr_ton": 5,
        "dest_addr_npi": 1,
        "tlvs": tlvs,
    }
    with running(tmp_path) as simulator, bound(simulator) as esme:
        sequence = esme.submit(NUMBER, b"\x05\x00\x03\x01\x02\x01\x1e\xd6", **fields)
        message_id = esme.response()[2]
    (record,) = lines(tmp_path, "submit")
    assert (record.sequence, record.system_id) == (sequence, "signalbox")
    assert (record.source, record.source_ton) == ("53849", 5)
    assert (record.destination, record.dest_npi) == (NUMBER, 1)
    assert (record.status, record.message_id, record.answered) == (0, message_id, True)
    assert (record.esm_class, record.data_coding) == (0x40, 8)
    assert record.octets == b"\x05\x00\x03\x01\x02\x01\x1e\xd6"
    assert (record.user_message_reference, record.tlvs) == (0x1234, tlvs)
    assert (record.validity_period, record.receipts) == ("000000001000000R", ("DELIVRD",))


def test_addresses_with_quotes_and_controls_stay_readable(tmp_path):
    with running(tmp_path) as simulator, bound(simulator) as esme:
        esme.submit('8"\\\n\xe9')
        esme.response()
    assert [record.destination for record in lines(tmp_path, "submit")] == ['8"\\\n\xe9']


def test_refusals_are_noted_with_their_status(tmp_path):
    with running(tmp_path) as simulator, bound(simulator) as esme:
        esme.submit("84912345903")
        esme.response()
    (record,) = lines(tmp_path, "submit")
    assert (record.status, record.message_id, record.behaviour) == (0x0B, "", "rejected")


@pytest.mark.parametrize("latency_seconds", [0.0, 0.01])
def test_the_lines_are_in_the_file_before_the_octets_leave(tmp_path, monkeypatch, latency_seconds):
    found, events = [], ("submit", "response")
    write_out = Session.write_out

    def spy(session):
        found.append((len(session._out), [item.event for item in lines(tmp_path, *events)]))
        write_out(session)

    with running(tmp_path, latency_seconds=latency_seconds) as simulator, bound(simulator) as esme:
        monkeypatch.setattr(Session, "write_out", spy)
        esme.submit(registered_delivery=0)
        esme.response()
    assert found[0] == (1, list(events if latency_seconds else events[:1]))


def test_a_later_response_has_a_line_of_its_own(tmp_path):
    with running(tmp_path, latency_seconds=0.01) as simulator, bound(simulator) as esme:
        sequence = esme.submit()
        message_id = esme.response()[2]
    (submit,) = lines(tmp_path, "submit")
    (response,) = lines(tmp_path, "response")
    assert not submit.answered
    assert (response.sequence, response.message_id) == (sequence, message_id)


def test_a_response_that_never_left_has_no_line(tmp_path):
    with running(tmp_path, latency_seconds=0.5) as simulator:
        with bound(simulator) as esme:
            esme.submit()
            esme.settle()
        with bound(simulator) as other:
            other.submit()
            other.response()
    assert len(lines(tmp_path, "submit")) == 2
    assert len(lines(tmp_path, "response")) == 1


def test_receipts_are_noted_when_sent_and_when_acknowledged(tmp_path):
    with running(tmp_path) as simulator, bound(simulator) as esme:
        esme.submit()
        message_id = esme.response()[2]
        for status in (0x14, 0):
            esme.delivery(status)
        esme.settle()
    found = lines(tmp_path, "receipt", "receipt_ack")
    assert [(record.event, record.status) for record in found] == [
        ("receipt", 0),
        ("receipt_ack", 0x14),
        ("receipt", 0),
        ("receipt_ack", 0),
    ]
    assert {(record.message_id, record.state) for record in found} == {(message_id, "DELIVRD")}


def test_binds_and_ends_are_noted(tmp_path):
    with running(tmp_path) as simulator, bound(simulator):
        pass
    found = [record.event for record in lines(tmp_path)]
    assert found == ["start", "checkpoint", "bind", "closed", "checkpoint", "stop"]


def test_the_journal_is_for_the_owner_only(tmp_path):
    Journal(tmp_path / "deep" / "test.jsonl").close()
    mode = (tmp_path / "deep" / "test.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_lines_cut_off_by_a_crash_are_skipped_and_do_not_spoil_the_next(tmp_path):
    path = tmp_path / "test.jsonl"
    path.write_text('{"event":"submit","time":1.0,"destination":"1"}\n{"event":"submit","ti')
    journal = Journal(path)
    journal.note("submit", 2.0, destination="2")
    journal.close()
    assert [record.destination for record in read_journal(path)] == ["1", "2"]


@pytest.mark.parametrize("line", ["[1]", "5", '{"time":1.0}', '{"event":}', ""])
def test_lines_that_are_no_objects_are_skipped(tmp_path, line):
    path = tmp_path / "test.jsonl"
    path.write_text(line + "\n")
    assert list(read_journal(path)) == []


def test_a_missing_journal_is_empty(tmp_path):
    assert list(read_journal(tmp_path / "none.jsonl")) == []
    assert recover(tmp_path / "none.jsonl").owed == {}


def test_recovery_starts_at_the_last_complete_checkpoint(tmp_path):
    path = tmp_path / "test.jsonl"
    journal = Journal(path)
    journal.note("start", 1.0)
    journal.note("submit", 2.0, message_id="a", serial=5, status=0, receipts=["DELIVRD"])
    journal.note("checkpoint", 3.0, serial=9, owed=[])
    journal.note("submit", 4.0, message_id="b", serial=10, status=0, receipts=["DELIVRD"])
    journal.close()
    with path.open("a") as file:
        file.write('{"event": "checkpoint", "time": 5.0, "owed": [{"event"')
    found = recover(path)
    assert (found.serial, list(found.owed)) == (10, [("b", 0)])


def test_a_big_journal_is_set_aside(tmp_path):
    path = tmp_path / "test.jsonl"
    path.write_text("x" * 10)
    set_aside(path, limit=10)
    assert path.exists()
    set_aside(path, limit=9)
    assert not path.exists()
    assert (tmp_path / "test.old.jsonl").read_text() == "x" * 10


def test_a_journal_that_lost_a_line_refuses_to_go_on(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    journal = Journal(tmp_path / "test.jsonl")
    journal.note("start", 1.0)
    with monkeypatch.context() as patch:
        patch.setattr("carriers.simulator.journal.os.write", full)
        with pytest.raises(OSError, match="full"):
            journal.flush()
    with pytest.raises(OSError, match="before"):
        journal.flush()


def test_fsync_is_done_when_the_profile_asks(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr("carriers.simulator.journal.os.fsync", synced.append)
    for fsync in (False, True):
        journal = Journal(tmp_path / "test.jsonl", fsync=fsync)
        journal.note("start", 1.0)
        journal.close()
    assert len(synced) == 1
