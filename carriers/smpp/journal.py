"""What was handed to a socket and has no committed result, kept so that SIGKILL cannot lose it.

A memory-mapped file per bind: stores into the mapping are in the page cache at once and survive
the process. They do not survive the machine, so the header carries the host's boot id, and a
journal of another boot is no evidence. An answer is kept until it is committed, so that what a
crash leaves open is the window and no more. Layout (big-endian): header of 64 octets, then slots
of 96: message id (16), segment (4), command_status (4), length of the SMSC's id (1), that id (65),
padding (5), state (1: 1 = on the wire, 2 = answered).
"""

import mmap
import os
import socket
import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import Final

_MAGIC: Final = b"SBXJOURN"
_VERSION: Final = 2
_HEADER: Final = Struct(">8sLQQ16sL")  # magic, version, bind id, epoch, boot id, slots
_HEADER_OCTETS: Final = 64
_MARK: Final = Struct(">16sL")
_ANSWER: Final = Struct(">LB65s")
_SLOT_OCTETS: Final = 96
_STATE: Final = _SLOT_OCTETS - 1
_ON_THE_WIRE: Final = 1
_ANSWERED: Final = 2
_MOST_ID: Final = 65  # §5.2.23
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class JournalFullError(Exception):
    """Every slot waits for a commit; sending must wait too."""


@dataclass(frozen=True, slots=True)
class JournalContent:
    """What a former holder left, by (message id, segment).

    `entries` may be at the SMSC. `answers` are command_status and the SMSC's raw id of what was
    answered and not committed.
    """

    epoch: int
    entries: frozenset[tuple[bytes, int]]
    answers: Mapping[tuple[bytes, int], tuple[int, str]] = field(default_factory=dict)


class Journal:
    """The open journal of a bind. `mark` and `answer` belong to the link, `release` to the
    committing thread.

    They share only a deque of free slots, whose appends and pops are atomic.
    """

    def __init__(self, mapping: mmap.mmap, slots: int) -> None:
        self._mapping = mapping
        self._free = deque(range(slots))

    @classmethod
    def open(cls, path: Path, bind_id: int, epoch: int, slots: int) -> "Journal":
        """Start an empty journal at `path` in place of a former one.

        Settle what `read` returns first: after this it is gone. The new file takes the old one's
        place in one step, so that a reader finds either, and a former holder that still lives
        keeps writing to its own.
        """
        header = _HEADER.pack(_MAGIC, _VERSION, bind_id, epoch, _boot_id(), slots)
        size = _HEADER_OCTETS + slots * _SLOT_OCTETS
        fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
        with fresh.open("wb") as file:
            file.write(header.ljust(size, b"\0"))
        with fresh.open("r+b") as file:
            mapping = mmap.mmap(file.fileno(), size)
        fresh.replace(path)
        return cls(mapping, slots)

    @property
    def is_full(self) -> bool:
        """Tell whether no slot is free."""
        return not self._free

    @property
    def free(self) -> int:
        """How many slots are free."""
        return len(self._free)

    def mark(self, message_id: bytes, segment: int) -> int:
        """Note that a segment is about to be written; returns its slot.

        Raises JournalFullError when no slot is free.
        """
        try:
            slot = self._free.popleft()
        except IndexError:
            raise JournalFullError from None
        at = _HEADER_OCTETS + slot * _SLOT_OCTETS
        _MARK.pack_into(self._mapping, at, message_id, segment)
        self._mapping[at + _STATE] = _ON_THE_WIRE  # last: a slot in use is never half written
        return slot

    def answer(self, slot: int, command_status: int, smsc_message_id: str) -> None:
        """Note the SMSC's answer to a marked segment, before anybody acts on it."""
        octets = smsc_message_id.encode("latin-1", "replace")[:_MOST_ID]
        at = _HEADER_OCTETS + slot * _SLOT_OCTETS
        _ANSWER.pack_into(self._mapping, at + _MARK.size, command_status, len(octets), octets)
        self._mapping[at + _STATE] = _ANSWERED

    def release(self, slots: Iterable[int]) -> None:
        """Free slots whose results are committed; from any thread."""
        mapping, free = self._mapping, self._free
        if mapping.closed:  # too late to matter: the next holder will ask the database about them
            return
        for slot in slots:
            mapping[_HEADER_OCTETS + slot * _SLOT_OCTETS + _STATE] = 0
            free.append(slot)

    def close(self) -> None:
        """Unmap, when link and committing thread have ended; the file stays for the next holder."""
        self._mapping.close()


def read(path: Path, bind_id: int) -> JournalContent | None:
    """Return what the last holder of the bind left in `path`.

    None when the journal cannot tell: there is none here, it is another bind's, damaged, or from
    before a reboot. The caller then treats everything the holder had claimed as ambiguous.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(data) < _HEADER_OCTETS:
        return None
    magic, version, bind, epoch, boot_id, slots = _HEADER.unpack_from(data)
    if (magic, version, bind, boot_id) != (_MAGIC, _VERSION, bind_id, _boot_id()):
        return None
    if len(data) != _HEADER_OCTETS + slots * _SLOT_OCTETS:
        return None
    positions = range(_HEADER_OCTETS, len(data), _SLOT_OCTETS)
    entries = (_MARK.unpack_from(data, at) for at in positions if data[at + _STATE] == _ON_THE_WIRE)
    answers = dict(_answered(data, at) for at in positions if data[at + _STATE] == _ANSWERED)
    return JournalContent(epoch, frozenset(entries), answers)


def _answered(data: bytes, at: int) -> tuple[tuple[bytes, int], tuple[int, str]]:
    status, length, octets = _ANSWER.unpack_from(data, at + _MARK.size)
    return _MARK.unpack_from(data, at), (status, octets[:length].decode("latin-1"))


def _boot_id() -> bytes:
    """Return what differs after a reboot; where the kernel does not say, only the host's name."""
    try:
        return uuid.UUID(_BOOT_ID.read_text().strip()).bytes
    except (OSError, ValueError):
        return uuid.uuid5(uuid.NAMESPACE_DNS, socket.gethostname()).bytes
