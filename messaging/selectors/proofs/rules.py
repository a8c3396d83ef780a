"""Every rule that was in force for a message, and what came of it, from stored facts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from compliance.findings import FIXES, MESSAGES
from compliance.models import AccountRule, RuleException, RulePackVersion
from compliance.readable_findings import readable_values
from compliance.readable_rules import CONFIDENCE, rule_sentence
from compliance.rule_packs.model import Pack, Rule
from compliance.rule_packs.packs import ANY_COUNTRY, Rules
from compliance.rule_packs.parsing import parse_pack
from compliance.rule_packs.upgrading import upgraded
from compliance.selectors.content_rules import content_rule_names
from compliance.selectors.rules import (
    Term,
    account_rule_citation,
    account_rule_parsed,
    terms_by_country,
)
from messaging.constants import FailureReason, MessageStatus, Origin
from messaging.models import Message
from messaging.selectors.proofs.model import RuleResult, RulesThen
from messaging.selectors.proofs.people import person_name

PASSED, FAILED, WARNED = "passed", "failed", "warned"
LEFT_OUT, NOT_APPLICABLE, NOT_RECORDED = "left_out", "not_applicable", "not_recorded"
# What a rule of a kind can have found, where the decision kept its name alone.
_FOUND = {
    "consent": "consent_missing",
    "label": "label_missing",
    "optout_text": "opt_out_text_missing",
    "price_text": "price_missing",
    "register": "do_not_call_unknown",
    "sender": "sender_not_registered",
    "suppression": "suppressed",
    "template": "template_missing",
    "window": "outside_hours",
}


@dataclass(frozen=True, slots=True)
class _Found:
    """A failed rule as the decision kept it."""

    severity: str
    sentence: str
    fix: str


def rules_then(message: Message, at: datetime) -> RulesThen | None:
    """The rules of the version that decided (or, without a decision, of the one in force then)
    with what came of each; None where neither is known any more."""
    facts: Mapping[str, Any] = message.decision or {}
    version, term = _version(str(facts.get("rules") or ""), message.country, at)
    if version is None:
        return None
    pack = parse_pack(upgraded(version.data))
    day = at.astimezone(pack.zone).date()
    asked = frozenset(rule.id for rule in _asked(pack, day, message))
    judged = _Judged(message, facts, _found(facts), asked, bool(facts.get("rules")))
    results = [judged.of(rule, pack) for rule in _in_force(pack, day, message)]
    results += judged.others(pack, day, at, {one.rule for one in results})
    return RulesThen(
        version=f"{version.country} {version.version}",
        checksum=version.checksum,
        day=day,
        in_force_since=term.active_from if term else None,
        approved_by=person_name(term.activation.approved_by) if term else "",
        results=tuple(results),
    )


def _version(named: str, country: str, at: datetime) -> tuple[RulePackVersion | None, Term | None]:
    """The version that a decision names, with the term in which it decided."""
    own, _space, number = named.partition(" ")
    terms = terms_by_country([own or country, ANY_COUNTRY])
    those = terms.get(own or country) or terms.get(ANY_COUNTRY, [])
    if named:
        version = RulePackVersion.objects.filter(country=own, version=number).first()
        pk = version.pk if version else None
        mine = [term for term in those if term.activation.version_id == pk]
        return version, next(
            (term for term in mine if term.holds(at.date())), mine[-1] if mine else None
        )
    term = next((term for term in those if term.holds(at.date())), None)
    pk = term.activation.version_id if term else None
    return (RulePackVersion.objects.get(pk=pk), term) if pk else (None, None)


def _in_force(pack: Pack, day: date, message: Message) -> list[Rule]:
    """All rules of the pack in force on the day: those for the message's class first."""
    rules = [rule for rule in pack.rules if rule.is_in_force(day)]
    return sorted(rules, key=lambda rule: message.message_class not in rule.applies_to)


def _asked(pack: Pack, day: date, message: Message) -> list[Rule]:
    """The rules that the engine asked about such a message."""
    name, rules = message.message_class, Rules(pack, day)
    if message.origin == Origin.SYSTEM:
        return list(rules.confirmation_rules[name])
    version = message.template_version
    asks = version is not None and version.template.asks_consent
    first = rules.request_rules[name] if asks else rules.recipient_rules[name]
    return [*first, *rules.content_rules[name], *rules.window_rules[name]]


def _found(facts: Mapping[str, Any]) -> dict[str, _Found]:
    """By rule what the decision found; the hand-over has a last word on refusals."""
    known = {
        str(one["rule"]): _Found(
            str(one["severity"]),
            _filled(MESSAGES.get(str(one["code"]), ""), one.get("values") or {}),
            _filled(FIXES.get(str(one["fix"]), ""), one.get("values") or {}),
        )
        for one in facts.get("found") or ()
    }
    for rule_id in facts.get("findings") or ():
        known.setdefault(str(rule_id), _Found("", "", ""))
    return known


def _filled(template: str, values: Mapping[str, Any]) -> str:
    return _(template) % _Known(readable_values(values.items())) if template else ""


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


@dataclass(frozen=True, slots=True)
class _Judged:
    """What came of the rules for one message."""

    message: Message
    facts: Mapping[str, Any]
    found: Mapping[str, _Found]
    asked: frozenset[str]
    is_recorded: bool

    def of(self, rule: Rule, pack: Pack, citation: str = "") -> RuleResult:
        """One rule's result."""
        sources = {source.id: source for source in pack.sources}
        source = sources.get(rule.source)
        result, sentence, fix = self._result(rule)
        return RuleResult(
            rule=rule.id,
            result=result,
            severity=rule.severity,
            asks=rule_sentence(rule),
            found=sentence,
            fix=fix,
            citation=citation or rule.citation,
            source=source.title if source else "",
            source_url=source.url if source and source.url.startswith("https://") else "",
            confidence=str(CONFIDENCE[rule.confidence][0]) if source else "",
            effective_from=rule.effective_from,
        )

    def _result(self, rule: Rule) -> tuple[str, str, str]:
        if rule.id in (self.facts.get("exceptions") or ()):
            return LEFT_OUT, self._exception(rule.id), ""
        known = self.found.get(rule.id)
        if known is not None:
            return self._failed(rule, known)
        if self._is_refused_at_handover(rule):
            return (
                FAILED,
                _("The number refused while the message waited to be sent."),
                _(FIXES["leave_out"]),
            )
        if rule.id not in self.asked:
            return NOT_APPLICABLE, "", ""
        return (PASSED, "", "") if self.is_recorded else (NOT_RECORDED, "", "")

    def _failed(self, rule: Rule, known: _Found) -> tuple[str, str, str]:
        severity = known.severity or self._severity(rule.severity)
        code = _FOUND.get(rule.kind, "")
        sentence = known.sentence or (_(MESSAGES[code]) if code else "")
        return (WARNED if severity == "warn" else FAILED), sentence, known.fix

    def _severity(self, severity: str) -> str:
        """A message that left was not refused: what spoke about it then only warned."""
        refused = {MessageStatus.BLOCKED, MessageStatus.EXPIRED, MessageStatus.SCHEDULED}
        return severity if self.message.status in refused else "warn"

    def _is_refused_at_handover(self, rule: Rule) -> bool:
        return (
            rule.kind == "suppression"
            and self.message.status == MessageStatus.BLOCKED
            and self.message.failure_reason == FailureReason.SUPPRESSED
            and not self.facts.get("found")
        )

    def _exception(self, rule_id: str) -> str:
        row = (
            RuleException.objects.filter(account_id=self.message.account_id, rule_id=rule_id)
            .select_related("asked_by", "decided_by")
            .order_by("-pk")
            .first()
        )
        if row is None:
            return ""
        return _("%(reason)s (asked by %(asked)s, confirmed by %(decided)s)") % {
            "reason": row.reason,
            "asked": person_name(row.asked_by),
            "decided": person_name(row.decided_by) or "–",
        }

    def others(self, pack: Pack, day: date, at: datetime, told: set[str]) -> list[RuleResult]:
        """Rules of the account and what spoke besides the pack: content rules, networks."""
        results = []
        for row in _account_rules(self.message, day, at):
            rule = account_rule_parsed(row, pack.zone.key)
            own = replace(self, asked=self.asked | {rule.id})
            results.append(own.of(rule, pack, account_rule_citation(row)))
        told = told | {one.rule for one in results}
        left = [rule_id for rule_id in self.found if rule_id not in told]
        names = content_rule_names(left)
        for rule_id in left:
            known = self.found[rule_id]
            severity = known.severity or self._severity("block")
            results.append(
                RuleResult(
                    rule=rule_id,
                    result=WARNED if severity == "warn" else FAILED,
                    severity=severity,
                    asks="",
                    found=known.sentence,
                    fix=known.fix,
                    citation=names.get(rule_id, str(self.facts.get("network") or "")),
                    source="",
                    source_url="",
                    confidence="",
                    effective_from=day,
                )
            )
        return results


def _account_rules(message: Message, day: date, at: datetime) -> list[AccountRule]:
    rows = AccountRule.objects.filter(
        account_id=message.account_id, country=message.country, created_at__lte=at
    ).select_related("account", "set_by")
    return [
        row
        for row in rows
        if row.advertiser_id in (None, message.advertiser_id)
        and message.message_class in row.message_classes
        and (row.ended_at is None or row.ended_at > at)
        and (row.effective_from is None or row.effective_from <= day)
        and (row.effective_to is None or day <= row.effective_to)
    ]


def rule_ids(facts: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The rules that spoke in a stored decision."""
    return tuple(str(one) for one in (facts or {}).get("findings") or ())
