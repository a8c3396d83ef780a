"""What is written through a page of the console is in the audit log."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from config.common import audit
from config.common.callers import caller

_LONGEST_NAME = 120


class NotingMixin:
    """Where the services behind a page have written nothing about the object, the page does:
    which object, and which fields; never their values, which may be secret."""

    def account_noted(self, obj: Model) -> int | None:
        """The account in whose log it is; None is the platform's."""
        return getattr(obj, "account_id", None)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """An object was made."""
        self._note(request, obj, "created", {})
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """An object was changed; nothing is noted where nothing was."""
        changes = changes_in(message)
        if changes:
            self._note(request, obj, "changed", {"changes": changes})
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        """Objects are about to be deleted."""
        for obj in queryset:
            self._note(request, obj, "deleted", {})
        return super().log_deletions(request, queryset)  # type: ignore[misc]

    def _note(self, request: HttpRequest, obj: Model, verb: str, detail: dict[str, Any]) -> None:
        kind = str(obj._meta.model_name)
        if _is_noted(kind, str(obj.pk)):
            return
        audit.record(
            action=f"{kind}.{verb}",
            actor=request.user,
            account_id=self.account_noted(obj),
            subject=f"{kind}:{obj.pk}",
            detail={"name": str(obj)[:_LONGEST_NAME], **detail},
        )


def changes_in(message: Any) -> list[str]:
    """The fields that Django's change message names, with the row where it was one inside."""
    if not isinstance(message, Sequence) or isinstance(message, str):
        return [str(message)] if message else []
    found: list[str] = []
    for change in message:
        for verb, facts in change.items():
            row = f"{facts['name']} “{facts['object']}”" if "object" in facts else ""
            fields = ", ".join(str(name) for name in facts.get("fields", ()))
            found.append(": ".join(part for part in (f"{row} {verb}".strip(), fields) if part))
    return found


def _is_noted(kind: str, pk: str) -> bool:
    """Whether a service has written about this very object while the request is answered."""
    here = caller()
    if here is None:
        return False
    return any(
        action.partition(".")[0].replace("_", "") == kind and subject.partition(":")[2] == pk
        for action, subject in here.noted
    )
