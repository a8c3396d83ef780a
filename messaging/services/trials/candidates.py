"""The rules on trial beside those in force, for one country."""

from dataclasses import dataclass
from datetime import date, datetime

from compliance.models import AccountRule, RuleException, RulePackVersion
from compliance.rule_packs.adjustments import Adjustment
from compliance.rule_packs.model import CapParams
from compliance.rule_packs.packs import Rules
from compliance.rule_packs.parsing import parse_pack
from compliance.rule_packs.upgrading import upgraded
from compliance.selectors.rules import account_rule_parsed
from messaging.models import PolicyTrial
from messaging.selectors.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Pair:
    """The rules in force now, and those on trial in their place."""

    present: Rules
    tried: Rules

    @property
    def cap_hours(self) -> int:
        """How far back rules of either look at earlier messages."""
        return max(
            (
                rule.params.hours
                for rules in (self.present, self.tried)
                for rule in rules.rules
                if isinstance(rule.params, CapParams)
            ),
            default=0,
        )


class Candidate:
    """The subject of a trial: a version of a pack, an account's rule, or an exception."""

    def __init__(self, trial: PolicyTrial, snapshot: Snapshot, now: datetime) -> None:
        self._trial, self._book, self._now = trial, snapshot.rulebook, now
        self._pairs: dict[tuple[int, int], Pair] = {}
        self.country = subject_country(trial)

    def pair(self, account_id: int, advertiser_id: int) -> Pair:
        """The rules of an advertiser, with and without what is tried."""
        key = (account_id, advertiser_id)
        pair = self._pairs.get(key)
        if pair is None:
            pair = self._pairs[key] = self._made(account_id, advertiser_id)
        return pair

    def _made(self, account_id: int, advertiser_id: int) -> Pair:
        present = self._book.rules_for(self.country, self._now, account_id, advertiser_id)
        trial = self._trial
        if trial.version is not None:
            return Pair(present, _of_version(trial.version, present, trial.as_of))
        without = tuple(one for one in present.adjustments if not self._is_subject(one))
        base = Rules(present.pack, present.on, account_id, without)
        change = self._change(present)
        if not change.holds(self.country, change.effective_from, advertiser_id):
            return Pair(base, base)
        return Pair(base, Rules(present.pack, present.on, account_id, (*without, change)))

    def _is_subject(self, one: Adjustment) -> bool:
        rule, exception = self._trial.account_rule, self._trial.exception
        if rule is not None:
            return one.added is not None and one.added.id == f"account.{rule.pk}"
        return exception is not None and (one.lifted, one.reason) == (
            exception.rule_id,
            exception.reason,
        )

    def _change(self, present: Rules) -> Adjustment:
        rule, exception = self._trial.account_rule, self._trial.exception
        if rule is not None:
            return _of_rule(rule, present)
        assert exception is not None
        return _of_exception(exception)


def subject_country(trial: PolicyTrial) -> str:
    """The country that the subject is about."""
    for subject in (trial.version, trial.account_rule, trial.exception):
        if subject is not None:
            return subject.country
    raise ValueError("a trial has a subject")


def _of_version(version: RulePackVersion, present: Rules, as_of: date | None) -> Rules:
    pack = parse_pack(upgraded(version.data))
    on = as_of or max(present.on, pack.effective_from)
    return Rules(pack, on, present.account_id, present.adjustments)


def _of_rule(rule: AccountRule, present: Rules) -> Adjustment:
    added = account_rule_parsed(rule, present.pack.zone.key)
    return Adjustment(
        account_id=rule.account_id,
        country=rule.country,
        effective_from=added.effective_from,
        effective_to=None,
        added=added,
        lifted=None,
        classes=added.applies_to,
        advertiser_id=rule.advertiser_id,
        reason=rule.note,
    )


def _of_exception(exception: RuleException) -> Adjustment:
    return Adjustment(
        account_id=exception.account_id,
        country=exception.country,
        effective_from=exception.first_day,
        effective_to=None,
        added=None,
        lifted=exception.rule_id,
        classes=frozenset(exception.message_classes),
        advertiser_id=exception.advertiser_id,
        reason=exception.reason,
    )
