"""An account's page: put on trial, and made live again, by administrators alone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.models import Account, AuditEntry
from compliance.selectors.audit import audit_lines
from tests.world import World

pytestmark = pytest.mark.django_db
BEGIN, END = "begin-trial", "end-trial"


def page(account: Account, act: str = "change") -> str:
    change = reverse("admin:compliance_account_change", args=[account.pk])
    return change if act == "change" else change.replace("change/", f"{act}/")


@pytest.fixture
def ada(world: World, browse: Any) -> Client:
    client: Client = browse(world.ada)
    return client


def shown(client: Client, account: Account) -> tuple[bool, bool]:
    """Whether the page has the buttons that begin and end a trial."""
    text = client.get(page(account)).content.decode()
    return BEGIN in text, END in text


def test_administrator_puts_an_account_on_trial_and_undoes_it(world: World, ada: Client) -> None:
    assert shown(ada, world.account) == (True, False)
    asked = ada.get(page(world.account, BEGIN))
    assert asked.context["form"]["daily_limit"].value() == 50
    done = ada.post(
        page(world.account, BEGIN), {"daily_limit": "7", "reason": "Unpaid  bill"}, follow=True
    )
    assert "The account is on trial." in done.content.decode()
    assert shown(ada, world.account) == (False, True)
    ada.post(page(world.account, END), {"reason": "Paid"})
    found = Account.objects.get(pk=world.account.pk)
    assert (found.is_trial, found.trial_daily_limit) == (False, 7)
    assert shown(ada, world.account) == (True, False)
    lines = audit_lines(list(AuditEntry.objects.filter(account=found).order_by("pk")))
    assert [str(one.sentence) for one in lines if "trial" in one.sentence] == [
        "ada put the account “Sao Mai Retail” on trial, with 7 messages a day: Unpaid bill.",
        "ada ended the trial of the account “Sao Mai Retail”: Paid.",
    ]
    assert not Account.objects.get(pk=world.other_account.pk).is_trial


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"daily_limit": "0", "reason": "x"}, "daily_limit"),
        ({"daily_limit": "many", "reason": "x"}, "daily_limit"),
        ({"daily_limit": "5", "reason": " "}, "reason"),
    ],
)
def test_bad_input_names_its_field(
    world: World, ada: Client, values: dict[str, str], field: str
) -> None:
    answer = ada.post(page(world.account, BEGIN), values)
    assert list(answer.context["form"].errors) == [field]
    assert not Account.objects.filter(is_trial=True).exists()


def test_second_time_is_told(world: World, ada: Client) -> None:
    values = {"daily_limit": "5", "reason": "Unpaid"}
    ada.post(page(world.account, BEGIN), values)
    again = ada.post(page(world.account, BEGIN), values)
    assert "on trial already" in again.content.decode()
    assert AuditEntry.objects.filter(action="account.trial_begun").count() == 1


def test_nobody_else_does(world: World, browse: Any) -> None:
    """Neither the account's own people nor those of another, nor operators."""
    for person in (world.alice, world.bob, world.ines, world.charlie, world.olga):
        client = browse(person)
        for act in (BEGIN, END):
            answer = client.post(page(world.account, act), {"daily_limit": "5", "reason": "x"})
            assert answer.status_code in (403, 404)
    assert not Account.objects.filter(is_trial=True).exists()
