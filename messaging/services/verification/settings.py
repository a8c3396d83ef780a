"""How an account verifies numbers, and what people say to the shield: every door saves by these."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from compliance.access import permission_of
from compliance.constants import MessageClass
from compliance.models import User
from config.common import audit, clock
from config.common.errors import ConflictError, DomainError, InvalidError, NotAllowedError
from config.common.limits import LimitError, bad_limit, windows_of, written
from messaging.constants import HoldCause
from messaging.models import (
    ShieldRule,
    Template,
    VerificationHold,
    VerificationOverride,
    VerificationService,
    VerificationText,
)
from messaging.selectors.snapshot import snapshots
from messaging.services.events import event_append
from messaging.services.verification.sending import code_slot_required
from messaging.services.verification.watching import held_data
from routing.services.kept_rows import row_save

LONGEST_OVERRIDE: Final = timedelta(days=30)
_LIMITS: Final = ("limit_number", "limit_ip", "limit_device", "limit_prefix", "limit_service")

Texts = Sequence[tuple[str, Template]]


def _role_required(actor: User | None, action: str, row: Model) -> None:
    """The system may. Raises NotAllowedError."""
    if actor is None or actor.has_perm(permission_of(row._meta.label_lower, action), row):
        return
    raise NotAllowedError(
        "role_missing",
        _("Your role in this account does not allow that: ask an administrator for the role."),
    )


def service_check(service: VerificationService) -> None:
    """What the model alone cannot say. Raises InvalidError with the field."""
    _sender_check(service)
    if not service.countries:
        raise InvalidError(
            "countries_missing",
            _("Name the countries that codes may go to, such as VN."),
            field="countries",
        )
    if list(service.resend_delays) != sorted(service.resend_delays):
        raise InvalidError(
            "delays_shrink",
            _("Each wait is at least as long as the one before: write them from short to long."),
            field="resend_delays",
        )
    service.countries = list(dict.fromkeys(one.strip().upper() for one in service.countries))
    for name in _LIMITS:
        setattr(service, name, _limit_checked(getattr(service, name), name))


def _sender_check(service: VerificationService) -> None:
    sender = service.sender
    if sender.account_id != service.account_id:
        raise InvalidError(
            "sender_elsewhere", _("Choose a sender of the same account."), field="sender"
        )
    if MessageClass.OTP not in sender.allowed_classes:
        raise InvalidError(
            "class_not_allowed_for_sender",
            _("Sender %(sender)s may not send one-time codes: choose one of class “otp”.")
            % {"sender": sender.address},
            field="sender",
        )


def _limit_checked(limit: str, name: str) -> str:
    try:
        return written(windows_of(limit))
    except LimitError as error:
        raise InvalidError("bad_limit", bad_limit(error), field=name) from error


def text_check(service: VerificationService, template: Template) -> None:
    """A service's template is its account's, of class otp, approved, and holds the code. Raises
    InvalidError."""
    if template.account_id != service.account_id:
        raise InvalidError(
            "template_elsewhere", _("Choose a template of the same account."), field="template"
        )
    if template.message_class != MessageClass.OTP:
        raise InvalidError(
            "template_class",
            _("Template “%(template)s” is of class “%(class)s”: codes need class “otp”.")
            % {"template": template.slug, "class": template.message_class},
            field="template",
        )
    approved = snapshots.latest().texts_by_slug.get((template.account_id, template.slug))
    if approved is None:
        raise InvalidError(
            "template_not_approved",
            _("“%(template)s” is not an approved template of this account.")
            % {"template": template.slug},
            field="template",
        )
    code_slot_required(approved)


@transaction.atomic
def service_save(
    service: VerificationService,
    values: Mapping[str, Any],
    *,
    texts: Texts | None,
    actor: User | None,
) -> VerificationService:
    """Makes or changes a service; `texts` (language and template) replace those it has, in their
    order; None leaves them. Raises NotAllowedError, InvalidError with the field, ConflictError."""
    _role_required(actor, "add" if service.pk is None else "change", service)
    row_save(service, values, actor=actor, check=service_check)
    if texts is not None:
        _texts_put(service, texts)
    return service


def _texts_put(service: VerificationService, texts: Texts) -> None:
    for place, (_locale, template) in enumerate(texts):
        try:
            text_check(service, template)
        except DomainError as error:
            error.field = f"texts.{place}.template"
            raise
    service.texts.all().delete()
    for place, (locale, template) in enumerate(texts):
        row = VerificationText(service=service, locale=locale, template=template, position=place)
        try:
            row_save(row, {}, actor=None)
        except DomainError as error:
            error.field = f"texts.{place}.{error.field or 'locale'}"
            raise


def override_check(override: VerificationOverride) -> None:
    """Raises InvalidError where it would hold for nobody, or for too long."""
    now = clock.now()
    if not override.reason.strip():
        raise InvalidError("reason_missing", _("Say why."), field="reason")
    if override.until is None or override.until <= now:
        raise InvalidError("until_passed", _("Choose a time to come."), field="until")
    if override.until > now + LONGEST_OVERRIDE:
        raise InvalidError(
            "until_too_far", _("An override ends within thirty days."), field="until"
        )


@transaction.atomic
def override_add(override: VerificationOverride, *, actor: User | None) -> VerificationOverride:
    """From now on its numbers are verified whatever the shield says. Raises InvalidError."""
    _role_required(actor, "add", override)
    override.prefix = override.prefix.strip().removeprefix("+")
    override.created_at, override.created_by = clock.now(), actor
    row_save(override, {}, actor=actor, check=override_check)
    return override


@transaction.atomic
def override_end(override: VerificationOverride, *, actor: User | None) -> None:
    """Ends it now. Raises NotAllowedError, ConflictError where it has ended."""
    _role_required(actor, "end", override)
    row = VerificationOverride.objects.select_for_update().get(pk=override.pk)
    if row.ended_at is not None or row.until <= clock.now():
        raise ConflictError("override_over", _("The override has ended already."))
    row.ended_at, row.ended_by = clock.now(), actor
    row.save(update_fields=["ended_at", "ended_by"])
    audit.record(
        action="verificationoverride.ended",
        actor=actor,
        account_id=row.account_id,
        subject=f"verificationoverride:{row.pk}",
    )


@transaction.atomic
def hold_add(hold: VerificationHold, *, actor: User | None) -> VerificationHold:
    """A person holds a prefix or a country. Raises InvalidError, ConflictError."""
    hold.account = hold.service.account
    _role_required(actor, "add", hold)
    now = clock.now()
    hold.cause, hold.placed_at, hold.placed_by = HoldCause.BY_HAND, now, actor
    hold.prefix = hold.prefix.strip().removeprefix("+")
    hold.country = hold.country.strip().upper()
    if hold.until is None or hold.until <= now:
        raise InvalidError("until_passed", _("Choose a time to come."), field="until")
    if not hold.reason.strip():
        raise InvalidError("reason_missing", _("Say why."), field="reason")
    _place_free(hold, actor)
    row_save(hold, {}, actor=actor)
    _told(hold, "verification.held")
    return hold


def _place_free(hold: VerificationHold, actor: User | None) -> None:
    """A hold that only notes, or whose time has passed, makes room for a person's."""
    same = VerificationHold.objects.select_for_update().filter(
        service=hold.service, country=hold.country, prefix=hold.prefix, ended_at=None
    )
    for one in same:
        if not one.is_monitor and one.until > hold.placed_at:
            raise ConflictError(
                "already_held",
                _("The place is held already: lift that hold first, or let it end."),
                field="prefix",
            )
        one.ended_at, one.ended_by = min(one.until, hold.placed_at), actor
        one.save(update_fields=["ended_at", "ended_by"])


@transaction.atomic
def hold_lift(hold: VerificationHold, *, reason: str, actor: User | None) -> None:
    """Codes go there again at once; the shield does not hold it anew for as long as a hold of the
    service lasts. Raises NotAllowedError, ConflictError where it has ended."""
    _role_required(actor, "lift", hold)
    row = VerificationHold.objects.select_for_update().get(pk=hold.pk)
    now = clock.now()
    if row.ended_at is not None or row.until <= now:
        raise ConflictError("hold_over", _("The hold has ended already."))
    row.ended_at, row.ended_by, row.reason = now, actor, reason.strip()
    row.save(update_fields=["ended_at", "ended_by", "reason"])
    audit.record(
        action="verificationhold.lifted",
        actor=actor,
        account_id=row.account_id,
        subject=f"verificationhold:{row.pk}",
        detail={"reason": row.reason},
    )


def _told(hold: VerificationHold, event: str) -> None:
    with connection.cursor() as cursor:
        event_append(
            cursor,
            account_id=hold.account_id,
            event_type=event,
            at=hold.placed_at,
            data=held_data(hold, hold.service.slug),
        )


@transaction.atomic
def shield_rule_save(
    rule: ShieldRule, values: Mapping[str, Any], *, actor: User | None
) -> ShieldRule:
    """Makes or changes the shield's mode for a country or service. Raises InvalidError."""
    _role_required(actor, "add" if rule.pk is None else "change", rule)
    return row_save(rule, values, actor=actor, check=shield_rule_check)


def shield_rule_check(rule: ShieldRule) -> None:
    """Raises InvalidError."""
    rule.country = rule.country.strip().upper()
    if not rule.reason.strip():
        raise InvalidError("reason_missing", _("Say why."), field="reason")
