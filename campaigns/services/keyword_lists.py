"""Lists for keyword rules: messaging's port, in the transaction of the reply."""

from collections.abc import Mapping

from django.db import connection
from django.utils.translation import gettext as _

from campaigns.models import Contact, ContactList, ListMembership
from config.common import clock
from config.common.errors import NotFoundError
from routing.numbers import shipped_normalizer

_JOIN = """
INSERT INTO campaigns_listmembership (contact_list_id, contact_id) VALUES (%s, %s)
ON CONFLICT DO NOTHING
"""


class KeywordLists:
    """Puts numbers on lists and takes them off."""

    def names(self, account_id: int) -> Mapping[int, str]:
        """The account's lists by id."""
        rows = ContactList.objects.filter(account=account_id).order_by("name")
        return dict(rows.values_list("pk", "name"))

    def add(self, account_id: int, list_id: int, msisdn: str, language: str) -> bool:
        """Whether the number was not on it before; who was no contact becomes one."""
        _required(account_id, list_id)
        now = clock.now()
        made = Contact(
            account_id=account_id,
            msisdn=msisdn,
            country=shipped_normalizer()(f"+{msisdn}").country,
            language=language,
            created_at=now,
            updated_at=now,
        )
        Contact.objects.bulk_create([made], ignore_conflicts=True)
        contact = Contact.objects.only("pk").get(account=account_id, msisdn=msisdn)
        with connection.cursor() as cursor:
            cursor.execute(_JOIN, [list_id, contact.pk])
            return bool(cursor.rowcount)

    def remove(self, account_id: int, list_id: int, msisdn: str) -> bool:
        """Whether the number was on it; the contact stays."""
        _required(account_id, list_id)
        on_it = ListMembership.objects.filter(
            contact_list=list_id, contact__account=account_id, contact__msisdn=msisdn
        )
        count, _kinds = on_it.delete()
        return count > 0


def _required(account_id: int, list_id: int) -> None:
    if not ContactList.objects.filter(account=account_id, pk=list_id).exists():
        raise NotFoundError(
            "unknown_list",
            _("The account has no list %(list)s: it was deleted.") % {"list": list_id},
        )
