"""The port through which every app writes the audit log; compliance holds the book."""

from collections.abc import Mapping
from typing import Any, Protocol

from config.common.callers import caller


class AuditWriter(Protocol):
    def __call__(
        self,
        *,
        action: str,
        actor: Any,
        account_id: int | None,
        subject: str,
        detail: Mapping[str, Any],
    ) -> None: ...


_writers: list[AuditWriter] = []


def register(writer: AuditWriter) -> None:
    """Called once, when compliance is ready."""
    _writers[:] = [writer]


def record(
    *,
    action: str,
    actor: Any,
    account_id: int | None = None,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Writes one entry in the caller's transaction: who (`actor` None is the system) did what
    (`campaign.launched`) to which object (`campaign:12`).

    Where a request is being answered, `detail["caller"]` says from where it came.
    """
    if not _writers:
        raise RuntimeError("no audit writer is registered: compliance is not installed")
    facts = dict(detail or {})
    here = caller()
    if here is not None:
        facts["caller"] = here.as_facts()
        here.noted.append((action, subject))
    _writers[0](action=action, actor=actor, account_id=account_id, subject=subject, detail=facts)
