"""Persons' requests from their entry to the day on which nothing is left to do."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from campaigns.models import PersonRequest
from campaigns.services.people.erasing import Line, Person, person_erase
from compliance.models import Account, User
from compliance.services.checks import check_choice, check_msisdn
from config.common import audit, clock, redaction
from config.common.errors import ConflictError, InvalidError

# One month is what the GDPR gives (Art. 12.3); whoever owes an answer sooner writes the day.
ANSWER_DAYS = 30


@transaction.atomic
def request_open(
    *,
    account: Account,
    msisdn: str,
    kind: str,
    asked_on: date,
    due_on: date | None = None,
    note: str = "",
    actor: User | None,
) -> PersonRequest:
    """Enters a person's request. Raises InvalidError naming the field, ConflictError while the
    same request is open."""
    check_msisdn(msisdn)
    check_choice("kind", kind, PersonRequest.Kind.values)
    today = clock.now().date()
    if asked_on > today + timedelta(days=1):
        raise InvalidError(
            "asked_in_future", _("The day of the request cannot lie ahead."), field="asked_on"
        )
    number_hash = hash_of(account, msisdn)
    if PersonRequest.objects.filter(
        account=account, number_hash=number_hash, kind=kind, status=PersonRequest.Status.OPEN
    ).exists():
        raise ConflictError(
            "request_open",
            _("This request is entered already: carry that one out."),
            field="msisdn",
        )
    made = PersonRequest.objects.create(
        account=account,
        kind=kind,
        msisdn=msisdn,
        number_hash=number_hash,
        shown_number=redaction.msisdn(msisdn),
        asked_on=asked_on,
        due_on=due_on or asked_on + timedelta(days=ANSWER_DAYS),
        note=note.strip()[:200],
        created_by=actor,
        created_at=clock.now(),
    )
    _record("person_request.opened", made, actor)
    return made


@transaction.atomic
def request_carry_out(*, request: PersonRequest, actor: User | None) -> PersonRequest:
    """Erases what may go now; what the law wants kept goes on the day that the report names, by
    itself. Of a copy it notes that it was handed over. Raises ConflictError where it is done."""
    held = PersonRequest.objects.select_for_update().select_related("account").get(pk=request.pk)
    if held.status not in (PersonRequest.Status.OPEN, PersonRequest.Status.PARTLY):
        raise ConflictError("request_settled", _("There is nothing left to do for this request."))
    if held.kind == PersonRequest.Kind.COPY:
        _settle(held, [], actor)
    else:
        subject = f"personrequest:{held.pk}"
        _settle(held, person_erase(Person(held.account, held.msisdn, actor, subject)), actor)
    _record(f"person_request.{held.kind}_carried_out", held, actor)
    return held


@transaction.atomic
def request_withdraw(*, request: PersonRequest, actor: User | None) -> None:
    """The person takes it back, or it was entered by mistake. Raises ConflictError unless open."""
    moved = PersonRequest.objects.filter(pk=request.pk, status=PersonRequest.Status.OPEN).update(
        status=PersonRequest.Status.WITHDRAWN, msisdn="", handled_by=actor, handled_at=clock.now()
    )
    if not moved:
        raise ConflictError("request_settled", _("Only an open request can be withdrawn."))
    _record("person_request.withdrawn", request, actor)


def requests_continue() -> int:
    """Erases what could not go before and may go by now; how many requests were looked at."""
    due = PersonRequest.objects.filter(
        status=PersonRequest.Status.PARTLY, next_at__lte=clock.now().date()
    )
    for request in due:
        request_carry_out(request=request, actor=None)
    return len(due)


def hash_of(account: Account, msisdn: str) -> str:
    """A keyed hash by which a request is found again when its number is forgotten."""
    value = f"{account.pk}:{msisdn}"
    return salted_hmac("campaigns.personrequest", value, algorithm="sha256").hexdigest()


def _settle(request: PersonRequest, lines: list[Line], actor: User | None) -> None:
    waiting = sorted(line.until for line in lines if line.is_kept and line.until)
    if actor is not None or not request.report:
        request.report = [line.as_json() for line in lines]
    else:
        request.report += [line.as_json() for line in lines if not line.is_kept]
    request.status = PersonRequest.Status.PARTLY if waiting else PersonRequest.Status.DONE
    request.next_at = date.fromisoformat(waiting[0]) if waiting else None
    if not waiting:
        request.msisdn = ""
    request.handled_at = clock.now()
    request.handled_by = actor or request.handled_by
    request.save()


def _record(action: str, request: PersonRequest, actor: User | None) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=request.account_id,
        subject=f"personrequest:{request.pk}",
        detail={"number": request.shown_number, "kind": request.kind},
    )
