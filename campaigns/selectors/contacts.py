"""Contacts and lists, to find and to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campaigns.imports.text import fold
from campaigns.models import Contact, ContactList, ListMembership
from compliance.models import Account, ConsentState, Suppression
from routing.numbers import NumberError, normalize

_SHORTEST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a contact: consent or a suppression, of whom, for what, since when.

    `brand` is empty where it holds for every advertiser of the account.
    """

    kind: str
    state: str
    label: str
    purpose: str
    brand: str
    since: datetime
    source: str


def contact_search(queryset: QuerySet[Contact], text: str, country: str) -> QuerySet[Contact]:
    """Contacts by number in any notation, by a piece of it, or by a piece of the name with or
    without accents."""
    try:
        return queryset.filter(msisdn=normalize(text, default_country=country or None).msisdn)
    except NumberError:
        pass
    digits = "".join(filter(str.isdigit, text))
    if len(digits) >= _SHORTEST_DIGITS and not any(map(str.isalpha, text)):
        return queryset.filter(msisdn__contains=digits.removeprefix("00").removeprefix("0"))
    words = fold(text).split()
    if not words:
        return queryset.none()
    matches = Q()
    for word in words:
        matches &= Q(name_folded__contains=word)
    return queryset.filter(matches)


def contact_standings(contact: Contact) -> list[Standing]:
    """Consents and suppressions in force for the contact's number, suppressions first."""
    suppressions = Suppression.objects.filter(
        account_id=contact.account_id, msisdn=contact.msisdn, lifted_at=None
    ).select_related("advertiser")
    consents = ConsentState.objects.filter(
        account_id=contact.account_id, msisdn=contact.msisdn
    ).select_related("advertiser", "record")
    return [
        Standing(
            kind="suppression",
            state="suppressed",
            label="",
            purpose=found.get_purpose_display(),
            brand=found.advertiser.name if found.advertiser else "",
            since=found.created_at,
            source=found.get_source_display(),
        )
        for found in suppressions
    ] + [
        Standing(
            kind="consent",
            state=found.state,
            label=found.get_state_display(),
            purpose=found.get_purpose_display(),
            brand=found.advertiser.name,
            since=found.since,
            source=found.record.source or found.record.get_method_display(),
        )
        for found in consents
    ]


def contacts_page(
    account: Account, *, text: str = "", list_id: int | None = None, before: int | None, limit: int
) -> Sequence[Contact]:
    """An account's contacts, newest first."""
    found = Contact.objects.filter(account=account)
    if text:
        found = contact_search(found, text, account.country)
    if list_id is not None:
        found = found.filter(memberships__contact_list=list_id)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def with_member_count(queryset: QuerySet[ContactList]) -> QuerySet[Any]:
    """Lists with `members`, the number of contacts on each."""
    counted = (
        ListMembership.objects.filter(contact_list=OuterRef("pk"))
        .order_by()
        .values("contact_list")
        .annotate(members=Count("pk"))
        .values("members")
    )
    return queryset.annotate(members=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


def lists_page(account: Account, *, before: int | None, limit: int) -> Sequence[Any]:
    """An account's lists with their sizes, newest first."""
    found = with_member_count(ContactList.objects.filter(account=account))
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def lists_of(contact: Contact) -> Sequence[ContactList]:
    """The lists a contact is on."""
    return list(ContactList.objects.filter(memberships__contact=contact).order_by("name"))
