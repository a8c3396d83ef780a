"""Registers of people who want no advertising: files come in, and one list is in force."""

from compliance.services.registers.loading import register_load, registers_resume
from compliance.services.registers.preview import Preview, register_preview
from compliance.services.registers.uploads import (
    SnapshotValues,
    snapshot_discard,
    snapshot_start,
    snapshot_upload,
)
from compliance.services.registers.watching import folder_load

__all__ = [
    "Preview",
    "SnapshotValues",
    "folder_load",
    "register_load",
    "register_preview",
    "registers_resume",
    "snapshot_discard",
    "snapshot_start",
    "snapshot_upload",
]
