"""Where a number's person is: zones and state, by what is known best."""

import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers.geodata import GEOCODE_DATA

from compliance.places import Place, place_of

NEW_YORK, DENVER = ZoneInfo("America/New_York"), ZoneInfo("America/Denver")
PACK = (NEW_YORK, ZoneInfo("Pacific/Honolulu"))


@pytest.mark.parametrize(
    ("country", "msisdn", "zones", "region"),
    [
        ("US", "12145550100", ["America/Chicago"], "US-TX"),
        ("US", "19155550100", ["America/Denver"], "US-TX"),  # El Paso
        ("US", "13055550100", ["America/New_York"], "US-FL"),
        ("US", "18085550100", ["Pacific/Honolulu"], "US-HI"),
        ("US", "12025550100", ["America/New_York"], "US-DC"),
        ("US", "19075550100", ["America/Adak", "America/Anchorage"], "US-AK"),
        ("CA", "14165550100", ["America/Toronto"], "CA-ON"),
        ("CA", "17095550100", ["America/Halifax", "America/St_Johns"], "CA-NL"),
    ],
)
def test_an_area_code_says_zones_and_state(
    country: str, msisdn: str, zones: list[str], region: str
) -> None:
    place = place_of(country, msisdn, country_zones=PACK)
    assert place == Place(tuple(ZoneInfo(name) for name in zones), region, "number")


@pytest.mark.parametrize(
    ("country", "msisdn"),
    [
        ("US", "18005550100"),  # toll-free
        ("US", "15005550100"),  # personal
        ("US", "1"),
        ("US", "14165550100"),  # Canada's
        ("VN", "84912345678"),
        ("ZZ", ""),
    ],
)
def test_what_says_nothing_may_be_anywhere_in_the_country(country: str, msisdn: str) -> None:
    assert place_of(country, msisdn, country_zones=PACK) == Place(PACK, "", "country")


@pytest.mark.parametrize(
    ("contact", "network", "zones", "source"),
    [
        ("America/Denver", "America/New_York", (DENVER,), "contact"),
        ("", "America/New_York", (NEW_YORK,), "network"),
        ("Nowhere/City", "America/New_York", (NEW_YORK,), "network"),
        ("../etc", "America", (ZoneInfo("America/Chicago"),), "number"),
        ("", "", (ZoneInfo("America/Chicago"),), "number"),
    ],
)
def test_the_contacts_zone_goes_before_the_networks_and_the_numbers(
    contact: str, network: str, zones: tuple[ZoneInfo, ...], source: str
) -> None:
    place = place_of("US", "12145550100", contact_zone=contact, network_zone=network)
    # Whoever moved from Texas keeps its rules: state laws go by the area code.
    assert place == Place(zones, "US-TX", source)


@given(st.from_regex(r"\A1[0-9]{0,14}\Z"), st.sampled_from(["US", "CA", "VN", "GB"]))
def test_any_digits_have_a_place(msisdn: str, country: str) -> None:
    place = place_of(country, msisdn, country_zones=PACK)
    assert place.zones
    assert not place.region or place.region.startswith(country)
    assert (place.source == "number") <= (country in {"US", "CA"})


_STATES = {"Texas": "US-TX", "Florida": "US-FL", "Ontario": "CA-ON", "New York": "US-NY"}


def test_area_codes_are_those_of_the_numbering_data() -> None:
    """The table says what libphonenumber's geocoding data says, whose loading takes 100 MB."""
    for prefix, names in GEOCODE_DATA.items():
        code, name = prefix[1:4], names.get("en", "")
        if not re.fullmatch(r"1\d{3}", prefix):
            continue
        found = {place_of(country, f"1{code}5550100").region for country in ("US", "CA")} - {""}
        if name in _STATES:
            assert found == {_STATES[name]}, code
        elif re.search(r", [A-Z]{2}$", name):
            assert {region[3:] for region in found} == {name[-2:]}, code
        else:
            assert len(found) == (0 if "/" in name else 1), code
