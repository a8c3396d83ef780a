"""What routing decides over, read from the database once per configuration version."""

from datetime import UTC, date, datetime

from carriers.selectors.availability import carrier_standings
from compliance.models import Account
from routing import work
from routing.engine import Carrier, Momentary, RoutingSnapshot, SenderEntry
from routing.models import RoutePolicy, Sender
from routing.selectors.moments import moments
from routing.selectors.policies import policy_routes, policy_terms, policy_turns
from routing.selectors.rates import rate_book


def routing_snapshot(version: int, at: datetime) -> RoutingSnapshot:
    """Routes, carriers, rates and senders as configured now for a moment, which decides the
    version of the policy, the rates and the leases."""
    present = momentary()
    policy, day = RoutePolicy.objects.in_force(at), at.astimezone(UTC).date()
    return RoutingSnapshot(
        version=version,
        routes=policy_routes(policy),
        policy=policy_terms(policy),
        carriers=present.carriers,
        heats=present.heats,
        qualities=present.qualities,
        orders=present.orders,
        waits=present.waits,
        rates=rate_book().at(at),
        currencies=dict(Account.objects.values_list("id", "currency")),
        senders={
            row.id: SenderEntry(
                row.id, row.kind, frozenset(row.allowed_classes), sender_is_usable(row, day)
            )
            for row in Sender.objects.all()
        },
    )


def routing_turns(after: datetime) -> tuple[datetime, ...]:
    """Moments at which another version or other rates begin, in order: a snapshot holds until
    the first."""
    return tuple(sorted({*policy_turns(after), *rate_book().turns(after)}))


def momentary() -> Momentary:
    """What holds at this moment, without a new configuration version: read once a second by each
    process, so it stays at two queries, and one more where carriers have a limit."""
    present, now = carriers(), moments()
    return Momentary(
        carriers=present,
        heats=now.heats,
        qualities=now.qualities,
        orders=now.orders,
        waits=work.seconds_ahead(
            {one.id: one.capacity for one in present.values() if one.capacity is not None}
        ),
    )


def carriers() -> dict[int, Carrier]:
    """Every carrier, switched on by people and available by a live bind."""
    return {
        one.id: Carrier(
            id=one.id,
            is_active=one.is_active,
            is_available=one.is_available,
            capacity=one.capacity,
            data_country=one.data_country,
            is_sandbox=one.is_sandbox,
        )
        for one in carrier_standings()
    }


def sender_is_usable(sender: Sender, today: date) -> bool:
    """Active and in lease; both ends of the lease are its days."""
    return (
        sender.status == "active"
        and sender.lease_start <= today
        and (sender.lease_end is None or today <= sender.lease_end)
    )
