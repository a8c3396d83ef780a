"""The audit log's only writer."""

from collections.abc import Mapping
from typing import Any

from compliance.models import AuditEntry
from config.common import clock


def audit_write(
    *,
    action: str,
    actor: Any,
    account_id: int | None,
    subject: str,
    detail: Mapping[str, Any],
) -> None:
    """Appends one entry in the caller's transaction."""
    AuditEntry.objects.create(
        action=action,
        actor=actor if getattr(actor, "pk", None) else None,
        account_id=account_id,
        subject=subject,
        detail=dict(detail),
        at=clock.now(),
    )
