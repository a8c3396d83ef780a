"""First answers by an account's key: as the console counts them."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from config.common import clock
from messaging.services.conversations.limits import ResponseLimit, response_rule_save
from tests.factories import make_sender
from tests.messaging.api.conftest import Caller
from tests.messaging.test_response_times import waited

pytestmark = pytest.mark.django_db
PATH = "/reports/response-times"
PERIOD = "from=2026-03-04&to=2026-03-05"
# In the account's zone the day begins seven hours before it does in UTC.
FIRST = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with clock.freeze(FIRST + timedelta(days=3)):
        yield


@pytest.fixture
def answers(world, market):
    """Of account A, within a limit of half an hour or not, on two days; one of the stranger's."""
    response_rule_save(
        rule=None,
        account=world.account,
        limit=ResponseLimit(limit_minutes=30),
        actor=world.alice,
    )
    waited(market.sender, 10, by=world.alice, start=FIRST)
    waited(market.sender, 40, by=world.bob, start=FIRST + timedelta(hours=23, minutes=59))
    waited(market.sender, 5, start=FIRST + timedelta(days=1))
    waited(market.sender, 7, by=world.alice, start=FIRST - timedelta(minutes=1))
    waited(market.sender, 7, by=world.alice, start=FIRST + timedelta(days=2))
    waited(make_sender(world.other_account), 1, by=world.charlie, start=FIRST)


def test_days_are_the_accounts_and_both_ends_count(api, answers):
    found = api.get(f"{PATH}?{PERIOD}").json()
    days = [(one["day"], one["answered"], one["unanswered"]) for one in found["data"]]
    assert days == [("2026-03-04", 2, 0), ("2026-03-05", 0, 1)]
    first = found["data"][0]
    assert (first["median_seconds"], first["p90_seconds"]) == (25 * 60, 40 * 60)
    assert (first["limited"], first["in_time"], first["in_time_rate"]) == (2, 1, 0.5)
    assert found["data"][1]["median_seconds"] is None
    assert (found["totals"]["answered"], found["timezone"], found["is_cut"]) == (
        2, "Asia/Ho_Chi_Minh", False,
    )  # fmt: skip
    assert (found["from"], found["to"]) == ("2026-03-04", "2026-03-05")


def test_by_person_and_by_sender(api, world, market, answers):
    found = api.get(f"{PATH}?{PERIOD}&by=person").json()
    assert [(one["person"], one["answered"]) for one in found["data"]] == [("alice", 1), ("bob", 1)]
    other = make_sender(world.account)
    assert api.get(f"{PATH}?{PERIOD}&sender={other.address}").json()["data"] == []
    mine = api.get(f"{PATH}?{PERIOD}&sender={market.sender.address}").json()
    assert mine["totals"]["answered"] == 2


def test_absent_days_are_the_last_seven(api, answers):
    found = api.get(PATH).json()
    assert (found["from"], found["to"]) == ("2026-03-01", "2026-03-07")
    assert found["totals"]["answered"] == 4


def test_stranger_sees_their_own(stranger, answers):
    found = stranger.get(f"{PATH}?{PERIOD}&by=person").json()
    assert [one["person"] for one in found["data"]] == ["charlie"]


@pytest.mark.parametrize("how", ["&format=csv", ""])
def test_same_as_csv(api, answers, how):
    answer = api.get(f"{PATH}?{PERIOD}{how}", headers={} if how else {"Accept": "text/csv"})
    assert answer["Content-Type"].startswith("text/csv")
    assert "response-times-2026-03-04-2026-03-05.csv" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [one["day"] for one in rows] == ["2026-03-04", "2026-03-05"]
    assert (rows[0]["median_seconds"], rows[0]["in_time_rate"]) == ("1500", "0.5000")
    assert rows[1]["median_seconds"] == ""
    shown = api.get(f"{PATH}?{PERIOD}").json()["data"][0]
    assert set(shown) == set(rows[0])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("from=2026-02-30", ("from", "invalid")),
        ("from=2026-03-02&to=2026-03-01", ("to", "period_reversed")),
        ("from=2024-01-01&to=2026-03-01", ("from", "period_too_long")),
        ("to=9999-12-31", ("from", "period_out_of_reach")),
        ("to=0001-01-01", ("from", "period_out_of_reach")),
        ("by=hour", ("by", "invalid_choice")),
        ("sender=NOBODY", ("sender", "unknown_sender")),
        ("days=7", ("days", "unknown_field")),
    ],
)
def test_wrong_wishes_name_what_is_wrong(api, asked, expected):
    answer = api.get(f"{PATH}?{asked}")
    assert answer.status_code == 422, answer.content
    (error,) = answer.json()["errors"]
    assert (error["parameter"], error["code"]) == expected


def test_key_without_the_scope_reads_none(world, answers):
    caller = Caller(world.account, ("messages:read",))
    assert caller.get(PATH).json()["code"] == "scope_missing"
