"""Rules about a recipient and the sender, one small check per kind of rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from compliance.findings import FIX_OF, Finding, finding_of, gettext_noop
from compliance.rule_packs.model import (
    PROMISE_RULE,
    CapParams,
    ConsentParams,
    ConsentRequestParams,
    MaxSegmentsParams,
    RegisterParams,
    Rule,
    SenderParams,
    SuppressionParams,
    TemplateParams,
)
from compliance.sender_gaps import SenderChoice, SenderGap, refusal_of_kind

NO_SUPPRESSION: frozenset[str] = frozenset()
PROMISE_CITATION = gettext_noop("Frequency that the person agreed to when giving consent")
_CONSENT_CODES = {
    "lapsed": "consent_lapsed",
    "requested": "consent_requested",
    "revoked": "consent_revoked",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision about one message needs to know; `now` is an aware time.

    `sender_registered`: for this class on the recipient's network (None: not known, which
    does not suffice where registration is required). `consent`: granted, revoked, requested,
    lapsed, none or unknown. `suppressed`: the purposes that the number's suppressions name
    (`all` among them). `zones`: those the recipient may be in, none where not known; `region`:
    as "US-TX", or nothing. `touches`: when earlier messages of this class from the advertiser
    went out that count, those on their way at `now`. `promised`: the number of messages and the
    hours of the frequency the person agreed to. `is_dnc_listed` and `is_from_template` None: not
    known; `register_as_of`: of when the list is that was asked. `is_consent_request`: the
    message asks for consent; `was_asked`: the person has had one. `is_confirmation`: the
    message confirms a refusal, in the pack's own words. `sender_gaps`: the sender's papers that
    are not in order, the first to be put right first; `sender_choices`: senders of the account
    that would do. `registered_ids`: what is known of the text's registration with the
    regulator's platform (None: not known).
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
    zones: tuple[ZoneInfo, ...] = ()
    region: str = ""
    touches: tuple[datetime, ...] = ()
    promised: tuple[int, int] | None = None
    segments: int = 1
    is_dnc_listed: bool | None = None
    register_as_of: datetime | None = None
    is_from_template: bool | None = None
    is_consent_request: bool = False
    was_asked: bool = False
    is_confirmation: bool = False
    sender_address: str = ""
    sender_gaps: tuple[SenderGap, ...] = ()
    sender_choices: tuple[SenderChoice, ...] = ()
    registered_ids: frozenset[str] | None = None


def _suppression(rule: Rule, params: SuppressionParams, facts: Facts) -> Finding | None:
    if facts.suppressed and facts.suppressed & params.scopes.get(facts.message_class, frozenset()):
        return finding_of(rule, "suppressed")
    return None


def _consent(rule: Rule, params: ConsentParams, facts: Facts) -> Finding | None:
    if facts.consent in params.accepted:
        return None
    return finding_of(rule, _CONSENT_CODES.get(facts.consent, "consent_missing"))


def _consent_request(rule: Rule, params: ConsentRequestParams, facts: Facts) -> Finding | None:
    """Whether somebody may be asked for consent."""
    if facts.consent == "revoked":
        return finding_of(rule, "consent_revoked")
    if facts.was_asked and params.once_ever:
        return finding_of(rule, "consent_asked_before")
    return None


def _register(rule: Rule, params: RegisterParams, facts: Facts) -> Finding | None:
    if facts.is_dnc_listed is None:
        if params.when_unknown == "ignore":
            return None
        return finding_of(rule, "do_not_call_unknown", severity=params.when_unknown)
    if facts.is_dnc_listed:
        return finding_of(rule, "do_not_call_listed")
    if facts.register_as_of is None or params.max_age_hours is None:
        return None
    age = facts.now - facts.register_as_of
    if age <= timedelta(hours=params.max_age_hours):
        return None
    hours = int(age.total_seconds()) // 3600
    return finding_of(rule, "register_too_old", (("hours", hours), ("limit", params.max_age_hours)))


def _sender(rule: Rule, params: SenderParams, facts: Facts) -> Finding | None:
    if facts.sender_kind not in params.kinds:
        return _kind_refused(rule, params, facts)
    pattern = params.patterns.get(facts.sender_kind)
    if pattern and facts.sender_address and not pattern.fullmatch(facts.sender_address):
        return finding_of(rule, "sender_form", (("sender", facts.sender_address),))
    if facts.sender_kind not in params.registration_required:
        return None
    if facts.sender_gaps:
        gap = facts.sender_gaps[0]
        return finding_of(rule, gap.code, gap.values)
    return None if facts.sender_registered else finding_of(rule, "sender_not_registered")


def _kind_refused(rule: Rule, params: SenderParams, facts: Facts) -> Finding:
    """With the account's senders that would do, where the sender at hand is known."""
    kind = ("kind", facts.sender_kind)
    if not facts.sender_address:
        return finding_of(rule, "sender_kind_not_allowed", (kind,))
    code, senders = refusal_of_kind(params, facts.sender_choices)
    named = (kind, ("sender", facts.sender_address), ("senders", senders))
    return finding_of(rule, code, named)


def _template(rule: Rule, params: TemplateParams, facts: Facts) -> Finding | None:
    if facts.is_from_template is False:
        return finding_of(rule, "template_missing")
    if not params.ids or (facts.registered_ids is None and params.when_ids_unknown == "ignore"):
        return None
    missing = [name for name in params.ids if name not in (facts.registered_ids or ())]
    if not missing:
        return None
    severity = params.when_ids_unknown if facts.registered_ids is None else None
    values = (("ids", ", ".join(missing)),)
    return finding_of(rule, "template_ids_missing", values, severity=severity)


def _cap(rule: Rule, params: CapParams, facts: Facts) -> Finding | None:
    if len(facts.touches) < params.limit:
        return None
    count = touches_within(facts.touches, facts.now, params.hours)
    if count < params.limit:
        return None
    return finding_of(
        rule,
        "cap_reached",
        (("count", count), ("hours", params.hours), ("limit", params.limit)),
    )


def touches_within(touches: tuple[datetime, ...], now: datetime, hours: int) -> int:
    """How many of the instants lie in the rolling hours before `now`; one exactly that long ago
    counts no more, one after `now` does."""
    since = now - timedelta(hours=hours)
    return len([touch for touch in touches if touch > since])


def promise_finding(facts: Facts) -> Finding | None:
    """Whether the frequency that the person agreed to is used up."""
    if facts.promised is None:
        return None
    limit, hours = facts.promised
    if len(facts.touches) < limit:
        return None
    count = touches_within(facts.touches, facts.now, hours)
    if count < limit:
        return None
    return Finding(
        PROMISE_RULE,
        "block",
        PROMISE_CITATION,
        "promise_reached",
        (("count", count), ("hours", hours), ("limit", limit)),
        FIX_OF["promise_reached"],
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
    "consent_request": _consent_request,
    "max_segments": _max_segments,
    "register": _register,
    "sender": _sender,
    "suppression": _suppression,
    "template": _template,
}
