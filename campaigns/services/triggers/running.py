"""An event and its source's mappings: which want a message, and what became of asking for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from campaigns.constants import TriggerResult
from campaigns.models import TriggerMapping, TriggerSource
from campaigns.selectors.triggers import ActiveMapping, active_mappings
from campaigns.services.triggers.keys import key_claim
from campaigns.triggers.mapping import Happening, Judged, Wanted, event_judge
from campaigns.triggers.problems import Problem
from compliance.models import Account
from config.common.errors import DomainError
from messaging.constants import Origin
from messaging.services.submissions import Accepted, MessageRequest, messages_submit

SENT, SKIPPED, REFUSED = "sent", "skipped", "refused"


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of an event: per mapping that was asked a step, as it is stored."""

    result: str
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    steps: Sequence[Mapping[str, Any]] = ()

    @property
    def messages(self) -> list[str]:
        """Ids of the messages accepted."""
        return [one["message"] for one in self.steps if one["outcome"] == SENT]


class _SetAsideError(Exception):
    """Rolls back what was claimed for a message that was not accepted."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(error.code)
        self.error = error


def event_run(
    source: TriggerSource,
    event_id: UUID,
    event: Happening,
    done: Iterable[Mapping[str, Any]] = (),
) -> Ran:
    """Asks every mapping, in the caller's transaction; what an earlier run sent (`done`) is not
    sent again."""
    earlier = {one["mapping"]: dict(one) for one in done if one["outcome"] == SENT}
    if not source.is_enabled:
        return _told(earlier.values(), "source_off")
    if not event.name:
        return _told(earlier.values(), "no_event_name", where=source.name_at)
    on, off = active_mappings(source.pk)
    steps = list(earlier.values())
    for one in on:
        if one.mapping_id not in earlier:
            step = _step(source, event_id, event, one)
            steps += [] if step is None else [step]
    if steps:
        return _summed(steps)
    is_off = any(not one.spec.events or event.name in one.spec.events for one in off)
    return _told((), "mappings_off" if is_off else "no_mapping", event=event.name)


def _told(steps: Iterable[Mapping[str, Any]], reason: str, **params: Any) -> Ran:
    kept = tuple(steps)
    if kept:
        return _summed(kept)
    return Ran(TriggerResult.UNMATCHED, reason, params)


def _summed(steps: Sequence[Mapping[str, Any]]) -> Ran:
    outcomes = {one["outcome"] for one in steps}
    if SENT in outcomes:
        result = TriggerResult.PARTLY if REFUSED in outcomes else TriggerResult.SENT
        return Ran(result, steps=steps)
    result = TriggerResult.FAILED if REFUSED in outcomes else TriggerResult.UNMATCHED
    first = next(one for one in steps if REFUSED not in outcomes or one["outcome"] == REFUSED)
    return Ran(result, first["code"], first["params"], steps)


def _step(
    source: TriggerSource, event_id: UUID, event: Happening, one: ActiveMapping
) -> dict[str, Any] | None:
    """What the mapping made of the event; None where it is for other events."""
    judged = event_judge(one.spec, event, source.account.timezone)
    head = {"mapping": one.mapping_id, "name": one.name, "version": one.version}
    if judged.wanted is None:
        if any(problem.code == "other_event" for problem in judged.problems):
            return None
        return head | _unwanted(judged)
    wanted = judged.wanted
    try:
        accepted = _send(source, event_id, event, one, wanted)
    except _SetAsideError as error:
        return head | _refused(error.error)
    if accepted is None:
        problem = Problem("dedupe", "sent_before", {"path": one.spec.dedupe.path})  # type: ignore[union-attr]
        return head | _outcome(SKIPPED, problem)
    return head | {"outcome": SENT, "message": str(accepted.message_id), "code": "", "params": {}}


def _unwanted(judged: Judged) -> dict[str, Any]:
    first = judged.problems[0]
    return _outcome(REFUSED if judged.is_for_it else SKIPPED, first) | {
        "problems": [
            {"place": one.place, "code": one.code, "params": dict(one.params)}
            for one in judged.problems
        ]
    }


def _outcome(word: str, problem: Problem) -> dict[str, Any]:
    return {
        "outcome": word,
        "code": problem.code,
        "place": problem.place,
        "params": dict(problem.params),
    }


def _refused(error: DomainError) -> dict[str, Any]:
    """A message that was not accepted; the sentence is kept as it was said."""
    return {
        "outcome": REFUSED,
        "code": error.code,
        "place": error.field,
        "params": {},
        "said": str(error.message),
    }


def _send(
    source: TriggerSource, event_id: UUID, event: Happening, one: ActiveMapping, wanted: Wanted
) -> Accepted | None:
    """Accepts the message by the way of all messages; None where the mapping's own key was used.
    Raises _SetAsideError, and then nothing of it is stored."""
    with transaction.atomic():
        if wanted.dedupe_key and not key_claim(
            source_id=source.pk,
            mapping_id=one.mapping_id,
            key=wanted.dedupe_key,
            event_id=event_id,
            now=event.now,
            hours=source.dedupe_hours,
            is_test=event.is_test,
        ):
            return None
        return _accepted(source.account, message_request(wanted, is_test=event.is_test))


def _accepted(account: Account, request: MessageRequest) -> Accepted:
    try:
        (result,) = messages_submit(account=account, requests=[request], origin=Origin.TRIGGER)
    except DomainError as error:
        raise _SetAsideError(error) from error
    if not isinstance(result, Accepted):
        raise _SetAsideError(result.error)
    return result


def message_request(wanted: Wanted, *, is_test: bool) -> MessageRequest:
    """The message as messaging is asked for it."""
    return MessageRequest(
        to=wanted.to,
        sender=wanted.sender,
        message_class=wanted.message_class or None,
        template=wanted.template,
        parameters=dict(wanted.parameters),
        language=wanted.language,
        send_at=wanted.send_at,
        expires_at=wanted.expires_at,
        client_reference=wanted.client_reference,
        metadata=dict(wanted.metadata) or None,
        time_zone=wanted.time_zone,
        is_test=is_test,
    )


def mappings_note(ran: Ran, now: datetime) -> None:
    """When they last led to a message, for people; at most once a minute, not a row per event."""
    sent = [one["mapping"] for one in ran.steps if one["outcome"] == SENT]
    if not sent:
        return
    stale = TriggerMapping.objects.filter(pk__in=sent).exclude(
        last_sent_at__gt=now - timedelta(minutes=1)
    )
    stale.update(last_sent_at=now)
