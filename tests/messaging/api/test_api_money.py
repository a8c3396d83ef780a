"""What is left, statements and the ledger by API: of one's own account only."""

import csv
import io
import json

import pytest
from django.db import connection

from config.common import clock
from messaging.models import Message
from messaging.services.money import BillingTerms, billing_set, deltas_fold, ledger_top_up
from messaging.services.outcomes import Outcome, outcomes_apply
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db

PRICE = 350_000_000


@pytest.fixture
def prepaid(world, market):
    billing_set(account=world.account, terms=BillingTerms("prepaid"), actor=None)
    ledger_top_up(account=world.account, amount_micros=3 * PRICE, actor=None, reference="INV-7")
    return world.account


@pytest.fixture
def send(api, text):
    """Posts a message to a number of one's own."""

    def post(number: int, key: str = ""):
        headers = {"Idempotency-Key": key} if key else {}
        return api.post("/messages", text | {"to": f"+8498123{number:04d}"}, headers=headers)

    return post


def settle(status: str, reason: str = "") -> None:
    message = Message.objects.latest("id")
    with connection.cursor() as cursor:
        outcomes_apply(cursor, [Outcome(message.pk, status, clock.now(), reason, segments_sent=1)])
    deltas_fold()


def test_a_message_that_is_not_covered_is_answered_with_402(api, prepaid, send):
    assert [send(number).status_code for number in range(4)] == [201, 201, 201, 402]
    refused = send(9).json()
    assert (refused["code"], refused["status"]) == ("credit_exhausted", 402)
    assert refused["missing"] == {"amount": "350", "currency": "VND"}
    assert "top-up" in refused["detail"]


def test_a_refusal_for_money_is_not_replayed_after_a_top_up(api, prepaid, send):
    for number in range(3):
        send(number)
    assert send(5, key="k1").status_code == 402
    ledger_top_up(account=prepaid, amount_micros=PRICE, actor=None)
    assert send(5, key="k1").status_code == 201


def test_the_balance_says_what_may_still_be_spent(api, stranger, prepaid, send):
    send(1)
    found = api.get("/balance").json()
    assert (found["mode"], found["currency"]) == ("prepaid", "VND")
    assert (found["available"], found["credit"], found["reserved"]) == ("700", "700", "350")
    assert (found["used_percent"], found["day"], found["month"]) == (33, None, None)
    theirs = stranger.get("/balance").json()
    assert (theirs["mode"], theirs["available"], theirs["reserved"]) == ("unlimited", None, "0")


def test_a_limit_is_shown_with_what_is_left_of_it(api, prepaid, send):
    terms = BillingTerms("postpaid", day_limit_micros=4 * PRICE)
    billing_set(account=prepaid, terms=terms, actor=None)
    send(1)
    assert api.get("/balance").json()["day"] == {
        "limit": "1400",
        "used": "350",
        "left": "1050",
        "used_percent": 25,
    }


def test_a_statement_has_a_line_per_kind_of_message(api, stranger, prepaid, send):
    send(1)
    settle("sent")
    send(2)
    settle("canceled", "canceled")
    statement = api.get("/statements/days").json()
    (line,) = statement["data"]
    assert {name: line[name] for name in ("accepted", "messages", "segments")} == {
        "accepted": 2,
        "messages": 1,
        "segments": 1,
    }
    assert (line["reserved"], line["charged"], line["given_back"]) == ("700", "350", "350")
    assert (line["country"], line["class"]) == ("VN", "care")
    assert statement["total"]["charged"] == "350"
    assert statement["timezone"] == prepaid.timezone
    assert stranger.get("/statements/days").json()["data"] == []


@pytest.mark.parametrize("how", ["format=csv", "accept"])
def test_a_statement_as_csv(api, prepaid, send, how):
    send(1)
    settle("sent")
    if how == "accept":
        answer = api.get("/statements/days", headers={"Accept": "text/csv"})
    else:
        answer = api.get(f"/statements/days?{how}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    head, row = csv.reader(io.StringIO(answer.content.decode()))
    line = dict(zip(head, row, strict=True))
    assert (line["charged"], line["currency"], line["charged_messages"]) == ("350", "VND", "1")


@pytest.mark.parametrize(
    ("query", "name", "code"),
    [
        ("from=2026-02-01&to=2026-01-01", "to", "period_backwards"),
        ("from=2020-01-01&to=2026-01-01", "from", "period_too_long"),
        ("from=yesterday", "from", "invalid"),
        ("class=none", "class", "invalid_choice"),
        ("until=2026-01-01", "until", "unknown_field"),
    ],
)
def test_wrong_parameters_are_named(api, query, name, code):
    answer = api.get(f"/statements/days?{query}")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["parameter"], error["code"]) == (name, code)


def test_filters_leave_out_other_lines(api, prepaid, send):
    send(1)
    settle("sent")
    assert len(api.get("/statements/days?class=care").json()["data"]) == 1
    assert api.get("/statements/days?class=otp").json()["data"] == []
    assert api.get("/statements/days?sender=NOBODY").json()["data"] == []


def test_the_ledger_is_paged_and_ones_own(api, stranger, prepaid):
    ledger_top_up(account=prepaid, amount_micros=PRICE, actor=None)
    first = api.get("/ledger?limit=1").json()
    assert [one["amount"] for one in first["data"]] == ["350"]
    second = api.get(f"/ledger?limit=1&cursor={first['next_cursor']}").json()
    (entry,) = second["data"]
    assert (entry["kind"], entry["reference"], entry["balance"]) == ("top_up", "INV-7", "1050")
    assert second["next_cursor"] is None
    assert stranger.get("/ledger").json()["data"] == []


def test_reading_money_needs_its_scope(world):
    other = Caller(world.account, ("messages:read",))
    for path in ("/balance", "/statements/days", "/ledger"):
        answer = other.get(path)
        assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "scope_missing")
