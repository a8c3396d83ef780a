"""Consent and suppressions of an account, as keyset pages: newest first."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from compliance.constants import ConsentAction
from compliance.models import (
    Account,
    Advertiser,
    ConsentRecord,
    ConsentState,
    Document,
    Suppression,
)
from config.common.errors import InvalidError


def consents_page(
    account: Account, wanted: Mapping[str, Any], *, before: int | None, limit: int
) -> Sequence[ConsentRecord]:
    """The ledger's records; `wanted` are equalities on its columns."""
    found = ConsentRecord.objects.filter(account=account, **wanted).select_related("advertiser")
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def suppressions_page(
    account: Account, wanted: Mapping[str, Any], *, before: int | None, limit: int
) -> Sequence[Suppression]:
    """Suppressions in force; `wanted` are equalities on its columns."""
    found = Suppression.objects.filter(account=account, lifted_at=None, **wanted)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.select_related("advertiser", "program").order_by("-pk")[:limit])


def advertiser_named(account: Account, name: str) -> Advertiser:
    """The account's advertiser of this brand. Raises InvalidError naming those there are."""
    advertiser = Advertiser.objects.filter(account=account, name=name).first()
    if advertiser is None:
        known = Advertiser.objects.filter(account=account).values_list("name", flat=True)[:10]
        raise InvalidError(
            "unknown_advertiser",
            _("“%(name)s” is no advertiser of this account: give one of %(known)s.")
            % {"name": name, "known": ", ".join(known)},
            field="advertiser",
        )
    return advertiser


def document_of(account: Account, document_id: int | None) -> Document | None:
    """The account's file of this id. Raises InvalidError."""
    if document_id is None:
        return None
    found = Document.objects.filter(account=account, pk=document_id).defer("content").first()
    if found is None:
        raise InvalidError(
            "unknown_document",
            _("No file of this account has the id %(id)d: upload it to /documents first.")
            % {"id": document_id},
            field="document",
        )
    return found


def requests_made(people: Collection[tuple[int, str]]) -> Mapping[tuple[int, str], str]:
    """By advertiser and number the message that asked for consent, where the ledger names one
    and nobody has answered it."""
    found = ConsentState.objects.filter(
        advertiser_id__in={advertiser_id for advertiser_id, _msisdn in people},
        msisdn__in={msisdn for _advertiser_id, msisdn in people},
        state=ConsentAction.REQUESTED,
        record__evidence__has_key="message",
    ).values_list("advertiser_id", "msisdn", "record__evidence__message")
    return {(advertiser_id, msisdn): message for advertiser_id, msisdn, message in found}
