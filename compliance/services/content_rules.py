"""Sets rules about texts: every change is in history and audit log, with who and why.

A change bites messages that wait within seconds: it raises the configuration version.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import MessageClass
from compliance.content_policy import PARAM_ERRORS, ParamError, clean_params
from compliance.content_policy.data import SHIPPED_RULES
from compliance.models import Account, ContentRule, User
from compliance.selectors.access import permitted_accounts
from compliance.services.checks import check_choice
from config.common import audit
from config.common.errors import ConflictError, InvalidError, NotAllowedError

_LONGEST_NAME, _LONGEST_NOTE = 80, 1000


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What a rule says; `params` by the names of its kind's fields. Days are inclusive."""

    name: str
    params: Mapping[str, Any]
    severity: str = ContentRule.Severity.BLOCK.value
    country: str = ""
    message_classes: Collection[str] = ()
    effective_from: date | None = None
    effective_to: date | None = None
    source: str = ContentRule.Source.CUSTOMER.value
    note: str = ""
    is_active: bool = True


@transaction.atomic
def content_rule_create(
    *,
    account: Account | None,
    kind: str,
    values: RuleValues,
    actor: User | None,
    reason: str = "",
    code: str | None = None,
) -> ContentRule:
    """A new rule, of an account or (None) of the platform. `actor` None is the system.

    Raises InvalidError naming the field, NotAllowedError where the actor is neither
    officer of the account nor administrator.
    """
    _require(actor, account.pk if account else None, "add")
    rule = ContentRule(account=account, kind=kind, code=code)
    _fill(rule, values)
    return _save(rule, "content_rule.created", actor, reason)


@transaction.atomic
def content_rule_change(
    *, rule: ContentRule, values: RuleValues, actor: User | None, reason: str
) -> ContentRule:
    """Other values for a rule; its account and kind stay.

    Raises InvalidError naming the field (`reason` where none is given), NotAllowedError.
    """
    _require(actor, rule.account_id, "change")
    locked = ContentRule.objects.select_for_update().get(pk=rule.pk)
    _fill(locked, values)
    return _save(locked, "content_rule.changed", actor, _given(reason))


@transaction.atomic
def content_rule_switch(
    *, rule: ContentRule, is_active: bool, actor: User | None, reason: str
) -> ContentRule:
    """Switches a rule on or off.

    Raises InvalidError without a reason, NotAllowedError, ConflictError where it is so already.
    """
    _require(actor, rule.account_id, "change")
    locked = ContentRule.objects.select_for_update().get(pk=rule.pk)
    if locked.is_active == is_active:
        raise ConflictError(
            "content_rule_unchanged",
            _("The rule is switched on already.") if is_active else _("The rule is off already."),
        )
    locked.is_active = is_active
    action = "content_rule.switched_on" if is_active else "content_rule.switched_off"
    return _save(locked, action, actor, _given(reason))


def content_rules_load_shipped(*, actor: User | None) -> list[ContentRule]:
    """The platform's rules that ship with the product, each made once: what people have
    changed or switched off since stays so."""
    rules = []
    for entry in json.loads(SHIPPED_RULES.read_text(encoding="utf-8"))["rules"]:
        code, kind = entry.pop("code"), entry.pop("kind")
        rule = ContentRule.objects.filter(code=code).first()
        if rule is None:
            entry["note"] = _shipped_note(entry)
            rule = content_rule_create(
                account=None, kind=kind, values=RuleValues(**entry), actor=actor, code=code
            )
        rules.append(rule)
    return rules


def _shipped_note(entry: dict[str, Any]) -> str:
    basis, date_, confidence = (entry.pop(name) for name in ("basis", "date", "confidence"))
    return f"{entry['note']}\n{basis} ({date_}; {confidence})"


def _require(actor: User | None, account_id: int | None, action: str) -> None:
    if actor is None:
        return
    accounts = permitted_accounts(actor, f"compliance.{action}_contentrule")
    if accounts is None or account_id in accounts:
        return
    raise NotAllowedError(
        "content_rule_of_others",
        _("Only administrators set rules for every account, and officers those of their own."),
    )


def _given(reason: str) -> str:
    if not reason.strip():
        raise InvalidError("reason_missing", _("Say why it is changed."), field="reason")
    return reason.strip()


def _fill(rule: ContentRule, values: RuleValues) -> None:
    rule.name = " ".join(values.name.split())
    if not 0 < len(rule.name) <= _LONGEST_NAME:
        raise InvalidError(
            "name_length",
            _("Give the rule a name of at most %(most)s characters.") % {"most": _LONGEST_NAME},
            field="name",
        )
    check_choice("severity", values.severity, ContentRule.Severity.values)
    check_choice("source", values.source, ContentRule.Source.values)
    for message_class in values.message_classes:
        check_choice("message_classes", message_class, MessageClass.values)
    rule.params = _params(rule.kind, values.params)
    rule.severity, rule.source = values.severity, values.source
    rule.message_classes = [one for one in MessageClass.values if one in values.message_classes]
    rule.country = _country(values.country)
    rule.effective_from, rule.effective_to = _days(values)
    rule.note = values.note.strip()[:_LONGEST_NOTE]
    rule.is_active = values.is_active


def _params(kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return clean_params(kind, params)
    except ParamError as error:
        raise InvalidError(
            error.code, _(PARAM_ERRORS[error.code]) % error.values, field=error.field
        ) from error


def _country(text: str) -> str:
    country = text.strip().upper()
    if country and country not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidError(
            "unknown_country",
            _("Write the country in two letters, such as VN, or leave it empty for all."),
            field="country",
        )
    return country


def _days(values: RuleValues) -> tuple[date | None, date | None]:
    first, last = values.effective_from, values.effective_to
    if first is not None and last is not None and last < first:
        raise InvalidError(
            "days_out_of_order",
            _("The last day is before the first: choose a later one."),
            field="effective_to",
        )
    return first, last


def _save(rule: ContentRule, action: str, actor: User | None, reason: str) -> ContentRule:
    row: Any = rule
    row._change_reason, row._history_user = reason, actor  # noqa: SLF001 how history takes them
    row.save()
    audit.record(
        action=action,
        actor=actor,
        account_id=rule.account_id,
        subject=f"content_rule:{rule.pk}",
        detail={"name": rule.name, "kind": rule.kind, "reason": reason},
    )
    return rule
