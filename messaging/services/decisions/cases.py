"""What is decided about, and what comes of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from compliance.decision import ComplianceDecision
from compliance.findings import Finding
from messaging.constants import Origin, Priority
from messaging.services.drafts import Draft
from routing.engine import RouteDecision
from routing.engine.decisions import NOTHING_AVOIDED


@dataclass(slots=True)
class Case:
    """A message to decide about. `kept_carrier_id`: where its first segments already are;
    `billed_segments`: where the network bills more than are sent; `recipient_zone`: as the
    customer gave it; `is_confirmation`: of a refusal, in the rules' own words; `tried`: carriers
    that refused it, of which `before` tells; `fallback`: the sender it had, and why no more;
    `is_test`: of a test key."""

    id: uuid.UUID
    lane: int
    account_id: int
    advertiser_id: int
    campaign_id: int | None
    msisdn: str
    country: str
    network_id: int | None
    sender_id: int
    template_version_id: int | None
    text: str
    segment_count: int
    not_after: datetime | None
    attempts: int
    kept_carrier_id: int | None
    billed_segments: int | None = None
    recipient_zone: str | None = None
    is_confirmation: bool = False
    priority: int = Priority.NORMAL.value
    tried: Sequence[int] = ()
    before: dict[str, Any] | None = None
    fallback: dict[str, Any] | None = None
    is_test: bool = False

    @property
    def avoid(self) -> frozenset[int]:
        """Carriers that refused it from the sender it has."""
        if not self.tried or self.fallback is not None:
            return NOTHING_AVOIDED
        return frozenset(self.tried)


def case_of(draft: Draft) -> Case:
    """The case of a message that is not stored yet."""
    return Case(
        draft.id,
        draft.lane,
        draft.account_id,
        draft.advertiser_id,
        draft.campaign_id,
        draft.msisdn,
        draft.country,
        draft.network_id,
        draft.sender.id,
        draft.template_version_id,
        draft.text,
        draft.segment_count,
        draft.not_after,
        0,
        None,
        draft.billed_segments,
        draft.recipient_zone,
        draft.origin == Origin.SYSTEM,
        draft.priority,
        is_test=draft.is_test,
    )


class Verdict(NamedTuple):
    """queue: to `carrier_id`, to leave before `not_after`; wait: until `due_at`; end: `status`.

    `decision` is what the message's trace shows. Where a person may get only so many messages:
    `holders` are the campaigns whose messages are in this one's way, `taken_from` those from
    which it takes a place (None: no campaign's). `sender_id`: another one than the case's, by the
    customer's rule.
    """

    action: str
    status: str
    reason: str = ""
    carrier_id: int = 0
    due_at: datetime | None = None
    not_after: datetime | None = None
    cost_micros: int = 0
    decision: dict[str, Any] | None = None
    holders: tuple[int | None, ...] = ()
    taken_from: tuple[int | None, ...] = ()
    sender_id: int = 0


class Explanation(NamedTuple):
    """A verdict with what it rests on, and everything that speaks about the message; without a
    sender there is neither ruling nor route."""

    verdict: Verdict
    ruling: ComplianceDecision | None
    findings: tuple[Finding, ...]
    route: RouteDecision | None
