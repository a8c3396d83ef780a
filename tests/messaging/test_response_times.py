"""Response limits as people set them, and the report of first answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.common import clock
from messaging.constants import WaitEnd
from messaging.models import Conversation, ConversationWait, ResponseRule
from messaging.selectors.response_times import first_answers, percentile, response_report, waits_of
from messaging.selectors.snapshot import snapshots
from messaging.services.conversations import (
    ReplyRequest,
    conversation_reply,
    conversations_escalate,
)
from messaging.services.conversations.limits import ResponseLimit, response_rule_save
from routing.models import Sender
from tests.factories import make_sender
from tests.messaging.api.conftest import make_market
from tests.messaging.talking import talk
from tests.world import World

pytestmark = pytest.mark.django_db

ADD = reverse("admin:messaging_responserule_add")
TIMES = reverse("admin:messaging_conversation_times")
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
OPEN = [["09:00", "17:00"]] * 5 + [None, None]


@pytest.fixture
def sender(world: World) -> Sender:
    return make_sender(world.account, advertiser=world.advertiser)


@pytest.fixture
def alice(world: World, browse: Any) -> Client:
    client: Client = browse(world.alice)
    return client


def waited(sender: Sender, minutes: int, *, by: Any = None, **values: Any) -> ConversationWait:
    """A waiting that began at noon, unless it says something else."""
    start = values.pop("start", NOON)
    end = values.pop("end", WaitEnd.ANSWERED if by else WaitEnd.CLOSED)
    return ConversationWait.objects.create(
        account=sender.account,
        sender=sender,
        started_at=start,
        ended_at=start + timedelta(minutes=minutes) if end else None,
        end=end,
        answered_by=by,
        **values,
    )


def words(answer: Any) -> str:
    return str(answer.content.decode())


def form(world: World, **values: Any) -> dict[str, Any]:
    """As the page posts it: with one account, that is a hidden field."""
    given = {"account": world.account.pk, "limit_minutes": "60", "sender": "", "escalate_to": ""}
    return given | {"zone": ""} | values


def test_nearest_rank() -> None:
    ten = [timedelta(minutes=one) for one in range(1, 11)]
    assert percentile(ten, 90) == timedelta(minutes=9)
    assert percentile(ten[:1], 90) == timedelta(minutes=1)
    assert percentile([], 90) is None


def test_the_report_counts_what_people_answered(world: World, sender: Sender) -> None:
    response_rule_save(
        rule=None,
        account=world.account,
        limit=ResponseLimit(limit_minutes=30),
        actor=world.alice,
    )
    for minutes in (10, 20, 40):
        waited(sender, minutes, by=world.alice)
    waited(sender, 90, by=world.bob, start=NOON + timedelta(days=1), escalated_at=NOON)
    waited(sender, 0, end=WaitEnd.AUTOMATIC)
    waited(sender, 5)
    waited(sender, 0, end="", start=NOON + timedelta(days=1, hours=23, minutes=50))
    waited(sender, 1, by=world.alice, start=NOON - timedelta(days=40))
    other = make_sender(world.other_account, advertiser=world.other_advertiser)
    waited(other, 1, by=world.charlie)
    with clock.freeze(NOON + timedelta(days=2)):
        report = response_report([world.account.pk], zone="UTC")
    total = report.total
    assert (total.answered, total.automatic, total.unanswered, total.waiting) == (4, 1, 1, 1)
    assert (total.median, total.slow) == (timedelta(minutes=30), timedelta(minutes=90))
    # Two answers of the five that are decided came in time; who waits since ten minutes may yet.
    assert (total.in_time, total.limited, total.in_time_percent) == (2, 5, 40)
    assert total.escalated == 1
    assert [(name, one.answered) for name, one in report.by_person] == [("alice", 3), ("bob", 1)]
    assert [(day.isoformat(), one.answered) for day, one in report.by_day] == [
        ("2026-03-06", 0),
        ("2026-03-05", 1),
        ("2026-03-04", 3),
    ]


def test_closed_hours_do_not_count(world: World, sender: Sender) -> None:
    response_rule_save(
        rule=None,
        account=world.account,
        limit=ResponseLimit(limit_minutes=60, zone="UTC", hours=OPEN),
        actor=world.alice,
    )
    friday = datetime(2026, 3, 6, 16, 45, tzinfo=UTC)
    waited(sender, 2 * 24 * 60 + 16 * 60 + 30, by=world.alice, start=friday)  # Monday, 09:15
    with clock.freeze(NOON + timedelta(days=6)):
        report = response_report([world.account.pk], zone="UTC")
    assert report.total.median == timedelta(minutes=30)
    assert report.total.in_time_percent == 100


def test_the_first_answer_is_measured_and_shown(
    world: World, alice: Client, sender: Sender
) -> None:
    conversation = talk(sender, received_at=clock.now() - timedelta(minutes=25))
    ConversationWait.objects.filter(conversation=conversation).update(
        ended_at=clock.now(), end=WaitEnd.ANSWERED, answered_by=world.alice
    )
    (wait,) = waits_of(conversation)
    assert (wait.by, wait.took >= timedelta(minutes=25)) == ("alice", True)
    took = first_answers([conversation])[conversation.pk]
    assert timedelta(minutes=25) <= took < timedelta(minutes=26)
    shown = words(alice.get(reverse("admin:messaging_conversation_changelist")))
    assert "25\xa0minutes" in shown


def test_times_of_one_account_are_not_shown_to_another(
    world: World, browse: Any, sender: Sender
) -> None:
    waited(sender, 10, by=world.alice, start=clock.now() - timedelta(hours=1))
    shown = words(browse(world.alice).get(TIMES))
    assert "10\xa0minutes" in shown
    assert ">alice<" in shown
    theirs = words(browse(world.charlie).get(TIMES, {"account": world.account.pk}))
    assert ">alice<" not in theirs
    assert "Nobody has waited for an answer yet" in theirs
    assert browse(world.olga).get(TIMES).status_code == 403


def test_a_limit_with_opening_hours_is_set_and_changed(
    world: World, alice: Client, sender: Sender
) -> None:
    conversation = talk(sender)
    days = {"day_0": "08:00-18:00", "day_1": "8 – 18", "day_4": "08:30-24:00"}
    answer = alice.post(ADD, form(world, escalate_to=str(world.bob.pk), **days))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    rule = ResponseRule.objects.get()
    assert rule.hours == [
        ["08:00", "18:00"],
        ["08:00", "18:00"],
        None,
        None,
        ["08:30", "24:00"],
        None,
        None,
    ]
    assert (rule.account, rule.escalate_to) == (world.account, world.bob)
    conversation.refresh_from_db()
    assert conversation.due_at is not None
    listed = words(alice.get(reverse("admin:messaging_responserule_changelist")))
    assert "1 hour" in listed
    assert "Monday–Tuesday 08:00-18:00, Friday 08:30-24:00" in listed
    page = reverse("admin:messaging_responserule_change", args=[rule.pk])
    assert 'value="08:30-24:00"' in words(alice.get(page))
    assert alice.post(page, form(world, limit_minutes="15")).status_code == 302
    rule.refresh_from_db()
    assert (rule.limit_minutes, rule.hours) == (15, [])
    delete = reverse("admin:messaging_responserule_delete", args=[rule.pk])
    assert alice.post(delete, {"post": "yes"}).status_code == 302
    assert not ResponseRule.objects.exists()


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"day_2": "soon"}, "day_2", "as 08:00-18:00"),
        ({"day_2": "18-8"}, "day_2", "A day opens before it closes."),
        ({"day_2": "8-25"}, "day_2", "Write times as 08:30"),
        ({"limit_minutes": "0"}, "limit_minutes", "Give between 1 and"),
        ({"zone": "Mars/Olympus"}, "zone", "Mars/Olympus"),
    ],
)
def test_a_wrong_limit_is_explained_at_its_field(
    world: World, alice: Client, values: dict[str, str], field: str, said: str
) -> None:
    answer = alice.post(ADD, form(world, **values))
    assert answer.status_code == 200
    assert said in str(answer.context["adminform"].form.errors[field])
    assert not ResponseRule.objects.exists()


def test_limits_are_the_accounts_own(world: World, browse: Any, alice: Client) -> None:
    alice.post(ADD, form(world))
    page = reverse("admin:messaging_responserule_change", args=[ResponseRule.objects.get().pk])
    assert browse(world.charlie).get(page).status_code in {302, 404}
    reading = browse(world.bob)  # an officer reads it
    assert reading.get(page).status_code == 200
    assert reading.post(page, form(world, limit_minutes="5")).status_code == 403
    offered = alice.get(ADD).context["adminform"].form.fields["escalate_to"].queryset
    assert world.charlie not in offered
    assert world.bob in offered


def test_home_names_who_has_waited_too_long(world: World, browse: Any, sender: Sender) -> None:
    response_rule_save(
        rule=None,
        account=world.account,
        limit=ResponseLimit(limit_minutes=5, escalate_to=world.alice),
        actor=world.alice,
    )
    conversation = talk(sender, received_at=clock.now() - timedelta(minutes=9))
    home = reverse("admin:index")
    assert f"+{conversation.msisdn}" in words(browse(world.alice).get(home))
    conversations_escalate()
    shown = words(browse(world.alice).get(home))
    assert f"+{conversation.msisdn}" in shown
    assert "1 has waited too long." in shown
    assert f"+{conversation.msisdn}" not in words(browse(world.charlie).get(home))


def test_after_an_answer_the_next_question_waits_anew(world: World, sender: Sender) -> None:
    """An answer and what the person writes to it are one conversation with two waits."""
    snapshots.forget()
    sender = make_market(world.account, world.advertiser).sender
    first = talk(sender)
    conversation_reply(
        conversation=first, request=ReplyRequest(text="Yes."), version=0, actor=world.alice
    )
    second = talk(sender, "And in blue?")
    assert (second.pk, second.version, second.unread_count) == (first.pk, 1, 1)
    assert second.waiting_since is not None
    ends = ConversationWait.objects.order_by("pk").values_list("end", flat=True)
    assert list(ends) == ["answered", ""]
    assert Conversation.objects.count() == 1
