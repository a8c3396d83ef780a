"""The inbox and a conversation's page: who sees, answers, hands on and closes what."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.services.rules import rule_packs_load_shipped
from compliance.services.suppressions import suppression_add
from config.common import clock
from messaging.models import Conversation, ConversationEntry, Message
from messaging.selectors.snapshot import snapshots
from messaging.services.conversations import ReplyRequest, conversation_reply
from routing.models import Sender
from tests.factories import make_sender, make_template_version
from tests.messaging.api.conftest import make_market
from tests.messaging.talking import talk, write_in
from tests.world import World

pytestmark = pytest.mark.django_db

LIST = reverse("admin:messaging_conversation_changelist")
THEIRS = "84907654321"


@pytest.fixture
def sender(world: World) -> Sender:
    snapshots.forget()
    return make_market(world.account, world.advertiser).sender


@pytest.fixture
def alice(world: World, browse: Any) -> Client:
    """A marketer of the account."""
    client: Client = browse(world.alice)
    return client


def page(name: str, conversation: Conversation) -> str:
    return reverse(f"admin:messaging_conversation_{name}", args=[conversation.pk])


def words(answer: Any) -> str:
    return str(answer.content.decode())


def act(client: Client, conversation: Conversation, name: str, **values: str) -> Any:
    return client.post(page("act", conversation), {"act": name, **values}, follow=True)


def send(client: Client, conversation: Conversation, **values: str) -> Any:
    given = {"do": "send", "version": str(conversation.version), "token": "t-1"} | values
    return client.post(page("answer", conversation), given, follow=True)


def test_the_list_shows_what_is_unread_who_waits_and_what_was_said(
    alice: Client, sender: Sender
) -> None:
    conversation = talk(sender, "When does my order come?")
    shown = words(alice.get(LIST))
    assert f"+{conversation.msisdn}" in shown
    assert "When does my order come?" in shown
    assert "sbt-unread" in shown
    alice.get(page("change", conversation))
    assert "sbt-unread" not in words(alice.get(LIST))


def test_boxes_hold_what_they_say(world: World, alice: Client, sender: Sender) -> None:
    mine, free, late, closed = (talk(sender, msisdn=f"8498000000{n}") for n in range(4))
    act(alice, mine, "take")
    act(alice, closed, "close", seen="1")
    Conversation.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(minutes=1))
    expected = {
        "": {mine, free, late},
        "waiting": {mine, free, late},
        "overdue": {late},
        "mine": {mine},
        "unassigned": {free, late},
        "closed": {closed},
    }
    for box, rows in expected.items():
        shown = words(alice.get(LIST, {"box": box} if box else {}))
        found = {one for one in (mine, free, late, closed) if f"+{one.msisdn}" in shown}
        assert found == rows, box
    counts = words(alice.get(reverse("admin:messaging_conversation_boxes")))
    assert "sbt-pressing" in counts


def test_a_number_is_found_in_every_box(alice: Client, sender: Sender) -> None:
    closed = talk(sender)
    act(alice, closed, "close", seen="1")
    assert f"+{closed.msisdn}" not in words(alice.get(LIST))
    assert f"+{closed.msisdn}" in words(alice.get(LIST, {"q": "0981 234 567"}))


def test_the_list_tells_that_somebody_has_written_since(alice: Client, sender: Sender) -> None:
    opened = (clock.now() - timedelta(minutes=1)).isoformat()
    boxes = reverse("admin:messaging_conversation_boxes")
    assert "since you opened this list" not in words(alice.get(boxes, {"since": opened}))
    talk(sender)
    assert "since you opened this list" in words(alice.get(boxes, {"since": opened}))
    assert alice.get(boxes, {"since": "yesterday"}).status_code == 200


def test_free_text_is_previewed_and_sent_once(alice: Client, sender: Sender) -> None:
    conversation = talk(sender)
    given = {"template": "-", "text": "Tomorrow at nine.", "do": "part"}
    preview = words(alice.post(page("answer", conversation), given))
    assert "Tomorrow at nine." in preview
    assert "1 segment" in preview
    assert not Message.objects.exists()
    for _attempt in range(2):
        answer = send(alice, conversation, template="-", text="Tomorrow at nine.")
        assert answer.status_code == 200
    assert Message.objects.get().text == "Tomorrow at nine."
    shown = words(alice.get(page("change", conversation)))
    assert "Tomorrow at nine." in shown
    assert "answered by alice" in shown


def test_a_canned_answer_asks_for_its_slots(world: World, alice: Client, sender: Sender) -> None:
    make_template_version(
        world.account,
        advertiser=world.advertiser,
        slug="eta",
        body="Your order {order} comes tomorrow.",
        slots=[{"name": "order", "max_length": 12, "example": "A-1"}],
    )
    snapshots.forget()
    conversation = talk(sender)
    asked = words(alice.get(page("change", conversation), {"template": "eta"}))
    assert "Your order {order} comes tomorrow." in asked
    assert 'name="slot-order"' in asked
    refused = words(send(alice, conversation, template="eta"))
    assert "Nothing was sent." in refused
    assert "order" in refused
    send(alice, conversation, **{"template": "eta", "slot-order": "A-7"})
    assert Message.objects.get().text == "Your order A-7 comes tomorrow."


def test_free_text_is_offered_only_where_it_is_granted(
    world: World, alice: Client, sender: Sender
) -> None:
    conversation = talk(sender)
    assert "Free text" in words(alice.get(page("change", conversation)))
    world.account.free_text_classes = []
    world.account.save()
    snapshots.forget()
    shown = words(alice.get(page("change", conversation)))
    assert "Free text" not in shown
    assert "The account may send templates only." in shown
    send(alice, conversation, template="-", text="Hello")
    assert not Message.objects.exists()


def test_rules_speak_before_anything_is_sent(world: World, alice: Client, sender: Sender) -> None:
    rule_packs_load_shipped(actor=None)
    conversation = talk(sender)
    suppression_add(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=conversation.msisdn,
        purpose="all",
        source="console",
        reason="phoned us",
        actor=world.bob,
    )
    snapshots.forget()
    given = {"template": "-", "text": "Hello", "do": "part"}
    preview = words(alice.post(page("answer", conversation), given))
    assert "Rules do not allow this answer now" in preview
    assert "sb-finding" in preview
    kept = words(send(alice, conversation, template="-", text="Hello there"))
    assert "Nothing was sent." in kept
    assert "Hello there" in kept
    assert not Message.objects.exists()


def test_whoever_comes_second_is_told_and_keeps_the_text(
    world: World, alice: Client, sender: Sender
) -> None:
    conversation = talk(sender)
    conversation_reply(
        conversation=conversation,
        request=ReplyRequest(text="Bob was first."),
        version=0,
        actor=world.bob,
    )
    feed = words(alice.get(page("feed", conversation), {"version": "0"}))
    assert "bob has answered since you opened this page" in feed
    kept = words(send(alice, conversation, template="-", text="Me too."))
    assert "bob has answered meanwhile" in kept
    assert "Me too." in kept
    assert Message.objects.count() == 1
    conversation.refresh_from_db()
    send(alice, conversation, template="-", text="Me too.", token="t-2")
    assert Message.objects.count() == 2


def test_it_is_handed_on_noted_closed_and_opened_again(
    world: World, alice: Client, sender: Sender
) -> None:
    conversation = talk(sender)
    act(alice, conversation, "assign", assignee="bob")
    act(alice, conversation, "note", note="Wants a call.")
    conversation.refresh_from_db()
    assert conversation.assignee == world.bob
    assert "Wants a call." in words(alice.get(page("feed", conversation)))
    act(alice, conversation, "unassign")
    act(alice, conversation, "close", seen="0")
    assert Conversation.objects.values_list("state", "assignee").get() == ("closed", None)
    act(alice, conversation, "reopen")
    answer = act(alice, conversation, "unread")
    assert answer.redirect_chain[-1][0] == LIST
    conversation.refresh_from_db()
    assert (conversation.state, conversation.unread_count) == ("open", 1)


def test_what_is_refused_is_said(world: World, alice: Client, sender: Sender) -> None:
    conversation = talk(sender)
    assert "Choose somebody of the account" in words(
        act(alice, conversation, "assign", assignee="charlie\0")
    )
    assert "Write the note first." in words(act(alice, conversation, "note", note="  "))
    assert "does not know this button" in words(act(alice, conversation, "fly"))
    alice.get(page("change", conversation))
    write_in(sender, "One more thing")
    refused = words(act(alice, conversation, "close", seen="0"))
    assert "has written again meanwhile" in refused
    assert Conversation.objects.get().state == "open"


def test_many_are_taken_and_closed_at_once(world: World, alice: Client, sender: Sender) -> None:
    rows = [talk(sender, msisdn=f"8498000000{n}") for n in range(2)]
    chosen = {"_selected_action": [str(one.pk) for one in rows], "index": 0}
    alice.post(LIST, {"action": "take_together", **chosen})
    assert set(Conversation.objects.values_list("assignee__username", flat=True)) == {"alice"}
    alice.post(LIST, {"action": "close_together", **chosen})
    assert set(Conversation.objects.values_list("state", flat=True)) == {"closed"}


def test_earlier_pages_lose_nothing(alice: Client, sender: Sender) -> None:
    conversation = talk(sender, "The very first")
    for number in range(55):
        ConversationEntry.objects.create(
            conversation=conversation,
            account=conversation.account,
            kind="note",
            at=clock.now() + timedelta(seconds=number),
            text=f"note {number}",
        )
    newest = alice.get(page("change", conversation))
    assert "The very first" not in words(newest)
    earlier = newest.context["earlier"]
    assert "The very first" in words(alice.get(earlier))
    assert alice.get(page("change", conversation), {"before": "nonsense"}).status_code == 200


@pytest.mark.parametrize("name", ["change", "feed", "answer", "act"])
def test_a_stranger_finds_nothing(world: World, browse: Any, sender: Sender, name: str) -> None:
    conversation = talk(sender)
    for person in (world.charlie, world.olga):
        client = browse(person)
        assert client.get(page(name, conversation)).status_code == 404
        given = {"do": "send", "act": "close", "template": "-", "text": "x"}
        assert client.post(page(name, conversation), given).status_code == 404
    conversation.refresh_from_db()
    assert (conversation.state, conversation.unread_count) == ("open", 1)
    assert not Message.objects.exists()


def test_each_account_has_its_own_list(world: World, browse: Any, sender: Sender) -> None:
    other = make_sender(world.other_account, advertiser=world.other_advertiser)
    talk(sender)
    talk(other, "Theirs", msisdn=THEIRS)
    shown = words(browse(world.charlie).get(LIST))
    assert "Theirs" in shown
    assert "When does it come?" not in shown
    boxes = words(browse(world.charlie).get(reverse("admin:messaging_conversation_boxes")))
    assert boxes.count(">1<") >= 1
