"""The rules in force, from what was activated and what accounts changed for themselves."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from compliance.models import AccountRule, RuleException, RulePackActivation, RulePackVersion
from compliance.rule_packs.adjustments import Adjustment
from compliance.rule_packs.model import Pack, Rule
from compliance.rule_packs.packs import ANY_COUNTRY, PackInForce, Rulebook, shipped_packs
from compliance.rule_packs.params import read_params
from compliance.rule_packs.parsing import parse_pack
from compliance.rule_packs.reading import PackError, Reader
from compliance.rule_packs.turns import Turns
from compliance.rule_packs.upgrading import upgraded
from config.common import clock

logger = logging.getLogger(__name__)

ACCOUNT_RULE = "account."
_DAY = timedelta(days=1)
_STATE = """
SELECT (SELECT version FROM configuration_version),
    (SELECT max(id) FROM compliance_rulepackactivation),
    (SELECT count(*) FROM compliance_rulepackactivation WHERE canceled_at IS NOT NULL),
    (SELECT max(history_id) FROM compliance_historicalaccountrule),
    (SELECT max(history_id) FROM compliance_historicalruleexception)
"""


@dataclass(frozen=True, slots=True)
class Term:
    """Days on which a version decides for its country; `active_to` is exclusive, None open."""

    activation: RulePackActivation
    active_from: date | None
    active_to: date | None

    def holds(self, on: date) -> bool:
        """Whether it is in force on a local day."""
        return (self.active_from is None or self.active_from <= on) and (
            self.active_to is None or on < self.active_to
        )


def terms_of(activations: Iterable[RulePackActivation]) -> list[Term]:
    """The terms of one country's activations: each lasts until the next begins. Of several for
    one day only the latest counts."""
    standing = [one for one in activations if one.canceled_at is None]
    standing.sort(key=lambda one: (one.active_from or date.min, one.pk))
    terms = [Term(one, one.active_from, next_.active_from) for one, next_ in pairwise(standing)]
    terms += [Term(one, one.active_from, None) for one in standing[-1:]]
    return [
        term for term in terms if term.active_from is None or term.active_to != term.active_from
    ]


def terms_by_country(countries: Iterable[str] | None = None) -> dict[str, list[Term]]:
    """The terms of every country, without the packs' data; two queries at most."""
    rows = RulePackActivation.objects.select_related("version", "approved_by").defer(
        "version__data"
    )
    if countries is not None:
        rows = rows.filter(country__in=list(countries))
    found: dict[str, list[RulePackActivation]] = {}
    for row in rows:
        found.setdefault(row.country, []).append(row)
    return {country: terms_of(those) for country, those in found.items()}


def today_of(version: RulePackVersion) -> date:
    """The present day in the pack's zone."""
    return clock.now().astimezone(ZoneInfo(version.data["zone"])).date()


def rule_packs_active() -> tuple[PackInForce, ...]:
    """The packs of each country with the days they decide on; the shipped one for any country
    where none was activated."""
    entries = [
        PackInForce(_pack_of(term.activation.version), term.active_from, term.active_to)
        for terms in terms_by_country().values()
        for term in terms
    ]
    if not any(entry.pack.country == ANY_COUNTRY and _is_open(entry) for entry in entries):
        entries += [PackInForce(pack) for pack in shipped_packs() if pack.country == ANY_COUNTRY]
    return tuple(entries)


def _is_open(entry: PackInForce) -> bool:
    return entry.active_from is None


def _pack_of(version: RulePackVersion) -> Pack:
    return _parsed(version.pk, version.checksum)


@lru_cache(maxsize=64)
def _parsed(version_id: int, checksum: str) -> Pack:
    """What was submitted never changes, so it is read once; the checksum is for drafts."""
    del checksum
    data = RulePackVersion.objects.values_list("data", flat=True).get(pk=version_id)
    return parse_pack(upgraded(data))


def rulebook() -> Rulebook:
    """Rules by country, day and account; the same object until the configuration changes. Days
    to come are in it, so that rules change at midnight although nobody is awake."""
    return _book_of(_state())[0]


def rule_turns() -> Turns:
    """When what `rulebook` says changes by the calendar."""
    return _book_of(_state())[1]


def _state() -> tuple[int | None, ...]:
    """What tells one configuration's rules from another's. Ids beside the version: they do not
    come again after a rollback."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        return tuple(cursor.fetchone())


@lru_cache(maxsize=1)
def _book_of(state: tuple[int | None, ...]) -> tuple[Rulebook, Turns]:
    del state
    entries = rule_packs_active()
    adjustments = adjustments_in_force(entries)
    return Rulebook.of(entries, adjustments), Turns(entries, adjustments)


def adjustments_in_force(entries: Sequence[PackInForce]) -> tuple[Adjustment, ...]:
    """What accounts demand more, and the exceptions that were confirmed: those that are over
    are left out."""
    yesterday = clock.now().date() - _DAY
    rules = AccountRule.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=yesterday), ended_at=None
    ).select_related("set_by", "account")
    exceptions = RuleException.objects.filter(
        status=RuleException.Status.CONFIRMED, last_day__gte=yesterday
    )
    zones = {entry.pack.country: entry.pack.zone.key for entry in entries}
    found = [_tightening(row, zones) for row in rules]
    return (*(one for one in found if one is not None), *(_exception(row) for row in exceptions))


def _tightening(row: AccountRule, zones: dict[str, str]) -> Adjustment | None:
    """None for a rule that cannot be read any more: it stops no other, and is reported."""
    try:
        rule = account_rule_parsed(row, zones.get(row.country) or zones[ANY_COUNTRY])
    except PackError:
        logger.exception("account rule cannot be read", extra={"rule": row.pk})
        return None
    return Adjustment(
        account_id=row.account_id,
        country=row.country,
        effective_from=rule.effective_from,
        effective_to=rule.effective_to,
        added=rule,
        lifted=None,
        classes=rule.applies_to,
        advertiser_id=row.advertiser_id,
        reason=row.note,
    )


def account_rule_parsed(row: AccountRule, zone: str) -> Rule:
    """An account's rule as the engine takes it; `zone` is that of the country's pack, for
    recipients whose own is not known. Raises PackError."""
    params = {**row.params, "zones": [zone]} if row.kind == "window" else row.params
    return Rule(
        id=f"{ACCOUNT_RULE}{row.pk}",
        kind=row.kind,
        applies_to=frozenset(row.message_classes),
        severity="delay" if row.kind == "window" else "block",
        citation=account_rule_citation(row),
        source="",
        confidence="run",
        effective_from=row.effective_from or row.created_at.date() - _DAY,
        effective_to=row.effective_to + _DAY if row.effective_to else None,
        params=read_params(row.kind, Reader(params, f"{ACCOUNT_RULE}{row.pk}")),
    )


def account_rule_citation(row: AccountRule) -> str:
    """Whose rule it is, who set it and why, in words of no language but theirs."""
    by = row.set_by.get_username() if row.set_by else "–"
    return f"{row.account.name}: {row.note} ({by}, {row.created_at.date().isoformat()})"


def _exception(row: RuleException) -> Adjustment:
    return Adjustment(
        account_id=row.account_id,
        country=row.country,
        effective_from=row.first_day,
        effective_to=row.last_day + _DAY,
        added=None,
        lifted=row.rule_id,
        classes=frozenset(row.message_classes),
        advertiser_id=row.advertiser_id,
        reason=row.reason,
    )


def account_rule_names(rule_ids: Iterable[str]) -> dict[str, str]:
    """What findings call `account.<id>`: whose rule it is and why; other ids are left out."""
    wanted = [
        one.removeprefix(ACCOUNT_RULE)
        for one in rule_ids
        if one.startswith(ACCOUNT_RULE) and one.removeprefix(ACCOUNT_RULE).isdecimal()
    ]
    if not wanted:
        return {}
    rows = AccountRule.objects.filter(pk__in=wanted).select_related("set_by", "account")
    return {f"{ACCOUNT_RULE}{row.pk}": account_rule_citation(row) for row in rows}
