"""Verifications and their services, as doors read them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from compliance.models import Account
from config.common.errors import NotFoundError
from messaging.models import (
    Verification,
    VerificationSend,
    VerificationService,
    VerificationText,
)


@dataclass(frozen=True, slots=True)
class VerificationFilter:
    """What a list is limited to; all that is given holds."""

    status: str | None = None
    service: str | None = None
    to: str | None = None
    country: str | None = None
    client_reference: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    is_test: bool = False


_COLUMNS = {
    "status": "status",
    "service": "service__slug",
    "to": "msisdn",
    "country": "country",
    "client_reference": "client_reference",
    "created_after": "created_at__gte",
    "created_before": "created_at__lt",
    "is_test": "is_test",
}


def _rows(account: Account) -> QuerySet[Verification]:
    sends = Prefetch("sent", VerificationSend.objects.order_by("number"))
    return (
        Verification.objects.filter(account=account)
        .select_related("service__sender")
        .defer("code_digest", "older_digests")
        .prefetch_related(sends)
    )


def verification_get(
    account: Account, verification_id: uuid.UUID, *, is_test: bool = False
) -> Verification:
    """The account's verification with its sends; of test keys only with `is_test`, and then no
    other. Raises NotFoundError."""
    found = _rows(account).filter(pk=verification_id, is_test=is_test).first()
    if found is None:
        raise NotFoundError("verification_not_found", _("There is no such verification."))
    return found


def verifications_page(
    account: Account, wanted: VerificationFilter, *, before: uuid.UUID | None, limit: int
) -> Sequence[Verification]:
    """The newest first, those older than `before`."""
    limits = {
        column: getattr(wanted, name)
        for name, column in _COLUMNS.items()
        if getattr(wanted, name) is not None
    }
    rows = _rows(account).filter(**limits)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-id")[:limit])


def services_of(account: Account) -> QuerySet[VerificationService]:
    """The account's services with their texts."""
    texts = Prefetch("texts", VerificationText.objects.select_related("template"))
    return (
        VerificationService.objects.filter(account=account)
        .select_related("sender", "account")
        .prefetch_related(texts)
    )


def service_get(account: Account, slug: str) -> VerificationService:
    """The account's service of that short name. Raises NotFoundError."""
    found = services_of(account).filter(slug=slug).first()
    if found is None:
        raise NotFoundError("not_found", _("There is no such thing for this key."))
    return found
