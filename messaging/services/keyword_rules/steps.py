"""What each kind of step does. A step that cannot be done is kept as failed, the next ones go on."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from compliance.constants import ConsentAction, ConsentMethod, Purpose, SuppressionSource
from compliance.services.consent import consent_record
from config.common import logs
from config.common.errors import DomainError, NotAllowedError, UnavailableError
from messaging.constants import EventType, Origin
from messaging.keyword_rules import Step
from messaging.keyword_rules.values import filled
from messaging.selectors.list_names import Lists, the_lists
from messaging.services.consent_requests import ConsentAsk, consent_ask
from messaging.services.conversations import conversation_hand_over
from messaging.services.keyword_rules.deeds import Deed
from messaging.services.keyword_rules.loops import LOOP
from messaging.services.replies.effects import News
from messaging.services.replies.wishes import refusal_record
from messaging.services.retrying import is_deadlock
from messaging.services.submissions import MessageRequest, Rejected, messages_submit

log = logs.get_logger(__name__)

# Nobody wants the answer to what they wrote yesterday.
USEFUL_FOR = timedelta(days=1)
_TALKING: Final = frozenset({"reply"})
# What is done for machines too: somebody should see what they write.
_FOR_ANYBODY: Final = frozenset({"forward", "escalate"})


def steps_do(deed: Deed, steps: Iterable[Step]) -> None:
    """Does the steps in order, each in a savepoint, and keeps how each went."""
    for step in steps:
        _do(deed, step)


def _do(deed: Deed, step: Step) -> None:
    if not deed.is_person and step.do not in _FOR_ANYBODY:
        deed.results.skipped(step.do, "no_person")
        return
    is_talking = step.do in _TALKING or (step.do == "record_consent" and step.template)
    if is_talking and not may_talk(deed, step.do):
        return
    guarded(deed, step.do, lambda: _DOERS[step.do](deed, step))


def may_talk(deed: Deed, do: str) -> bool:
    """Whether the number may get one more automatic answer; silence is kept."""
    if not deed.is_silenced:
        return True
    deed.results.skipped(do, LOOP)
    deed.results.is_loop = True
    return False


def guarded(deed: Deed, do: str, act: Callable[[], None]) -> bool:
    """Acts in a savepoint; what goes wrong is kept, and never the reply's undoing. Only a deadlock
    is: it says nothing of the step, and all of the reply is taken again."""
    try:
        with transaction.atomic():
            act()
    except DomainError as error:
        deed.results.failed(do, error.code, str(error)[:300])
        return False
    except (DatabaseError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, DatabaseError) and is_deadlock(error):
            raise
        # A fault of ours in one step must not keep the reply from being stored.
        log.exception("keyword step failed", extra={"step": do, "rule": deed.rule_id})
        deed.results.failed(do, "internal", type(error).__name__)
        return False
    return True


def template_send(deed: Deed, template: str, parameters: Mapping[str, str]) -> UUID:
    """Sends an approved template to who wrote, from the sender they wrote to; counts as an
    automatic answer. Raises DomainError."""
    request = MessageRequest(
        to=f"+{deed.msisdn}",
        sender=deed.sender.address,
        template=template,
        parameters={name: filled(text, deed.values) for name, text in parameters.items()},
        language=deed.language,
        expires_at=deed.now + USEFUL_FOR,
        metadata={"keyword_rule": deed.rule_name, "inbound_id": str(deed.message.pk)},
    )
    (result,) = messages_submit(account=deed.sender.account, requests=[request], origin=Origin.RULE)
    if isinstance(result, Rejected):
        raise result.error
    deed.results.answers += 1
    return result.message_id


def _reply(deed: Deed, step: Step) -> None:
    message_id = template_send(deed, step.template, step.parameters)
    deed.results.done(step.do, template=step.template, message=str(message_id))


def _add_to_list(deed: Deed, step: Step) -> None:
    is_new = _lists().add(deed.sender.account_id, step.list_id, deed.msisdn, deed.language)
    deed.results.done(step.do, list=step.list_id, changed=is_new)


def _remove_from_list(deed: Deed, step: Step) -> None:
    was_there = _lists().remove(deed.sender.account_id, step.list_id, deed.msisdn)
    deed.results.done(step.do, list=step.list_id, changed=was_there)


def _lists() -> Lists:
    lists = the_lists()
    if lists is None:
        raise UnavailableError("no_lists", _("Nobody keeps lists here."))
    return lists


def _record_consent(deed: Deed, step: Step) -> None:
    """With a template the person is asked first (double opt-in); without one the reply itself is
    the consent, where the country knows a text from the person as a way of giving it."""
    if step.template:
        _ask_for_consent(deed, step)
        return
    rules = deed.snapshot.rulebook.rules_for(
        deed.sender.country, deed.message.received_at, deed.sender.account_id
    )
    ways = (ConsentMethod.MO, ConsentMethod.CALL_OR_SMS)
    method = next((way for way in ways if way.value in rules.pack.optin.methods), None)
    if method is None:
        raise NotAllowedError(
            "consent_needs_question",
            _(
                "In %(country)s a text alone is no consent: give the step a template that asks,"
                " and consent stands once the person answers YES."
            )
            % {"country": deed.sender.country},
        )
    record = consent_record(
        account=deed.sender.account,
        advertiser=deed.sender.advertiser,
        msisdn=deed.msisdn,
        purpose=Purpose.MARKETING,
        action=ConsentAction.GRANTED,
        method=method,
        source=deed.sender.address,
        evidence=_evidence(deed),
        given_at=max(deed.now, deed.message.received_at),
        actor=None,
    )
    deed.news.append(
        News(
            deed.sender.account_id,
            EventType.CONSENT_GRANTED,
            {
                "number": f"+{deed.msisdn}",
                "advertiser": deed.sender.advertiser.name,
                "purpose": Purpose.MARKETING.value,
                "program": None,
                "source": SuppressionSource.MO.value,
            },
        )
    )
    deed.results.done(step.do, record=record.pk)


def _ask_for_consent(deed: Deed, step: Step) -> None:
    ask = ConsentAsk(
        advertiser=deed.sender.advertiser,
        to=f"+{deed.msisdn}",
        sender=deed.sender.address,
        template=step.template,
        parameters={name: filled(text, deed.values) for name, text in step.parameters.items()},
        language=deed.language,
        source=deed.sender.address,
        evidence=_evidence(deed),
    )
    record, message_id = consent_ask(account=deed.sender.account, ask=ask, origin=Origin.RULE)
    deed.results.answers += 1
    deed.results.done(step.do, record=record.pk, message=str(message_id), asked=True)


def _record_refusal(deed: Deed, step: Step) -> None:
    refusal_record(
        account=deed.sender.account,
        advertiser=deed.sender.advertiser,
        msisdn=deed.msisdn,
        purpose=Purpose.MARKETING,
        source=SuppressionSource.MO,
        evidence=_evidence(deed),
    )
    deed.results.done(step.do)


def _evidence(deed: Deed) -> dict[str, str]:
    """What the ledger keeps of the reply."""
    return {
        "inbound": str(deed.message.pk),
        "text": deed.message.text[:500],
        "keyword": deed.matched,
        "rule": deed.rule_name,
        "to": deed.sender.address,
    }


def _forward(deed: Deed, step: Step) -> None:
    fields = {name: filled(text, deed.values) for name, text in step.fields.items()}
    deed.tell(
        EventType.KEYWORD_MATCHED,
        keyword=deed.matched,
        text=deed.message.text,
        fields=fields,
        answer=deed.values.get("answer") or None,
    )
    deed.results.done(step.do)


def _escalate(deed: Deed, step: Step) -> None:
    note = filled(step.note, deed.values)
    deed.tell(EventType.KEYWORD_ESCALATED, text=deed.message.text, note=note or None)
    deed.news += conversation_hand_over(deed.message, reason=note)
    deed.results.done(step.do)


_DOERS: Final[Mapping[str, Callable[[Deed, Step], None]]] = {
    "reply": _reply,
    "add_to_list": _add_to_list,
    "remove_from_list": _remove_from_list,
    "record_consent": _record_consent,
    "record_refusal": _record_refusal,
    "forward": _forward,
    "escalate": _escalate,
}
