"""What has to be known of recipients, by the rules of their country and state."""

from datetime import UTC, datetime

import pytest

from compliance.constants import LANES
from compliance.rule_packs import shipped_rulebook
from messaging.frequency import Cap
from messaging.services.decisions.grounds import Ground, ground_of

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
MARKETING = LANES.index("marketing")


def ground(country: str, lane: int = MARKETING) -> Ground:
    return ground_of(shipped_rulebook().rules_for(country, NOW), lane)


@pytest.mark.parametrize(
    ("country", "region", "caps"),
    [
        ("VN", "", (Cap(3, 24, True),)),
        ("US", "US-NY", ()),
        ("US", "US-FL", (Cap(3, 24, True),)),
        ("US", "", (Cap(3, 24, True),)),
        ("GB", "", ()),
    ],
)
def test_a_states_cap_counts_there_and_where_no_state_is_known(
    country: str, region: str, caps: tuple[Cap, ...]
) -> None:
    assert ground(country).caps_in(region) == caps


@pytest.mark.parametrize(
    ("country", "lane", "asks"),
    [("US", MARKETING, True), ("FR", MARKETING, True), ("ZZ", MARKETING, False), ("US", 0, False)],
)
def test_the_place_is_asked_where_a_rule_goes_by_it(country: str, lane: int, asks: bool) -> None:
    assert ground(country, lane).asks_place is asks
