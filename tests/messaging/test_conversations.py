"""Conversations: begun by a reply, taken care of by people, answered once, escalated in time."""

import json
from datetime import timedelta
from typing import Any

import pytest

from compliance.constants import Role
from compliance.models import User
from compliance.services.rules import rule_packs_load_shipped
from compliance.services.suppressions import suppression_add
from config.common import clock
from config.common.errors import ConflictError, DomainError, InvalidError, NotAllowedError
from messaging.models import (
    Conversation,
    ConversationEntry,
    ConversationWait,
    Event,
    InboundMessage,
    Message,
)
from messaging.selectors.snapshot import snapshots
from messaging.services.conversations import (
    ReplyRequest,
    conversation_assign,
    conversation_close,
    conversation_hand_over,
    conversation_note_add,
    conversation_read,
    conversation_reopen,
    conversation_reply,
    conversation_settle,
    conversation_unread,
    conversations_escalate,
)
from messaging.services.conversations.limits import (
    ResponseLimit,
    response_rule_delete,
    response_rule_save,
)
from messaging.services.inbound import inbound_receive
from routing.models import Sender
from tests.factories import make_member, make_sender, make_template_version
from tests.messaging.api.conftest import make_market
from tests.messaging.hot import make_line
from tests.messaging.talking import PHONE, talk, write_in
from tests.messaging.test_inbound import received
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(world: World) -> Sender:
    snapshots.forget()
    return make_market(world.account, world.advertiser).sender


def answer(conversation: Conversation, actor: User, **values: Any) -> Any:
    request = values.pop("request", None) or ReplyRequest(text="Tomorrow at nine.")
    version = values.pop("version", conversation.version)
    return conversation_reply(
        conversation=conversation, request=request, version=version, actor=actor, **values
    )


def told(account: Any, kind: str) -> list[dict[str, Any]]:
    rows = Event.objects.filter(account=account, type=kind).order_by("sequence")
    return [json.loads(row.body)["data"] for row in rows]


def test_a_reply_from_a_phone_opens_a_conversation_in_the_same_transaction() -> None:
    line = make_line()
    (message,) = inbound_receive([received(line, b"Hello?")])
    conversation = Conversation.objects.get()
    assert conversation.msisdn == message.msisdn
    assert (conversation.state, conversation.unread_count) == ("open", 1)
    assert conversation.waiting_since == message.received_at
    (opened,) = told(line.account, "conversation.opened")
    assert (opened["id"], opened["inbound"]) == (str(conversation.pk), str(message.pk))


def test_further_replies_go_on_in_it_and_wait_since_the_first(sender: Sender) -> None:
    first = write_in(sender)
    write_in(sender, "Hello?")
    conversation = Conversation.objects.get()
    assert (conversation.unread_count, conversation.waiting_since) == (2, first.received_at)
    assert ConversationWait.objects.count() == 1


def test_a_stop_that_was_obeyed_wakes_nobody(sender: Sender) -> None:
    conversation = talk(sender, "STOP", action="opt_out")
    assert (conversation.state, conversation.unread_count) == ("closed", 0)
    assert conversation.waiting_since is None


def test_what_reads_like_a_refusal_waits_for_a_person(sender: Sender) -> None:
    assert talk(sender, "please no more", action="review").waiting_since is not None


def test_each_brand_has_its_own(world: World, sender: Sender) -> None:
    other = make_sender(world.account)
    other.advertiser = world.account.advertisers.create(name="Second brand")
    other.save()
    talk(sender)
    talk(other)
    assert Conversation.objects.filter(account=world.account, msisdn=PHONE).count() == 2


def test_a_reply_to_nobody_makes_none(world: World) -> None:
    message = InboundMessage.objects.create(
        msisdn=PHONE, destination="1", text="x", encoding="gsm7", received_at=clock.now()
    )
    from messaging.services.conversations import conversation_note

    assert conversation_note(message) == []
    assert not Conversation.objects.exists()


def test_an_answer_goes_from_the_sender_the_person_wrote_to(world: World, sender: Sender) -> None:
    conversation = talk(sender)
    sent = answer(conversation, world.alice)
    message = Message.objects.get(pk=sent.message_id)
    assert (message.sender, message.msisdn, message.origin) == (sender, PHONE, "console")
    assert message.message_class == "care"
    conversation.refresh_from_db()
    assert (conversation.version, conversation.waiting_since) == (1, None)
    wait = ConversationWait.objects.get()
    assert (wait.end, wait.answered_by) == ("answered", world.alice)


def test_a_canned_answer_fills_its_slots(world: World, sender: Sender) -> None:
    make_template_version(
        world.account,
        advertiser=world.advertiser,
        slug="eta",
        body="Your order {order} comes tomorrow.",
        slots=[{"name": "order", "max_length": 12, "example": "A-1"}],
    )
    snapshots.forget()
    conversation = talk(sender)
    request = ReplyRequest(template="eta", parameters={"order": "A-7"})
    sent = answer(conversation, world.alice, request=request)
    assert Message.objects.get(pk=sent.message_id).text == "Your order A-7 comes tomorrow."
    conversation.refresh_from_db()
    with pytest.raises(InvalidError):
        answer(conversation, world.alice, request=ReplyRequest(template="eta"))


def test_free_text_needs_the_class_from_the_account(world: World, sender: Sender) -> None:
    world.account.free_text_classes = []
    world.account.save()
    snapshots.forget()
    with pytest.raises(DomainError):
        answer(talk(sender), world.alice)
    assert not Message.objects.exists()


def test_what_rules_would_block_is_refused_at_once(world: World, sender: Sender) -> None:
    rule_packs_load_shipped(actor=None)
    suppression_add(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=PHONE,
        purpose="all",
        source="console",
        reason="phoned us",
        actor=world.bob,
    )
    snapshots.forget()
    with pytest.raises(NotAllowedError) as caught:
        answer(talk(sender), world.alice)
    assert caught.value.code == "reply_blocked"
    assert str(caught.value)
    assert not Message.objects.exists()


def test_the_second_of_two_who_answer_is_told_who_was_first(world: World, sender: Sender) -> None:
    conversation = talk(sender)
    answer(conversation, world.alice)
    with pytest.raises(ConflictError) as caught:
        answer(conversation, world.bob, version=0)
    assert caught.value.code == "answered_meanwhile"
    assert "alice" in str(caught.value)
    assert Message.objects.count() == 1


def test_the_same_form_sends_once(world: World, sender: Sender) -> None:
    conversation = talk(sender)
    first = answer(conversation, world.alice, token="form-1")
    again = answer(conversation, world.alice, token="form-1", version=0)
    assert (first.message_id, again.is_repeated) == (again.message_id, True)
    assert Message.objects.count() == 1


def test_a_stranger_can_do_nothing(world: World, sender: Sender) -> None:
    conversation, stranger = talk(sender), world.charlie
    for act in (
        lambda: answer(conversation, stranger),
        lambda: conversation_assign(conversation=conversation, to=None, actor=stranger),
        lambda: conversation_close(conversation=conversation, actor=stranger),
        lambda: conversation_reopen(conversation=conversation, actor=stranger),
        lambda: conversation_read(conversation=conversation, actor=stranger),
        lambda: conversation_unread(conversation=conversation, actor=stranger),
        lambda: conversation_note_add(conversation=conversation, text="x", actor=stranger),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_it_is_assigned_to_people_of_the_account_alone(world: World, sender: Sender) -> None:
    conversation = talk(sender)
    conversation_assign(conversation=conversation, to=world.bob, actor=world.alice)
    conversation_assign(conversation=conversation, to=world.bob, actor=world.alice)
    (event,) = told(world.account, "conversation.assigned")
    assert (event["assignee"], event["by"]) == ("bob", "alice")
    for person in (world.charlie, world.olga):
        with pytest.raises(InvalidError):
            conversation_assign(conversation=conversation, to=person, actor=world.alice)


def test_it_closes_and_the_next_reply_opens_it_again(world: World, sender: Sender) -> None:
    conversation = talk(sender)
    with pytest.raises(ConflictError):
        conversation_close(conversation=conversation, actor=world.alice, seen=0)
    conversation_close(conversation=conversation, actor=world.alice, seen=1)
    assert ConversationWait.objects.get().end == "closed"
    assert len(told(world.account, "conversation.closed")) == 1
    again = talk(sender, "One more thing")
    assert (again.state, again.unread_count, again.pk) == ("open", 1, conversation.pk)
    assert ConversationWait.objects.count() == 2


def test_reading_leaves_what_came_later_unread(world: World, sender: Sender) -> None:
    seen = talk(sender)
    write_in(sender, "And?")
    conversation_read(conversation=seen, actor=world.alice)
    seen.refresh_from_db()
    assert seen.unread_count == 2
    conversation_read(conversation=seen, actor=world.alice)
    conversation_read(conversation=seen, actor=world.alice)
    seen.refresh_from_db()
    assert seen.unread_count == 0
    conversation_unread(conversation=seen, actor=world.alice)
    seen.refresh_from_db()
    assert seen.unread_count == 1


def test_a_rule_that_answers_ends_the_waiting(sender: Sender) -> None:
    message = write_in(sender)
    conversation_settle(message)
    assert Conversation.objects.get().waiting_since is None
    assert ConversationWait.objects.get().end == "automatic"


def limit(world: World, **values: Any) -> Any:
    known: dict[str, Any] = {"limit_minutes": 30} | values
    return response_rule_save(
        rule=None, account=world.account, limit=ResponseLimit(**known), actor=world.alice
    )


def test_nobody_answers_and_it_is_escalated_once(world: World, sender: Sender) -> None:
    limit(world, escalate_to=world.bob)
    conversation = talk(sender)
    assert conversation.due_at == conversation.waiting_since + timedelta(minutes=30)
    assert conversations_escalate() == 0
    with clock.freeze(clock.now() + timedelta(minutes=31)):
        assert conversations_escalate() == 1
        assert conversations_escalate() == 0
    conversation.refresh_from_db()
    assert (conversation.assignee, conversation.escalated_at is not None) == (world.bob, True)
    (event,) = told(world.account, "conversation.escalated")
    assert event["assignee"] == "bob"
    assert len(told(world.account, "conversation.assigned")) == 1
    answer(conversation, world.bob)
    conversation.refresh_from_db()
    assert conversation.escalated_at is None
    assert ConversationWait.objects.get().escalated_at is not None


def test_an_answer_in_time_is_not_escalated(world: World, sender: Sender) -> None:
    limit(world)
    conversation = talk(sender)
    answer(conversation, world.alice)
    with clock.freeze(clock.now() + timedelta(hours=2)):
        assert conversations_escalate() == 0


def test_the_senders_own_rule_goes_first_and_changes_reach_who_waits(
    world: World, sender: Sender
) -> None:
    limit(world)
    conversation = talk(sender)
    own = limit(world, sender=sender, limit_minutes=5)
    conversation.refresh_from_db()
    assert conversation.due_at == conversation.waiting_since + timedelta(minutes=5)
    response_rule_delete(rule=own, actor=world.alice)
    conversation.refresh_from_db()
    assert conversation.due_at == conversation.waiting_since + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"limit_minutes": 0}, "limit_minutes"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"hours": [["18:00", "08:00"], *[None] * 6]}, "hours"),
    ],
)
def test_a_wrong_rule_names_its_field(world: World, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        limit(world, **values)
    assert caught.value.field == field


def test_a_rule_names_nobody_and_no_sender_of_another_account(world: World) -> None:
    with pytest.raises(InvalidError):
        limit(world, escalate_to=world.charlie)
    with pytest.raises(InvalidError):
        limit(world, sender=make_sender(world.other_account))
    limit(world)
    with pytest.raises(ConflictError):
        limit(world)


def test_a_rule_of_the_account_hands_a_reply_to_a_person(world: World, sender: Sender) -> None:
    message = write_in(sender)
    news = conversation_hand_over(message, to=world.bob, reason="asked for a person")
    assert [one.event_type for one in news] == ["conversation.escalated", "conversation.assigned"]
    assert Conversation.objects.get().assignee == world.bob
    assert ConversationEntry.objects.get(kind="escalated").text == "asked for a person"


def test_who_left_is_not_assigned_any_more(world: World, sender: Sender) -> None:
    gone = make_member(Role.MARKETER, world.account, "gone")
    limit(world, escalate_to=gone)
    gone.is_active = False
    gone.save()
    conversation = talk(sender)
    with clock.freeze(clock.now() + timedelta(minutes=31)):
        conversations_escalate()
    conversation.refresh_from_db()
    assert conversation.escalated_at is not None
    assert conversation.assignee is None


def test_a_later_question_still_waits_when_a_rule_answers_an_earlier_one(sender: Sender) -> None:
    first = write_in(sender)
    write_in(sender, "And when?")
    conversation_settle(first)
    assert Conversation.objects.get().waiting_since is not None
