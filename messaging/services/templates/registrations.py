"""Registrations of templates with networks: asked for, granted, refused, run out.

Whoever deals with the network records it: the platform's operators, and officers of accounts that
have agreements of their own.
"""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from compliance.models import User
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from messaging.models import TemplateRegistration, TemplateVersion
from messaging.selectors.registration_standing import REGISTRABLE
from messaging.services.templates.records import history_write, permission_required
from routing.constants import RegistrationState
from routing.models import Network

_NEEDS_REASON = frozenset({RegistrationState.REJECTED, RegistrationState.EXPIRED})


@transaction.atomic
def registrations_record(
    *,
    version: TemplateVersion,
    networks: Collection[Network],
    state: str,
    reference: str = "",
    expires_on: date | None = None,
    actor: User | None,
    reason: str = "",
) -> list[TemplateRegistration]:
    """Records where a version stands with several networks at once; `actor` None is the system.

    Raises NotAllowedError, InvalidError of the field, and ConflictError where one of the networks
    has a registration of the version already: that one is changed instead.
    """
    made = [TemplateRegistration(version=version, network=network) for network in networks]
    if not made:
        raise InvalidError("network_required", _("Choose at least one network."), field="networks")
    if version.status not in REGISTRABLE:
        raise InvalidError(
            "version_not_final",
            _("Version %(number)d is “%(status)s”: submit it first, so that its text stays.")
            % {"number": version.number, "status": version.get_status_display()},
            field="version",
        )
    taken = TemplateRegistration.objects.filter(version=version, network__in=networks)
    first = taken.select_related("network").first()
    if first is not None:
        raise ConflictError(
            "already_recorded",
            _("%(network)s has a registration of this version already: change that one.")
            % {"network": first.network.name},
            field="networks",
        )
    for row in made:
        if actor is not None:
            permission_required(actor, "messaging.add_templateregistration", row)
        _write(row, state, reference, expires_on, actor, reason, is_new=True)
    return made


@transaction.atomic
def registration_change(
    *,
    registration: TemplateRegistration,
    state: str,
    reference: str,
    expires_on: date | None,
    actor: User,
    reason: str = "",
) -> TemplateRegistration:
    """Records a change; from the next second on it decides what is sent. Raises NotAllowedError,
    InvalidError of the field."""
    permission_required(actor, "messaging.change_templateregistration", registration)
    row = TemplateRegistration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    before = (row.state, row.reference, row.expires_on)
    if before == (state, reference.strip(), expires_on) and not reason.strip():
        return row
    if row.state == RegistrationState.REGISTERED and state != row.state and not reason.strip():
        raise InvalidError(
            "reason_required",
            _("Give the reason: what is sent with this text stops there at once."),
            field="reason",
        )
    _write(row, state, reference, expires_on, actor, reason, is_new=False)
    return row


def _write(
    row: TemplateRegistration,
    state: str,
    reference: str,
    expires_on: date | None,
    actor: User | None,
    reason: str,
    *,
    is_new: bool,
) -> None:
    was_until = row.expires_on
    row.state, row.reference, row.expires_on = state, reference.strip(), expires_on
    _checked(row, was_until, reason)
    # Written below, with its actor and reason.
    row.skip_history_when_saving = True  # type: ignore[attr-defined]
    row.save()
    template = row.version.template
    words = f"{state}: {reason.strip()}" if reason.strip() else state
    history_write(row, actor, words, is_new=is_new)
    audit.record(
        action=f"template_registration.{'recorded' if is_new else 'changed'}",
        actor=actor,
        account_id=template.account_id,
        subject=f"template_registration:{row.pk}",
        detail={
            "template": template.slug,
            "version": row.version.number,
            "network": row.network.code,
            "state": state,
            "reference": row.reference,
            "expires_on": expires_on.isoformat() if expires_on else None,
            "reason": reason.strip(),
        },
    )


def _checked(row: TemplateRegistration, was_until: date | None, reason: str) -> None:
    if row.state not in RegistrationState.values:
        raise InvalidError(
            "unknown_state",
            _("The state must be one of %(states)s.")
            % {"states": ", ".join(RegistrationState.values)},
            field="state",
        )
    if row.state in _NEEDS_REASON and not reason.strip():
        raise InvalidError(
            "reason_required", _("Say why the network does not carry it."), field="reason"
        )
    is_given_anew = row.expires_on != was_until
    if (
        row.state == RegistrationState.REGISTERED
        and row.expires_on is not None
        and is_given_anew
        and row.expires_on < clock.now().date()
    ):
        raise InvalidError(
            "expires_in_past",
            _("The last day is past: give a later one, or choose “Expired”."),
            field="expires_on",
        )
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise InvalidError("invalid_registration", problems[0], field=field) from error
