"""The way of one message, from stored facts: what was decided, what went on the air, what came."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from carriers.models import Carrier
from carriers.smpp import statuses
from compliance.models import RulePackVersion
from compliance.selectors.content_rules import content_rule_names
from compliance.selectors.rules import account_rule_names
from config.common.ids import uuid7_floor
from messaging.models import Event, Message, Segment, WebhookDelivery
from routing.models import Route

# Events are found by time, not by an index on the message: they are written within a flush of
# what they report.
_BEFORE, _AFTER = timedelta(seconds=5), timedelta(seconds=60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEGMENT_DAYS = 7  # retries of missing segments end long before


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """A rule that spoke, with the clause it rests on ("" where its pack is gone)."""

    rule_id: str
    citation: str


@dataclass(frozen=True, slots=True)
class WeighedRoute:
    """A route of the plan as it was weighed: its part of the traffic and the factors that made
    it, or why it got nothing (`out`)."""

    route: str
    carrier: str
    share: float
    out: str
    factors: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class CandidateTrace:
    """A route that could have been taken; its name, carrier and factors are for operators only.

    `share` of the traffic is None where only the configured weights decided; `out` says why it got
    nothing.
    """

    number: int
    is_chosen: bool
    share: float | None
    out: str
    route: str = ""
    carrier: str = ""
    factors: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class RefusalTrace:
    """A carrier's refusal after which it was decided again: `why` is ported or refused; the
    carrier is for operators only."""

    why: str
    status: str
    carrier: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class MoveTrace:
    """A re-route while it waited: from which carrier to which one and why, in stored words."""

    at: datetime
    from_carrier: str
    to_carrier: str
    why: str


@dataclass(frozen=True, slots=True)
class FallbackTrace:
    """The sender it had, the one it has by the customer's rule, and the cause."""

    sender: str
    replacement: str
    cause: str


@dataclass(frozen=True, slots=True)
class DecisionTrace:
    """Why the message was sent, delayed or refused; `rules`, their version and the rules that an
    exception left out are for everybody, the rest for operators only. `weighed` is empty where
    nothing but the configured weights decided; `policy` is the version of the routes."""

    configuration: int | None
    rules_version: str
    rules: tuple[RuleTrace, ...]
    route: str
    steps: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    policy: int | None = None
    weighed: tuple[WeighedRoute, ...] = ()
    before: RefusalTrace | None = None
    fallback: FallbackTrace | None = None
    moves: tuple[MoveTrace, ...] = ()
    candidates: tuple[CandidateTrace, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentTrace:
    """One segment on the air; carrier, bind and the carrier's id are for operators only."""

    number: int
    total: int
    status: str
    receipt_error: str
    sent_at: datetime
    done_at: datetime | None
    carrier: str
    bind: str
    smsc_message_id: str


@dataclass(frozen=True, slots=True)
class EventTrace:
    """An entry of the event log."""

    id: uuid.UUID
    sequence: int
    type: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything stored about a message's way. `due_at` is set while it waits, with the reason."""

    decision: DecisionTrace | None
    due_at: datetime | None
    waits_for: str
    segments: tuple[SegmentTrace, ...]
    events: tuple[EventTrace, ...]
    deliveries: tuple[WebhookDelivery, ...]


def message_trace(message: Message, *, for_operator: bool, with_deliveries: bool) -> Trace:
    """The trace of a message in at most six queries, each by an index.

    `for_operator` adds carrier, bind, their id of each segment and the route; `with_deliveries`
    the webhook's attempts. An account is shown neither carrier nor cost.
    """
    due_at, waits_for = _waiting(message)
    events = _events(message)
    deliveries = _deliveries(message, events) if with_deliveries else ()
    return Trace(
        decision=_decision(message.decision, for_operator=for_operator),
        due_at=due_at,
        waits_for=waits_for,
        segments=tuple(_segments(message, for_operator=for_operator)),
        events=tuple(events),
        deliveries=tuple(deliveries),
    )


def _waiting(message: Message) -> tuple[datetime | None, str]:
    """Until when and for what it waits; a paused one has no time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nullif(due_at, 'infinity'), reason FROM messaging_waiting WHERE id = %s",
            [message.pk],
        )
        row = cursor.fetchone()
    return (row[0], row[1]) if row else (None, "")


def _decision(facts: Mapping[str, Any] | None, *, for_operator: bool) -> DecisionTrace | None:
    if not facts:
        return None
    rules_version, ids = str(facts.get("rules") or ""), facts.get("findings") or ()
    names = {} if for_operator else content_rule_names(ids) | account_rule_names(ids)
    routes = _routes(facts) if for_operator else {}
    route_id = facts.get("route") if for_operator else None
    route, _carrier, policy = routes.get(route_id or 0, (f"#{route_id}", "", None))
    return DecisionTrace(
        configuration=facts.get("configuration") if for_operator else None,
        rules_version=rules_version,
        rules=_rules(rules_version, ids, str(facts.get("network") or ""), names),
        route=route if route_id is not None else "",
        steps=tuple(facts.get("why") or ()) if for_operator else (),
        left_out=tuple(facts.get("exceptions") or ()),
        policy=policy,
        weighed=_weighed(facts.get("terms") or {}, routes) if for_operator else (),
        before=_before(facts.get("before"), for_operator=for_operator),
        fallback=_fallback(facts.get("fallback")),
        moves=_moves(facts.get("rerouted") or ()) if for_operator else (),
        candidates=_candidates(facts, routes),
    )


def _moves(moved: Sequence[Mapping[str, Any]]) -> tuple[MoveTrace, ...]:
    if not moved:
        return ()
    ids = {one[side] for one in moved for side in ("from", "to")}
    names = dict(Carrier.objects.filter(pk__in=ids).values_list("pk", "name"))
    return tuple(
        MoveTrace(
            datetime.fromisoformat(one["at"]),
            names.get(one["from"], ""),
            names.get(one["to"], ""),
            str(one["why"]),
        )
        for one in moved
    )


def _before(told: Mapping[str, Any] | None, *, for_operator: bool) -> RefusalTrace | None:
    if not told:
        return None
    carrier = None
    if for_operator:
        carrier = Carrier.objects.filter(pk=told.get("carrier") or 0).first()
    at = told.get("at")
    return RefusalTrace(
        why=str(told.get("why") or ""),
        status=statuses.name(int(told.get("status") or 0)),
        carrier=str(carrier or ""),
        at=datetime.fromisoformat(at) if at else None,
    )


def _fallback(told: Mapping[str, Any] | None) -> FallbackTrace | None:
    if not told:
        return None
    return FallbackTrace(str(told["from"]), str(told["to"]), str(told["cause"]))


def _rules(
    rules_version: str, ids: Sequence[str], network: str, names: Mapping[str, str]
) -> tuple[RuleTrace, ...]:
    """The citations as they stood in the version of the pack that decided; `network` is whose
    own demand was not met; `names` of content rules, which accounts word for themselves."""
    if not ids:
        return ()
    country, _, version = rules_version.partition(" ")
    pack = RulePackVersion.objects.filter(country=country, version=version).first()
    rules = pack.data.get("rules", []) if pack else []
    citations = {rule["id"]: rule.get("citation", "") for rule in rules} | dict(names)
    return tuple(
        RuleTrace(
            rule_id, network if rule_id.startswith("network.") else citations.get(rule_id, "")
        )
        for rule_id in ids
    )


def _routes(facts: Mapping[str, Any]) -> dict[int, tuple[str, str, int | None]]:
    """Name, carrier and version of every route that the facts name: routes never change."""
    wanted = {int(route_id) for route_id in facts.get("terms") or {}}
    if facts.get("route") is not None:
        wanted.add(facts["route"])
    if not wanted:
        return {}
    rows = Route.objects.filter(pk__in=wanted)
    found = rows.values_list("pk", "name", "carrier__name", "policy__number")
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def _weighed(
    terms: Mapping[str, Mapping[str, Any]], routes: Mapping[int, tuple[str, str, int | None]]
) -> tuple[WeighedRoute, ...]:
    found = []
    for route_id, known in terms.items():
        route, carrier, _policy = routes.get(int(route_id), (f"#{route_id}", "", None))
        factors = tuple((n, float(v)) for n, v in known.items() if n not in ("share", "out"))
        share, out = float(known.get("share", 0)), str(known.get("out", ""))
        found.append(WeighedRoute(route, carrier, share, out, factors))
    return tuple(sorted(found, key=lambda one: (bool(one.out), -one.share, one.route)))


def _candidates(
    facts: Mapping[str, Any], routes: Mapping[int, tuple[str, str, int | None]]
) -> tuple[CandidateTrace, ...]:
    """In the order of their shares; nameless where `routes` is empty."""
    weighed: dict[int, Mapping[str, Any]] = {
        int(route_id): known for route_id, known in (facts.get("terms") or {}).items()
    }
    chosen = facts.get("route")
    if chosen is not None:
        weighed.setdefault(chosen, {})
    order = sorted(
        weighed.items(),
        key=lambda one: ("out" in one[1], -float(one[1].get("share", 0)), one[0]),
    )
    found = []
    for number, (route_id, known) in enumerate(order, 1):
        route, carrier, _policy = routes.get(route_id, ("", "", None))
        factors = tuple((n, float(v)) for n, v in known.items() if n not in ("share", "out"))
        found.append(
            CandidateTrace(
                number=number,
                is_chosen=route_id == chosen,
                share=float(known["share"]) if "share" in known else None,
                out=str(known.get("out", "")),
                route=route,
                carrier=carrier,
                factors=factors if routes else (),
            )
        )
    return tuple(found)


def _segments(message: Message, *, for_operator: bool) -> list[SegmentTrace]:
    first_day = (message.created_at - _EPOCH).days
    last_day = ((message.done_at or message.sent_at or message.created_at) - _EPOCH).days
    rows = Segment.objects.filter(
        message_id=message.pk, day__range=(first_day, last_day + _SEGMENT_DAYS)
    )
    if for_operator:
        rows = rows.select_related("carrier", "bind")
    return [
        SegmentTrace(
            number=row.number,
            total=row.total,
            status=row.status,
            receipt_error=row.receipt_error,
            sent_at=row.sent_at,
            done_at=row.done_at,
            carrier=str(row.carrier) if for_operator else "",
            bind=str(row.bind) if for_operator else "",
            smsc_message_id=row.smsc_message_id if for_operator else "",
        )
        for row in rows.order_by("number", "sent_at")
    ]


def _events(message: Message) -> list[EventTrace]:
    """Events around the moments at which something happened to the message."""
    moments = (message.created_at, message.sent_at, message.done_at)
    near = Q()
    for moment in {one for one in moments if one is not None}:
        near |= Q(id__range=(uuid7_floor(moment - _BEFORE), uuid7_floor(moment + _AFTER)))
    rows = Event.objects.filter(near, account_id=message.account_id, message_id=message.pk)
    return [
        EventTrace(row.id, row.sequence, row.type, row.at)
        for row in rows.only("id", "sequence", "type", "at").order_by("sequence")
    ]


def _deliveries(message: Message, events: Sequence[EventTrace]) -> list[WebhookDelivery]:
    if not events:
        return []
    return list(
        WebhookDelivery.objects.filter(
            endpoint__account_id=message.account_id, event_id__in=[event.id for event in events]
        )
        .select_related("endpoint")
        .defer("endpoint__secret", "endpoint__previous_secret", "endpoint__client_key")
        .order_by("sequence", "endpoint_id")
    )
