"""A run of scenarios on one platform: traffic, fault, recovery, verdict, report."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection

from campaigns.models import Campaign
from config.bench.rig import tell
from config.chaos.judge import Verdict, judge
from config.chaos.rig import Rig, wait_until
from config.chaos.scenarios import Scenario
from config.chaos.world import Codes, Scene, bound, scene_make
from messaging.selectors.tallies import Counts, campaign_counts

_BEGIN_SHARE = 5  # the fault comes when a fifth has left
_SETTLE_SECONDS = 150.0
_PER_MESSAGE_SECONDS = 1 / 50
_STEADY_SECONDS = 90.0
_BINDS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario's verdict."""

    scenario: Scenario
    count: int
    hurt_seconds: float
    verdict: Verdict

    @property
    def is_sound(self) -> bool:
        return not self.verdict.faults

    def line(self) -> str:
        """For machines."""
        values: dict[str, Any] = {
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "messages": self.count,
            "hurt_seconds": round(self.hurt_seconds, 1),
        }
        return json.dumps(values | self.verdict.as_dict())


def run(rig: Rig, scenarios: Iterable[Scenario], count: int, show: Callable[[str], Any]) -> bool:
    """Hurts the platform once for each scenario and shows a line of JSON each; whether every
    message was accounted for every time."""
    scene = scene_make()
    outcomes = []
    for scenario in scenarios:
        outcomes.append(_hurt(rig, scene, scenario, count))
        show(outcomes[-1].line())
    tell("\n" + report(outcomes))
    return all(one.is_sound for one in outcomes)


def _hurt(rig: Rig, scene: Scene, scenario: Scenario, count: int) -> Outcome:
    if not wait_until(lambda: len(bound()) == _BINDS and rig.answers(), _STEADY_SECONDS):
        tell(f"still not recovered before {scenario.name}: bound are {sorted(bound())}")
    tell(f"{scenario.name}: {scenario.title}")
    began = time.time()
    with Codes(scene.world.api_key) as codes:
        campaign = scene.launch(count, f"{scenario.name} {began:.0f}")
        wait_until(lambda: _left(campaign) * _BEGIN_SHARE >= count, 60)
        hurt_at = time.time()
        scenario.act(rig)
        healed_at = time.time()
        limit = _SETTLE_SECONDS + count * _PER_MESSAGE_SECONDS
        settled = wait_until(lambda: _is_settled(campaign, count), limit)
    wait_until(lambda: _codes_settled(codes), _SETTLE_SECONDS)
    verdict = judge(
        campaign,
        codes.accepted,
        codes.tried,
        began=began,
        hurt_at=hurt_at,
        healed_at=healed_at,
        is_read_in_time=not scenario.spoils_clock,
    )
    if not settled:
        verdict.faults.append(f"not settled within {limit:.0f} s: {_counts(campaign)}")
    return Outcome(scenario, count, healed_at - hurt_at, verdict)


def _counts(campaign: Campaign) -> Counts | None:
    """None while the database is away."""
    try:
        return campaign_counts([campaign.pk])[campaign.pk]
    except DatabaseError:
        connection.close()
        return None


def _left(campaign: Campaign) -> int:
    counts = _counts(campaign)
    if counts is None:
        return 0
    return sum(counts.of(one) for one in ("sent", "delivered", "undelivered", "unknown"))


def _is_settled(campaign: Campaign, count: int) -> bool:
    counts = _counts(campaign)
    if counts is None:
        return False
    return counts.accepted + counts.of("excluded") >= count and counts.open <= 0


def _codes_settled(codes: Codes) -> bool:
    query = (
        "SELECT count(*) FROM messaging_message WHERE msisdn = ANY(%s)"
        " AND status IN ('accepted', 'scheduled', 'queued', 'sent')"
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, [codes.tried])
            return bool(cursor.fetchone()[0] == 0)
    except DatabaseError:
        connection.close()
        return False


def report(outcomes: Iterable[Outcome]) -> str:
    """For people: the quickest recovery first."""
    head = f"{'scenario':<20}{'accounted':>10}{'unknown':>9}{'twice':>7}{'codes twice':>13}"
    head += f"{'longest pause':>15}{'flows again':>13}"
    lines = [head]
    for one in sorted(outcomes, key=lambda found: found.verdict.longest_pause_seconds):
        verdict = one.verdict
        again = verdict.flows_again_seconds
        lines.append(
            f"{one.scenario.name:<20}{'all' if one.is_sound else 'NO':>10}"
            f"{verdict.by_status.get('unknown', 0):>9}{verdict.duplicates:>7}"
            f"{verdict.code_duplicates:>13}{verdict.longest_pause_seconds:>13.1f} s"
            f"{'-' if again is None else f'{again:.1f} s':>13}"
        )
        lines += [f"    {fault}" for fault in verdict.faults]
    return "\n".join(lines)
