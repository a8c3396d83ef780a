"""Rules about a recipient and the sender, one small check per kind of rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from compliance.findings import Finding, finding_of
from compliance.rule_packs.model import (
    CapParams,
    ConsentParams,
    MaxSegmentsParams,
    RegisterParams,
    Rule,
    SenderParams,
    SuppressionParams,
    TemplateParams,
)

NO_SUPPRESSION: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision about one message needs to know; `now` is an aware time.

    `sender_registered`: for this class on the recipient's network (None: not known, which
    does not suffice where registration is required). `consent`: granted, revoked, none or
    unknown. `suppressed`: the purposes that the number's suppressions name (`all` among
    them). `zone` None: not known. `touches_last_24h`: earlier messages of this class from
    the advertiser. `is_dnc_listed` and `is_from_template` None: not known.
    """

    country: str
    message_class: str
    account_id: int
    advertiser_id: int
    sender_kind: str
    now: datetime
    sender_registered: bool | None = None
    consent: str = "unknown"
    suppressed: frozenset[str] = NO_SUPPRESSION
    text: str | None = None
    is_paid: bool = False
    zone: ZoneInfo | None = None
    touches_last_24h: int = 0
    segments: int = 1
    is_dnc_listed: bool | None = None
    is_from_template: bool | None = None


def _suppression(rule: Rule, params: SuppressionParams, facts: Facts) -> Finding | None:
    if facts.suppressed and facts.suppressed & params.scopes.get(facts.message_class, frozenset()):
        return finding_of(rule, "suppressed")
    return None


def _consent(rule: Rule, params: ConsentParams, facts: Facts) -> Finding | None:
    if facts.consent in params.accepted:
        return None
    code = "consent_revoked" if facts.consent == "revoked" else "consent_missing"
    return finding_of(rule, code)


def _register(rule: Rule, params: RegisterParams, facts: Facts) -> Finding | None:
    if facts.is_dnc_listed is None:
        if params.when_unknown == "ignore":
            return None
        return finding_of(rule, "do_not_call_unknown", severity=params.when_unknown)
    return finding_of(rule, "do_not_call_listed") if facts.is_dnc_listed else None


def _sender(rule: Rule, params: SenderParams, facts: Facts) -> Finding | None:
    if facts.sender_kind not in params.kinds:
        return finding_of(rule, "sender_kind_not_allowed", (("kind", facts.sender_kind),))
    if facts.sender_kind in params.registration_required and not facts.sender_registered:
        return finding_of(rule, "sender_not_registered")
    return None


def _template(rule: Rule, params: TemplateParams, facts: Facts) -> Finding | None:
    return finding_of(rule, "template_missing") if facts.is_from_template is False else None


def _cap(rule: Rule, params: CapParams, facts: Facts) -> Finding | None:
    if facts.touches_last_24h < params.limit:
        return None
    count = ("count", facts.touches_last_24h)
    return finding_of(
        rule, "cap_reached", (count, ("hours", params.hours), ("limit", params.limit))
    )


def _max_segments(rule: Rule, params: MaxSegmentsParams, facts: Facts) -> Finding | None:
    if facts.segments <= params.limit:
        return None
    segments = ("segments", facts.segments)
    return finding_of(rule, "too_many_segments", (segments, ("limit", params.limit)))


# Any: each check gets the parameters of its own kind, which the pack's reader has made sure of.
CHECKS: Mapping[str, Callable[[Rule, Any, Facts], Finding | None]] = {
    "cap": _cap,
    "consent": _consent,
    "max_segments": _max_segments,
    "register": _register,
    "sender": _sender,
    "suppression": _suppression,
    "template": _template,
}
