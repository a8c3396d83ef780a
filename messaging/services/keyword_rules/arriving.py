"""An account's keyword rules on a reply that arrives: the step between conversations and event.

Everything happens in the transaction that stores the reply, so that it is done once or not at
all, whatever dies; messages leave by the dispatch queue like any other.
"""

from collections.abc import Sequence

from config.common import clock
from messaging.constants import KeywordOutcome, QuestionState, ReplyDeed
from messaging.keyword_rules import CodeQuestion, Fit, Plan, Reading, Reply
from messaging.keyword_rules.model import ANY
from messaging.models import InboundMessage, KeywordHit, KeywordQuestion, KeywordRule, ReplyOutcome
from messaging.selectors.keyword_rules import book_of
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.services.keyword_rules.codes import VERIFY
from messaging.services.keyword_rules.deeds import Deed
from messaging.services.keyword_rules.questions import (
    ASK,
    question_answer,
    question_ask,
    question_waiting,
    questions_cancel,
)
from messaging.services.keyword_rules.steps import steps_do
from messaging.services.replies.acting import replies_lock
from messaging.services.replies.addressees import Addressee
from messaging.services.replies.answers import wording_language
from messaging.services.replies.arrival import Arrival
from messaging.services.replies.effects import News


def keyword_rules_act(arrival: Arrival) -> None:
    """Answers a question that waits, or does what the account's first fitting rule says; the
    events are appended to the arrival's. Compliance keywords always win."""
    candidates = _candidates(arrival)
    if not candidates:
        return
    if is_taken(arrival):
        _leave_in_peace(arrival, candidates)
        return
    if arrival.is_amended:
        return
    snapshot = snapshots.current()
    for one in candidates:
        if _is_done(arrival, one, snapshot):
            _own(arrival, one)
            return


def keyword_rules_concern(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Those that a rule or a question may be for, in two queries: most accounts have no rules.
    Under the locks of their numbers, so that nobody asks them anything meanwhile."""
    concerned = [
        (arrival, {one.sender for one in (*_candidates(arrival), *arrival.addressees.acting)})
        for arrival in arrivals
    ]
    senders = {sender for _arrival, several in concerned for sender in several}
    accounts = {sender.account_id for sender in senders}
    rules = KeywordRule.objects.filter(account__in=accounts).order_by()
    ruled = set(rules.values_list("account_id", flat=True).distinct())
    waiting = KeywordQuestion.objects.filter(
        sender__in=senders,
        msisdn__in={arrival.message.msisdn for arrival in arrivals},
        state=QuestionState.WAITING,
    )
    asked = set(waiting.values_list("sender_id", "msisdn"))
    return [
        arrival
        for arrival, several in concerned
        if any(
            one.account_id in ruled or (one.pk, arrival.message.msisdn) in asked for one in several
        )
    ]


def _is_done(arrival: Arrival, one: Addressee, snapshot: Snapshot) -> bool:
    """Whether a question or a rule of this account took the reply."""
    message, sender_id = arrival.message, one.sender.pk
    book = book_of(one.sender.account_id)
    if book is None and question_waiting(sender_id, message.msisdn) is None:
        return False
    replies_lock(message.msisdn)
    language, reading = language_of(snapshot, one), Reading(None)
    if book is not None:
        reading = book.read(Reply(message.text, sender_id, message.received_at, language))
    if _is_answer(arrival, one, snapshot, reading):
        return True
    _shadows_keep(message, one, reading.shadows)
    if reading.winner is None:
        return False
    arrival.news += _act(message, one, snapshot, reading.winner, language)
    return True


def _is_answer(arrival: Arrival, one: Addressee, snapshot: Snapshot, reading: Reading) -> bool:
    """Whether the reply is for a question that waits: its answer, or an unclear one where no
    other rule knows the word. Looked up under the lock: another reply may just have answered."""
    question = question_waiting(one.sender.pk, arrival.message.msisdn)
    if question is None:
        return False
    is_unclear = reading.winner is None or reading.winner.rule.kind == ANY
    answered = question_answer(question, arrival.message, snapshot, is_unclear=is_unclear)
    if answered is None:
        return False
    arrival.news += answered.news
    return True


def is_taken(arrival: Arrival) -> bool:
    """Whether a compliance keyword has acted. A bare “yes” that nothing had asked for is free:
    it may be the answer to a question of a rule."""
    if not arrival.is_settled:
        return False
    if not arrival.match.is_answer:
        return True
    done = ReplyOutcome.objects.filter(message=arrival.message).exclude(deed=ReplyDeed.NOTHING)
    return done.exists()


def language_of(snapshot: Snapshot, one: Addressee) -> str:
    """The language in which the person was written to last; "" where nobody can tell."""
    found = wording_language(snapshot, one.version_id, one.text)
    return found[0].partition("-")[0] if found else ""


def _candidates(arrival: Arrival) -> Sequence[Addressee]:
    """The owner of the reply alone; of several that hold the address and of whom nobody wrote
    lately, each in turn: the first whose rule fits has it."""
    addressees = arrival.addressees
    if addressees.owner is None:
        return addressees.acting
    own = [one for one in addressees.acting if one.sender.pk == addressees.owner.pk]
    return own or [Addressee(addressees.owner)]


def _leave_in_peace(arrival: Arrival, candidates: Sequence[Addressee]) -> None:
    if arrival.match.action == "opt_out":
        acting = [one.sender.pk for one in (*arrival.addressees.acting, *candidates)]
        questions_cancel(acting, arrival.message.msisdn)


def _own(arrival: Arrival, one: Addressee) -> None:
    """A reply to an address that several hold belongs to the one whose rule knew the word."""
    message = arrival.message
    if message.account_id is None:
        message.account, message.sender = one.sender.account, one.sender
        message.save(update_fields=["account", "sender"])


def _act(
    message: InboundMessage, one: Addressee, snapshot: Snapshot, fit: Fit, language: str
) -> list[News]:
    rule = fit.rule
    # Held until the end of the transaction: it is not deleted under what names it.
    held = KeywordRule.objects.select_for_update(no_key=True).filter(pk=rule.id)
    deed = Deed(
        message=message,
        sender=one.sender,
        snapshot=snapshot,
        now=clock.now(),
        rule_id=held.values_list("pk", flat=True).first(),
        rule_name=rule.name,
        values={**fit.values, "number": f"+{message.msisdn}"},
        language=language,
        matched=fit.phrase,
    )
    steps_do(deed, rule.plan.steps)
    if rule.plan.question is not None and rule.plan.stored_question is not None:
        question_ask(deed, rule.plan.question, rule.plan.stored_question)
    deed.keep(KeywordOutcome.ACTED)
    return deed.news


def _shadows_keep(message: InboundMessage, one: Addressee, shadows: Sequence[Fit]) -> None:
    """What rules in shadow would have done, had they been asked for real."""
    KeywordHit.objects.bulk_create(
        KeywordHit(
            account_id=one.sender.account_id,
            rule_id=fit.rule.id,
            rule_name=fit.rule.name,
            message=message,
            sender=one.sender,
            msisdn=message.msisdn,
            outcome=KeywordOutcome.SHADOW,
            matched=fit.phrase[:120],
            results=planned(fit.rule.plan),
            created_at=clock.now(),
        )
        for fit in shadows
    )


def planned(plan: Plan) -> list[dict[str, object]]:
    """What a plan would do, as results are kept."""
    entries: list[dict[str, object]] = []
    for step in plan.steps:
        named = {"template": step.template, "list": step.list_id}
        given = {name: value for name, value in named.items() if value}
        entries.append({"do": step.do, "result": "shadow", **given})
    if isinstance(plan.question, CodeQuestion):
        entries.append({"do": VERIFY, "result": "shadow", "service": plan.question.service})
    elif plan.question is not None:
        entries.append({"do": ASK, "result": "shadow", "template": plan.question.template})
    return entries
