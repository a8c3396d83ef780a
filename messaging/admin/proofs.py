"""Proof packs from pages: buttons of a message, and the page about a number."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from compliance.models import Account
from config.common.console.confirmation import object_or_404
from messaging.models import Message
from messaging.services.proofs import Pack, Wanted, proof_of_message, proof_of_number

_FORMS = ("json", "pdf")


class ProofButtons:
    """The buttons of a message's page; put it before the page's class."""

    @action(description=_("Proof pack (PDF)"), url_path="proof-pdf", icon="gavel")
    def proof_pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._proof(request, object_id, "pdf")

    @action(description=_("Proof pack (JSON)"), url_path="proof-json", icon="data_object")
    def proof_json(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._proof(request, object_id, "json")

    def _proof(self, request: HttpRequest, object_id: str, form: str) -> HttpResponse:
        message: Message = object_or_404(self, request, object_id, "prove")
        return pack_response(asked_pack(request, message.account, form, message=message))


def asked_pack(
    request: HttpRequest,
    account: Account,
    form: str,
    *,
    message: Message | None = None,
    msisdn: str = "",
    first: datetime | None = None,
    last: datetime | None = None,
) -> Pack:
    """The pack of a message, or of a number; carriers are in it for nobody of an account."""
    wanted = Wanted(
        account=account,
        actor=request.user,  # type: ignore[arg-type]
        form=form if form in _FORMS else "json",
        for_operator=bool(request.user.is_superuser),
        first=first,
        last=last,
    )
    if message is not None:
        return proof_of_message(wanted=wanted, message_id=message.pk)
    return proof_of_number(wanted=wanted, msisdn=msisdn)


def pack_response(pack: Pack) -> HttpResponse:
    """The pack as a download."""
    response = HttpResponse(pack.content, content_type=pack.media_type)
    response["Content-Disposition"] = f'attachment; filename="{pack.name}"'
    response["Cache-Control"] = "no-store"
    return response


def period_of(values: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """The first moment of a day and the one after the last day, in the reader's zone."""
    last = values.get("day_to")
    return _start(values.get("day_from")), _start(last + timedelta(days=1) if last else None)


def _start(day: date | None) -> datetime | None:
    zone = timezone.get_current_timezone()
    return datetime.combine(day, time.min, tzinfo=zone) if day else None
