"""A folder into which a schedule or a person puts files of registers."""

import re
from datetime import UTC, datetime
from pathlib import Path

from django.core.files import File

from compliance.models import Register, RegisterSnapshot
from compliance.services.registers.uploads import SnapshotValues, snapshot_start, snapshot_upload
from config.common import clock, logs
from config.common.errors import DomainError

log = logs.get_logger(__name__)

# vn_dnc_S2026-1122_20261122T053000Z.csv, with _changes before the dot for changes only.
_NAME = re.compile(
    r"(?P<country>[a-z]{2})_(?P<key>[a-z]+)_(?P<reference>[A-Za-z0-9.\-]+)_"
    r"(?P<as_of>\d{8}T\d{6}Z)(?P<changes>_changes)?\.(csv|txt)"
)
_SETTLED_SECONDS = 20  # a file still being written is left alone


def folder_load(folder: Path) -> dict[str, int]:
    """Takes every finished file of the folder: started ones go to `done`, others to `refused`.

    A name tells country, register, the list's id and its time (UTC).
    """
    counts = {"started": 0, "refused": 0}
    for path in sorted(folder.glob("*.*")) if folder.is_dir() else ():
        if not path.is_file() or not _is_settled(path):
            continue
        try:
            _take(path)
            outcome, place = "started", "done"
        except (DomainError, Register.DoesNotExist, ValueError) as error:
            code = getattr(error, "code", type(error).__name__)
            log.warning("register file refused", extra={"file": path.name, "code": code})
            outcome, place = "refused", "refused"
        target = folder / place
        target.mkdir(exist_ok=True)
        path.replace(target / path.name)
        counts[outcome] += 1
    return counts


def _is_settled(path: Path) -> bool:
    return clock.now().timestamp() - path.stat().st_mtime >= _SETTLED_SECONDS


def _take(path: Path) -> None:
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise ValueError(path.name)
    register = Register.objects.get(country=found["country"].upper(), key=found["key"])
    kinds = RegisterSnapshot.Kind
    as_of = datetime.strptime(found["as_of"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with path.open("rb") as file:
        snapshot = snapshot_upload(
            register=register,
            file=File(file, name=path.name),
            file_name=path.name,
            values=SnapshotValues(
                found["reference"], as_of, kinds.CHANGES if found["changes"] else kinds.FULL
            ),
            actor=None,
        )
    snapshot_start(snapshot=snapshot, actor=None)
