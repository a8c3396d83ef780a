"""From validated input to requests of the service, and from its results to answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from compliance.models import Account
from config.common.api.problems import FieldProblem, field_problem, flatten, pointer
from config.common.api.storable import unstorable
from config.common.errors import DomainError, InvalidError
from config.common.together import Together
from messaging.api.common import written
from messaging.api.inputs import RowInput
from messaging.api.outputs import MessageOutput, amount
from messaging.api.plain_rows import plain_row
from messaging.api.problems import NAMES
from messaging.constants import Origin
from messaging.selectors.messages import ShownMessage
from messaging.selectors.snapshot import snapshots
from messaging.services.idempotency import Answer, Settle
from messaging.services.retrying import is_deadlock
from messaging.services.submissions import (
    Accepted,
    MessageRequest,
    Rejected,
    messages_submit,
    singles_submit,
)
from routing.numbers import to_e164

# Serializers hold nothing between calls; building one costs more than using it.
_ROW: Final = RowInput()
_SHOWN: Final = MessageOutput()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that never reached the service."""

    index: int
    problem: FieldProblem


@dataclass(frozen=True, slots=True)
class _Single:
    """One request for one message, and who settles its answer."""

    account: Account
    wanted: MessageRequest
    settle: Settle


def send_one(
    account: Account, values: Mapping[str, Any], settle: Settle, *, is_test: bool
) -> Answer:
    """Accepts one message and answers with its resource, together with those that other requests
    of the account bring at the same time. Raises DomainError."""
    wanted = request_of(values, is_test=is_test)
    # A refusal is told in the language of the thread that does the work.
    key = (account.pk, get_language())
    answer = _SINGLES.do(key, _Single(account, wanted, settle))
    if isinstance(answer, DomainError):
        raise answer
    return answer


def _accept(singles: Sequence[_Single]) -> list[Answer | DomainError]:
    with transaction.atomic():
        results = singles_submit(
            account=singles[0].account,
            requests=[single.wanted for single in singles],
            origin=Origin.API,
        )
        answers: list[Answer | DomainError] = []
        for single, result in zip(singles, results, strict=True):
            if isinstance(result, Rejected):
                answers.append(result.error)
                continue
            answer = _created(result, single.wanted)
            single.settle(answer)
            answers.append(answer)
    return answers


def _is_unclear(error: Exception) -> bool:
    """The connection was lost, perhaps while the commit was on its way: done again, the messages
    might be sent twice."""
    if isinstance(error, OperationalError):
        return not is_deadlock(error)
    return isinstance(error, InterfaceError)


# More threads than that no web process has.
_SINGLES: Final = Together(_accept, is_unclear=_is_unclear, most=64)


def _created(result: Accepted, wanted: MessageRequest) -> Answer:
    return Answer(
        status=201,
        body=written(_SHOWN.to_representation(_stored(result))),
        location=f"/api/v1/messages/{result.message_id}",
        done_by=wanted.send_at,
    )


def _stored(result: Accepted) -> ShownMessage:
    """What the database would say of it, without asking."""
    draft = result.draft
    network = snapshots.current().numbers.code_of(draft.network_id) if draft.network_id else ""
    return ShownMessage(
        id=draft.id,
        message_class=draft.message_class,
        status=result.status,
        failure_reason="",
        msisdn=draft.msisdn,
        text=draft.text,
        encoding=draft.encoding,
        segment_count=draft.segment_count,
        billed_segments=draft.billed_segments or draft.segment_count,
        price_micros=draft.price_micros,
        currency=draft.currency,
        client_reference=draft.client_reference,
        metadata=draft.metadata,
        campaign_id=draft.campaign_id,
        send_at=draft.send_at,
        not_after=draft.not_after,
        created_at=result.created_at,
        sent_at=None,
        done_at=None,
        sender_kind=draft.sender.kind,
        sender_address=draft.sender.address,
        network=network or None,
        recipient_zone=draft.recipient_zone,
        is_test=draft.is_test,
    )


def send_batch(account: Account, values: Mapping[str, Any], *, is_test: bool) -> Answer:
    """Accepts what can be accepted; every row's index is in one of the answer's lists."""
    shared = {name: value for name, value in values.items() if name != "messages"}
    good, bad = _rows(values["messages"], shared, is_test=is_test)
    results: Sequence[Accepted | Rejected] = ()
    if good:
        results = messages_submit(account=account, requests=list(good.values()), origin=Origin.API)
    indexes = list(good)
    accepted = [_accepted(indexes[one.index], one) for one in results if isinstance(one, Accepted)]
    rejected = [_rejected(row.index, row.problem) for row in bad]
    rejected += [
        _rejected(indexes[one.index], _row_problem(indexes[one.index], one.error), one.error)
        for one in results
        if isinstance(one, Rejected)
    ]
    body = {
        "accepted_count": len(accepted),
        "rejected_count": len(rejected),
        "accepted": accepted,
        "rejected": sorted(rejected, key=lambda one: int(one["index"])),
    }
    return Answer(202, written(body), done_by=_last_time(good.values()))


def request_of(values: Mapping[str, Any], *, is_test: bool = False) -> MessageRequest:
    """The service's request. Raises InvalidError for parameters that nothing would use."""
    given = {name: value for name, value in values.items() if value is not None}
    if given.get("parameters") and "template" not in given:
        raise InvalidError(
            "parameters_without_template",
            _("“parameters” fill a template's slots: name the “template”, or remove them."),
            field="parameters",
        )
    if "sender" not in given:
        raise InvalidError("required", _("from: The field is missing: add it."), field="from")
    given["sender"] = given["sender"].removeprefix("+")
    return MessageRequest(**given, is_test=is_test)


def _rows(
    rows: Sequence[Any], shared: Mapping[str, Any], *, is_test: bool
) -> tuple[dict[int, MessageRequest], list[BadRow]]:
    good: dict[int, MessageRequest] = {}
    bad: list[BadRow] = []
    is_clean = not unstorable(rows)  # all at once: hardly ever is one not
    for index, row in enumerate(rows):
        if not is_clean and (problems := unstorable(row, pointer("messages", index))):
            bad.append(BadRow(index, problems[0]))
            continue
        try:
            own = plain_row(row)
            good[index] = request_of(
                _merged(shared, _ROW.run_validation(row) if own is None else own),
                is_test=is_test,
            )
        except ValidationError as error:
            problem = next(flatten(error.detail, pointer("messages", index)))
            bad.append(BadRow(index, problem))
        except DomainError as error:
            bad.append(BadRow(index, _row_problem(index, error)))
    return good, bad


def _merged(shared: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The row over what it shares; its own text replaces a shared template, and the reverse."""
    own = {name: value for name, value in row.items() if value is not None}
    values = {**shared, **own}
    if "text" in own and "template" not in own:
        values.pop("template", None)
        values["parameters"] = own.get("parameters")
    elif "template" in own and "text" not in own:
        values.pop("text", None)
    if values.get("template") is not None:
        values["parameters"] = {**(shared.get("parameters") or {}), **own.get("parameters", {})}
    return values


def _accepted(index: int, result: Accepted) -> dict[str, Any]:
    draft = result.draft
    return {
        "index": index,
        "id": str(result.message_id),
        "to": to_e164(draft.msisdn),
        "status": result.status,
        "segment_count": draft.segment_count,
        "billed_segment_count": draft.billed_segments or draft.segment_count,
        "encoding": draft.encoding,
        "price": {"amount": amount(draft.price_micros), "currency": draft.currency},
    }


def _row_problem(index: int, error: DomainError) -> FieldProblem:
    return field_problem(error, NAMES, pointer("messages", index))


def _rejected(
    index: int, problem: FieldProblem, error: DomainError | None = None
) -> dict[str, Any]:
    steps = problem.name.split("/")[3:]
    return {
        "index": index,
        "code": problem.code,
        "field": ".".join(steps),
        "pointer": problem.name,
        "detail": problem.detail,
        "closest": None if error is None else error.context.get("closest"),
    }


def _last_time(requests: Any) -> datetime | None:
    times = [request.send_at for request in requests if request.send_at is not None]
    return max(times, default=None)
