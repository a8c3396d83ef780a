"""A price file comes in and is read: nothing of it is in force before somebody confirms it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, cast

import phonenumbers
from django.core.files import File
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from carriers.models import Carrier
from compliance.constants import MessageClass
from compliance.models import Account, User
from compliance.services.file_intake import checked, digest_of
from config.common import audit, clock, logs
from config.common.errors import InvalidError
from config.common.ids import uuid7
from config.common.queue import enqueue
from config.common.zones import UNKNOWN_ZONE, zone_name
from routing.constants import PriceKind, PriceListState
from routing.models import Network, PriceList, Sender
from routing.price_files import (
    BadLine,
    KnownNetwork,
    LayoutError,
    PriceRow,
    RowReader,
    file_rows,
    layout_of,
)
from routing.services.prices.comparing import lines_store

log = logs.get_logger(__name__)

READ_TASK = "routing.tasks.read_price_list"
LARGEST_FILE_MB = 50
MOST_LINES = 1_000_000
_BATCH = 20_000
_STALLED_AFTER = timedelta(minutes=2)
_LONGEST_JUMP = 1_000
FAILURES = {
    "no_price": gettext_noop("No column holds the price: call it price in the first line."),
    "no_place": gettext_noop(
        "No column holds a country or network: call one country, network or mccmnc."
    ),
    "no_rows": gettext_noop("No line of the file could be read."),
    "too_long": gettext_noop("The file has more than a million lines: divide it."),
    "not_text": gettext_noop("The file is not text in UTF-8: save it as CSV."),
    "file_missing": gettext_noop("The file is gone: upload it again."),
    "unexpected": gettext_noop("Something went wrong; the log of the worker says what."),
}


@dataclass(frozen=True, slots=True)
class PriceListValues:
    """What a person says about a file. With a carrier it is costs; without, prices of an account
    or (None) of every account without an own one. `effective_from` None: when it is confirmed."""

    name: str
    currency: str
    carrier: Carrier | None = None
    account: Account | None = None
    is_full: bool = True
    zone: str = "Asia/Ho_Chi_Minh"
    effective_from: datetime | None = None
    jump_percent: int = 20
    charges_rejected: bool = False
    charges_undelivered: bool = True
    charges_unknown: bool = True


@transaction.atomic
def price_list_upload(
    *,
    values: PriceListValues,
    file: File,  # type: ignore[type-arg]
    file_name: str,
    actor: User | None,
    is_read_now: bool = False,
) -> PriceList:
    """Keeps a file and has a worker read it (or, `is_read_now`, leaves that to the caller).

    Raises InvalidError naming the field.
    """
    zone = _checked_values(values)
    checked(file, largest_mb=LARGEST_FILE_MB)
    made = PriceList(
        token=uuid7(),
        name=values.name.strip() or file_name[:120],
        kind=PriceKind.COST if values.carrier else PriceKind.PRICE,
        carrier=values.carrier,
        account=values.account,
        currency=values.currency.strip().upper(),
        is_full=values.is_full,
        zone=zone,
        effective_from=values.effective_from,
        jump_percent=values.jump_percent,
        charges_rejected=values.charges_rejected,
        charges_undelivered=values.charges_undelivered,
        charges_unknown=values.charges_unknown,
        file_name=file_name[:200],
        checksum=digest_of(file),
        bytes_total=file.size,
        author=actor,
        created_at=clock.now(),
        progress_at=clock.now(),
    )
    made.file = file
    made.save()
    list_note("price_list.uploaded", made, actor, file=made.file_name, sha256=made.checksum)
    if not is_read_now:
        enqueue(READ_TASK, made.pk)
    return made


def list_note(action: str, found: PriceList, actor: User | None, **detail: object) -> None:
    """An entry of the platform's audit log about a list."""
    audit.record(
        action=action,
        actor=actor,
        subject=f"pricelist:{found.pk}",
        detail={"name": found.name, **detail},
    )


def price_list_read(list_id: int) -> str:
    """Reads a file and compares it with what holds; from its beginning each time, so repeating is
    harmless. The state it is left in."""
    found = PriceList.objects.select_related("carrier", "account").get(pk=list_id)
    if found.state != PriceListState.READING:
        return found.state
    try:
        return _read(found)
    except LayoutError as error:
        return _failed(found, error.code)
    except UnicodeDecodeError:
        return _failed(found, "not_text")
    except FileNotFoundError:
        return _failed(found, "file_missing")
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        _failed(found, "unexpected")
        raise


def price_lists_resume() -> int:
    """Queues files again whose worker died."""
    stalled = PriceList.objects.filter(
        state=PriceListState.READING, progress_at__lt=clock.now() - _STALLED_AFTER
    ).values_list("pk", flat=True)
    for list_id in stalled:
        with transaction.atomic():
            enqueue(READ_TASK, list_id)
    return len(stalled)


def known_senders(account_id: int | None) -> dict[str, dict[str, int]] | None:
    """An account's senders by address in small letters, then by country; None where prices are
    of no account."""
    if account_id is None:
        return None
    found: dict[str, dict[str, int]] = {}
    for sender in Sender.objects.filter(account_id=account_id):
        found.setdefault(sender.address.casefold(), {})[sender.country] = sender.pk
    return found


def known_networks() -> list[KnownNetwork]:
    """Every network that a file may name."""
    rows = Network.objects.values_list("id", "code", "name", "country", "mcc_mnc", "kind")
    return [KnownNetwork(*row[:5], is_own=row[5] == "mno") for row in rows]


def _read(found: PriceList) -> str:
    rows: list[PriceRow] = []
    bad: list[BadLine] = []
    with found.file.open("rb") as file:
        binary = cast(BinaryIO, file.file)
        lines = file_rows(io.TextIOWrapper(binary, encoding="utf-8-sig", newline=""))
        _number, heads = next(lines, (0, []))
        layout = layout_of(heads)
        reader = RowReader(
            layout,
            known_networks(),
            currency=found.currency,
            classes=MessageClass.values,
            is_country=is_country,
            senders=known_senders(found.account_id),
        )
        for read, one in enumerate(_read_lines(reader, lines), start=1):
            if isinstance(one, BadLine):
                bad.append(one)
            else:
                rows.append(one)
            if read % _BATCH == 0:
                _progress(found, read, binary.tell())
            if read > MOST_LINES:
                return _failed(found, "too_long")
    if not rows:
        lines_store(found, rows, bad)
        return _failed(found, "no_rows")
    _progress(found, len(rows) + len(bad), found.bytes_total)
    return _ready(found, rows, bad, list(layout.ignored))


def _read_lines(
    reader: RowReader, lines: Iterator[tuple[int, list[str]]]
) -> Iterator[PriceRow | BadLine]:
    for number, cells in lines:
        one = reader.read(number, cells)
        if one is not None:
            yield one


def _progress(found: PriceList, lines: int, at: int) -> None:
    PriceList.objects.filter(pk=found.pk).update(
        lines_read=lines, bytes_done=min(at, found.bytes_total), progress_at=clock.now()
    )


@transaction.atomic
def _ready(found: PriceList, rows: list[PriceRow], bad: list[BadLine], ignored: list[str]) -> str:
    held = PriceList.objects.select_for_update().get(pk=found.pk)
    if held.state != PriceListState.READING:
        return held.state
    lines_store(held, rows, bad)
    held.columns_ignored = ignored
    held.state = PriceListState.READY
    held.save(update_fields=["columns_ignored", "state"])
    return held.state


def _failed(found: PriceList, code: str) -> str:
    log.warning("price list not read", extra={"price_list": found.pk, "code": code})
    PriceList.objects.filter(pk=found.pk, state=PriceListState.READING).update(
        state=PriceListState.FAILED, error=code
    )
    return PriceListState.FAILED.value


def is_country(text: str) -> bool:
    """Whether two letters are a country that has telephone numbers."""
    return bool(phonenumbers.country_code_for_region(text))


def _checked_values(values: PriceListValues) -> str:
    """The zone's name. Raises InvalidError."""
    currency = values.currency.strip().upper()
    if not (len(currency) == len("VND") and currency.isascii() and currency.isalpha()):
        raise InvalidError(
            "currency_wrong", _("Write a currency in three letters, such as VND."), field="currency"
        )
    if values.carrier is not None and values.account is not None:
        raise InvalidError(
            "price_list_owner",
            _("A carrier's cost is not an account's: choose one of them."),
            field="account",
        )
    if values.account is not None and values.account.currency != currency:
        raise InvalidError(
            "price_list_currency",
            _("%(account)s pays in %(currency)s: make its list in that currency.")
            % {"account": values.account, "currency": values.account.currency},
            field="currency",
        )
    if values.effective_from is not None and values.effective_from <= clock.now():
        raise InvalidError(
            "price_list_time_over",
            _(
                "This time is over: choose a later one, or leave it empty for the moment of confirming."
            ),
            field="effective_from",
        )
    if not 0 < values.jump_percent <= _LONGEST_JUMP:
        raise InvalidError(
            "price_list_jump", _("Choose from 1 to 1000 percent."), field="jump_percent"
        )
    try:
        return zone_name(values.zone) or "UTC"
    except ValueError as error:
        raise InvalidError(
            "zone_unknown", str(_(UNKNOWN_ZONE)) % {"found": values.zone}, field="zone"
        ) from error
