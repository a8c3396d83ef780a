"""Messages per second from the launch of a campaign to the commit of its last receipt."""

import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from campaigns.selectors.campaigns import EXCLUDED_STATUS, excluded_of
from campaigns.services.campaigns import campaign_launch
from campaigns.services.preflight import preflight_run
from config.bench import sink
from config.bench.audience import SHARES, Audience, campaign_draft
from config.bench.cpu import Accounts, Spent
from config.bench.figures import Figure, per_message
from config.bench.rig import tell
from config.bench.world import WINDOW, World, webhook_make
from messaging.constants import MessageStatus
from messaging.models import WebhookDelivery, WebhookEndpoint
from messaging.selectors.tallies import Counts, campaign_counts

_POLL_SECONDS = 0.1
_STALLED_SECONDS = 60.0
_QUIET_SECONDS = 15.0  # after which no webhook comes any more
_PAUSE = threading.Event()
_INFRASTRUCTURE = frozenset({"simulator", "receiver", "bench"})


@dataclass(frozen=True, slots=True)
class Run:
    """A campaign that was measured; counts are of our tables."""

    counts: Counts
    seconds: float
    preflight_seconds: float


def throughput(
    world: World, audience: Audience, roots: dict[str, int], *, own_sink: bool
) -> Figure:
    """`roots`: the processes to account for; `own_sink`: the sink is the bundled simulator."""
    return _campaign_measured("throughput", world, audience, roots, own_sink=own_sink)


def webhooks(world: World, audience: Audience, roots: dict[str, int], *, own_sink: bool) -> Figure:
    """Throughput while every event is delivered to the account's webhook too; how many were so
    by the campaign's end, and how long the rest took."""
    webhook_make(world)
    figure = _campaign_measured("webhooks", world, audience, roots, own_sink=own_sink)
    meanwhile, began = _webhooks_delivered(), time.monotonic()
    afterwards = _rest_delivered() - meanwhile
    seconds = time.monotonic() - began - _QUIET_SECONDS
    values = {
        "delivered_meanwhile": meanwhile,
        "delivered_afterwards": afterwards,
        "per_second_afterwards": round(afterwards / seconds, 1),
    }
    return replace(figure, values={**figure.values, **values})


def _campaign_measured(
    name: str, world: World, audience: Audience, roots: dict[str, int], *, own_sink: bool
) -> Figure:
    start = sink.mark() if own_sink else None
    campaign = campaign_draft(world, audience, "throughput")
    began = time.monotonic()
    preflight_run(campaign.pk)
    preflight_seconds = time.monotonic() - began
    tell(f"pre-flight of {audience.count} contacts: {preflight_seconds:.1f} s; launching")
    accounts = Accounts(roots)
    began = time.monotonic()
    campaign_launch(campaign=campaign, actor=None)
    counts = settled(campaign.pk, audience.count)
    run = Run(counts, time.monotonic() - began, preflight_seconds)
    spent = accounts.since(clients())
    messages = counts.accepted
    judged = None if start is None else sink.counted_since(start, messages)
    values: dict[str, Any] = {
        "messages_per_second": round(messages / run.seconds, 1),
        "messages": messages,
        "seconds": round(run.seconds, 2),
        "cpu_us_per_message": by_process(spent.by_name, messages),
        "postgres_us_per_message": by_client(spent, messages),
        "other_load_cores": round(spent.others / run.seconds, 2),
        "audience": audience.count,
        "excluded": excluded_of(counts),
        "outcomes": _outcomes(counts),
        "preflight_seconds": round(run.preflight_seconds, 2),
        "sink": judged,
    }
    return Figure(name, values, settings_of(world), is_sound(counts, audience, judged))


def by_process(seconds: Any, messages: int) -> dict[str, float]:
    """Microseconds per message of each process, of the platform's own, and of all."""
    figures = per_message(seconds, messages)
    ours = sum(value for name, value in figures.items() if name not in _INFRASTRUCTURE)
    return figures | {"platform": round(ours, 1), "all": round(sum(figures.values()), 1)}


def by_client(spent: Spent, messages: int) -> dict[str, float]:
    """The backends that still live; `rest`: those that ended, and the server's own processes."""
    rest = spent.by_name.get("postgres", 0.0) - sum(spent.by_client.values())
    shown = {name: seconds for name, seconds in spent.by_client.items() if seconds}
    return per_message(shown | {"rest": rest}, messages)


def settled(campaign_id: int, audience: int) -> Counts:
    """The counts once every contact is excluded or has its end. Raises TimeoutError when nothing
    moves any more."""
    last, moved_at, told_at = -1, time.monotonic(), time.monotonic()
    while True:
        counts = campaign_counts([campaign_id])[campaign_id]
        handled = counts.accepted + counts.of(EXCLUDED_STATUS)
        if handled >= audience and counts.open <= 0:
            return counts
        now, done = time.monotonic(), counts.finished + handled
        if done != last:
            last, moved_at = done, now
        elif now - moved_at > _STALLED_SECONDS:
            raise TimeoutError(f"nothing moved for {_STALLED_SECONDS:.0f} s: {counts.by_status}")
        if now - told_at > 5:
            told_at = now
            tell(f"{handled} released or excluded, {counts.finished} finished")
        _PAUSE.wait(_POLL_SECONDS)


def _outcomes(counts: Counts) -> dict[str, int]:
    return {
        status: count for status, count in counts.by_status.items() if status != EXCLUDED_STATUS
    }


def is_sound(counts: Counts, audience: Audience, judged: dict[str, int] | None) -> bool:
    """Every contact accounted for, every message delivered, and the sink counted the same."""
    messages = counts.accepted
    is_complete = messages + counts.of(EXCLUDED_STATUS) == audience.count
    is_delivered = counts.of(MessageStatus.DELIVERED) == messages
    return is_complete and is_delivered and (judged is None or set(judged.values()) == {messages})


def settings_of(world: World) -> dict[str, Any]:
    """How the workload was set up."""
    return {
        "country": world.market.country,
        "rules": world.market.rules,
        "class": "marketing",
        "segments": 1,
        "slots": 2,
        "shares": SHARES,
        "window": WINDOW,
        "binds": 1,
        "receipts": True,
        "webhook": WebhookEndpoint.objects.exists(),
    }


def clients() -> dict[int, str]:
    """Whom each backend of PostgreSQL works for, by its pid."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, coalesce(nullif(application_name, ''), backend_type) FROM pg_stat_activity"
        )
        return {pid: str(name).removeprefix("signalbox ") for pid, name in cursor.fetchall()}


def _rest_delivered() -> int:
    """How many webhooks were delivered once no more are: a failed one fails the figure."""
    last, moved_at = _webhooks_delivered(), time.monotonic()
    while time.monotonic() - moved_at < _QUIET_SECONDS:
        _PAUSE.wait(0.2)
        if (delivered := _webhooks_delivered()) != last:
            last, moved_at = delivered, time.monotonic()
    if WebhookDelivery.objects.exclude(status="delivered").exists():
        raise TimeoutError(f"webhooks stand still after {last}")
    return last


def _webhooks_delivered() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM messaging_webhookdelivery WHERE status = 'delivered'")
        return int(cursor.fetchone()[0])
