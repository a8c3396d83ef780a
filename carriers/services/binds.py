"""Binds as operators make and change them: by a form or by the API, under the same rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from carriers import waiting
from carriers.checks import Problem, bind_problems
from carriers.models import Bind, Carrier
from carriers.options import IDENTITY, OPTIONS, label_of, secret_names
from carriers.services.refusals import refusal_forget
from config.common import audit
from config.common.errors import ConflictError, InvalidError

FIELDS = (*IDENTITY, *OPTIONS)
_LONGEST_NAME = 60


def bind_check(values: Mapping[str, Any], bind: Bind | None = None) -> list[Problem]:
    """Every problem of these values, over those of `bind` or of a new one."""
    return _problems(_with_values(bind, values))


@transaction.atomic
def bind_save(bind: Bind | None, values: Mapping[str, Any], actor: Any) -> Bind:
    """Makes a bind (None) or changes one; what is not named stays, and so do secrets that are
    empty (None takes one away). Running workers take it over within seconds.

    Raises InvalidError at the first problem's field, with all of them as `problems`.
    """
    before = None if bind is None else Bind.objects.select_for_update().get(pk=bind.pk)
    changed = _with_values(before, values)
    if changed.carrier.is_sandbox and changed.host != settings.SANDBOX_HOST:
        raise InvalidError(
            "sandbox_bind",
            _("Binds of the sandbox lead to the simulator at %(host)s: use another carrier.")
            % {"host": settings.SANDBOX_HOST},
            field="host",
        )
    problems = _problems(changed)
    if problems:
        first = problems[0]
        raise InvalidError(
            "bind_invalid", f"{first.rule} {first.fix}", field=first.field, problems=problems
        )
    names = _changes(before, changed)
    if before is None or names:
        changed.save()
        _note("bind.created" if before is None else "bind.changed", changed, actor, names)
    return changed


@transaction.atomic
def bind_copy(bind: Bind, name: str, actor: Any, **overrides: Any) -> Bind:
    """A second bind with the same options, passwords too, switched off until it is looked at."""
    # Each bind over HTTP has webhook addresses of its own.
    values = {one: getattr(bind, one) for one in FIELDS if one != "http_token"}
    return bind_save(None, values | overrides | {"name": name, "is_enabled": False}, actor)


@transaction.atomic
def bind_switch(bind: Bind, *, is_enabled: bool, actor: Any) -> Bind:
    """Connects or disconnects: open answers are waited for, nothing is lost."""
    row = Bind.objects.select_for_update().get(pk=bind.pk)
    if row.is_enabled != is_enabled:
        row.is_enabled = is_enabled
        row.save(update_fields=["is_enabled"])
        refusal_forget(row.pk)
        _note("bind.enabled" if is_enabled else "bind.disabled", row, actor, [])
    return row


@transaction.atomic
def bind_try_again(bind: Bind, *, actor: Any) -> Bind:
    """Lets a bind that the carrier refused be tried once more as it is: what was wrong may have
    been at the carrier. Raises ConflictError where no refusal stands."""
    row = Bind.objects.select_for_update().get(pk=bind.pk)
    if not refusal_forget(row.pk):
        raise ConflictError(
            "bind_not_refused",
            _("“%(bind)s” is not refused: nothing keeps it from connecting.") % {"bind": row},
        )
    _note("bind.tried_again", row, actor, [])
    return row


@transaction.atomic
def bind_delete(bind: Bind, actor: Any) -> None:
    """Deletes a bind that is switched off. Raises ConflictError while it is on, or while messages
    wait that only it could send."""
    row = Bind.objects.select_for_update().get(pk=bind.pk)
    if row.is_enabled:
        raise ConflictError(
            "bind_enabled",
            _("“%(bind)s” is connected: disconnect it first, then delete it.") % {"bind": row},
        )
    others = row.carrier.binds.exclude(pk=row.pk).exclude(bind_type="receiver").exists()
    count = waiting.messages_waiting(row.carrier_id, row.pk if others else None)
    if count:
        raise ConflictError(
            "messages_waiting",
            _(
                "%(count)d messages still wait for “%(bind)s”: connect it until they have left,"
                " or send them over another carrier first."
            )
            % {"count": count, "bind": row},
            count=count,
        )
    _note("bind.deleted", row, actor, [])
    row.delete()


@transaction.atomic
def carrier_save(carrier: Carrier | None, values: Mapping[str, Any], actor: Any) -> Carrier:
    """Makes a carrier (None) or changes one. Raises InvalidError."""
    changed = Carrier() if carrier is None else Carrier.objects.get(pk=carrier.pk)
    before = {field.name: getattr(changed, field.name) for field in Carrier._meta.fields}
    for name, value in values.items():
        setattr(changed, name, value)
    _validated(changed)
    names = [name for name, value in before.items() if getattr(changed, name) != value]
    if carrier is None or names:
        changed.save()
        verb = "carrier.created" if carrier is None else "carrier.changed"
        _note(verb, changed, actor, [] if carrier is None else names)
    return changed


@transaction.atomic
def carrier_delete(carrier: Carrier, actor: Any) -> None:
    """Deletes a carrier without binds, routes or waiting messages. Raises ConflictError."""
    count = waiting.messages_waiting(carrier.pk)
    if count:
        raise ConflictError(
            "messages_waiting",
            _("%(count)d messages still wait for “%(carrier)s”: send them over another one first.")
            % {"count": count, "carrier": carrier},
            count=count,
        )
    _note("carrier.deleted", carrier, actor, [])
    try:
        carrier.delete()
    except ProtectedError as error:
        raise ConflictError(
            "carrier_in_use",
            _("“%(carrier)s” still has binds, routes or prices: remove those first.")
            % {"carrier": carrier},
        ) from error


def _with_values(bind: Bind | None, values: Mapping[str, Any]) -> Bind:
    """A row of its own, so that nothing of the caller's changes before all is well."""
    changed = Bind() if bind is None else Bind.objects.get(pk=bind.pk)
    secrets = set(secret_names())
    for name, value in values.items():
        if name not in FIELDS:
            raise InvalidError(
                "unknown_field", _("A bind has no option “%(name)s”.") % {"name": name}, field=name
            )
        if name not in secrets:
            is_nothing = value == "" and Bind._meta.get_field(name).null
            setattr(changed, name, None if is_nothing else value)
        elif value != "":
            setattr(changed, name, value or "")
    return changed


def _problems(bind: Bind) -> list[Problem]:
    found = bind_problems(bind)
    if bind.carrier_id is None:
        return found
    if Bind.objects.filter(name=bind.name).exclude(pk=bind.pk).exists():
        found.append(
            Problem("name", _("Another bind has this name."), _("Choose a name of its own."))
        )
    return found


def _validated(carrier: Carrier) -> None:
    problems: Iterable[tuple[str, list[str]]]
    try:
        carrier.full_clean()
    except Exception as error:
        problems = getattr(error, "message_dict", {}).items()
        for field, messages in problems:
            raise InvalidError("carrier_invalid", messages[0], field=field) from error
        raise


def _changes(before: Bind | None, after: Bind) -> list[str]:
    if before is None:
        return []
    return [name for name in FIELDS if getattr(before, name) != getattr(after, name)]


def _note(action: str, subject: Bind | Carrier, actor: Any, names: list[str]) -> None:
    """Which options were changed, never their values: some are secret."""
    detail: dict[str, Any] = {"name": str(subject)[:_LONGEST_NAME]}
    if names:
        detail["changes"] = [label_of(one) if one in OPTIONS else one for one in names]
    kind = "bind" if isinstance(subject, Bind) else "carrier"
    audit.record(action=action, actor=actor, subject=f"{kind}:{subject.pk}", detail=detail)
