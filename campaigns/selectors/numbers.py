"""Contacts by their number."""

from collections.abc import Collection

from campaigns.models import Contact, ListMembership
from messaging.selectors.number_page import ContactCard

_MOST_LISTS = 20


def contacts_with(account_id: int, msisdn: str) -> list[ContactCard]:
    """The account's contacts with this number (E.164 digits)."""
    found = Contact.objects.filter(account_id=account_id, msisdn=msisdn)
    return [
        ContactCard(
            name=contact.name,
            language=contact.language,
            lists=_lists(contact),
            label="campaigns.contact",
            pk=contact.pk,
        )
        for contact in found
    ]


def _lists(contact: Contact) -> tuple[str, ...]:
    rows = ListMembership.objects.filter(contact=contact).values_list(
        "contact_list__name", flat=True
    )
    return tuple(rows.order_by("contact_list__name")[:_MOST_LISTS])


def numbers_known(numbers: Collection[str]) -> frozenset[str]:
    """Those of the numbers that stand among any account's contacts."""
    found = Contact.objects.filter(msisdn__in=numbers).values_list("msisdn", flat=True)
    return frozenset(found.distinct())
