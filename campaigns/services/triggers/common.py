"""Small things that the services of triggers share."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from campaigns.triggers.problems import EVENT_MESSAGES, SIGNATURE_MESSAGES, SPEC_MESSAGES, Problem
from compliance.models import User
from config.common import audit
from config.common.errors import InvalidError, NotAllowedError


def permission_required(actor: User, permission: str, obj: Model) -> None:
    """Raises NotAllowedError where no role of the actor in the object's account allows it."""
    if not actor.has_perm(permission, obj):
        raise NotAllowedError(
            "role_missing",
            _("Your role in this account does not allow that: ask an administrator for the role."),
        )


def record(action: str, obj: Any, account_id: int, actor: User | None, **detail: Any) -> None:
    """An entry of the audit log about a source or a mapping."""
    audit.record(
        action=action,
        actor=actor,
        account_id=account_id,
        subject=f"{obj._meta.model_name}:{obj.pk}",
        detail={"name": obj.name, **detail},
    )


def sentence(code: str, params: dict[str, Any]) -> str:
    """What a code says to a person, in the language of the moment."""
    for messages in (EVENT_MESSAGES, SPEC_MESSAGES, SIGNATURE_MESSAGES):
        if code in messages:
            return _(messages[code]) % params
    return code


def problem_error(problem: Problem) -> InvalidError:
    """A mistake in a mapping as a service's error: its place is the field."""
    text = sentence(problem.code, dict(problem.params))
    return InvalidError(problem.code, text, field=problem.place)
