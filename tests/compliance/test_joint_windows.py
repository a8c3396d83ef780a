"""Several windows in several zones at once, against a scan of every minute by the wall clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.decision import decide
from compliance.rule_packs import shipped_packs, shipped_rulebook
from compliance.rule_packs.model import WindowParams
from compliance.windows import Pairs, Span, Window, joint_close, joint_window
from tests.compliance.test_decision import make_facts

EVERY_DAY = frozenset(range(1, 8))
MINUTE = timedelta(minutes=1)
SCANNED = timedelta(days=5)
# From twelve hours behind to fourteen before, whole hours, halves and quarters, and clocks
# that change by an hour, by half an hour, north and south of the equator, or never.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Etc/GMT+12", "Pacific/Honolulu", "America/Los_Angeles", "America/New_York",
        "America/St_Johns", "Europe/London", "Asia/Kolkata", "Asia/Kathmandu",
        "Asia/Ho_Chi_Minh", "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Chatham",
        "Pacific/Kiritimati",
    )
]  # fmt: skip
# Days on which clocks are changed in one of them, days that are skipped by none, and New Year.
NIGHTS = [
    date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 9, 27), date(2026, 10, 4),
    date(2026, 10, 25), date(2026, 11, 1), date(2026, 12, 31), date(2026, 7, 14),
]  # fmt: skip

spans = st.builds(
    lambda days, start, length: Span(days, start, min(start + length, 1440)),
    st.one_of(st.just(EVERY_DAY), st.frozensets(st.integers(1, 7), min_size=2)),
    st.integers(0, 1320),
    st.integers(60, 960),
)
windows = st.builds(
    Window,
    st.lists(spans, min_size=1, max_size=2).map(tuple),
    st.frozensets(
        st.sampled_from(NIGHTS).flatmap(
            lambda day: st.integers(0, 2).map(lambda days: day + timedelta(days))
        ),
        max_size=3,
    ),
)
pairs = st.lists(st.tuples(windows, st.sampled_from(ZONES)), min_size=1, max_size=3).map(tuple)
moments = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + minutes * MINUTE,
    st.sampled_from(NIGHTS),
    st.integers(-720, 1440),
)


def is_open(window: Window, zone: ZoneInfo, at: datetime) -> bool:
    """By the clock on the wall."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return local.date() not in window.holidays and any(
        local.isoweekday() in span.days and span.opens_minute <= minute < span.closes_minute
        for span in window.spans
    )


def is_surely_open(window: Window, zone: ZoneInfo, at: datetime) -> bool:
    """So too where a span that begins or ends in a skipped or repeated hour is shortened."""
    near = [at + timedelta(hours=hours) for hours in (-2, -1, 0, 1, 2)]
    is_quiet = len({moment.astimezone(zone).utcoffset() for moment in near}) == 1
    return is_quiet and is_open(window, zone, at)


@settings(max_examples=40, deadline=None)
@given(pairs, moments)
@example(
    (
        (Window((Span(EVERY_DAY, 480, 1260),)), ZONES[3]),
        (Window((Span(EVERY_DAY, 540, 1200),)), ZONES[2]),
    ),
    datetime(2026, 11, 1, 3, tzinfo=UTC),
)
def test_an_opening_is_the_first_minute_at_which_no_window_is_shut(
    those: Pairs, now: datetime
) -> None:
    opening = joint_window(those, now)
    searched = SCANNED if opening is None else min(opening - now, SCANNED)
    for minute in range(int(searched / MINUTE)):
        at = now + minute * MINUTE
        assert not all(is_surely_open(window, zone, at) for window, zone in those), at
    if opening is not None:
        assert opening >= now
        assert all(is_open(window, zone, opening) for window, zone in those)


@settings(max_examples=40, deadline=None)
@given(pairs, moments)
def test_until_the_closing_no_window_is_shut(those: Pairs, now: datetime) -> None:
    opening = joint_window(those, now)
    if opening is None:
        return
    closing = joint_close(those, opening)
    assert closing is not None
    assert opening < closing
    for minute in range(int((closing - opening) / MINUTE)):
        at = opening + minute * MINUTE
        assert all(is_open(window, zone, at) for window, zone in those), at
    # A window that is open past midnight closes with the day and opens anew.
    is_midnight = any(f"{closing.astimezone(zone):%H%M}" == "0000" for _window, zone in those)
    assert is_midnight or not all(is_surely_open(window, zone, closing) for window, zone in those)


def test_no_window_is_always_open_and_never_closes() -> None:
    now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert joint_window((), now) == now
    assert joint_close((), now) is None


def test_windows_without_a_common_minute_never_open() -> None:
    early = Window((Span(EVERY_DAY, 0, 600),))
    late = Window((Span(EVERY_DAY, 600, 1440),))
    kolkata = ZoneInfo("Asia/Kolkata")
    now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert joint_window(((early, kolkata), (late, kolkata)), now) is None


REGIONS = ["", "US-TX", "US-FL", "US-CT", "US-NY"]


@settings(max_examples=150, deadline=None)
@given(
    country=st.sampled_from([pack.country for pack in shipped_packs()]),
    zones=st.lists(st.sampled_from(ZONES), max_size=2, unique=True).map(tuple),
    region=st.sampled_from(REGIONS),
    now=moments,
)
def test_a_decision_keeps_every_window_that_holds_there(
    country: str, zones: tuple[ZoneInfo, ...], region: str, now: datetime
) -> None:
    rules = shipped_rulebook().rules_for(country, now)
    facts = make_facts(country=country, zones=zones, region=region, now=now, text=None)
    held = [
        (rule.id, rule.params.window, zone)
        for rule in rules.window_rules["marketing"]
        if isinstance(rule.params, WindowParams) and rule.is_there(region)
        for zone in zones or rule.params.zones
    ]
    decision = decide(rules, facts)
    shut = {rule_id for rule_id, window, zone in held if not is_open(window, zone, now)}
    named = {one.rule_id for one in decision.findings if one.message_code == "outside_hours"}
    assert shut <= named <= {rule_id for rule_id, _window, _zone in held}
    at = decision.until or now
    if decision.outcome != "blocked":
        assert all(is_open(window, zone, at) for _rule_id, window, zone in held)
    if held and decision.outcome == "allowed":
        assert decision.close_at is not None
        assert now < decision.close_at


@pytest.mark.parametrize(
    ("region", "is_named"), [("US-TX", True), ("US-NY", False), ("", True), ("CA-ON", False)]
)
def test_a_states_window_holds_in_the_state_and_where_none_is_known(
    region: str, is_named: bool
) -> None:
    sunday = datetime(2026, 11, 22, 16, tzinfo=UTC)  # ten in Dallas, noon is two hours off
    rules = shipped_rulebook().rules_for("US", sunday)
    facts = make_facts(
        country="US", sender_kind="short_code", now=sunday, text=None, region=region,
        zones=(ZoneInfo("America/Chicago"),),
    )  # fmt: skip
    named = [one.rule_id for one in decide(rules, facts).findings]
    assert ("us.ads.hours.texas" in named) is is_named
