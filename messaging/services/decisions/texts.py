"""What the rules say about the texts of one batch, and on what their saying depends.

A template's text is judged once for all who get it. Only where a message can differ in what a
rule looks at (a link in a value, its own count of segments) is it judged by itself.
"""

from datetime import datetime
from typing import NamedTuple, Protocol

from compliance.constants import LANES
from compliance.content_policy import LINK_KINDS, SEGMENT_COUNT, PolicyRule
from compliance.findings import Finding
from compliance.rule_packs.packs import Rules
from compliance.texts import text_findings
from messaging.selectors.snapshot import ApprovedText, Snapshot

_URL = "url"


class Told(Protocol):
    """A message's text, its sender and its recipient; `lane` is the place of its class."""

    account_id: int
    advertiser_id: int
    country: str
    lane: int
    text: str
    segment_count: int


class _Policy(NamedTuple):
    rules: tuple[PolicyRule, ...]
    is_about_links: bool
    is_about_segments: bool


class TextJudge:
    """For one batch: the policies of its accounts and countries are looked up once."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self._snapshot, self._now = snapshot, now
        self._policies: dict[tuple[int, str, int], _Policy] = {}
        self._linked: dict[int, bool] = {}

    def key(self, told: Told, approved: ApprovedText | None) -> tuple[str | None, int | None]:
        """What, besides country, class, advertiser and version, the findings depend on.

        `approved` None: free text.
        """
        policy = self._policy(told)
        is_own = approved is None or (policy.is_about_links and self._has_links(approved))
        return (
            told.text if is_own else None,
            told.segment_count if policy.is_about_segments else None,
        )

    def findings(
        self, told: Told, approved: ApprovedText | None, pack: Rules
    ) -> tuple[Finding, ...]:
        """Failed rules of pack and policy; an approved text is judged in all its languages."""
        policy = self._policy(told)
        has_own_links = approved is not None and self._has_links(approved)
        return text_findings(
            pack,
            policy.rules,
            (told.text,) if approved is None else approved.texts,
            LANES[told.lane],
            is_template=approved is not None,
            brands=self._snapshot.brands.get(told.advertiser_id, ()),
            segment_count=told.segment_count if policy.is_about_segments else None,
            rendered=told.text if has_own_links else None,
            is_paid=approved is not None and approved.is_paid,
        )

    def _policy(self, told: Told) -> _Policy:
        key = (told.account_id, told.country, told.lane)
        policy = self._policies.get(key)
        if policy is None:
            rules = self._snapshot.content_policy.rules_for(
                told.account_id, told.country, self._now
            )
            kinds = {rule.kind for rule in rules if rule.is_for(LANES[told.lane])}
            policy = self._policies[key] = _Policy(
                rules, not kinds.isdisjoint(LINK_KINDS), SEGMENT_COUNT in kinds
            )
        return policy

    def _has_links(self, approved: ApprovedText) -> bool:
        """Whether a value may be a link."""
        known = self._linked.get(approved.version_id)
        if known is None:
            known = self._linked[approved.version_id] = any(
                spec.type == _URL for one in approved.wordings for spec in one.specs
            )
        return known
