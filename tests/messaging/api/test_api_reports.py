"""Reports by an account's key: what is counted, in which form, and what is refused how."""

import csv
import io
from datetime import timedelta

import pytest

from config.common import clock
from messaging.services.reports import traffic_count
from tests.factories import make_message
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(world, market):
    """Three messages of account A, one of them delivered; one of the stranger's."""
    for status in ("queued", "blocked", "delivered"):
        make_message(
            world.account,
            sender=market.sender,
            status=status,
            price_micros=350_000_000,
            charge_terms=0,
            sent_at=clock.now() - timedelta(seconds=3) if status == "delivered" else None,
            done_at=clock.now() if status == "delivered" else None,
        )
    make_message(world.other_account)
    traffic_count()


def only_error(answer):
    assert answer.status_code == 422, answer.content
    (error,) = answer.json()["errors"]
    return error["parameter"], error["code"]


def test_messages_are_counted_by_what_was_asked(api, market, counted):
    found = api.get("/reports/messages?by=sender,class").json()
    (row,) = found["data"]
    assert (row["sender"], row["class"], row["accepted"], row["sent"]) == (
        market.sender.address,
        "care",
        3,
        1,
    )
    assert (row["blocked"], row["open"], row["delivered"], row["delivery_rate"]) == (1, 1, 1, 1.0)
    assert row["price"] == {"amount": "350", "currency": "VND"}
    assert {name: found["totals"][name] for name in ("accepted", "segments")} == {
        "accepted": 3,
        "segments": 1,
    }
    assert found["timezone"] == "Asia/Ho_Chi_Minh"
    assert found["counted_until"].endswith("Z")


def test_a_stranger_counts_none_of_mine(stranger, counted):
    assert stranger.get("/reports/messages").json()["totals"]["accepted"] == 1


@pytest.mark.parametrize("how", ["?format=csv", ""])
def test_the_same_as_csv(api, market, counted, how):
    headers = {} if how else {"Accept": "text/csv"}
    answer = api.get(f"/reports/messages{how}", headers=headers)
    assert answer["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["accepted"], row["delivered"], row["price"], row["currency"]) == (
        "3", "1", "350", "VND",
    )  # fmt: skip


def test_json_wins_where_it_is_asked_for(api, counted):
    answer = api.get("/reports/messages?format=json", headers={"Accept": "text/csv"})
    assert answer.json()["totals"]["accepted"] == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from=2027-02-30", ("from", "invalid")),
        ("from=yesterday", ("from", "invalid")),
        ("from=2026-03-02&to=2026-03-01", ("to", "period_reversed")),
        ("from=2024-01-01&to=2026-03-01", ("from", "period_too_long")),
        ("from=2026-01-01&to=2026-03-01&by=hour", ("from", "period_too_long")),
        ("to=0001-01-01", ("from", "period_out_of_reach")),
        ("to=9999-12-31", ("from", "period_out_of_reach")),
        ("by=netwrok", ("by", "unknown_dimension")),
        ("by=day,day", ("by", "dimension_twice")),
        ("by=day,sender,class,network", ("by", "too_many_dimensions")),
        ("network=nowhere", ("network", "unknown_network")),
        ("sender=NOBODY", ("sender", "unknown_sender")),
        ("template=none", ("template", "unknown_template")),
        ("class=spam", ("class", "invalid_choice")),
        ("campaign=x", ("campaign", "invalid")),
        ("group=day", ("group", "unknown_field")),
    ],
)
def test_wrong_wishes_name_what_is_wrong(api, query, expected):
    assert only_error(api.get(f"/reports/messages?{query}")) == expected


def test_a_misspelt_dimension_gets_the_nearest(api):
    answer = api.get("/reports/messages?by=netwrok").json()
    assert "Did you mean “network”?" in answer["detail"]


def test_the_sender_of_another_account_is_not_known(api, world, stranger, market):
    assert only_error(stranger.get(f"/reports/messages?sender={market.sender.address}")) == (
        "sender",
        "unknown_sender",
    )


def test_the_scope_is_needed(world):
    reader = Caller(world.account, ("messages:read",))
    assert reader.get("/reports/messages").status_code == 403
    assert Caller(world.account, ("reports:read",)).get("/reports/messages").status_code == 200
