"""What the rules would make of a reply, without one: every rule and why, and what would be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compliance import keywords
from compliance.keywords import KeywordMatch
from compliance.models import Account
from compliance.services.checks import is_msisdn
from config.common import clock
from config.common.errors import DomainError, InvalidError
from messaging.keyword_rules import Book, CodeQuestion, Fit, Reply, Step
from messaging.keyword_rules.model import Judgement
from messaging.keyword_rules.plans import PlanError, question_of
from messaging.keyword_rules.values import filled
from messaging.models import KeywordQuestion, KeywordRule
from messaging.selectors.keyword_rules import book_of, compiled
from messaging.selectors.list_names import list_names
from messaging.selectors.snapshot import snapshots
from messaging.services.keyword_rules.arriving import language_of
from messaging.services.keyword_rules.codes import CODE, VERIFY
from messaging.services.keyword_rules.loops import is_own_sender
from messaging.services.keyword_rules.questions import ASK, question_waiting
from messaging.services.previews import Preview, PreviewRequest, message_preview
from messaging.services.replies import meaning_for
from messaging.services.replies.addressees import addressees_of
from messaging.verification.codes import code_in
from routing.models import Sender


@dataclass(frozen=True, slots=True)
class Planned:
    """One step as it would be done: what is sent with its preview, or why it cannot be."""

    do: str
    template: str = ""
    preview: Preview | None = None
    error: DomainError | None = None
    list_name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """`keyword` acts before any rule where `is_taken`; `question` waits for the reply's answer,
    which it is where `answer` names one; else `winner` acts. `is_person` False: nobody is
    answered there."""

    keyword: KeywordMatch
    is_taken: bool
    is_person: bool
    language: str
    question: KeywordQuestion | None
    answer: str
    winner: Fit | None
    judgements: Sequence[Judgement]
    steps: Sequence[Planned]


def keyword_rules_try(
    *,
    account: Account,
    sender: Sender,
    msisdn: str,
    text: str,
    language: str | None = None,
    draft: KeywordRule | None = None,
) -> Trial:
    """Reads a text as a reply of now; nothing is stored or sent. `language` None: that in which
    the number was written to last. `draft`: a rule as it might be, beside the stored ones.

    Raises InvalidError where the sender is another account's.
    """
    if sender.account_id != account.pk:
        raise InvalidError("unknown_sender", "", field="to")
    now, snapshot = clock.now(), snapshots.latest()
    addressees = addressees_of(sender.address, msisdn, now)
    match = meaning_for(keywords.match(text, country=sender.country), addressees)
    if language is None:
        own = [one for one in addressees.acting if one.sender.pk == sender.pk]
        language = language_of(snapshot, own[0]) if own else ""
    book = _book(account.pk, draft)
    reply = Reply(text, sender.pk, now, language)
    question = question_waiting(sender.pk, msisdn)
    steps, answer = _answered(question, text)
    winner = book.read(reply).winner if not answer else None
    # A bare “yes” is free unless somebody was asked for consent, which only the reply itself tells.
    is_taken = match.action != "none" and not match.is_answer
    return Trial(
        keyword=match,
        is_taken=is_taken,
        is_person=is_msisdn(msisdn) and not is_own_sender(snapshot, msisdn),
        language=language,
        question=question,
        answer=answer,
        winner=None if is_taken else winner,
        judgements=book.judge(reply),
        steps=() if is_taken else _planned(account, sender, msisdn, language, winner, steps),
    )


def _book(account_id: int, draft: KeywordRule | None) -> Book:
    if draft is None:
        return book_of(account_id) or Book(())
    rows = KeywordRule.objects.filter(account=account_id).exclude(pk=draft.pk)
    return Book([*(compiled(row) for row in rows), compiled(draft)])


def _answered(question: KeywordQuestion | None, text: str) -> tuple[tuple[Step, ...], str]:
    if question is None:
        return (), ""
    try:
        asked = question_of(question.question)
    except PlanError:
        return (), ""
    if isinstance(asked, CodeQuestion):
        # Whether it is the right one is found out by the real reply alone: a code counts once.
        return (asked.approved_steps, CODE) if code_in(text) else ((), "")
    answer = asked.answer_of(text)
    return (answer.steps, answer.name) if answer else ((), "")


def _planned(
    account: Account,
    sender: Sender,
    msisdn: str,
    language: str,
    winner: Fit | None,
    answered: tuple[Step, ...],
) -> list[Planned]:
    values = {**(winner.values if winner else {}), "number": f"+{msisdn}"}
    plan = winner.rule.plan if winner else None
    names = list_names(account.pk)

    def sent(template: str, parameters: Mapping[str, str]) -> dict[str, object]:
        request = PreviewRequest(
            template=template,
            parameters={name: filled(one, values) for name, one in parameters.items()},
            language=language or None,
            to=f"+{msisdn}",
            sender=sender.address,
        )
        try:
            return {"preview": message_preview(account=account, request=request)}
        except DomainError as error:
            return {"error": error}

    found = [
        Planned(
            step.do,
            template=step.template,
            list_name=names.get(step.list_id, str(step.list_id or "")),
            fields={name: filled(one, values) for name, one in step.fields.items()},
            note=filled(step.note, values),
            **(sent(step.template, step.parameters) if step.template else {}),  # type: ignore[arg-type]
        )
        for step in (plan.steps if plan else answered)
    ]
    asked = plan.question if plan is not None else None
    if isinstance(asked, CodeQuestion):
        found.append(Planned(VERIFY, service=asked.service))
    elif asked is not None:
        found.append(
            Planned(ASK, template=asked.template, **sent(asked.template, asked.parameters))  # type: ignore[arg-type]
        )
    return found
