"""Balances, statements and the ledger in the console."""

from typing import Any

import pytest
from django.urls import reverse

from compliance.models import AuditEntry
from config.common import clock
from messaging.models import Balance, Charge, LedgerEntry
from messaging.selectors.snapshot import snapshots
from messaging.services.money import BillingTerms, billing_set, ledger_top_up
from tests.factories import make_network, make_number_plan, make_rate, make_sender
from tests.world import World

pytestmark = pytest.mark.django_db
MILLION = 1_000_000


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:messaging_{model}_{name}", args=args)


def text(answer: Any) -> str:
    return answer.content.decode()


def make_line(account: Any, **values: Any) -> Charge:
    return Charge.objects.create(
        account=account,
        day=clock.now().date(),
        message_class="care",
        **{"accepted": 3, "reserved_micros": 900 * MILLION, "messages": 2, "segments": 2}
        | {"charged_micros": 600 * MILLION, "given_back_micros": 300 * MILLION}
        | values,
    )


TERMS = {
    "mode": "prepaid",
    "day_limit": "5000",
    "month_limit": "",
    "alert_percents": "95, 80",
    "alert_emails": "a@example.com\nb@example.com",
    "resumes_campaigns": "on",
}


def test_an_administrator_sets_how_an_account_pays(world: World, browse: Any) -> None:
    address = page("balance", "change", world.account.pk)
    answer = browse(world.ada).post(address, TERMS)
    assert answer.status_code == 302
    found = Balance.objects.get(pk=world.account.pk)
    assert (found.mode, found.day_limit_micros, found.month_limit_micros) == (
        "prepaid",
        5000 * MILLION,
        None,
    )
    assert (found.alert_percents, found.alert_emails) == (
        [80, 95],
        ["a@example.com", "b@example.com"],
    )
    assert 'value="5000"' in text(browse(world.ada).get(address))
    entry = AuditEntry.objects.get(action="balance.terms")
    assert (entry.actor, entry.account) == (world.ada, world.account)
    assert Balance.objects.get(pk=world.other_account.pk).mode == "unlimited"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mode": "postpaid", "day_limit": ""}, "Give a limit per day or per month"),
        ({"alert_percents": "101"}, "less than or equal to 100"),
        ({"alert_emails": "nobody"}, "valid email"),
        ({"day_limit": "-1"}, "greater than or equal to 0"),
    ],
)
def test_wrong_terms_are_said_at_their_field(
    world: World, browse: Any, change: dict[str, str], said: str
) -> None:
    answer = browse(world.ada).post(page("balance", "change", world.account.pk), TERMS | change)
    assert (answer.status_code, said in text(answer)) == (200, True)
    assert Balance.objects.get(pk=world.account.pk).mode == "unlimited"


def test_an_accounts_people_see_their_balance_and_cannot_change_it(
    world: World, browse: Any
) -> None:
    billing_set(account=world.account, terms=BillingTerms("prepaid"), actor=None)
    ledger_top_up(account=world.account, amount_micros=1500 * MILLION, actor=None)
    client = browse(world.alice)
    address = page("balance", "change", world.account.pk)
    assert "1,500 VND" in text(client.get(address))
    assert "1,500 VND" in text(client.get(page("balance", "changelist")))
    assert client.post(address, TERMS).status_code == 403
    for stranger in (world.charlie,):
        assert browse(stranger).get(address).status_code in (302, 404)


def test_the_list_of_balances_asks_once_for_where_all_stand(
    world: World, browse: Any, django_assert_max_num_queries: Any
) -> None:
    client = browse(world.ada)
    client.get(page("balance", "changelist"))
    with django_assert_max_num_queries(12):
        client.get(page("balance", "changelist"))


def test_an_administrator_books_a_top_up(world: World, browse: Any) -> None:
    values = {
        "account": world.account.pk,
        "kind": "top_up",
        "amount": "250000.5",
        "reference": "INV-1",
        "reason": "",
    }
    client = browse(world.ada)
    form = text(client.get(page("ledgerentry", "add")))
    assert "Add top-up or adjustment" in form
    assert client.post(page("ledgerentry", "add"), values).status_code == 302
    (entry,) = LedgerEntry.objects.all()
    assert (entry.amount_micros, entry.person, entry.reference) == (
        250_000_500_000,
        world.ada,
        "INV-1",
    )
    assert AuditEntry.objects.filter(action="ledgerentry.top_up").count() == 1
    assert not AuditEntry.objects.filter(action="ledgerentry.created").exists()
    again = client.post(page("ledgerentry", "add"), values)
    assert "is booked already" in text(again)
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "adjustment", "amount": "-5"}, "Say why"),
        ({"kind": "top_up", "amount": "-5"}, "above zero"),
        ({"kind": "charges"}, "Select a valid choice"),
        ({"amount": "0.0000001"}, "decimal places"),
    ],
)
def test_wrong_entries_are_said_at_their_field(
    world: World, browse: Any, change: dict[str, str], said: str
) -> None:
    values = {"account": world.account.pk, "kind": "top_up", "amount": "5", "reference": ""}
    answer = browse(world.ada).post(page("ledgerentry", "add"), values | change)
    assert (answer.status_code, said in text(answer)) == (200, True)
    assert not LedgerEntry.objects.exists()


def test_only_administrators_book_and_nobody_changes(world: World, browse: Any) -> None:
    entry = ledger_top_up(account=world.account, amount_micros=MILLION, actor=world.ada)
    for person in (world.alice, world.olga, world.ines, world.bob):
        answer = browse(person).get(page("ledgerentry", "add"))
        assert answer.status_code in (302, 403), person
    assert text(browse(world.alice).get(page("ledgerentry", "changelist"))).count("1 VND") >= 1
    address = page("ledgerentry", "change", entry.pk)
    assert browse(world.charlie).get(address).status_code in (302, 404)
    assert browse(world.ada).post(address, {"amount": "9"}).status_code == 403


def test_a_statement_with_its_totals_and_as_csv(world: World, browse: Any) -> None:
    make_line(world.account, sender=make_sender(world.account, address="53849"))
    make_line(world.other_account, accepted=77_777)
    client = browse(world.alice)
    shown = text(client.get(page("charge", "changelist")))
    assert "53849" in shown
    assert "All amounts are in VND." in shown
    assert '<td class="sb-number">600</td>' in shown
    assert "77,777" not in shown
    answer = client.get(page("charge", "changelist") + "?format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert len(text(answer).splitlines()) == 2
    assert "600" in text(answer)
    everything = text(browse(world.ada).get(page("charge", "changelist")))
    assert "77,777" in everything


def test_a_long_statement_has_pages_and_totals_of_all_lines(
    world: World, browse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.admin.statements._ROWS_A_PAGE", 2)
    for accepted in (1001, 2002, 4004):
        make_line(world.account, sender=make_sender(world.account), accepted=accepted)
    client = browse(world.alice)
    first = text(client.get(page("charge", "changelist")))
    second = text(client.get(page("charge", "changelist") + "?p=2"))
    for shown in (first, second):
        assert "7,007" in shown
    found = [sum(one in shown for one in ("1,001", "2,002", "4,004")) for shown in (first, second)]
    assert found == [2, 1]
    assert "Older" in first
    assert "Newer" in second


def test_a_statement_in_two_currencies_says_each_amounts_own(world: World, browse: Any) -> None:
    make_line(world.account)
    world.other_account.currency = "USD"
    world.other_account.save()
    make_line(world.other_account)
    shown = text(browse(world.ada).get(page("charge", "changelist")))
    assert "Total in VND" in shown
    assert "Total in USD" in shown
    assert "<td>VND</td>" in shown
    assert "All amounts" not in shown


def test_an_empty_statement_and_a_wrong_period_say_so(world: World, browse: Any) -> None:
    client = browse(world.alice)
    assert "No message was accepted" in text(client.get(page("charge", "changelist")))
    query = "?first=2026-02-01&last=2026-01-01"
    assert "turn them around" in text(client.get(page("charge", "changelist") + query))


def test_the_account_of_another_cannot_be_asked_for(world: World, browse: Any) -> None:
    make_line(world.other_account, accepted=77_777)
    query = f"?account={world.other_account.pk}"
    shown = text(browse(world.alice).get(page("charge", "changelist") + query))
    assert "77,777" not in shown


def test_home_tells_who_runs_out_of_money(world: World, browse: Any) -> None:
    billing_set(account=world.account, terms=BillingTerms("prepaid"), actor=None)
    home = reverse("admin:index")
    assert "used up" in text(browse(world.alice).get(home))
    assert "used up" in text(browse(world.ada).get(home))
    assert "used up" not in text(browse(world.charlie).get(home))


def test_prices_of_an_account_by_network_and_sender(world: World, browse: Any) -> None:
    network = make_network("viettel")
    make_number_plan({"8498": network})
    make_rate(amount_micros=350 * MILLION)
    sender = make_sender(world.account, address="53849")
    make_rate(account=world.account, sender=sender, amount_micros=290 * MILLION)
    snapshots.forget()
    shown = text(browse(world.alice).get(page("balance", "prices")))
    assert "350 VND" in shown
    assert "290 VND" in shown
    assert "53849" in shown
    query = f"?account={world.other_account.pk}"
    assert "290 VND" not in text(browse(world.olga).get(page("balance", "prices") + query))
    assert browse(world.alice).get(page("balance", "prices") + query).status_code == 404
    snapshots.forget()
