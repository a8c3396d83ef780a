"""Whose sender a reply is for: of an address that several accounts share, those who wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from routing.models import Sender

RECENT = timedelta(days=30)
_DEFAULT_COUNTRY = "VN"
# The last message from each of the senders: UUIDv7 ids prune to the partitions of those days.
_WRITERS = """
SELECT DISTINCT ON (msisdn, sender_id) msisdn, sender_id, id, template_version_id, text
FROM messaging_message
WHERE msisdn = ANY(%s) AND sender_id = ANY(%s) AND id >= uuid7_floor(%s) AND origin <> 'system'
ORDER BY msisdn, sender_id, id DESC
"""


@dataclass(frozen=True, slots=True)
class Addressee:
    """A sender that a reply is for, and what it wrote to the person last: `version_id` of a
    template (None: nothing, or a free text) and the text."""

    sender: Sender
    version_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Addressees:
    """`owner`: whose inbox the reply is in, the last writer or the only holder; `acting`: for
    whom it acts, everybody who wrote lately, or every holder where nobody did."""

    owner: Sender | None
    acting: tuple[Addressee, ...]

    @property
    def country(self) -> str:
        """Whose words are spoken."""
        known = self.owner or (self.acting[0].sender if self.acting else None)
        return known.country if known else _DEFAULT_COUNTRY


def addressees_of(destination: str, msisdn: str, at: datetime) -> Addressees:
    """Who is meant by a reply to an address, in the order of accounts, as everybody locks their
    event counters."""
    (found,) = addressees_of_all([(destination, msisdn)], at)
    return found


def addressees_of_all(asked: Sequence[tuple[str, str]], at: datetime | None) -> list[Addressees]:
    """The same for many (address, number) at once, in their order; None where nothing is asked."""
    if not asked or at is None:
        return []
    holders: dict[str, list[Sender]] = {}
    found = Sender.objects.filter(address__in={destination for destination, _number in asked})
    for holder in found.select_related("account", "advertiser").order_by("account_id", "id"):
        holders.setdefault(holder.address, []).append(holder)
    everybody = [holder.pk for several in holders.values() for holder in several]
    written = _written(everybody, [msisdn for _address, msisdn in asked], at)
    return [
        _addressees(holders.get(destination, []), written.get(msisdn, {}))
        for destination, msisdn in asked
    ]


def _addressees(holders: Sequence[Sender], written: Mapping[int, "_Written"]) -> Addressees:
    writers = [holder for holder in holders if holder.pk in written]
    owner = max(writers, key=lambda holder: written[holder.pk].key) if writers else None
    if owner is None and len(holders) == 1:
        owner = holders[0]
    return Addressees(owner, tuple(_addressee(one, written) for one in writers or holders))


class _Written(NamedTuple):
    key: str
    version_id: int | None
    text: str


def _addressee(holder: Sender, written: Mapping[int, _Written]) -> Addressee:
    last = written.get(holder.pk)
    return Addressee(holder, last.version_id, last.text) if last else Addressee(holder)


def _written(
    holders: Sequence[int], msisdns: Sequence[str], at: datetime
) -> dict[str, dict[int, _Written]]:
    """By number and sender the last message."""
    found: dict[str, dict[int, _Written]] = {}
    if not holders:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS, [sorted(set(msisdns)), list(holders), at - RECENT])
        for msisdn, sender, key, version, text in cursor.fetchall():
            found.setdefault(msisdn, {})[sender] = _Written(str(key), version, text)
    return found
