"""Each message of the past, judged twice: by the rules in force and by those on trial.

Both judge the same facts, so what differs is what the rules on trial would change. A message's
own earlier refusals, consents and messages are those of its time; senders' papers, registers and
content rules are today's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from compliance.decision import ComplianceDecision, Facts, decide
from compliance.findings import Finding
from compliance.places import place_of
from compliance.rule_packs.packs import Rules
from compliance.selectors.registers import listed
from compliance.sender_gaps import SenderGap, papers_demanded
from compliance.texts import text_findings
from messaging.selectors.snapshot import Snapshot
from messaging.services.trials.candidates import Candidate
from messaging.services.trials.past import Past, PastMessage, past_of

ALLOWED, DELAYED, BLOCKED = "allowed", "delayed", "blocked"


class Change(NamedTuple):
    """A message whose outcome the rules on trial would change: `change` is its new outcome, and
    `rule_ids` the rules that make the difference."""

    message: PastMessage
    change: str
    before: ComplianceDecision
    after: ComplianceDecision
    rule_ids: tuple[str, ...]


class Trier:
    """Judges slices of one account's messages; texts are judged once per version."""

    def __init__(self, snapshot: Snapshot, candidate: Candidate) -> None:
        self._snapshot, self._candidate = snapshot, candidate
        self._content: dict[tuple[object, ...], tuple[Finding, ...]] = {}
        self._gaps: dict[tuple[object, ...], tuple[SenderGap, ...]] = {}

    def changes(self, messages: Sequence[PastMessage]) -> Iterator[Change]:
        """The messages of a slice that would fare otherwise."""
        pairs = {
            one.advertiser_id: self._candidate.pair(one.account_id, one.advertiser_id)
            for one in messages
        }
        cap_hours = max((pair.cap_hours for pair in pairs.values()), default=0)
        past = past_of(messages, cap_hours=cap_hours)
        country = self._candidate.country
        on_register: frozenset[str] | None = None
        if country in self._snapshot.registers:
            on_register = listed(country, sorted({one.msisdn for one in messages}))
        for one in messages:
            facts = self._facts(one, past, on_register)
            if facts is None:
                continue
            pair = pairs[one.advertiser_id]
            before, after = (
                self._judged(rules, one, facts) for rules in (pair.present, pair.tried)
            )
            change = _change(before, after)
            if change:
                yield Change(one, change, before, after, _difference(before, after))

    def _facts(
        self, one: PastMessage, past: Past, on_register: frozenset[str] | None
    ) -> Facts | None:
        """None for a message from a sender that is gone."""
        sender = self._snapshot.senders.get(one.sender_id)
        if sender is None:
            return None
        approved = self._snapshot.texts.get(one.template_version_id or 0)
        place = place_of(
            one.country,
            one.msisdn,
            contact_zone=one.recipient_zone or "",
            network_zone=self._snapshot.numbers.zones.get(one.network_id or 0, ""),
        )
        register = self._snapshot.registers.get(one.country)
        program_id = approved.program_id if approved else None
        return Facts(
            country=one.country,
            message_class=one.message_class,
            account_id=one.account_id,
            advertiser_id=one.advertiser_id,
            sender_kind=sender.kind,
            sender_address=sender.address,
            now=one.at,
            consent=past.consents.get(one.id, "none"),
            suppressed=frozenset(
                refusal.purpose
                for refusal in past.refusals.get(one.id, ())
                if refusal.covers(program_id, sender.address)
            ),
            zones=place.zones,
            region=place.region,
            touches=past.touches.get(one.id, ()),
            segments=one.segment_count,
            is_dnc_listed=None if on_register is None else one.msisdn in on_register,
            register_as_of=register.as_of if register else None,
            is_from_template=one.template_version_id is not None,
            is_consent_request=approved is not None and approved.asks_consent,
        )

    def _judged(self, rules: Rules, one: PastMessage, facts: Facts) -> ComplianceDecision:
        """By these rules, which say too what papers the sender needs."""
        gaps = self._sender_gaps(rules, one, facts.sender_kind)
        papers = replace(facts, sender_registered=not gaps, sender_gaps=gaps)
        return decide(rules, papers, self._findings(rules, one))

    def _sender_gaps(
        self, rules: Rules, one: PastMessage, sender_kind: str
    ) -> tuple[SenderGap, ...]:
        key = (rules, one.sender_id, one.network_id, one.message_class)
        gaps = self._gaps.get(key)
        if gaps is None:
            needed = papers_demanded(rules.recipient_rules[one.message_class], sender_kind)
            gaps = self._gaps[key] = self._snapshot.standings[one.sender_id].gaps(
                needed,
                network_id=one.network_id,
                network_name=self._snapshot.numbers.names.get(one.network_id or 0, ""),
                message_class=one.message_class,
                on=self._snapshot.day,
            )
        return gaps

    def _findings(self, rules: Rules, one: PastMessage) -> tuple[Finding, ...]:
        """About the text: of a template once, of free text each. One whose text retention has
        taken away is judged without."""
        approved = self._snapshot.texts.get(one.template_version_id or 0)
        subject = one.template_version_id or one.text
        key = (rules, subject, one.message_class, one.advertiser_id)
        found = self._content.get(key)
        if found is None:
            texts = approved.texts if approved else (one.text,) if one.text else ()
            found = text_findings(
                rules,
                self._snapshot.content_policy.rules_for(one.account_id, one.country, one.at),
                texts,
                one.message_class,
                is_template=approved is not None,
                is_paid=approved is not None and approved.is_paid,
                brands=self._snapshot.brands.get(one.advertiser_id, ()),
            )
            if len(self._content) < _MOST_TEXTS:
                self._content[key] = found
        return found


_MOST_TEXTS = 20_000


def _change(before: ComplianceDecision, after: ComplianceDecision) -> str:
    """The new outcome where it is another one; later or earlier within "delayed" counts too."""
    if before.outcome != after.outcome or before.until != after.until:
        return after.outcome
    return ""


def _difference(before: ComplianceDecision, after: ComplianceDecision) -> tuple[str, ...]:
    """The rules that spoke in one of the two judgements alone; else all that spoke after."""
    first = {finding.rule_id for finding in before.findings}
    second = {finding.rule_id for finding in after.findings}
    return tuple(sorted(first ^ second)) or tuple(sorted(second))
