"""Accounts on trial: a few messages a day to verified numbers, until an administrator ends it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from campaigns.services.campaigns import campaign_launch
from compliance.models import Account, AuditEntry, TrialDay, VerifiedNumber
from compliance.services.api_keys import api_key_create
from compliance.services.trial_accounts import (
    MOST_NUMBERS,
    messages_grant,
    number_forget,
    number_verified,
    trial_begin,
    trial_end,
)
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.models import Message
from messaging.selectors.snapshot import snapshots
from messaging.services.trial_accounts import trial_number_note
from tests.factories import make_account, make_campaign
from tests.messaging.api.conftest import ALL_SCOPES, Caller
from tests.messaging.threads import in_threads
from tests.world import World

pytestmark = pytest.mark.django_db
OWN = "84981234567"


@pytest.fixture
def trial(world: World, text: dict[str, Any]) -> Account:
    """On trial, with two messages a day and one number."""
    world.account.is_trial, world.account.trial_daily_limit = True, 2
    world.account.save()
    number_verified(account=world.account, msisdn=OWN, source="verification")
    return world.account


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_only_verified_numbers_are_written_to(
    api: Caller, trial: Account, text: dict[str, Any]
) -> None:
    refused = api.post("/messages", text | {"to": "+84981234568"})
    assert code(refused) == (403, "trial_number_unverified")
    assert refused.json()["errors"][0]["pointer"] == "#/to"
    assert api.post("/messages", text).status_code == 201
    assert Message.objects.count() == 1


def test_number_of_another_account_is_none_of_ours(
    api: Caller, trial: Account, world: World, text: dict[str, Any]
) -> None:
    number_verified(account=world.other_account, msisdn="84981234568", source="verification")
    refused = api.post("/messages", text | {"to": "+84981234568"})
    assert code(refused) == (403, "trial_number_unverified")


def test_day_has_its_limit_and_the_next_one_a_new_one(
    api: Caller, trial: Account, text: dict[str, Any]
) -> None:
    assert [api.post("/messages", text).status_code for _ in range(2)] == [201, 201]
    over = api.post("/messages", text)
    assert code(over) == (403, "trial_limit")
    assert "2 messages" in over.json()["detail"]
    TrialDay.objects.update(day=clock.now().date() - timedelta(days=3))
    assert api.post("/messages", text).status_code == 201


def test_batch_takes_what_is_left_of_the_day(
    api: Caller, trial: Account, text: dict[str, Any]
) -> None:
    rows = {"messages": [text, text | {"to": "+84981234568"}, text, text]}
    answer = api.post("/messages/batch", rows).json()
    assert [one["index"] for one in answer["accepted"]] == [0, 2]
    assert [(one["index"], one["code"]) for one in answer["rejected"]] == [
        (1, "trial_number_unverified"),
        (3, "trial_limit"),
    ]


def test_test_messages_are_free(trial: Account, text: dict[str, Any]) -> None:
    caller = Caller(trial)
    caller.key, caller.text = api_key_create(
        account=trial, name="CI", scopes=ALL_SCOPES, actor=None, is_test=True
    )
    for _ in range(3):
        assert caller.post("/messages", text | {"to": "+84981234568"}).status_code == 201
    assert not TrialDay.objects.filter(messages__gt=0).exists()


def test_administrator_ends_the_trial(
    api: Caller, trial: Account, world: World, text: dict[str, Any]
) -> None:
    trial_end(account=trial, reason="Contract signed", actor=world.ada)
    assert api.post("/messages", text | {"to": "+84981234568"}).status_code == 201
    entry = AuditEntry.objects.get(action="account.trial_ended", account=trial)
    assert entry.detail["reason"] == "Contract signed"
    with pytest.raises(ConflictError):
        trial_end(account=trial, reason="Again", actor=world.ada)


def test_live_account_is_put_on_trial_and_back_at_once(
    api: Caller, stranger: Caller, world: World, text: dict[str, Any]
) -> None:
    to = text | {"to": "+84981234568"}
    assert api.post("/messages", to).status_code == 201
    trial_begin(account=world.account, daily_limit=1, reason="Unpaid", actor=world.ada)
    snapshots.latest()  # by its version: nobody said to read anything anew
    assert code(api.post("/messages", to)) == (403, "trial_number_unverified")
    number_verified(account=world.account, msisdn=OWN, source="administrator")
    assert api.post("/messages", text).status_code == 201
    assert code(api.post("/messages", text)) == (403, "trial_limit")
    world.other_account.refresh_from_db()
    assert not world.other_account.is_trial
    trial_end(account=world.account, reason="Paid", actor=world.ada)
    snapshots.latest()
    assert api.post("/messages", to).status_code == 201
    told = AuditEntry.objects.filter(account=world.account, action__startswith="account.trial")
    assert [
        (one.action, one.detail["reason"], one.detail["limit"]) for one in told.order_by("pk")
    ] == [
        ("account.trial_begun", "Unpaid", 1),
        ("account.trial_ended", "Paid", 1),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM compliance_historicalaccount WHERE id = %s AND is_trial",
            [world.account.pk],
        )
        assert cursor.fetchone()[0] == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"daily_limit": 0, "reason": "x"}, "daily_limit"),
        ({"daily_limit": 5, "reason": "  "}, "reason"),
    ],
)
def test_trial_needs_a_limit_and_a_reason(world: World, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        trial_begin(account=world.account, actor=world.ada, **values)
    assert refused.value.field == field
    assert not Account.objects.filter(is_trial=True).exists()


def test_trial_begins_once(trial: Account, world: World) -> None:
    with pytest.raises(ConflictError, match="already"):
        trial_begin(account=trial, daily_limit=9, reason="Unpaid", actor=world.ada)
    trial.refresh_from_db()
    assert trial.trial_daily_limit == 2


def test_live_accounts_are_not_limited(stranger: Caller, trial: Account) -> None:
    assert not stranger.account.is_trial  # type: ignore[union-attr]
    trial_number_note(stranger.account.pk, OWN)  # type: ignore[union-attr]
    assert not VerifiedNumber.objects.filter(account=stranger.account).exists()


def test_checked_code_verifies_a_number(trial: Account) -> None:
    snapshots.forget()
    trial_number_note(trial.pk, "84981234568")
    assert VerifiedNumber.objects.get(msisdn="84981234568").source == "verification"


def test_numbers_are_few_and_may_be_given_up(trial: Account, world: World) -> None:
    for index in range(MOST_NUMBERS - 1):
        number_verified(account=trial, msisdn=f"849812300{index:02d}", source="verification")
    number_verified(account=trial, msisdn=OWN, source="verification")  # known: no more of them
    with pytest.raises(ConflictError, match="remove one"):
        number_verified(account=trial, msisdn="84981239999", source="verification")
    number_forget(number=VerifiedNumber.objects.get(msisdn=OWN), actor=world.ines)
    number_verified(account=trial, msisdn="84981239999", source="verification")


def test_trial_launches_no_campaign(trial: Account) -> None:
    with pytest.raises(NotAllowedError, match="on trial"):
        campaign_launch(campaign=make_campaign(trial), actor=None)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_messages_share_the_day() -> None:
    account = make_account()
    day = clock.now().date()

    def take(_number: int) -> int:
        return messages_grant(account_id=account.pk, day=day, wanted=3, limit=10)

    assert sum(in_threads(6, take)) == 10
