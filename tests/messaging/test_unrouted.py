"""Replies that are in nobody's inbox: seen by operators, given to a sender once, or dismissed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from compliance.models import AuditEntry, Suppression
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from config.common.ids import uuid7
from messaging.models import ConversationWait, InboundMessage, ReplyOutcome, UnroutedReply
from messaging.services.inbound import inbound_receive
from messaging.services.inbound.unrouted import (
    unrouted_assign,
    unrouted_dismiss,
    unrouted_restore,
    unrouted_route,
)
from routing.models import PlatformEvent
from tests.factories import make_account, make_sender
from tests.messaging.hot import Line, events, make_line
from tests.messaging.test_inbound_assembly import PHONE, ago, came, here
from tests.messaging.threads import in_threads
from tests.world import World

pytestmark = pytest.mark.django_db
LIST = "admin:messaging_unroutedreply_changelist"


@pytest.fixture
def line(db: Any) -> Line:
    return make_line()


def nobody(line: Line, text: bytes = b"Hello", to: str = "50999", **values: Any) -> UnroutedReply:
    inbound_receive([came(to, text, data_coding=0, **here(line, **values))])
    return UnroutedReply.objects.latest("message_id")


def test_reply_to_nobody_waits_with_its_reason_and_is_told_once_a_day(line: Line) -> None:
    row = nobody(line)
    nobody(line, b"Again")
    assert (row.reason, row.state) == ("unknown_address", "waiting")
    (told,) = PlatformEvent.objects.filter(type="inbound.unrouted")
    assert (told.is_alert, told.carrier) == (True, line.carrier)
    assert told.data == {"to": "50999", "unrouted": "unknown_address"}
    assert PHONE not in str(told.data)


def test_reply_to_an_address_of_several_waits_too(line: Line) -> None:
    make_sender(make_account(), address=line.sender.address)
    assert nobody(line, to=line.sender.address).reason == "shared_address"


def test_what_cannot_be_read_waits_too(line: Line) -> None:
    inbound_receive([replace(came("50999", b"", **here(line)), deliver=None)])
    assert UnroutedReply.objects.get().reason == "unreadable"


def test_reply_with_an_owner_does_not_wait(line: Line) -> None:
    inbound_receive([came(line.sender.address, b"Hi", data_coding=0, **here(line))])
    assert not UnroutedReply.objects.exists()


def test_assigned_reply_acts_as_if_it_came_now_and_once(line: Line, world: World) -> None:
    row = nobody(line, b"STOP", at=ago(3 * 86400))
    assert not Suppression.objects.exists()
    sender = make_sender(line.account, address="50999")
    before = clock.now()
    message = unrouted_assign(message_id=row.pk, sender=sender, actor=world.olga)
    message.refresh_from_db()
    assert (message.account, message.sender, message.action) == (line.account, sender, "opt_out")
    assert message.received_at < before - timedelta(days=2)
    assert Suppression.objects.get(msisdn=PHONE).account == line.account
    assert events(line.account).count("inbound.received") == 1
    with pytest.raises(ConflictError):
        unrouted_assign(message_id=row.pk, sender=sender, actor=world.olga)
    entry = AuditEntry.objects.get(action="inbound.routed")
    assert (entry.account, entry.actor) == (line.account, world.olga)


def test_assigned_question_makes_somebody_wait_from_now(line: Line, world: World) -> None:
    row = nobody(line, at=ago(3 * 86400))
    sender = make_sender(line.account, address="50999")
    unrouted_assign(message_id=row.pk, sender=sender, actor=world.olga)
    wait = ConversationWait.objects.get(account=line.account)
    assert wait.started_at > ago(60)


def test_refusal_to_a_shared_address_is_obeyed_once(line: Line, world: World) -> None:
    other = make_sender(make_account(), address=line.sender.address)
    row = nobody(line, b"STOP", to=line.sender.address)
    assert ReplyOutcome.objects.count() == 2
    unrouted_assign(message_id=row.pk, sender=other, actor=world.olga)
    assert ReplyOutcome.objects.count() == 2
    assert events(other.account).count("inbound.received") == 1
    assert "inbound.received" not in events(line.account)


def test_waiting_ones_are_routed_after_their_sender_is_added(line: Line, world: World) -> None:
    rows = [nobody(line), nobody(line, b"Two"), nobody(line, to="53998")]
    make_sender(line.account, address="50999")
    keys = [row.pk for row in rows]
    assert became(keys, world) == ["given", "given", "unknown_address"]
    assert became(keys, world) == ["unrouted_decided", "unrouted_decided", "unknown_address"]
    assert events(line.account).count("inbound.received") == 2


def became(keys: list[Any], world: World) -> list[str]:
    found = unrouted_route(message_ids=keys, actor=world.olga)
    assert [one.message_id for one in found] == keys
    return [one.refusal.code if one.refusal else "given" for one in found]


def test_what_nobody_alone_has_or_wrote_waits_on_with_its_reason(line: Line, world: World) -> None:
    other = make_sender(make_account(), address=line.sender.address)
    shared = nobody(line, to=line.sender.address)
    inbound_receive([replace(came("50999", b"", **here(line)), deliver=None)])
    unreadable = UnroutedReply.objects.get(reason="unreadable")
    keys = [shared.pk, unreadable.pk, uuid7()]
    assert became(keys, world) == ["shared_address", "unreadable", "unknown_reply"]
    with pytest.raises(NotAllowedError):
        unrouted_route(message_ids=keys, actor=world.bob)
    other.delete()
    assert became([shared.pk], world) == ["given"]


def test_dismissal_wants_a_reason_and_can_be_taken_back(line: Line, world: World) -> None:
    row = nobody(line)
    with pytest.raises(InvalidError) as refused:
        unrouted_dismiss(message_id=row.pk, note=" ", actor=world.olga)
    assert refused.value.field == "note"
    unrouted_dismiss(message_id=row.pk, note="A robot", actor=world.olga)
    with pytest.raises(ConflictError):
        unrouted_assign(message_id=row.pk, sender=line.sender, actor=world.olga)
    unrouted_restore(message_id=row.pk, actor=world.olga)
    assert UnroutedReply.objects.get().state == "waiting"
    with pytest.raises(ConflictError):
        unrouted_restore(message_id=row.pk, actor=world.olga)


def test_only_operators_decide(line: Line, world: World) -> None:
    row = nobody(line)
    for person in (world.alice, world.bob, world.charlie):
        with pytest.raises(NotAllowedError):
            unrouted_dismiss(message_id=row.pk, note="Mine", actor=person)


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_give_it_away_once(world: World) -> None:
    line = make_line()
    row = nobody(line)
    sender = make_sender(line.account, address="50999")

    def assign(_number: int) -> str:
        try:
            unrouted_assign(message_id=row.pk, sender=sender, actor=world.olga)
        except ConflictError as error:
            return error.code
        return "given"

    assert sorted(in_threads(3, assign)) == ["given", "unrouted_decided", "unrouted_decided"]
    assert events(line.account).count("inbound.received") == 1
    connection.close()


# Pages.


def test_operator_gives_it_to_a_sender_on_its_page(line: Line, world: World, browse: Any) -> None:
    row = nobody(line)
    sender = make_sender(line.account, address="50999")
    client = browse(world.olga)
    assert "Hello" in client.get(reverse(LIST)).content.decode()
    page = client.get(reverse("admin:messaging_unroutedreply_change", args=[row.pk]))
    assert "Give it to a sender" in page.content.decode()
    assign = reverse("admin:messaging_unroutedreply_assign", args=[row.pk])
    assert client.get(assign).context["form"].initial["sender"] == sender
    answer = client.post(assign, {"sender": sender.pk}, follow=True).content.decode()
    assert "The reply is in the account&#x27;s inbox." in answer
    assert "Hello" not in answer
    assert InboundMessage.objects.get().account == line.account
    assert list(client.get(reverse(LIST)).context["cl"].result_list) == []


def test_operator_dismisses_and_puts_back_on_its_page(
    line: Line, world: World, browse: Any
) -> None:
    row = nobody(line)
    client = browse(world.olga)
    dismiss = reverse("admin:messaging_unroutedreply_dismiss", args=[row.pk])
    assert "note" in client.post(dismiss, {"note": ""}).context["form"].errors
    client.post(dismiss, {"note": "A robot"})
    client.post(reverse("admin:messaging_unroutedreply_restore", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == "waiting"


def test_operator_routes_several_from_the_list(line: Line, world: World, browse: Any) -> None:
    rows = [nobody(line), nobody(line, to="53998")]
    make_sender(line.account, address="50999")
    form = {"action": "route_together", "_selected_action": [str(row.pk) for row in rows]}
    answer = browse(world.olga).post(reverse(LIST), form, follow=True).content.decode()
    assert "1 reply is in its account&#x27;s inbox." in answer
    assert "1 waits on" in answer


@pytest.mark.parametrize("who", ["alice", "bob", "ines", "charlie"])
def test_accounts_have_no_such_page(line: Line, world: World, browse: Any, who: str) -> None:
    row = nobody(line)
    client = browse(getattr(world, who))
    assert client.get(reverse(LIST)).status_code == 403
    page = reverse("admin:messaging_unroutedreply_change", args=[row.pk])
    assert client.get(page).status_code in {302, 403}
    for name in ("assign", "dismiss", "restore"):
        address = reverse(f"admin:messaging_unroutedreply_{name}", args=[row.pk])
        assert client.post(address, {"note": "x"}).status_code in {302, 403, 404}
    row.refresh_from_db()
    assert row.state == "waiting"


def test_home_page_of_operators_counts_them(line: Line, world: World, browse: Any) -> None:
    client = browse(world.olga)
    assert "Replies to nobody" not in client.get(reverse("admin:index")).content.decode()
    nobody(line)
    page = client.get(reverse("admin:index")).content.decode()
    assert "Replies to nobody: 1 wait" in page
    assert "50999" in page
    assert "No sender has this address" in page
