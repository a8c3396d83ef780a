"""What is known of the recipients of a batch: opt-outs, consents, registers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from compliance.constants import LANES
from compliance.selectors.consent import ConsentStanding, Refusal, consent_standings, refusals
from compliance.selectors.registers import listed
from messaging.selectors.snapshot import Snapshot
from messaging.services.decisions.cases import Case
from messaging.services.decisions.grounds import Ground

Recipient = tuple[int, str, int]  # advertiser, MSISDN, lane
Shared = tuple[int, int, int]  # account, advertiser, lane


@dataclass(slots=True)
class Recipients:
    """What is known of a batch's recipients; missing means none. `listed`: numbers in a register
    by country, where the country has one."""

    refusals: dict[Recipient, tuple[Refusal, ...]] = field(default_factory=dict)
    consents: dict[Recipient, ConsentStanding] = field(default_factory=dict)
    listed: dict[str, frozenset[str]] = field(default_factory=dict)


def recipients_known(
    snapshot: Snapshot, grounded: Iterable[tuple[Case, Ground]], now: datetime
) -> Recipients:
    """At most two queries per advertiser and lane and one per country: a slice has one of each."""
    refusing: dict[Shared, set[str]] = {}
    consenting: dict[Shared, set[str]] = {}
    registered: dict[str, set[str]] = {}
    for case, ground in grounded:
        if case.is_confirmation:
            continue
        shared = (case.account_id, case.advertiser_id, case.lane)
        refusing.setdefault(shared, set()).add(case.msisdn)
        if ground.asks_consent:
            consenting.setdefault(shared, set()).add(case.msisdn)
        if ground.asks_register and case.country in snapshot.registers:
            registered.setdefault(case.country, set()).add(case.msisdn)
    return Recipients(
        _refusals(refusing),
        _consents(consenting, now),
        {country: listed(country, sorted(those)) for country, those in registered.items()},
    )


def _refusals(
    wanted: Mapping[Shared, Collection[str]],
) -> dict[Recipient, tuple[Refusal, ...]]:
    found: dict[Recipient, tuple[Refusal, ...]] = {}
    for (account_id, advertiser_id, lane), msisdns in wanted.items():
        those = refusals(account_id, advertiser_id, sorted(msisdns), lane)
        found |= {(advertiser_id, msisdn, lane): refused for msisdn, refused in those.items()}
    return found


def _consents(
    wanted: Mapping[Shared, Collection[str]], now: datetime
) -> dict[Recipient, ConsentStanding]:
    found: dict[Recipient, ConsentStanding] = {}
    for (account_id, advertiser_id, lane), msisdns in wanted.items():
        those = consent_standings(account_id, advertiser_id, sorted(msisdns), LANES[lane], now)
        found |= {(advertiser_id, msisdn, lane): one for msisdn, one in those.items()}
    return found
