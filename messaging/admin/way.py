"""A message's way as steps that people read, from its stored trace."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from messaging.admin.labels import DELIVERY_COLOURS, ENCODINGS, moment
from messaging.constants import EventType, MessageStatus, delivery_proof, reason_label
from messaging.models import Message, WebhookDelivery
from messaging.selectors.trace import (
    DecisionTrace,
    EventTrace,
    MoveTrace,
    RefusalTrace,
    SegmentTrace,
    Trace,
    WeighedRoute,
)
from routing.constants import FallbackCause
from routing.heat_words import move_words
from routing.route_words import exclusion_words, percent, reason_words, term_words

_TONES = {
    MessageStatus.SENT: "busy",
    MessageStatus.DELIVERED: "good",
    MessageStatus.UNDELIVERED: "bad",
    MessageStatus.FAILED: "bad",
    MessageStatus.EXPIRED: "bad",
    MessageStatus.BLOCKED: "bad",
}
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened; `at` None where it has no time of its own."""

    title: str
    at: datetime | None
    tone: str = ""
    facts: Facts = ()


def way_of(message: Message, trace: Trace) -> list[Step]:
    """Accepted, decided, on the air segment by segment, receipts, events, webhook."""
    steps = [_accepted(message)]
    if trace.decision is not None and trace.decision.before is not None:
        steps.append(_refused_elsewhere(trace.decision.before))
    if trace.decision is not None:
        steps.append(_decided(message, trace.decision))
        steps += [_moved(one) for one in trace.decision.moves]
    if trace.waits_for:
        steps.append(_waiting(trace))
    steps += [_segment(one) for one in trace.segments]
    steps += [_receipt(one) for one in trace.segments if one.done_at is not None]
    steps += [_event(one) for one in trace.events]
    steps += [_delivery(one) for one in trace.deliveries]
    return steps


def _facts(*pairs: tuple[str, object]) -> Facts:
    return tuple((name, str(value)) for name, value in pairs if value not in (None, ""))


def _accepted(message: Message) -> Step:
    return Step(
        title=_("Accepted"),
        at=message.created_at,
        facts=_facts(
            (_("Came by"), message.get_origin_display()),
            (_("Encoding"), ENCODINGS.get(message.encoding, message.encoding)),
            (_("Segments"), message.segment_count),
            (_("Billed segments"), message.billed_segments),
            (_("Send at"), message.send_at and moment(message.send_at)),
            (_("Deadline"), message.not_after and moment(message.not_after)),
        ),
    )


def _decided(message: Message, decision: DecisionTrace) -> Step:
    reasons = reason_words()
    rules = "; ".join(
        f"{rule.rule_id} ({rule.citation})" if rule.citation else rule.rule_id
        for rule in decision.rules
    )
    is_refused = message.status == MessageStatus.BLOCKED
    return Step(
        title=_("Refused by a rule") if is_refused else _("Decided"),
        at=None,
        tone="bad" if is_refused else "",
        facts=_facts(
            (_("Reason"), _reason(message) if is_refused else ""),
            (_("Rules in force"), decision.rules_version),
            (_("Rules that spoke"), rules or _("none")),
            (_("Left out by an exception"), ", ".join(decision.left_out)),
            (_("Sender"), _instead(decision)),
            (_("Configuration"), decision.configuration),
            (_("Route"), decision.route),
            (_("Version of the routes"), decision.policy),
            (_("Because"), ", ".join(reasons.get(one, one) for one in decision.steps)),
            (_("Weighed then"), _weighed(decision)),
        ),
    )


def _refused_elsewhere(before: RefusalTrace) -> Step:
    is_ported = before.why == "ported"
    return Step(
        title=_("Refused: the number is another network's")
        if is_ported
        else _("Refused: another carrier or sender may do"),
        at=before.at,
        tone="bad",
        facts=_facts((_("Carrier"), before.carrier), (_("Answer"), before.status)),
    )


def _instead(decision: DecisionTrace) -> str:
    """That it leaves from another sender, and why."""
    told = decision.fallback
    if told is None:
        return ""
    return _("%(replacement)s instead of %(sender)s: %(cause)s") % {
        "replacement": told.replacement,
        "sender": told.sender,
        "cause": FallbackCause(told.cause).label,
    }


def _moved(one: MoveTrace) -> Step:
    names = {"from": one.from_carrier, "to": one.to_carrier}
    return Step(
        title=_("Re-routed from %(from)s to %(to)s") % names,
        at=one.at,
        tone="busy",
        facts=_facts((_("Because"), move_words(one.why))),
    )


def _weighed(decision: DecisionTrace) -> str:
    """The routes of the plan with what moved their shares at that moment."""
    return "; ".join(_weighed_route(one) for one in decision.weighed)


def _weighed_route(one: WeighedRoute) -> str:
    name = f"{one.route} ({one.carrier})" if one.carrier else one.route
    if one.out:
        return f"{name}: {exclusion_words().get(one.out, one.out)}"
    factors = ", ".join(f"{term} {value}" for term, value in term_words(one.factors))
    return f"{name}: {percent(one.share)}" + (f", {factors}" if factors else "")


def _waiting(trace: Trace) -> Step:
    words = {
        "send_at": _("its time"),
        "window": _("the legal window"),
        "routing": _("routing"),
        "paused": _("the campaign to be resumed"),
        "retry": _("another try"),
        "pace": _("the campaign's speed limit"),
        "ported": _("the number's network to be found"),
        "refused": _("another carrier or sender"),
        "exhausted": _("another carrier"),
    }
    return Step(
        title=_("Waiting"),
        at=None,
        tone="busy",
        facts=_facts(
            (_("For"), words.get(trace.waits_for, trace.waits_for)),
            (_("Until"), trace.due_at and moment(trace.due_at)),
        ),
    )


def _segment(one: SegmentTrace) -> Step:
    return Step(
        title=_("Segment %(number)d of %(total)d sent")
        % {"number": one.number, "total": one.total},
        at=one.sent_at,
        tone="busy",
        facts=_facts(
            (_("Carrier"), one.carrier),
            (_("Bind"), one.bind),
            (_("Carrier's id"), one.smsc_message_id),
        ),
    )


def _receipt(one: SegmentTrace) -> Step:
    return Step(
        title=_("Receipt for segment %(number)d: %(status)s")
        % {"number": one.number, "status": MessageStatus(one.status).label},
        at=one.done_at,
        tone=_TONES.get(MessageStatus(one.status), ""),
        # Where nothing went wrong SMSCs write zeros: the field is always there (SMPP 3.4, appendix B).
        facts=_facts((_("Error"), one.receipt_error if one.receipt_error.strip("0") else "")),
    )


def _event(one: EventTrace) -> Step:
    known = one.type in EventType.values
    _prefix, _dot, status = one.type.partition(".")
    tone = _TONES.get(MessageStatus(status), "") if status in MessageStatus.values else ""
    return Step(
        title=str(EventType(one.type).label) if known else one.type,
        at=one.at,
        tone=tone,
        facts=_facts((_("Event"), f"{one.type} · {one.sequence}")),
    )


def _delivery(one: WebhookDelivery) -> Step:
    status = WebhookDelivery.Status(one.status)
    tones = {"success": "good", "danger": "bad", "info": "busy"}
    return Step(
        title=_("Webhook: %(status)s") % {"status": status.label},
        at=one.delivered_at or one.next_attempt_at,
        tone=tones.get(DELIVERY_COLOURS[status], ""),
        facts=_facts(
            (_("Webhook"), one.endpoint.name),
            (_("Event"), f"{one.type} · {one.sequence}"),
            (_("Attempts"), one.attempts),
            (_("HTTP status"), one.last_status),
            (_("Error"), one.last_error),
        ),
    )


def _reason(message: Message) -> str:
    proof = delivery_proof(message.status, message.failure_reason)
    return str(proof.label) if proof else reason_label(message.failure_reason)
