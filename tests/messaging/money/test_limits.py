"""An account spends what it may and not a micro more; what it may not is said with the way out."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.common import clock
from messaging.models import ClientReference, Event, MoneyDelta
from messaging.selectors.money.positions import positions_of
from messaging.selectors.snapshot import snapshots
from messaging.services.money import (
    BillingTerms,
    alerts_tell,
    billing_set,
    ledger_adjust,
    ledger_top_up,
)
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.submissions import messages_submit
from tests.messaging.money.paying import (
    PRICE,
    balance,
    codes,
    make_payer,
    requests,
    stored,
    submit,
)

pytestmark = pytest.mark.django_db


def test_a_single_message_without_credit_is_refused_with_what_is_missing():
    line, other = make_payer(2), make_payer(1)
    assert codes(submit(line) + submit(line)) == ["", ""]
    (refused,) = submit(line)
    assert (refused.error.code, refused.error.status) == ("credit_exhausted", 402)
    assert refused.error.context == {"missing": {"amount": "300", "currency": "VND"}}
    assert "300 VND is missing" in str(refused.error)
    assert "top-up" in str(refused.error)
    assert stored(line) == 2
    assert codes(submit(other)) == [""]  # another's credit is its own


def test_of_a_batch_what_is_covered_is_accepted_and_the_rest_set_aside():
    line = make_payer(3)
    results = submit(line, 5, client_reference="")
    assert codes(results) == ["", "", "", "credit_exhausted", "credit_exhausted"]
    assert [one.index for one in results] == [0, 1, 2, 3, 4]
    assert stored(line) == 3
    assert balance(line).taken_micros == 3 * PRICE


def test_a_dear_message_does_not_stop_a_cheaper_one_behind_it():
    line = make_payer(2)
    dear = requests(line, 1, text="x" * 400)
    results = messages_submit(
        account=line.account, requests=dear + requests(line, 2, first=10), origin="api"
    )
    assert codes(results) == ["credit_exhausted", "", ""]


def test_a_reference_of_what_was_set_aside_is_free_again():
    line = make_payer(1)
    asked = [
        one
        for number in range(2)
        for one in requests(line, 1, first=number, client_reference=f"order-{number}")
    ]
    assert codes(messages_submit(account=line.account, requests=asked, origin="api")) == [
        "",
        "credit_exhausted",
    ]
    assert [one.reference for one in ClientReference.objects.all()] == ["order-0"]
    ledger_top_up(account=line.account, amount_micros=PRICE, actor=None)
    assert codes(messages_submit(account=line.account, requests=asked[1:], origin="api")) == [""]


def test_what_is_given_back_can_be_spent_at_once():
    line = make_payer(1)
    (kept,) = submit(line)
    assert codes(submit(line)) == ["credit_exhausted"]
    with connection.cursor() as cursor:
        outcomes_apply(cursor, [Outcome(kept.message_id, "canceled", clock.now(), "canceled")])
    assert codes(submit(line)) == [""]


@pytest.mark.parametrize("limit", ["day_limit_micros", "month_limit_micros"])
def test_limits_of_those_who_pay_afterwards(limit, monkeypatch):
    line = make_payer(mode="postpaid", **{limit: 2 * PRICE})
    assert codes(submit(line, 3)) == ["", "", "credit_exhausted"]
    begins = clock.now() + timedelta(days=1 if limit == "day_limit_micros" else 32)
    monkeypatch.setattr(clock, "now", lambda: begins)
    position = positions_of([line.account.pk], begins)[line.account.pk]
    assert position.standing.available_micros == 2 * PRICE


def test_a_day_begins_at_the_accounts_midnight(monkeypatch):
    line = make_payer(mode="postpaid", day_limit_micros=PRICE)
    line.account.timezone = "Asia/Ho_Chi_Minh"
    line.account.save()
    # Not today: there it may be tomorrow already, and a day that has begun stays.
    later = (clock.now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    moment = [later.replace(hour=16)]  # 23:00 there
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    assert codes(submit(line) + submit(line)) == ["", "credit_exhausted"]
    moment[0] = later.replace(hour=17)  # midnight there
    assert codes(submit(line) + submit(line)) == ["", "credit_exhausted"]


def told(line) -> list[tuple[str, int]]:
    rows = Event.objects.filter(account=line.account, type__startswith="balance.")
    return [
        (one.type, json.loads(one.body)["data"]["percent"]) for one in rows.order_by("sequence")
    ]


def test_each_threshold_is_told_once_and_again_after_a_top_up(mailoutbox):
    line, other = make_payer(20), make_payer(20)
    line_balance = balance(line)
    line_balance.alert_emails = ["money@example.com"]
    line_balance.save()
    submit(line, 15)
    assert alerts_tell() == 0
    submit(line, 1, first=100)
    assert (alerts_tell(), alerts_tell()) == (1, 0)
    submit(line, 3, first=200)
    assert (alerts_tell(), alerts_tell()) == (1, 0)
    assert codes(submit(line, 1, first=300)) == [""]
    assert (alerts_tell(), alerts_tell()) == (1, 0)
    assert told(line) == [("balance.low", 80), ("balance.low", 95), ("balance.exhausted", 100)]
    assert [one.to for one in mailoutbox] == [["money@example.com"]] * 3
    assert "80 % of the credit" in mailoutbox[0].subject
    ledger_top_up(account=line.account, amount_micros=10 * PRICE, actor=None)
    assert alerts_tell() == 0
    submit(line, 8, first=400)
    assert alerts_tell() == 1
    assert told(line)[-1] == ("balance.low", 80)
    assert told(other) == []


def test_each_limit_has_its_own_alerts(monkeypatch):
    line = make_payer(mode="postpaid", day_limit_micros=5 * PRICE, month_limit_micros=10 * PRICE)
    submit(line, 4)
    assert alerts_tell() == 1
    tomorrow = clock.now() + timedelta(days=1)
    if tomorrow.month != clock.now().month:
        pytest.skip("the month ends today")
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert alerts_tell() == 0
    submit(line, 4, first=100)
    assert alerts_tell() == 2  # 80 % of the day again, and of the month for the first time
    assert alerts_tell() == 0


def test_of_jumps_only_the_highest_threshold_is_told():
    line = make_payer(10)
    submit(line, 10)
    alerts_tell()
    assert told(line) == [("balance.exhausted", 100)]


def test_position_counts_what_is_not_folded_yet():
    line = make_payer(mode="unlimited")
    submit(line, 2)
    assert MoneyDelta.objects.exists()
    position = positions_of([line.account.pk], clock.now())[line.account.pk]
    assert (position.reserved_micros, position.standing.day_micros) == (2 * PRICE, 2 * PRICE)
    balance(line)
    after = positions_of([line.account.pk], clock.now())[line.account.pk]
    assert (after.reserved_micros, after.standing) == (
        position.reserved_micros,
        position.standing,
    )


def test_a_batch_is_paid_by_as_many_queries_as_a_message():
    line = make_payer(100)
    snapshots.current()
    counts = []
    for count in (2, 40):
        with CaptureQueriesContext(connection) as queries:
            submit(line, count, first=count * 100)
        counts.append(len([one for one in queries if "messaging_balance" in one["sql"]]))
    assert counts == [1, 1]


def test_an_adjustment_takes_money_off():
    line = make_payer(2)
    ledger_adjust(account=line.account, amount_micros=-PRICE, actor=None, reason="Fee")
    assert codes(submit(line, 2)) == ["", "credit_exhausted"]


def test_without_a_limit_nothing_is_refused():
    line = make_payer(1)
    billing_set(account=line.account, terms=BillingTerms("unlimited"), actor=None)
    assert codes(submit(line, 3)) == ["", "", ""]
