"""The message log: found by exact keys within days, texts for accounts, carriers for operators."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.constants import Role
from compliance.services.access import role_grant
from config.common import clock
from config.common.ids import uuid7, uuid7_floor
from messaging.constants import MessageStatus
from messaging.models import ClientReference, Message
from tests.factories import make_carrier, make_member, make_message, make_msisdn
from tests.world import World

pytestmark = pytest.mark.django_db
LIST = "admin:messaging_message_changelist"


def change(message: Message) -> str:
    return reverse("admin:messaging_message_change", args=[message.pk])


def found(client: Any, **query: Any) -> list[uuid.UUID]:
    return [one.pk for one in client.get(reverse(LIST), query).context["cl"].result_list]


def make_old(world: World, days: int) -> Message:
    moment = clock.now() - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute("SELECT create_day_partitions(%s::date, %s::date)", [moment, moment])
    number = uuid7_floor(moment).int | (uuid7().int & ((1 << 80) - 1))
    return make_message(world.account, id=uuid.UUID(int=number), created_at=moment)


def columns(client: Any) -> list[str]:
    return client.get(reverse(LIST)).context["cl"].list_display


def test_account_sees_prices_and_no_carriers(world: World, browse: Any) -> None:
    shown = columns(browse(world.alice))
    assert "price" in shown
    assert not {"carrier_name", "network_name", "cost", "account_name"} & set(shown)


def test_operator_sees_carriers_and_no_prices(world: World, browse: Any) -> None:
    shown = columns(browse(world.olga))
    assert "price" not in shown
    assert {"carrier_name", "network_name", "account_name"} <= set(shown)


def test_account_reads_its_text_and_never_cost_or_carrier(world: World, browse: Any) -> None:
    message = make_message(
        world.account,
        text="Line one\nline two <b>",
        price_micros=350_000_000,
        cost_micros=123_000_000,
        carrier=make_carrier(name="Secret carrier"),
    )
    page = browse(world.alice).get(change(message)).content.decode()
    assert "Line one\nline two &lt;b&gt;" in page
    assert "350 VND" in page
    assert "Secret carrier" not in page
    assert "123 VND" not in page


def test_operator_sees_cost_and_carrier_and_never_the_text(world: World, browse: Any) -> None:
    message = make_message(
        world.account,
        text="Secret words",
        metadata={"secret": "Secret words"},
        client_reference="Secret words",
        cost_micros=123_000_000,
        price_micros=350_000_000,
        carrier=make_carrier(name="Viettel"),
        command_status=0x0B,
    )
    page = browse(world.olga).get(change(message)).content.decode()
    for hidden in ("Secret words", "350 VND"):
        assert hidden not in page
    for shown in ("Viettel", "123 VND", "0x0000000B"):
        assert shown in page


@pytest.mark.parametrize("who", ["charlie", "ada"])
def test_stranger_sees_nothing(world: World, browse: Any, who: str) -> None:
    message = make_message(world.account)
    client = browse(getattr(world, who))
    assert client.get(change(message)).status_code in {302, 403}
    answer = client.get(reverse(LIST))
    assert answer.status_code == 403 or not answer.context["cl"].result_list


def test_roles_on_two_accounts_show_both_and_whose_they_are(world: World, browse: Any) -> None:
    both = make_member(Role.MARKETER, world.account, "both")
    role_grant(user=both, role=Role.OFFICER, account=world.other_account, actor=None)
    messages = {make_message(world.account).pk, make_message(world.other_account).pk}
    assert set(found(browse(both))) == messages
    assert "account_name" in columns(browse(both))


@pytest.mark.parametrize(
    "written", ["0981234567", "+84 98 123 45 67", "84981234567", "0084981234567", "098.123.4567"]
)
def test_number_is_found_in_any_notation(world: World, browse: Any, written: str) -> None:
    message = make_message(world.account, msisdn="84981234567")
    make_message(world.account)
    assert found(browse(world.alice), q=written) == [message.pk]


def test_number_is_found_whole_only(world: World, browse: Any) -> None:
    make_message(world.account, msisdn="84981234567")
    assert found(browse(world.alice), q="098123") == []


def test_message_is_found_by_id(world: World, browse: Any) -> None:
    message = make_message(world.account)
    make_message(world.account)
    assert found(browse(world.alice), q=f" {message.pk} ") == [message.pk]
    assert found(browse(world.charlie), q=str(message.pk)) == []


def test_message_is_found_by_the_accounts_own_reference(world: World, browse: Any) -> None:
    message = make_message(world.account, client_reference="order 7")
    foreign = make_message(world.other_account, client_reference="order 7")
    for one in (message, foreign):
        ClientReference.objects.create(account=one.account, reference="order 7", message_id=one.pk)
    assert found(browse(world.alice), q="order 7") == [message.pk]
    assert found(browse(world.olga), q="order 7") == []


def test_search_never_scans_by_like(world: World, browse: Any) -> None:
    make_message(world.account)
    client = browse(world.alice)
    with CaptureQueriesContext(connection) as queries:
        found(client, q="0981234567")
    on_messages = [one["sql"] for one in queries if 'FROM "messaging_message"' in one["sql"]]
    assert on_messages
    assert not any("LIKE" in sql.upper() for sql in on_messages)


def test_list_shows_seven_days_and_older_ones_when_asked(world: World, browse: Any) -> None:
    recent, old = make_message(world.account), make_old(world, 9)
    client = browse(world.alice)
    assert found(client) == [recent.pk]
    day = (clock.now() - timedelta(days=9)).strftime("%Y-%m-%d")
    assert old.pk in found(client, day_from=day)
    before = (clock.now() - timedelta(days=2)).strftime("%Y-%m-%d")
    assert found(client, day_from=day, day_to=before) == [old.pk]


def test_search_is_not_limited_to_days(world: World, browse: Any) -> None:
    old = make_old(world, 9)
    assert found(browse(world.alice), q=f"+{old.msisdn}") == [old.pk]


def test_days_bound_the_ids_so_that_other_partitions_are_left_out(
    world: World, browse: Any
) -> None:
    make_message(world.account)
    client = browse(world.alice)
    with CaptureQueriesContext(connection) as queries:
        found(client)
    listing = [one["sql"] for one in queries if 'FROM "messaging_message"' in one["sql"]]
    assert all('"messaging_message"."id" >= ' in sql for sql in listing)


@pytest.mark.parametrize("value", ["not-a-day", "2026-13-45", "'; drop"])
def test_bad_day_is_ignored(world: World, browse: Any, value: str) -> None:
    make_message(world.account)
    assert browse(world.alice).get(reverse(LIST), {"day_from": value}).status_code == 200


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status__exact": "delivered"}, 1),
        ({"message_class__exact": "otp"}, 1),
        ({"campaign_id": "12"}, 1),
        ({"campaign_id": "99999999999999999999"}, 0),
        ({"status__exact": "failed"}, 0),
    ],
)
def test_filters(world: World, browse: Any, query: dict[str, str], count: int) -> None:
    make_message(world.account, status="delivered", message_class="otp", campaign_id=12)
    make_message(world.account, status="sent", campaign_id=13)
    assert len(found(browse(world.alice), **query)) == count


@pytest.mark.parametrize("who", ["alice", "olga"])
def test_list_asks_as_much_for_many_as_for_few(
    world: World, browse: Any, who: str, django_assert_max_num_queries: Any
) -> None:
    client = browse(getattr(world, who))

    def grow(count: int) -> None:
        for _ in range(count):
            make_message(world.account, msisdn=make_msisdn(), carrier=make_carrier())

    grow(2)
    with django_assert_max_num_queries(30) as few:
        found(client)
    grow(10)
    with django_assert_max_num_queries(len(few)):
        assert len(found(client)) == 12


def test_list_reads_no_texts(world: World, browse: Any) -> None:
    make_message(world.account)
    client = browse(world.alice)
    with CaptureQueriesContext(connection) as queries:
        found(client)
    assert not any('"messaging_message"."text"' in one["sql"] for one in queries)


def test_facts_are_view_only(world: World, browse: Any) -> None:
    message = make_message(world.account)
    client = browse(world.alice)
    assert client.get(reverse("admin:messaging_message_add")).status_code == 403
    assert client.post(change(message), {"text": "Other"}).status_code == 403
    address = reverse("admin:messaging_message_delete", args=[message.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403


def queue(message: Message) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_dispatch (carrier_id, lane, id, account_id, advertiser_id,"
            " msisdn, rules_version) VALUES (0, 2, %s, %s, %s, %s, 1)",
            [message.pk, message.account_id, message.advertiser_id, message.msisdn],
        )


def cancel(client: Any, message: Message) -> Any:
    return client.post(reverse("admin:messaging_message_cancel", args=[message.pk]), follow=True)


def test_marketer_cancels_what_has_not_left(world: World, browse: Any) -> None:
    message = make_message(world.account)
    queue(message)
    answer = cancel(browse(world.alice), message)
    assert "The message is canceled." in answer.content.decode()
    message.refresh_from_db()
    assert message.status == MessageStatus.CANCELED


def test_what_has_left_says_so(world: World, browse: Any) -> None:
    message = make_message(world.account, status="sent")
    assert "has left or is finished" in cancel(browse(world.alice), message).content.decode()


@pytest.mark.parametrize("who", ["bob", "ines", "charlie", "olga"])
def test_nobody_else_cancels(world: World, browse: Any, who: str) -> None:
    message = make_message(world.account)
    queue(message)
    assert cancel(browse(getattr(world, who)), message).status_code in {403, 404}
    message.refresh_from_db()
    assert message.status == MessageStatus.ACCEPTED


@pytest.mark.parametrize(("status", "shown"), [("queued", True), ("sent", False)])
def test_cancel_button_only_while_it_waits(
    world: World, browse: Any, status: str, shown: bool
) -> None:
    message = make_message(world.account, status=status)
    actions = browse(world.alice).get(change(message)).context["actions_detail"]
    assert bool(actions) is shown
