import queue
import signal
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp import journal
from carriers.smpp.journal import Journal, JournalContent, JournalFullError

ONE, TWO, THREE = (bytes([number]) * 16 for number in (1, 2, 3))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "7.journal"


@pytest.fixture
def open_journal(path):
    opened = []

    def open_(bind_id=7, epoch=1, slots=4):
        opened.append(Journal.open(path, bind_id, epoch, slots))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


CHILD = """
import sys
from pathlib import Path
from carriers.smpp.journal import Journal
journal = Journal.open(Path(sys.argv[1]), 7, 3, 8)
slots = [journal.mark(bytes([n]) * 16, n) for n in (1, 2, 3)]
journal.release([slots[1]])
print("written", flush=True)
sys.stdin.read()
"""


def test_what_was_on_the_wire_survives_sigkill(path):
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout.readline() == b"written\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert child.returncode == -signal.SIGKILL
    assert journal.read(path, 7) == JournalContent(3, frozenset({(ONE, 1), (THREE, 3)}))


def test_answer_is_kept_until_it_is_committed(open_journal, path):
    opened = open_journal()
    first, second = opened.mark(ONE, 1), opened.mark(TWO, 1)
    opened.answer(first, 0, "0a1B")
    opened.answer(second, 0xFFFF_FFFF, "")
    answers = {(ONE, 1): (0, "0a1B"), (TWO, 1): (0xFFFF_FFFF, "")}
    assert journal.read(path, 7) == JournalContent(1, frozenset(), answers)
    opened.release([first])
    assert journal.read(path, 7).answers == {(TWO, 1): (0xFFFF_FFFF, "")}


def test_longest_id_of_an_answer_is_kept_whole(open_journal, path):
    opened = open_journal()
    opened.answer(opened.mark(ONE, 1), 0, "x" * 65)
    assert journal.read(path, 7).answers == {(ONE, 1): (0, "x" * 65)}


def test_slot_of_an_answer_is_used_again_for_a_mark(open_journal, path):
    opened = open_journal(slots=1)
    slot = opened.mark(ONE, 1)
    opened.answer(slot, 0, "1")
    opened.release([slot])
    opened.mark(TWO, 2)
    assert journal.read(path, 7) == JournalContent(1, frozenset({(TWO, 2)}))


def test_segments_of_a_message_are_told_apart(open_journal, path):
    opened = open_journal()
    for segment in (1, 2, 255):
        opened.mark(ONE, segment)
    assert journal.read(path, 7).entries == {(ONE, 1), (ONE, 2), (ONE, 255)}


@given(steps=st.lists(st.one_of(st.just("mark"), st.integers(0, 7)), max_size=60))
def test_entries_are_the_marks_without_the_releases(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("journal") / "7.journal"
    opened, held = Journal.open(path, 7, 1, 6), {}
    for number, step in enumerate(steps):
        if step != "mark":
            held.pop(step, None) and opened.release([step])
        elif not opened.is_full:
            message_id = number.to_bytes(16, "big")
            held[opened.mark(message_id, 1)] = (message_id, 1)
    assert journal.read(path, 7).entries == set(held.values())
    assert opened.free == 6 - len(held)
    opened.close()


def test_full_journal_says_so_and_takes_no_more(open_journal):
    opened = open_journal(slots=2)
    slots = [opened.mark(ONE, 1), opened.mark(TWO, 1)]
    assert opened.is_full
    with pytest.raises(JournalFullError):
        opened.mark(THREE, 1)
    opened.release(slots)
    assert opened.free == 2


def test_slots_released_by_another_thread_are_used_again(open_journal, path):
    opened, rounds = open_journal(slots=3), 2000
    free, on_the_wire = threading.Semaphore(3), queue.SimpleQueue()

    def commit():
        for _ in range(rounds):
            opened.release([on_the_wire.get()])
            free.release()

    thread = threading.Thread(target=commit)
    thread.start()
    for number in range(rounds):
        free.acquire()
        on_the_wire.put(opened.mark(number.to_bytes(16, "big"), 1))
    thread.join()
    assert journal.read(path, 7).entries == frozenset()
    assert opened.free == 3


def test_new_holder_starts_empty_with_its_epoch(open_journal, path):
    open_journal(epoch=1).mark(ONE, 1)
    open_journal(epoch=2)
    assert journal.read(path, 7) == JournalContent(2, frozenset())


def test_former_holder_that_still_lives_cannot_write_into_the_new_journal(open_journal, path):
    former = open_journal(epoch=1)
    open_journal(epoch=2)
    former.mark(ONE, 1)
    assert journal.read(path, 7) == JournalContent(2, frozenset())


def test_release_after_close_leaves_the_entry_to_the_next_holder(open_journal, path):
    opened = open_journal()
    slot = opened.mark(ONE, 1)
    opened.close()
    opened.release([slot])
    assert journal.read(path, 7).entries == {(ONE, 1)}


def test_no_journal_cannot_tell(path):
    assert journal.read(path, 7) is None


def test_journal_of_another_bind_cannot_tell(open_journal, path):
    open_journal(bind_id=8)
    assert journal.read(path, 7) is None


def test_journal_from_before_a_reboot_cannot_tell(open_journal, path, monkeypatch):
    open_journal().mark(ONE, 1)
    monkeypatch.setattr(journal, "_boot_id", lambda: bytes(16))
    assert journal.read(path, 7) is None


@pytest.mark.parametrize("damage", [b"", b"short", bytes(200), b"SBXJOURN" + bytes(152)])
def test_damaged_journal_cannot_tell(path, damage):
    path.write_bytes(damage)
    assert journal.read(path, 7) is None


def test_cut_journal_cannot_tell(open_journal, path):
    open_journal().mark(ONE, 1)
    path.write_bytes(path.read_bytes()[:-1])
    assert journal.read(path, 7) is None
