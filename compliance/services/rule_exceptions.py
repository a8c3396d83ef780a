"""Exceptions of an account from a rule of its country's pack: asked with reason and evidence,
confirmed by somebody else, for a year at most."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.account_rules import NEVER_LEFT_OUT
from compliance.constants import MessageClass
from compliance.models import Account, Advertiser, RuleException, User
from compliance.models.account_rules import LONGEST_EXCEPTION_DAYS
from compliance.rule_packs.model import Rule
from compliance.selectors.rules import rulebook
from compliance.services.account_rules import check_country, check_days, require_account
from compliance.services.checks import check_advertiser
from compliance.services.documents import document_add
from compliance.services.rule_documents import reason_given
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError

Status = RuleException.Status
_LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that shows why."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ExceptionValues:
    """Which rule is left out, for which messages and days (inclusive; the country's), and why."""

    country: str
    rule_id: str
    first_day: date
    last_day: date
    reason: str
    message_classes: Collection[str] = ()
    advertiser: Advertiser | None = None


@transaction.atomic
def rule_exception_ask(
    *,
    account: Account,
    values: ExceptionValues,
    evidence: Sequence[Evidence],
    actor: User,
) -> RuleException:
    """Asks for an exception: nothing changes until somebody else confirms it.

    Raises NotAllowedError for anybody but the account's officers, InvalidError naming the field
    (no evidence, more than a year, a rule that is not there or may never be left out).
    """
    require_account(actor, "compliance.add_ruleexception", account.pk)
    check_country(values.country)
    check_advertiser(account, values.advertiser)
    rules = rulebook().rules_for(values.country, clock.now())
    rule = _rule(rules.pack.rules, values.rule_id)
    check_days(values.first_day, values.last_day, rules.on, ("first_day", "last_day"))
    _check_length(values)
    reason = reason_given(values.reason)
    if not evidence:
        raise InvalidError(
            "evidence_missing",
            _("Give a file that shows why, such as a contract."),
            field="evidence",
        )
    made = RuleException(
        account=account,
        advertiser=values.advertiser,
        country=values.country,
        rule_id=rule.id,
        message_classes=_classes(values.message_classes, rule),
        first_day=values.first_day,
        last_day=values.last_day,
        reason=reason,
        asked_by=actor,
        asked_at=clock.now(),
    )
    _save(made, "rule_exception.asked", actor, reason)
    for file in evidence:
        made.documents.add(
            document_add(
                account=account,
                name=file.name,
                content=file.content,
                actor=actor,
                field="evidence",
            )
        )
    return made


@transaction.atomic
def rule_exception_confirm(
    *, exception: RuleException, actor: User, note: str = ""
) -> RuleException:
    """Puts an exception in force from its first day (at once where that has come).

    Raises NotAllowedError for who asked for it and for anybody without the right,
    ConflictError where it does not wait, or its last day is over.
    """
    locked = _locked(exception, actor, "confirm", {Status.ASKED})
    _require_other(locked, actor)
    today = rulebook().rules_for(locked.country, clock.now()).on
    if locked.last_day < today:
        raise ConflictError("exception_over", _("Its last day is over: refuse it."))
    return _decide(locked, Status.CONFIRMED, "rule_exception.confirmed", actor, note.strip())


@transaction.atomic
def rule_exception_refuse(*, exception: RuleException, actor: User, reason: str) -> RuleException:
    """Says no, for good. Raises NotAllowedError, ConflictError, InvalidError without a reason."""
    locked = _locked(exception, actor, "confirm", {Status.ASKED})
    _require_other(locked, actor)
    return _decide(locked, Status.REFUSED, "rule_exception.refused", actor, reason_given(reason))


@transaction.atomic
def rule_exception_end(
    *, exception: RuleException, actor: User | None, reason: str
) -> RuleException:
    """Ends it at once (or takes back what waits): the pack's rule holds again within seconds.

    Raises NotAllowedError, ConflictError where it is over, InvalidError without a reason.
    """
    locked = _locked(exception, actor, "end", {Status.ASKED, Status.CONFIRMED})
    locked.status = Status.ENDED
    locked.ended_at, locked.ended_by = clock.now(), actor
    locked.end_reason = reason_given(reason)[:_LONGEST_NOTE]
    return _save(locked, "rule_exception.ended", actor, locked.end_reason)


def exceptable(rules: Collection[Rule]) -> list[Rule]:
    """The rules of a pack that may be left out: not what a person refused."""
    return [rule for rule in rules if rule.kind not in NEVER_LEFT_OUT]


def _rule(rules: Collection[Rule], rule_id: str) -> Rule:
    found = next((rule for rule in rules if rule.id == rule_id), None)
    if found is None:
        raise InvalidError(
            "unknown_rule", _("Choose a rule of this country's pack."), field="rule_id"
        )
    if found.kind in NEVER_LEFT_OUT:
        raise InvalidError(
            "rule_never_left_out",
            _("What a person refused holds for everybody: this rule is never left out."),
            field="rule_id",
        )
    return found


def _classes(wanted: Collection[str], rule: Rule) -> list[str]:
    strange = sorted(set(wanted) - rule.applies_to)
    if strange:
        raise InvalidError(
            "class_not_of_rule",
            _("The rule is not about these classes: tick only classes it is about."),
            field="message_classes",
        )
    return [one for one in MessageClass.values if one in wanted]


def _check_length(values: ExceptionValues) -> None:
    if (values.last_day - values.first_day).days >= LONGEST_EXCEPTION_DAYS:
        raise InvalidError(
            "exception_too_long",
            _("At most a year: choose an earlier last day, and ask again when it ends."),
            field="last_day",
        )


def _locked(
    exception: RuleException, actor: User | None, action: str, allowed: set[Status]
) -> RuleException:
    require_account(actor, f"compliance.{action}_ruleexception", exception.account_id)
    locked = RuleException.objects.select_for_update(of=("self",)).get(pk=exception.pk)
    if locked.status not in allowed:
        raise ConflictError(
            "exception_state",
            _("It is in another state by now (%(state)s): load the page again.")
            % {"state": locked.get_status_display()},
        )
    return locked


def _require_other(exception: RuleException, actor: User) -> None:
    if exception.asked_by_id == actor.pk:
        raise NotAllowedError(
            "exception_own", _("Somebody else must decide about what you asked for yourself.")
        )


def _decide(
    exception: RuleException, status: Status, action: str, actor: User, note: str
) -> RuleException:
    exception.status = status
    exception.decided_by, exception.decided_at = actor, clock.now()
    exception.decision_note = note[:_LONGEST_NOTE]
    return _save(exception, action, actor, note)


def _save(exception: RuleException, action: str, actor: User | None, reason: str) -> RuleException:
    row: Any = exception
    row._change_reason, row._history_user = reason, actor  # noqa: SLF001 how history takes them
    row.save()
    audit.record(
        action=action,
        actor=actor,
        account_id=exception.account_id,
        subject=f"rule_exception:{exception.pk}",
        detail={
            "rule": exception.rule_id,
            "country": exception.country,
            "classes": exception.message_classes,
            "first_day": exception.first_day.isoformat(),
            "last_day": exception.last_day.isoformat(),
            "reason": reason,
        },
    )
    return exception
