import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from compliance.constants import DataKind
from compliance.models import AuditEntry, RetentionMark, RetentionPolicy, RetentionRun
from compliance.services import retention
from compliance.services.retention import Span
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from config.common.ids import uuid7_floor
from messaging.constants import EventType, MessageStatus
from messaging.models import Event, InboundMessage, Message, Segment
from messaging.services.events import event_append
from messaging.services.retention import days_drop, messages_remove, otp_texts_forget, texts_forget
from tests.factories import make_account, make_inbound, make_message
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def packs(db: None) -> None:
    rule_packs_load_shipped(actor=None)
    with connection.cursor() as cursor:  # thirty hours ago may be the day before yesterday
        cursor.execute("SELECT create_day_partitions(current_date - 3, current_date)")


def ago(**span: Any) -> datetime:
    return clock.now() - timedelta(**span)


def message(world: World, at: datetime, **overrides: Any) -> Message:
    values = {"account": world.account, "status": MessageStatus.DELIVERED, "created_at": at}
    return make_message(id=uuid7_floor(at), **(values | overrides))


def span(world: World, before: datetime, country: str = "VN", **overrides: Any) -> Span:
    values = {"others": ("VN",), "after": None} | overrides
    return Span(world.account.pk, country, before=before, **values)


def text_of(one: Message) -> str:
    return str(Message.objects.get(pk=one.pk).text)


def run(*, is_rehearsal: bool = False) -> RetentionRun:
    started = retention.run_start(is_rehearsal=is_rehearsal, actor=None)
    return retention.run_execute(started.pk)


def test_texts_of_their_class_go_and_the_record_stays(world: World) -> None:
    code = message(world, ago(hours=30), message_class="otp", metadata={"order": "A1"})
    notice = message(world, ago(hours=30), message_class="transactional")
    assert otp_texts_forget(span(world, ago(days=1)), is_rehearsal=False).rows == 1
    assert (text_of(code), Message.objects.get(pk=code.pk).metadata) == ("", None)
    assert Message.objects.get(pk=code.pk).status == MessageStatus.DELIVERED
    assert text_of(notice)


def test_a_rehearsal_counts_and_takes_nothing(world: World) -> None:
    one = message(world, ago(hours=30), message_class="otp")
    assert otp_texts_forget(span(world, ago(days=1)), is_rehearsal=True).rows == 1
    assert text_of(one)


@pytest.mark.parametrize(("country", "rows"), [("VN", 0), ("", 1)])
def test_a_country_without_a_word_of_its_own_is_one_of_the_others(
    world: World, country: str, rows: int
) -> None:
    message(world, ago(hours=30), message_class="care", country="KH")
    assert texts_forget(span(world, ago(days=1), country), is_rehearsal=False).rows == rows


def test_what_still_waits_keeps_its_text_until_the_next_run(world: World) -> None:
    made = ago(hours=30).replace(microsecond=0)
    waiting = message(world, made, message_class="care", status=MessageStatus.SCHEDULED)
    done = texts_forget(span(world, ago(days=1)), is_rehearsal=False)
    assert (done.rows, done.through) == (0, made)
    Message.objects.filter(pk=waiting.pk).update(status=MessageStatus.DELIVERED)
    again = span(world, ago(days=1), after=done.through)
    assert texts_forget(again, is_rehearsal=False).rows == 1


def test_another_accounts_texts_are_not_touched(world: World) -> None:
    other = message(world, ago(hours=30), message_class="otp", account=world.other_account)
    otp_texts_forget(span(world, ago(days=1)), is_rehearsal=False)
    assert text_of(other)


def test_a_message_goes_with_its_segments_events_and_reference(world: World) -> None:
    at = ago(hours=20)
    one, kept = message(world, at), message(world, ago(hours=2))
    for row in (one, kept):
        Segment.objects.create(
            day=int(row.created_at.timestamp()) // 86_400,
            message_id=row.pk,
            number=1,
            total=1,
            carrier_id=1,
            bind_id=1,
            smsc_message_id=str(row.pk),
            status="delivered",
            sent_at=row.created_at,
        )
        Event.objects.create(
            id=uuid7_floor(row.created_at + timedelta(seconds=2)),
            account_id=world.account.pk,
            sequence=row.created_at.timestamp(),
            type="message.sent",
            message_id=row.pk,
            at=row.created_at,
            body="{}",
        )
    assert messages_remove(span(world, ago(hours=10)), is_rehearsal=False).rows == 1
    assert list(Message.objects.values_list("pk", flat=True)) == [kept.pk]
    assert list(Segment.objects.values_list("message_id", flat=True)) == [kept.pk]
    assert list(Event.objects.values_list("message_id", flat=True)) == [kept.pk]


def test_texts_of_replies_go_from_the_event_log_too(world: World) -> None:
    reply = make_inbound(
        account=world.account, sender=None, text="Khi nào giao hàng?", received_at=ago(days=400)
    )
    with connection.cursor() as cursor:
        event_append(
            cursor,
            account_id=world.account.pk,
            event_type=EventType.INBOUND_RECEIVED,
            at=clock.now(),
            data={"id": str(reply.pk), "text": reply.text},
        )
    InboundMessage.objects.filter(pk=reply.pk).update(received_at=ago(seconds=1))
    from_now = span(world, clock.now() + timedelta(seconds=1))
    assert retention.removers.removers()["reply_text"](from_now, is_rehearsal=False).rows == 1
    assert InboundMessage.objects.get(pk=reply.pk).text == ""
    assert json.loads(Event.objects.get(type="inbound.received").body)["data"]["text"] is None


def test_a_run_reports_what_it_removed_and_marks_how_far_it_came(world: World) -> None:
    message(world, ago(hours=30), message_class="otp")
    rehearsed, real = run(is_rehearsal=True), run()
    assert rehearsed.rows == real.rows == 1
    (line,) = real.lines
    assert (line["account"], line["kind"], line["country"]) == (
        world.account.pk,
        DataKind.OTP_TEXT,
        "VN",
    )
    mark = RetentionMark.objects.get(account=world.account, kind="otp_text", country="VN")
    assert mark.through == datetime.fromisoformat(line["before"])
    assert run().rows == 0
    assert AuditEntry.objects.filter(action="retention.done").count() == 3


def test_two_runs_do_not_go_on_at_once(world: World) -> None:
    retention.run_start(is_rehearsal=True, actor=None)
    with pytest.raises(ConflictError):
        retention.run_start(is_rehearsal=False, actor=None)


def test_the_night_starts_one_run_a_day_and_takes_up_a_lost_one(world: World) -> None:
    assert retention.runs_start_nightly()
    assert not retention.runs_start_nightly()
    lost = RetentionRun.objects.get()
    RetentionRun.objects.update(progress_at=ago(hours=1), started_at=ago(hours=1))
    assert retention.runs_start_nightly()
    assert RetentionRun.objects.get() == lost


def test_the_accounts_own_word_counts_before_the_platforms(world: World) -> None:
    second = make_account()
    for account, days in ((None, 10), (world.account, 40)):
        retention.policy_set(
            account=account, country="", kind="text", days=days, note="house rule", actor=None
        )
    old = message(world, ago(days=1), message_class="care")
    Message.objects.filter(pk=old.pk).update(created_at=ago(days=1))
    lines = {
        (one.account_id, one.kept.days, one.kept.word)
        for one in retention.runs.keepings()
        if one.kind == "text" and one.country == "VN"
    }
    assert (world.account.pk, 40, "account") in lines
    assert (second.pk, 10, "platform") in lines


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"kind": "nonsense"}, "unknown_choice"),
        ({"country": "Vietnam"}, "invalid_country"),
        ({"note": " "}, "note_missing"),
        ({"days": 0}, "retention_too_short"),
        ({"days": 99_999}, "retention_too_long"),
        ({"kind": "evidence", "country": "VN", "days": 364}, "retention_too_short"),
    ],
)
def test_a_policy_that_cannot_hold_is_refused(
    world: World, values: dict[str, Any], code: str
) -> None:
    given: dict[str, Any] = {"country": "", "kind": "text", "days": 30, "note": "asked"}
    with pytest.raises(InvalidError) as caught:
        retention.policy_set(account=world.account, actor=world.bob, **(given | values))
    assert caught.value.code == code
    assert not RetentionPolicy.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_day_nobody_keeps_goes_as_a_whole(world: World) -> None:
    old = ago(days=3).replace(hour=12)
    with connection.cursor() as cursor:
        cursor.execute("SELECT create_day_partitions(%s, %s)", [old.date(), old.date()])
    message(world, old)
    assert days_drop(old) == {}
    assert days_drop(old + timedelta(days=1))[world.account.pk] == 1
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_day_with_a_message_on_its_way_stays(world: World) -> None:
    old = ago(days=4).replace(hour=12)
    with connection.cursor() as cursor:
        cursor.execute("SELECT create_day_partitions(%s, %s)", [old.date(), old.date()])
    message(world, old, status=MessageStatus.SCHEDULED)
    assert days_drop(old + timedelta(days=1)) == {}
    assert Message.objects.exists()
