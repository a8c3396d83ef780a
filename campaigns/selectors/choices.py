"""What a marketer may choose for a campaign: columns of a list, senders of a class."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from campaigns.slot_values import OWN_COLUMNS
from config.common import clock
from routing.models import Sender
from routing.selectors.snapshot import sender_is_usable

# Columns are looked for in the first contacts of a list: they come from the same files.
_LOOKED_AT = 500
_COLUMNS = """
SELECT key, min(value) FILTER (WHERE value <> '') FROM (
    SELECT c.name, c.language, c.attributes FROM (
        SELECT contact_id FROM campaigns_listmembership WHERE contact_list_id = %s
        ORDER BY id LIMIT %s
    ) m JOIN campaigns_contact c ON c.id = m.contact_id
) c CROSS JOIN LATERAL (
    SELECT 'name', c.name UNION ALL SELECT 'language', c.language
    UNION ALL SELECT * FROM jsonb_each_text(c.attributes)
) AS pair(key, value)
GROUP BY key ORDER BY key
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the contacts, with a value that occurs."""

    key: str
    example: str

    @property
    def label(self) -> str:
        title = {"name": _("Name"), "language": _("Language")}.get(self.key, self.key)
        if not self.example:
            return title
        shown = self.example if len(self.example) <= _LONGEST_EXAMPLE else f"{self.example[:28]}…"
        return f"{title} ({shown})"


_LONGEST_EXAMPLE = 30


def list_columns(list_id: int) -> list[Column]:
    """The columns that contacts of a list have, own ones first."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [list_id, _LOOKED_AT])
        found = {key: example or "" for key, example in cursor.fetchall()}
    own = [Column(key, found.pop(key, "")) for key in OWN_COLUMNS]
    return own + [Column(key, example) for key, example in found.items()]


def column_guess(slot: str, columns: Sequence[Column]) -> str:
    """The column that is named like the slot, if there is one."""
    keys = {column.key for column in columns}
    aliases = {"name": ("first_name", "full_name", "ten", "ho_ten", "customer", "customer_name")}
    if slot in keys:
        return slot
    return next((key for key, names in aliases.items() if slot in names), "")


def senders_for(account_id: int, message_class: str) -> list[Sender]:
    """Senders of the account that may carry a class today."""
    today = clock.now().date()
    rows = Sender.objects.filter(account_id=account_id, allowed_classes__contains=[message_class])
    return [row for row in rows.order_by("address") if sender_is_usable(row, today)]
