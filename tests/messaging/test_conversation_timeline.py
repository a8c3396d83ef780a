"""The timeline: every kind in one order, in pages that neither lose nor repeat an entry."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from compliance.services.consent import consent_record
from compliance.services.suppressions import suppression_add
from config.common import clock
from config.common.ids import uuid7_floor
from messaging import conversation_kinds as kinds
from messaging.models import Conversation, ReplyOutcome
from messaging.selectors import conversation_timeline
from messaging.selectors.conversation_timeline import Mark, TimelineEntry, timeline
from messaging.selectors.snapshot import snapshots
from messaging.services.conversations import (
    ReplyRequest,
    conversation_assign,
    conversation_close,
    conversation_note_add,
    conversation_reply,
)
from routing.models import Sender
from tests.factories import make_message, make_review, make_sender
from tests.messaging.api.conftest import make_market
from tests.messaging.talking import PHONE, talk, write_in
from tests.world import World

pytestmark = pytest.mark.django_db
# Early today: there are partitions for today and for days to come.
EARLY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=123_456)


@pytest.fixture
def sender(world: World) -> Sender:
    snapshots.forget()
    return make_market(world.account, world.advertiser).sender


def sent(sender: Sender, at: datetime, **values: Any) -> Any:
    """A message of a moment: ids say when."""
    key = uuid.UUID(int=uuid7_floor(at).int + uuid.uuid4().int % 2**60)
    known = {"sender": sender, "advertiser": sender.advertiser, "msisdn": PHONE, "created_at": at}
    return make_message(sender.account, id=key, **(known | values))


def walked(conversation: Conversation, limit: int) -> list[TimelineEntry]:
    """All pages, one after the other, by cursors as text."""
    found: list[TimelineEntry] = []
    before: Mark | None = None
    while True:
        page = timeline(conversation, before=before, limit=limit)
        found += page
        if len(page) < limit:
            return found
        before = Mark.parse(str(page[-1].mark))


@pytest.fixture
def talked(world: World, sender: Sender) -> Conversation:
    """Something of every kind."""
    sent(sender, EARLY, status="delivered", failure_reason="handset", done_at=EARLY)
    conversation = talk(sender, "How much?")
    conversation_reply(
        conversation=conversation,
        request=ReplyRequest(text="Twelve."),
        version=0,
        actor=world.alice,
    )
    shared: dict[str, Any] = {
        "account": world.account,
        "advertiser": world.advertiser,
        "msisdn": PHONE,
        "purpose": "marketing",
        "actor": world.bob,
    }
    consent_record(
        **shared, action="granted", method="form", source="Shop", evidence={}, given_at=EARLY
    )
    suppression_add(**shared, source="console", reason="phoned us")
    reply = write_in(sender, "stop that", action="review")
    ReplyOutcome.objects.create(
        message=reply,
        account=world.account,
        advertiser=world.advertiser,
        msisdn=PHONE,
        deed="held",
        created_at=clock.now(),
    )
    make_review(reply, world.advertiser)
    conversation_note_add(conversation=conversation, text="Call her.", actor=world.alice)
    conversation_assign(conversation=conversation, to=world.bob, actor=world.alice)
    return conversation_close(conversation=conversation, actor=world.bob)


def test_every_kind_stands_in_one_line(talked: Conversation) -> None:
    found = timeline(talked)
    assert {one.kind for one in found} == {
        kinds.MESSAGE,
        kinds.REPLY,
        kinds.CONSENT,
        kinds.REFUSAL,
        kinds.REVIEW,
        kinds.NOTE,
        kinds.ASSIGNED,
        kinds.CLOSED,
    }
    assert [one.mark for one in found] == sorted((one.mark for one in found), reverse=True)
    answer = next(one for one in found if one.text == "Twelve.")
    assert (answer.by, answer.data["origin"]) == ("alice", "console")
    first = next(one for one in found if one.kind == kinds.MESSAGE and one.by == "")
    assert (first.data["status"], first.data["delivery_proof"]) == ("delivered", "handset")
    held = next(one for one in found if one.text == "stop that")
    assert held.data["deeds"] == ["held"]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 50])
def test_pages_lose_and_repeat_nothing(talked: Conversation, limit: int) -> None:
    whole = timeline(talked, limit=200)
    assert [one.id for one in walked(talked, limit)] == [one.id for one in whole]


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_entries_of_one_moment_are_cut_between(sender: Sender, limit: int) -> None:
    for step in range(3):
        moment = EARLY + timedelta(milliseconds=step // 2)
        sent(sender, moment)
        sent(sender, moment.replace(microsecond=moment.microsecond // 1000 * 1000))
        write_in(sender, f"{step}", received_at=moment)
        write_in(sender, f"{step} too", received_at=moment)
    conversation = Conversation.objects.get()
    found = walked(conversation, limit)
    assert len({one.id for one in found}) == len(found) == 12
    assert [one.mark for one in found] == sorted((one.mark for one in found), reverse=True)


def test_others_words_are_not_in_it(world: World, sender: Sender) -> None:
    """Another brand's, another account's, another person's."""
    conversation = talk(sender)
    second = make_sender(world.account, advertiser=world.account.advertisers.create(name="Second"))
    foreign = make_sender(world.other_account, advertiser=world.other_advertiser)
    for other in (second, foreign):
        sent(other, EARLY, text="not for this line")
        write_in(other, "not for this line")
    sent(sender, EARLY, msisdn="84981111111", text="not for this line")
    assert [one.text for one in timeline(conversation)] == ["When does it come?"]


def test_a_page_opens_no_days_that_are_too_late(sender: Sender) -> None:
    """And finds its messages by the index on numbers, also where no day is left out."""
    conversation = talk(sender)
    sent(sender, EARLY)
    before = Mark(EARLY, kinds.NOTE, str(uuid.uuid4()))
    with connection.execute_wrapper(recorded := Recorded()):
        timeline(conversation, before=before)
    statement, parameters = next(one for one in recorded.seen if "messaging_message" in one[0])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    later = f"messaging_message_{EARLY + timedelta(days=2):%Y%m%d}"
    assert "msisdn" in plan
    assert later not in plan


class Recorded:
    """The statements that run."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen.append((sql, params))
        return execute(sql, params, many, context)


def test_another_app_brings_a_kind_of_its_own(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = dict(conversation_timeline._sources)
    monkeypatch.setattr(conversation_timeline, "_sources", sources)
    mark = Mark(clock.now() + timedelta(minutes=1), "visit", "1")
    conversation_timeline.register(
        "visit", lambda scope, before, limit: [TimelineEntry(mark, "1", "at the till")]
    )
    assert timeline(talk(sender))[0].kind == "visit"
    assert str(kinds.kind_of("visit").title) == "visit"


def test_a_page_takes_few_queries(
    sender: Sender, talked: Conversation, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(11):
        timeline(talked)
