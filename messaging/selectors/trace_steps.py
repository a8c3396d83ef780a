"""A message's way in the order of time: gates, routes, PDUs, events and webhook attempts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from messaging.constants import delivery_proof
from messaging.models import Message
from messaging.selectors.trace import CandidateTrace, SegmentTrace, Trace


class StepKind(models.TextChoices):
    """What a step of a message's way is."""

    ACCEPTED = "accepted", _("Accepted")
    WAITS = "waits", _("Waits")
    RULES = "rules", _("Rules were asked")
    SENDER = "sender", _("Another sender")
    ROUTE = "route", _("A route was chosen")
    REROUTED = "rerouted", _("Given to another carrier")
    REFUSED = "refused", _("A carrier refused")
    SUBMITTED = "submit_sm", _("Sent to the carrier")
    RECEIPT = "deliver_sm", _("A receipt came")
    EVENT = "event", _("An event was written")
    WEBHOOK = "webhook", _("An event was posted")
    ENDED = "ended", _("Ended")


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `detail` has what is known about it by name, `at` None for what is not dated."""

    at: datetime | None
    kind: StepKind
    detail: Mapping[str, Any]


# Of steps of one moment: what led to what.
_ORDER: Final = {kind: number for number, kind in enumerate(StepKind)}


def trace_steps(message: Message, trace: Trace, decided_at: datetime) -> tuple[Step, ...]:
    """Everything about the message by time. What an account may not see is empty in `trace`, and
    left out here."""
    found = [
        *_decision(message, trace, decided_at),
        *(step for one in trace.segments for step in _segment(one)),
        *_events(trace),
        *_ends(message, trace),
    ]
    last = max(step.at for step in found if step.at is not None)
    return tuple(sorted(found, key=lambda step: (step.at or last, _ORDER[step.kind])))


def _step(at: datetime | None, kind: StepKind, **detail: Any) -> Step:
    """Without what is empty."""
    return Step(at, kind, {name: value for name, value in detail.items() if value not in ("", ())})


def _decision(message: Message, trace: Trace, decided_at: datetime) -> Iterator[Step]:
    yield _step(
        message.created_at,
        StepKind.ACCEPTED,
        origin=message.origin,
        send_at=message.send_at or "",
        not_after=message.not_after or "",
    )
    decision = trace.decision
    if decision is None:
        return
    yield _step(
        decided_at,
        StepKind.RULES,
        version=decision.rules_version,
        broken=tuple(rule.rule_id for rule in decision.rules),
        left_out=decision.left_out,
    )
    if decision.fallback is not None:
        yield _step(
            decided_at,
            StepKind.SENDER,
            asked=decision.fallback.sender,
            used=decision.fallback.replacement,
            why=decision.fallback.cause,
        )
    if decision.before is not None:
        before = decision.before
        yield _step(
            before.at,
            StepKind.REFUSED,
            why=before.why,
            status=before.status,
            carrier=before.carrier,
        )
    if decision.candidates:
        yield _step(
            decided_at,
            StepKind.ROUTE,
            route=decision.route,
            policy=decision.policy or "",
            candidates=tuple(_candidate(one) for one in decision.candidates),
        )
    for move in decision.moves:
        yield _step(
            move.at, StepKind.REROUTED, carrier=move.to_carrier, before=move.from_carrier,
            why=move.why,
        )  # fmt: skip


def _candidate(one: CandidateTrace) -> dict[str, Any]:
    facts = {
        "number": one.number,
        "route": one.route,
        "carrier": one.carrier,
        "is_chosen": one.is_chosen,
        "share": one.share,
        "left_out_for": one.out,
        "terms": dict(one.factors),
    }
    return {name: value for name, value in facts.items() if value not in ("", {}, None)}


def _segment(one: SegmentTrace) -> Iterator[Step]:
    part: dict[str, Any] = {"segment": one.number, "segments": one.total}
    whose: dict[str, Any] = {
        "carrier": one.carrier,
        "bind": one.bind,
        "smsc_message_id": one.smsc_message_id,
    }
    yield _step(one.sent_at, StepKind.SUBMITTED, **part, **whose)
    if one.done_at is not None:
        yield _step(
            one.done_at, StepKind.RECEIPT, **part, status=one.status, error=one.receipt_error,
            **whose,
        )  # fmt: skip


def _events(trace: Trace) -> Iterator[Step]:
    for event in trace.events:
        yield _step(
            event.at, StepKind.EVENT, id=str(event.id), type=event.type, sequence=event.sequence
        )
    for row in trace.deliveries:
        for number, attempt in enumerate(row.log, 1):
            yield _step(
                datetime.fromisoformat(attempt["at"]),
                StepKind.WEBHOOK,
                endpoint=row.endpoint.name,
                delivery=row.pk,
                event=row.type,
                attempt=number,
                http_status=attempt.get("status", ""),
                error=attempt.get("error", ""),
                milliseconds=attempt["ms"],
            )


def _ends(message: Message, trace: Trace) -> Iterator[Step]:
    if message.done_at is not None:
        yield _step(
            message.done_at,
            StepKind.ENDED,
            status=message.status,
            reason=""
            if delivery_proof(message.status, message.failure_reason)
            else message.failure_reason,
        )
    elif trace.waits_for:
        yield _step(trace.due_at, StepKind.WAITS, why=trace.waits_for)
