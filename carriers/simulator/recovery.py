"""What a restarted operator still owes, read from its journal."""

import mmap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from carriers.simulator.deliveries import Delivery, Key, restore, restore_receipt
from carriers.simulator.journal import MAX_JOURNAL_OCTETS, JournalRecord, read_journal

_CHECKPOINT: Final = b'\n{"event": "checkpoint"'


@dataclass(slots=True)
class Recovered:
    """The deliveries without an acknowledgement, oldest first, and the last number given out."""

    serial: int = 0
    owed: dict[Key, Delivery] = field(default_factory=dict)


def recover(path: Path) -> Recovered:
    """Replay the journal from its last checkpoint on; nothing is owed where there is none."""
    found = Recovered()
    for record in read_journal(path, offset=_last_checkpoint(path)):
        found.serial = max(found.serial, record.serial)
        _replay(found, record)
    return found


def _replay(found: Recovered, record: JournalRecord) -> None:
    match record.event:
        case "checkpoint":
            found.owed = {item.key: item for item in map(restore, record.owed)}
        case "submit":
            for index, state in enumerate(record.receipts):
                receipt = restore_receipt(record, index, state, record.time)
                found.owed[receipt.key] = receipt
        case "mo":
            part = restore(record)
            found.owed[part.key] = part
        case "receipt_ack" | "mo_ack" if record.status == 0:
            found.owed.pop((record.message_id, record.index), None)


def _last_checkpoint(path: Path) -> int:
    """The offset of the last complete checkpoint line, 0 if there is none."""
    if not path.exists() or not path.stat().st_size:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        at = view.rfind(_CHECKPOINT)
        # A checkpoint cut off by a crash counts for nothing: the one before it does.
        while at >= 0 and not _is_complete(view, at + 1):
            at = view.rfind(_CHECKPOINT, 0, at)
    return at + 1


def _is_complete(view: mmap.mmap, start: int) -> bool:
    end = view.find(b"\n", start)
    return end > 0 and view[end - 1 : end] == b"}"


def set_aside(path: Path, limit: int = MAX_JOURNAL_OCTETS) -> None:
    """Rename a journal that has grown over `limit` octets to `<name>.old.jsonl`."""
    if path.exists() and path.stat().st_size > limit:
        path.replace(path.with_suffix(f".old{path.suffix}"))
