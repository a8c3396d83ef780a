"""The audience of a campaign as recipients: one query per slice, no object per contact."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns.models import Campaign
from campaigns.slot_values import OWN_COLUMNS, SlotSource
from messaging.services.releases import Recipient, Release

# The lateral subquery makes the planner look contacts up one by one: without statistics of a
# list that was just imported it would read all contacts of all accounts for each slice.
_SLICE = """
SELECT page.id, contact.* FROM (
    SELECT id, contact_id FROM campaigns_listmembership
    WHERE contact_list_id = %(list)s AND id > %(after)s AND id <= %(through)s
    ORDER BY id LIMIT %(limit)s
) page CROSS JOIN LATERAL (
    SELECT c.id AS contact_id, c.msisdn, c.country, c.language, c.timezone{columns}
    FROM campaigns_contact c WHERE c.id = page.contact_id LIMIT 1
) contact ORDER BY page.id
"""
_SIZE = """
SELECT count(*), coalesce(max(id), 0) FROM campaigns_listmembership WHERE contact_list_id = %s
"""
_FIRST_VALUE = 6  # position, contact, number, country, language and zone come before


@dataclass(frozen=True, slots=True)
class AudienceSlice:
    """Recipients in the order of the list, and the position of the last one; `is_last` says
    that the audience ends here."""

    recipients: list[Recipient]
    through: int
    is_last: bool


def release_of(campaign: Campaign) -> Release:
    """What of a campaign its messages share."""
    return Release(
        account_id=campaign.account_id,
        campaign_id=campaign.pk,
        template_version_id=campaign.template_version_id,
        sender_id=campaign.sender_id,
        not_after=campaign.ends_at,
        priority=campaign.priority,
        pool_id=campaign.sender_pool_id or 0,
    )


def audience_size(list_id: int) -> tuple[int, int]:
    """How many contacts the list has, and the position of the last one."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZE, [list_id])
        count, through = cursor.fetchone()
    return int(count), int(through)


def audience_slice(
    *, list_id: int, after: int, through: int, sources: Sequence[SlotSource], limit: int
) -> AudienceSlice:
    """The next `limit` recipients behind position `after`, up to `through`.

    A slot whose column is empty and that has no fallback has no value.
    """
    columns = [source for source in sources if not source.is_fixed]
    query, parameters = _query(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            parameters | {"list": list_id, "after": after, "through": through, "limit": limit},
        )
        rows = cursor.fetchall()
    fixed = {source.slot: source.text for source in sources if source.is_fixed}
    slots = [source.slot for source in columns]
    return AudienceSlice(
        [_recipient(row, slots, fixed) for row in rows],
        rows[-1][0] if rows else through,
        len(rows) < limit,
    )


def _query(columns: Sequence[SlotSource]) -> tuple[str, dict[str, Any]]:
    picked = []
    parameters: dict[str, Any] = {}
    for index, source in enumerate(columns):
        if source.column in OWN_COLUMNS:
            value = f"c.{source.column}"
        else:
            value = f"c.attributes ->> %(key{index})s"
            parameters[f"key{index}"] = source.column
        parameters[f"text{index}"] = source.text or None
        picked.append(f", coalesce(nullif(btrim({value}), ''), %(text{index})s::text) AS v{index}")
    return _SLICE.format(columns="".join(picked)), parameters


def _recipient(row: tuple[Any, ...], slots: Sequence[str], fixed: dict[str, str]) -> Recipient:
    if not slots:
        return Recipient(row[1], row[2], row[3], fixed, row[4], row[5])
    found = zip(slots, row[_FIRST_VALUE:], strict=True)
    values = fixed | {slot: value for slot, value in found if value is not None}
    return Recipient(row[1], row[2], row[3], values, row[4], row[5])
