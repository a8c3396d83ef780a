"""Rules that officers set for their account on top of a country's pack. They only add: ending
one gives back what the pack says, never more."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.account_rules import KINDS, adds_something, never_opens
from compliance.constants import MessageClass
from compliance.models import Account, AccountRule, Advertiser, User
from compliance.rule_packs.reading import PackError
from compliance.selectors.access import permitted_accounts
from compliance.selectors.rules import account_rule_parsed, rulebook
from compliance.services.checks import check_advertiser, check_choice
from compliance.services.rule_documents import reason_given
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError

_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class AccountRuleValues:
    """What a rule asks, of which messages, when; days are the country's and inclusive. `params`
    as rule packs write them (`compliance.rule_packs.params`), without zones."""

    kind: str
    params: Mapping[str, Any]
    country: str
    message_classes: Collection[str]
    note: str
    advertiser: Advertiser | None = None
    effective_from: date | None = None
    effective_to: date | None = None


@transaction.atomic
def account_rule_create(
    *, account: Account, values: AccountRuleValues, actor: User | None
) -> AccountRule:
    """Sets a rule, in force at once or from its first day.

    Raises NotAllowedError for anybody but the account's officers, InvalidError naming the field:
    also where the country's own rules say as much already, or nothing could be sent any more.
    """
    require_account(actor, "compliance.add_accountrule", account.pk)
    check_choice("kind", values.kind, KINDS)
    check_country(values.country)
    check_advertiser(account, values.advertiser)
    check_classes(values.message_classes)
    today = rulebook().rules_for(values.country, clock.now()).on
    first, last = values.effective_from, values.effective_to
    check_days(first, last, today, ("effective_from", "effective_to"))
    rule = AccountRule(
        account=account,
        advertiser=values.advertiser,
        country=values.country,
        kind=values.kind,
        params=dict(values.params),
        message_classes=[one for one in MessageClass.values if one in values.message_classes],
        effective_from=first,
        effective_to=last,
        note=_note(values.note),
        set_by=actor,
        created_at=clock.now(),
    )
    _check_sense(rule)
    return _save(rule, "account_rule.set", actor, rule.note)


@transaction.atomic
def account_rule_end(*, rule: AccountRule, actor: User | None, reason: str) -> AccountRule:
    """Ends a rule at once: from now on the pack alone decides.

    Raises NotAllowedError, ConflictError where it has ended, InvalidError without a reason.
    """
    require_account(actor, "compliance.end_accountrule", rule.account_id)
    locked = AccountRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if locked.ended_at is not None:
        raise ConflictError("account_rule_ended", _("The rule has ended already."))
    locked.ended_at, locked.ended_by = clock.now(), actor
    locked.end_reason = reason_given(reason)[:_LONGEST_REASON]
    return _save(locked, "account_rule.ended", actor, locked.end_reason)


def require_account(actor: User | None, permission: str, account_id: int) -> None:
    """Whether a person's role in the account allows it (None is the system). Raises
    NotAllowedError."""
    if actor is None:
        return
    accounts = permitted_accounts(actor, permission)
    if accounts is None or account_id in accounts:
        return
    raise NotAllowedError(
        "account_rule_of_others", _("Only officers of the account may do this to its rules.")
    )


def check_country(country: str) -> None:
    """Two capital letters of a country that has telephone numbers. Raises InvalidError."""
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidError(
            "unknown_country",
            _("Write the country in two letters, such as VN."),
            field="country",
        )


def check_classes(classes: Collection[str]) -> None:
    """At least one message class, and known ones only. Raises InvalidError."""
    if not classes:
        raise InvalidError("no_class", _("Tick at least one class."), field="message_classes")
    for message_class in classes:
        check_choice("message_classes", message_class, MessageClass.values)


def check_days(first: date | None, last: date | None, today: date, fields: tuple[str, str]) -> None:
    """A first day that is not over, and a last one not before it. Raises InvalidError."""
    if first is not None and first < today:
        raise InvalidError(
            "day_is_over",
            _("This day is over: choose today (%(today)s) or a later one.") % {"today": today},
            field=fields[0],
        )
    if last is not None and last < (first or today):
        raise InvalidError(
            "days_out_of_order",
            _("The last day is before the first: choose a later one."),
            field=fields[1],
        )


def _note(text: str) -> str:
    if not text.strip():
        raise InvalidError("note_missing", _("Say why the rule is set."), field="note")
    return text.strip()[:1000]


def _check_sense(rule: AccountRule) -> None:
    """That the rule can be read, adds something, and leaves some hour open."""
    now = clock.now()
    rules = rulebook().rules_for(rule.country, now)
    try:
        parsed = account_rule_parsed(rule, rules.pack.zone.key)
    except PackError as error:
        raise InvalidError(
            "account_rule_invalid",
            _("This cannot be a rule: %(where)s %(problem)s.")
            % {"where": error.where.rpartition(".")[2], "problem": error.problem},
        ) from error
    if never_opens(parsed, rules.rules, now):
        raise InvalidError(
            "account_rule_shuts",
            _(
                "Nothing could be sent any more: the country's own hours are others. Choose hours"
                " inside them."
            ),
        )
    if not adds_something(parsed, rules.rules):
        raise InvalidError(
            "account_rule_adds_nothing",
            _(
                "The rules of %(country)s ask for this already: a rule of the account must ask for"
                " more."
            )
            % {"country": rule.country},
        )


def _save(rule: AccountRule, action: str, actor: User | None, reason: str) -> AccountRule:
    row: Any = rule
    row._change_reason, row._history_user = reason, actor  # noqa: SLF001 how history takes them
    row.save()
    audit.record(
        action=action,
        actor=actor,
        account_id=rule.account_id,
        subject=f"account_rule:{rule.pk}",
        detail={
            "country": rule.country,
            "kind": rule.kind,
            "params": rule.params,
            "classes": rule.message_classes,
            "reason": reason,
        },
    )
    return rule
