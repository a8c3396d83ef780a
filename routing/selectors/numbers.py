"""What is known of single numbers, and the network they are believed to be on: one query a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from config.common.arrays import Texts
from config.common.database import prepared
from routing.constants import LookupAsking, LookupFinding, NetworkSource
from routing.models import LookupPolicy, Network, NumberPlan, NumberPrefix
from routing.prefixes import PrefixEntry, PrefixTable

_OVERRIDE, _PREFIX = NetworkSource.OVERRIDE.value, NetworkSource.PREFIX.value
_MOVED, _ABSENT = LookupFinding.MOVED.value, LookupFinding.ABSENT.value


class NetworkHint(NamedTuple):
    """The network a number is believed to be on, and how that is known. `is_absent`: a provider
    says that the number is nobody's."""

    network_id: int | None
    source: str
    is_absent: bool = False


@dataclass(frozen=True, slots=True)
class NumberFact:
    """The surest thing known of a number beside its prefix. `moved`: that it is not on
    `network_was`, and nobody said where it is."""

    source: str
    finding: str
    network_id: int | None
    network_was: int | None = None


@dataclass(frozen=True, slots=True)
class AskRule:
    """When whom to ask about numbers of a country and class (`LookupPolicy`)."""

    asks: str
    provider_id: int
    difference_percent: int
    deadline_seconds: float
    refuses_absent: bool


_NO_HINT = NetworkHint(None, NetworkSource.NONE.value)
_MOVED_AWAY = NetworkHint(None, NetworkSource.FEEDBACK.value)


@dataclass(frozen=True, slots=True)
class NumberIndex:
    """Networks by longest prefix of the plans in force; `zones`: of those that have their own;
    `ask_rules` by country and class ("" for every class)."""

    table: PrefixTable
    network_ids: Mapping[str, int]
    names: Mapping[int, str]
    zones: Mapping[int, str] = field(default_factory=dict)
    ask_rules: Mapping[tuple[str, str], AskRule] = field(default_factory=dict)

    def code_of(self, network_id: int) -> str:
        """The code of a network, "" for one that is not known."""
        return next((code for code, known in self.network_ids.items() if known == network_id), "")

    def network_of(self, msisdn: str, country: str, fact: NumberFact | None = None) -> NetworkHint:
        """What is known of the number itself is surer than its prefix, which only says who first
        got it. A number that moved away from its prefix's network is on none that is known."""
        if fact is not None and fact.network_id is not None:
            return NetworkHint(fact.network_id, fact.source)
        match = self.table.lookup(msisdn, country)
        network_id = None if match is None else self.network_ids[match.network_code]
        if fact is None:
            return _NO_HINT if network_id is None else NetworkHint(network_id, _PREFIX)
        if fact.finding == _ABSENT:
            return NetworkHint(network_id, fact.source, is_absent=True)
        is_there = fact.network_was not in (None, network_id)
        if fact.finding == _MOVED and not (network_id is not None and is_there):
            return _MOVED_AWAY
        if network_id is None:
            return _NO_HINT
        return NetworkHint(network_id, _PREFIX)

    def ask_rule(self, country: str, message_class: str) -> AskRule | None:
        """The class's own rule, else the country's; None where nobody is asked."""
        rule = self.ask_rules.get((country, message_class)) or self.ask_rules.get((country, ""))
        return None if rule is None or rule.asks == LookupAsking.NEVER else rule


def number_index() -> NumberIndex:
    """The plans in force, as the admin left them."""
    network_ids = dict(Network.objects.values_list("code", "id"))
    entries = [
        PrefixEntry(prefix.prefix, prefix.network.code, prefix.source, prefix.confidence, country)
        for prefix, country in _active_prefixes()
    ]
    names = dict(Network.objects.values_list("id", "name"))
    zones = dict(Network.objects.exclude(timezone="").values_list("id", "timezone"))
    return NumberIndex(PrefixTable(entries), network_ids, names, zones, _ask_rules())


def _active_prefixes() -> list[tuple[NumberPrefix, str]]:
    countries = dict(NumberPlan.objects.filter(is_active=True).values_list("id", "country"))
    rows = NumberPrefix.objects.filter(plan_id__in=countries).select_related("network")
    return [(row, countries[row.plan_id]) for row in rows]


def _ask_rules() -> dict[tuple[str, str], AskRule]:
    return {
        (row.country, row.message_class): AskRule(
            row.asks,
            row.provider_id,
            row.difference_percent,
            row.deadline_seconds,
            row.refuses_absent,
        )
        for row in LookupPolicy.objects.filter(provider__is_active=True)
    }


# The surest last: it stays in the dictionary.
_KNOWN = """
SELECT msisdn, source, finding, network_id, network_was_id FROM (
    SELECT msisdn, source, finding, network_id, network_was_id, (source = 'lookup')::int AS rank
    FROM routing_numberlookup WHERE msisdn = ANY(%(numbers)s) AND expires_at > now()
    UNION ALL
    SELECT msisdn, 'override', 'found', network_id, NULL, 2 FROM routing_numberoverride
    WHERE msisdn = ANY(%(numbers)s) AND (valid_until IS NULL OR valid_until > now())
) AS known ORDER BY rank
"""


def numbers_known(msisdns: Sequence[str]) -> dict[str, NumberFact]:
    """What is known of these numbers beside their prefixes: overrides, then fresh lookups, then
    what carriers' answers showed; one query."""
    if len(msisdns) > 1:
        with connection.cursor() as cursor:
            return numbers_known_by(cursor, msisdns)
    rows, _count = prepared(_KNOWN, {"numbers": Texts(msisdns)})
    return {row[0]: NumberFact(*row[1:]) for row in rows}


def numbers_known_by(cursor: Any, msisdns: Sequence[str]) -> dict[str, NumberFact]:
    """The same by a cursor at hand, Django's or psycopg's."""
    cursor.execute(_KNOWN, {"numbers": Texts(msisdns)})
    return {row[0]: NumberFact(*row[1:]) for row in cursor.fetchall()}


_UNASKED = """
SELECT n FROM unnest(%(numbers)s::text[]) AS n WHERE NOT EXISTS (
    SELECT FROM routing_numberoverride o WHERE o.msisdn = n
        AND (o.valid_until IS NULL OR o.valid_until > now()))
  AND NOT EXISTS (
    SELECT FROM routing_numberlookup l WHERE l.msisdn = n AND l.source = 'lookup'
        AND l.expires_at > now())
"""


def numbers_unasked(msisdns: Sequence[str]) -> list[str]:
    """Those of the numbers that neither an override nor a fresh lookup speaks of."""
    with connection.cursor() as cursor:
        cursor.execute(_UNASKED, {"numbers": list(dict.fromkeys(msisdns))})
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class KnownLine:
    """One thing known of a number, for the page that explains it; `counts`: it has not run out."""

    source: str
    finding: str
    network: str
    detail: str
    known_since: datetime | None
    until: datetime | None
    counts: bool

    @property
    def source_label(self) -> str:
        """In the reader's words."""
        return str(NetworkSource(self.source).label)

    @property
    def finding_label(self) -> str:
        """In the reader's words."""
        return str(LookupFinding(self.finding).label)


_LINES = """
SELECT k.source, k.finding, coalesce(n.name, w.name, ''), k.detail, k.known_since, k.until,
    coalesce(k.until > now(), true)
FROM (
    SELECT 'override' AS source, 'found' AS finding, network_id, NULL::bigint AS network_was_id,
        source AS detail, NULL::timestamptz AS known_since, valid_until AS until, 2 AS rank
    FROM routing_numberoverride WHERE msisdn = %(number)s
    UNION ALL
    SELECT l.source, l.finding, l.network_id, l.network_was_id,
        concat_ws(': ', p.name, nullif(l.detail, '')), l.looked_at, l.expires_at,
        (l.source = 'lookup')::int
    FROM routing_numberlookup l LEFT JOIN routing_lookupprovider p ON p.id = l.provider_id
    WHERE l.msisdn = %(number)s
) AS k LEFT JOIN routing_network n ON n.id = k.network_id
LEFT JOIN routing_network w ON w.id = k.network_was_id
ORDER BY k.rank DESC
"""


def number_lines(msisdn: str) -> list[KnownLine]:
    """Everything known of one number, surest first, what has run out included."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"number": msisdn})
        return [KnownLine(*row) for row in cursor.fetchall()]
