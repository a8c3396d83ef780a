"""Asking where numbers are before messages to them are decided: in batches, never one by one."""

from collections.abc import Mapping, Sequence

from django.db import connection

from messaging.selectors.snapshot import Snapshot, snapshots
from routing.constants import LookupAsking
from routing.engine import RoutingSnapshot
from routing.models import LookupProvider
from routing.selectors.numbers import AskRule, numbers_known
from routing.services.lookups import LookupReport, numbers_look_up

Numbers = Sequence[tuple[str, str]]


def numbers_prepare(
    snapshot: Snapshot, numbers: Numbers, message_class: str, *, is_campaign: bool
) -> list[LookupReport]:
    """Asks providers about numbers (with their countries) where the policy of country and class
    wants it; within its deadline, after which the prefix has to do. Outside any transaction."""
    if not snapshot.numbers.ask_rules:
        return []
    by_country: dict[str, list[str]] = {}
    for msisdn, country in numbers:
        by_country.setdefault(country, []).append(msisdn)
    reports = []
    for country, msisdns in by_country.items():
        rule = snapshot.numbers.ask_rule(country, message_class)
        wanted = _wanted(snapshot, rule, country, msisdns, is_campaign=is_campaign) if rule else []
        if rule and wanted:
            reports.append(_ask(rule, wanted))
    return reports


_PORTED = """
SELECT w.msisdn, m.country FROM messaging_waiting w JOIN messaging_message m ON m.id = w.id
WHERE w.reason = 'ported' ORDER BY w.due_at LIMIT 1000
"""


def ported_ask() -> int:
    """Asks about the numbers of messages that a carrier sent back as not its own, before they are
    decided again; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_PORTED)
        numbers = cursor.fetchall()
    if numbers:
        ported_prepare(snapshots.current(), numbers)
    return len(numbers)


def ported_prepare(snapshot: Snapshot, numbers: Numbers) -> list[LookupReport]:
    """Asks about numbers that a carrier said are not its own, whatever the class, where somebody
    can be asked about their country."""
    by_rule: dict[AskRule, list[str]] = {}
    for msisdn, country in numbers:
        rules = [
            rule for (where, _class), rule in snapshot.numbers.ask_rules.items() if where == country
        ]
        if rules:
            by_rule.setdefault(rules[0], []).append(msisdn)
    return [_ask(rule, msisdns) for rule, msisdns in by_rule.items()]


def _ask(rule: AskRule, msisdns: Sequence[str]) -> LookupReport:
    provider = LookupProvider.objects.filter(pk=rule.provider_id, is_active=True).first()
    if provider is None:
        return LookupReport(left=len(msisdns))
    return numbers_look_up(provider, msisdns, deadline_seconds=rule.deadline_seconds)


def _wanted(
    snapshot: Snapshot, rule: AskRule, country: str, msisdns: Sequence[str], *, is_campaign: bool
) -> Sequence[str]:
    if rule.asks == LookupAsking.CAMPAIGNS:
        return msisdns if is_campaign else ()
    if rule.asks == LookupAsking.EXPENSIVE:
        spread = cost_difference_percent(snapshot.routing, country)
        return msisdns if spread > rule.difference_percent else ()
    known = numbers_known(msisdns)
    network_of = snapshot.numbers.network_of
    return [
        msisdn
        for msisdn in msisdns
        if network_of(msisdn, country, known.get(msisdn)).network_id is None
    ]


def cost_difference_percent(routing: RoutingSnapshot, country: str) -> float:
    """By how much the country's dearest network costs more than its cheapest, by the cheapest
    carrier of each; 0 where fewer than two have a cost."""
    cheapest: dict[int, int] = {}
    for rate in routing.rates:
        if rate.country == country and rate.carrier_id is not None and rate.network_id is not None:
            known = cheapest.get(rate.network_id, rate.amount_micros)
            cheapest[rate.network_id] = min(known, rate.amount_micros)
    costs: Mapping[int, int] = cheapest
    if len(costs) < 2 or not min(costs.values()):
        return 0.0 if len(costs) < 2 else 100.0
    return 100.0 * (max(costs.values()) - min(costs.values())) / min(costs.values())
