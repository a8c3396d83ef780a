"""Questions of rules: asked, answered by the next reply, asked again, and ended by time.

A question is a template with its answers, or a code that is sent and held against the next reply
that has one (`messaging.services.keyword_rules.codes`). At most one question of a sender waits for a number; everything happens under the lock of the
number's replies, so that an answer and the end of its time never both count.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from config.common import clock, logs
from messaging.constants import KeywordOutcome, QuestionState
from messaging.keyword_rules import CodeQuestion, PlanError, Question
from messaging.keyword_rules.plans import question_of
from messaging.models import InboundMessage, KeywordQuestion
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.services.events import event_append
from messaging.services.keyword_rules.codes import (
    VERIFICATION,
    VERIFY,
    Held,
    code_hold,
    code_lives_until,
    code_send,
    is_approved,
)
from messaging.services.keyword_rules.deeds import Deed
from messaging.services.keyword_rules.steps import guarded, may_talk, steps_do, template_send
from messaging.services.replies.acting import replies_lock

log = logs.get_logger(__name__)

ASK: Final = "ask"
_BATCH: Final = 200
_BUDGET_SECONDS: Final = 20.0
_UNREADABLE: Final = gettext_noop("The question cannot be read any more.")


def question_ask(
    deed: Deed, question: Question | CodeQuestion, stored: Mapping[str, object]
) -> None:
    """Asks, and waits for the answer; an older question of the sender to the number is over."""
    do = VERIFY if isinstance(question, CodeQuestion) else ASK
    if not deed.is_person:
        deed.results.skipped(do, "no_person")
    elif may_talk(deed, do):
        guarded(deed, do, lambda: _ask(deed, question, stored))


def _ask(deed: Deed, question: Question | CodeQuestion, stored: Mapping[str, object]) -> None:
    if isinstance(question, CodeQuestion):
        found = code_send(deed, question)
        if found is not None:
            (sent,) = found.sent.all()
            values = {**deed.values, VERIFICATION: str(found.pk)}
            _wait(deed, stored, values, sent.message_id, found.expires_at)
        return
    message_id = template_send(deed, question.template, question.parameters)
    due_at = deed.now + timedelta(minutes=question.timeout_minutes)
    _wait(deed, stored, deed.values, message_id, due_at)
    deed.results.done(ASK, template=question.template, message=str(message_id))


def _wait(
    deed: Deed,
    stored: Mapping[str, object],
    values: Mapping[str, str],
    asked_id: UUID,
    due_at: datetime,
) -> None:
    _settle(_waiting(deed.sender.pk, deed.msisdn), QuestionState.REPLACED)
    deed.question = KeywordQuestion.objects.create(
        account_id=deed.sender.account_id,
        sender=deed.sender,
        rule_id=deed.rule_id,
        rule_name=deed.rule_name,
        msisdn=deed.msisdn,
        message=deed.message,
        question=stored,
        values=dict(values),
        language=deed.language,
        asked_id=asked_id,
        asked_at=deed.now,
        due_at=due_at,
    )


def question_waiting(sender_id: int, msisdn: str) -> KeywordQuestion | None:
    """The question whose time is not over; what is, ends by its own way."""
    return _waiting(sender_id, msisdn).filter(due_at__gt=clock.now()).first()


def questions_cancel(sender_ids: list[int], msisdn: str) -> None:
    """The person refused: nothing is waited for any more."""
    waiting = KeywordQuestion.objects.filter(
        sender__in=sender_ids, msisdn=msisdn, state=QuestionState.WAITING
    )
    _settle(waiting, QuestionState.CANCELED)


def question_answer(
    row: KeywordQuestion, message: InboundMessage, snapshot: Snapshot, *, is_unclear: bool
) -> Deed | None:
    """What the next reply makes of a question: its answer, or (where `is_unclear` allows that)
    no answer, so that it is asked again or ends. None where the reply is not for it."""
    deed = _deed(row, message, snapshot)
    question = _read(row, deed)
    if question is None:
        return deed
    if isinstance(question, CodeQuestion):
        return _code_answer(row, deed, question, message)
    answer = question.answer_of(message.text)
    if answer is not None:
        deed.values = {**deed.values, "answer": answer.name, "text": message.text.strip()}
        deed.matched = answer.name
        _settle_one(row, QuestionState.ANSWERED, answer=answer.name)
        steps_do(deed, answer.steps)
        deed.keep(KeywordOutcome.ANSWERED)
        return deed
    if not is_unclear:
        return None
    if row.repeated < question.repeats and _repeat(deed, row, question):
        deed.keep(KeywordOutcome.REPEATED)
        return deed
    deed.values = {**deed.values, "text": message.text.strip()}
    _settle_one(row, QuestionState.UNCLEAR)
    steps_do(deed, question.unclear_steps)
    deed.keep(KeywordOutcome.UNCLEAR)
    return deed


def _code_answer(
    row: KeywordQuestion, deed: Deed, question: CodeQuestion, message: InboundMessage
) -> Deed | None:
    """Only a reply with a code is for it: while it waits, the account's other words work."""
    held = code_hold(deed, row, message.text)
    if held == Held.NO_CODE:
        return None
    deed.matched = held.value
    if held == Held.OVER:
        _settle_one(row, QuestionState.ELSEWHERE)
        return None
    if held == Held.WRONG:
        deed.keep(KeywordOutcome.WRONG_CODE)
        return deed
    # The code is spent; it is no value for texts and events.
    deed.values = {**deed.values, "answer": held.value}
    _settle_one(row, QuestionState.ANSWERED, answer=held.value)
    is_approved_now = held == Held.APPROVED
    steps_do(deed, question.approved_steps if is_approved_now else question.failed_steps)
    deed.keep(KeywordOutcome.ANSWERED)
    return deed


def _repeat(deed: Deed, row: KeywordQuestion, question: Question) -> bool:
    """Whether the question was asked once more."""

    def ask() -> None:
        message_id = template_send(deed, question.template, question.parameters)
        row.repeated, row.asked_id = row.repeated + 1, message_id
        row.due_at = deed.now + timedelta(minutes=question.timeout_minutes)
        row.save(update_fields=["repeated", "asked_id", "due_at"])
        deed.results.done(ASK, template=question.template, message=str(message_id))

    return may_talk(deed, ASK) and guarded(deed, ASK, ask)


def questions_end() -> dict[str, int]:
    """Ends questions whose time is over, each in a transaction of its own with what follows."""
    ended = failed = 0
    until = time.monotonic() + _BUDGET_SECONDS
    due = KeywordQuestion.objects.filter(state=QuestionState.WAITING, due_at__lte=clock.now())
    for pk, msisdn in list(due.order_by("due_at").values_list("pk", "msisdn")[:_BATCH]):
        try:
            ended += _end(pk, msisdn)
        except DatabaseError:  # the next turn tries again; the others go on
            log.exception("a question could not be ended", extra={"question": pk})
            failed += 1
        if time.monotonic() > until:
            break
    return {"ended": ended, "failed": failed}


@transaction.atomic
def _end(pk: int, msisdn: str) -> int:
    replies_lock(msisdn)
    row = (
        KeywordQuestion.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("sender__account", "sender__advertiser", "message")
        .filter(pk=pk, state=QuestionState.WAITING, due_at__lte=clock.now())
        .first()
    )
    if row is None:
        return 0
    deed = _deed(row, row.message, snapshots.current())
    question = _read(row, deed)
    if isinstance(question, CodeQuestion):
        _end_code(row, deed, question)
    elif question is not None:
        _settle_one(row, QuestionState.TIMED_OUT)
        steps_do(deed, question.timeout_steps)
        deed.keep(KeywordOutcome.TIMED_OUT)
    with connection.cursor() as cursor:
        for news in deed.news:
            event_append(
                cursor,
                account_id=news.account_id,
                event_type=news.event_type,
                at=deed.now,
                data=news.data,
            )
    return 1


def _end_code(row: KeywordQuestion, deed: Deed, question: CodeQuestion) -> None:
    """A code that was sent again lives longer; one that was entered elsewhere has not failed."""
    lives_until = code_lives_until(row)
    if lives_until is not None and lives_until > deed.now:
        row.due_at = lives_until
        row.save(update_fields=["due_at"])
    elif is_approved(row):
        _settle_one(row, QuestionState.ELSEWHERE)
    else:
        _settle_one(row, QuestionState.TIMED_OUT)
        steps_do(deed, question.failed_steps)
        deed.keep(KeywordOutcome.TIMED_OUT)


def _deed(row: KeywordQuestion, message: InboundMessage, snapshot: Snapshot) -> Deed:
    return Deed(
        message=message,
        sender=row.sender,
        snapshot=snapshot,
        now=clock.now(),
        rule_id=row.rule_id,
        rule_name=row.rule_name,
        values=dict(row.values),
        language=row.language,
        question=row,
    )


def _read(row: KeywordQuestion, deed: Deed) -> Question | CodeQuestion | None:
    try:
        return question_of(row.question)
    except PlanError:
        deed.results.failed(ASK, "unreadable", _UNREADABLE)
        _settle_one(row, QuestionState.UNCLEAR)
        deed.keep(KeywordOutcome.UNCLEAR)
        return None


def _waiting(sender_id: int, msisdn: str) -> QuerySet[KeywordQuestion]:
    return (
        KeywordQuestion.objects.filter(sender=sender_id, msisdn=msisdn, state=QuestionState.WAITING)
        .select_related("sender__account", "sender__advertiser")
        .order_by("-id")
    )


def _settle(rows: QuerySet[KeywordQuestion], state: QuestionState) -> None:
    """What the replies gave is forgotten with it."""
    rows.order_by().update(state=state, settled_at=clock.now(), values={})


def _settle_one(row: KeywordQuestion, state: QuestionState, *, answer: str = "") -> None:
    row.state, row.settled_at, row.answer, row.values = state, clock.now(), answer, {}
    row.save(update_fields=["state", "settled_at", "answer", "values"])
