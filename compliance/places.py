"""Where a number's person is: the time zones that may hold there, and the state or province.

A number says where it was first handed out, not where its person is today, so a zone that
is known of the person or of the network goes first. Of numbers in North America (+1) the
area code says the state, and area code and exchange the zones; toll-free numbers and the
like say nothing. The region stays that of the area code in any case: laws of the states
that go by it (Florida, Oklahoma) presume the person there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers.timezone import time_zones_for_geographical_number

AREA_CODES = Path(__file__).parent / "area_codes.json"
_BY_AREA_CODE = frozenset({"US", "CA"})
_AREA_CODE = slice(1, 4)
_PREFIX_DIGITS = 7  # country code, area code and exchange: zones are told apart no further


@dataclass(frozen=True, slots=True)
class Place:
    """`zones`: the recipient may be in any of them (none: not known). `region`: ISO 3166-2, as
    "US-TX", or nothing. `source` of the zones: contact, network, number or country."""

    zones: tuple[ZoneInfo, ...]
    region: str
    source: str


def place_of(
    country: str,
    msisdn: str,
    *,
    contact_zone: str = "",
    network_zone: str = "",
    country_zones: Iterable[ZoneInfo] = (),
) -> Place:
    """The place by what is known best: the contact's zone, the network's, the number's area,
    else `country_zones` (those of the country's pack). Names that are no zone do not count."""
    return _place(
        country,
        msisdn[:_PREFIX_DIGITS] if country in _BY_AREA_CODE else "",
        contact_zone,
        network_zone,
        tuple(country_zones),
    )


@lru_cache(maxsize=100_000)
def _place(
    country: str, prefix: str, contact: str, network: str, country_zones: tuple[ZoneInfo, ...]
) -> Place:
    region = _region(country, prefix)
    for name, source in ((contact, "contact"), (network, "network")):
        zone = _zone(name)
        if zone is not None:
            return Place((zone,), region, source)
    if region and (zones := _area_zones(prefix)):
        return Place(zones, region, "number")
    return Place(country_zones, region, "country")


def _region(country: str, prefix: str) -> str:
    region = _regions().get(prefix[_AREA_CODE], "")
    return region if region.startswith(f"{country}-") else ""


@cache
def _regions() -> Mapping[str, str]:
    document = json.loads(AREA_CODES.read_text(encoding="utf-8"))
    return {code: region for region, codes in document["regions"].items() for code in codes}


def _area_zones(prefix: str) -> tuple[ZoneInfo, ...]:
    # Only the leading digits are looked at: the rest makes it as long as a number.
    digits = prefix.ljust(11, "0")[1:]
    number = phonenumbers.PhoneNumber(country_code=1, national_number=int(digits))
    names = time_zones_for_geographical_number(number)
    zones = (_zone(name) for name in names)
    return tuple(zone for zone in zones if zone is not None)


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, KeyError, OSError):  # no name of a zone; a folder of them
        return None
