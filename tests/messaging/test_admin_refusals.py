"""The officer's queue of replies that may be refusals."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from compliance.constants import SuppressionCause
from compliance.models import AuditEntry, ConsentState, Suppression
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from config.common.errors import ConflictError, NotAllowedError
from messaging.models import Message, RefusalReview
from messaging.selectors.snapshot import snapshots
from messaging.services.replies.reviews import review_decide, reviews_decide
from tests.messaging.hot import Line, events, make_line
from tests.messaging.test_replies import IN_FORCE, reply
from tests.world import World

LIST = "admin:messaging_refusalreview_changelist"


@pytest.fixture
def line(db, world: World) -> Line:
    rule_packs_load_shipped(actor=None)
    line = make_line(world.account)
    snapshots.forget()
    return line


def held(line: Line, text: str = "wrong number") -> RefusalReview:
    reply(line, text)
    return RefusalReview.objects.latest("pk")


def page(review: RefusalReview, name: str = "change") -> str:
    return reverse(f"admin:messaging_refusalreview_{name}", args=[review.pk])


def test_hold_becomes_a_refusal_with_a_record(line, world):
    review = held(line)
    review_decide(review=review, is_refusal=True, note="Clear enough", actor=world.bob)
    found = Suppression.objects.get(**IN_FORCE)
    assert (found.cause, found.source) == (SuppressionCause.REFUSAL, "mo")
    record = ConsentState.objects.get().record
    assert (record.action, record.evidence["read_by"]) == ("revoked", world.bob.username)
    assert "consent.revoked" in events(line.account)
    assert Message.objects.filter(origin="system").count() == 1
    assert AuditEntry.objects.filter(action="refusal.confirmed", actor=world.bob).exists()


def test_hold_is_lifted_where_it_is_no_refusal(line, world):
    review = held(line)
    review_decide(review=review, is_refusal=False, note="A joke", actor=world.bob)
    assert not Suppression.objects.filter(**IN_FORCE).exists()
    review.refresh_from_db()
    assert (review.state, review.note, review.decided_by) == ("dismissed", "A joke", world.bob)


def test_hold_stays_while_another_reply_waits_to_be_read(line, world):
    first, second = held(line), held(line, "leave me alone")
    review_decide(review=first, is_refusal=False, actor=world.bob)
    assert Suppression.objects.get(**IN_FORCE).cause == SuppressionCause.HOLD
    review_decide(review=second, is_refusal=False, actor=world.bob)
    assert not Suppression.objects.filter(**IN_FORCE).exists()


def test_what_is_decided_stays_decided(line, world):
    review = held(line)
    review_decide(review=review, is_refusal=True, actor=world.bob)
    with pytest.raises(ConflictError):
        review_decide(review=review, is_refusal=False, actor=world.bob)
    assert Suppression.objects.get(**IN_FORCE).cause == SuppressionCause.REFUSAL


def test_only_an_officer_of_the_account_decides(line, world):
    review = held(line)
    for stranger in (world.alice, world.charlie):
        with pytest.raises(NotAllowedError):
            review_decide(review=review, is_refusal=False, actor=stranger)
    assert Suppression.objects.filter(**IN_FORCE).exists()


def test_several_are_decided_alike_and_those_decided_before_are_counted(line, world):
    reviews = [held(line), held(line, "leave me alone")]
    assert reviews_decide(reviews=reviews, is_refusal=True, actor=world.bob) == (1, 1)


def test_queue_is_for_officers_of_the_account(line, world, browse: Any):
    review = held(line)
    rows = browse(world.bob).get(reverse(LIST)).context["cl"].result_list
    assert [one.pk for one in rows] == [review.pk]
    assert browse(world.alice).get(reverse(LIST)).status_code in {302, 403}
    assert browse(world.charlie).get(page(review)).status_code in {302, 403, 404}


def test_officer_reads_the_conversation_and_the_deadline(line, world, browse: Any):
    line.message(msisdn="84981234567", text="Half price today")
    review = held(line, "wrong number, who is this")
    shown = browse(world.bob).get(page(review)).content.decode()
    for words in ("Half price today", "wrong number, who is this", "left", "It is a refusal"):
        assert words in shown


def test_overdue_replies_stand_on_the_officers_home_and_stay_held(line, world, browse: Any):
    review = held(line)
    past = clock.now() - timedelta(hours=2)
    RefusalReview.objects.filter(pk=review.pk).update(due_at=past)
    shown = browse(world.bob).get(reverse("admin:index")).content.decode()
    assert "1 reply is overdue" in shown
    assert Suppression.objects.filter(**IN_FORCE).exists()


def test_buttons_decide_and_then_go(line, world, browse: Any):
    review = held(line)
    client = browse(world.bob)
    answer = client.post(page(review, "is_none"), {"note": "He meant the taxi"}, follow=True)
    assert "it is no refusal" in answer.content.decode()
    assert client.get(page(review, "is_refusal")).status_code == 200
    client.post(page(review, "is_refusal"), {"note": ""})
    review.refresh_from_db()
    assert review.state == "dismissed"


def test_ticked_replies_are_decided_together(line, world, browse: Any):
    review = held(line)
    form = {"action": "confirm_together", "_selected_action": [review.pk]}
    browse(world.bob).post(reverse(LIST), form)
    review.refresh_from_db()
    assert (review.state, review.decided_by) == ("confirmed", world.bob)


def test_page_of_the_reply_says_what_it_did(line, world, browse: Any):
    message = reply(line, "TC")
    address = reverse("admin:messaging_inboundmessage_change", args=[message.pk])
    shown = browse(world.bob).get(address).content.decode()
    assert "What it did" in shown
    assert "Sent by the system" in shown
    assert "Exact: the keyword alone" in shown
