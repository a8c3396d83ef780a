"""What the rules say about the texts of one batch, and on what their saying depends.

A template's text is judged once for all who get it. Only where a message can differ in what a
rule looks at (a link in a value, its own count of segments) is it judged by itself.
"""

from dataclasses import dataclass
from datetime import datetime

from compliance.content_policy import LINK_KINDS, SEGMENT_COUNT, PolicyRule
from compliance.findings import Finding
from compliance.rule_packs.packs import Rules
from compliance.texts import text_findings
from messaging.selectors.snapshot import ApprovedText, Snapshot

_URL = "url"


@dataclass(frozen=True, slots=True)
class Told:
    """A message's text and where it comes from; `approved` None: free text."""

    account_id: int
    advertiser_id: int
    country: str
    message_class: str
    text: str
    segment_count: int
    approved: ApprovedText | None


@dataclass(frozen=True, slots=True)
class _Policy:
    rules: tuple[PolicyRule, ...]
    is_about_links: bool
    is_about_segments: bool


class TextJudge:
    """For one batch: the policies of its accounts and countries are looked up once."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self._snapshot, self._now = snapshot, now
        self._policies: dict[tuple[int, str, str], _Policy] = {}
        self._linked: dict[int, bool] = {}

    def key(self, told: Told) -> tuple[str | None, int | None]:
        """What, besides country, class, advertiser and version, the findings depend on."""
        policy = self._policy(told)
        is_own = told.approved is None or self._has_own_links(told, policy)
        return (
            told.text if is_own else None,
            told.segment_count if policy.is_about_segments else None,
        )

    def findings(self, told: Told, pack: Rules) -> tuple[Finding, ...]:
        """Failed rules of pack and policy; an approved text is judged in all its languages."""
        policy, approved = self._policy(told), told.approved
        return text_findings(
            pack,
            policy.rules,
            (told.text,) if approved is None else approved.texts,
            told.message_class,
            is_template=approved is not None,
            brands=self._snapshot.brands.get(told.advertiser_id, ()),
            segment_count=told.segment_count if policy.is_about_segments else None,
            rendered=told.text if self._has_own_links(told, policy) else None,
        )

    def _policy(self, told: Told) -> _Policy:
        key = (told.account_id, told.country, told.message_class)
        policy = self._policies.get(key)
        if policy is None:
            rules = self._snapshot.content_policy.rules_for(*key[:2], self._now)
            kinds = {rule.kind for rule in rules if rule.is_for(told.message_class)}
            policy = self._policies[key] = _Policy(
                rules, not kinds.isdisjoint(LINK_KINDS), SEGMENT_COUNT in kinds
            )
        return policy

    def _has_own_links(self, told: Told, policy: _Policy) -> bool:
        """Whether a value may be a link, and a rule cares."""
        approved = told.approved
        if approved is None or not policy.is_about_links:
            return False
        known = self._linked.get(approved.version_id)
        if known is None:
            known = self._linked[approved.version_id] = any(
                spec.type == _URL for one in approved.wordings for spec in one.specs
            )
        return known
