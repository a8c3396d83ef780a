from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from carriers.models import Carrier
from compliance.models import Account
from config.common.errors import DomainError
from routing.constants import PriceChange, PriceListState
from routing.models import PriceList
from routing.price_files import BAD_LINES
from routing.services.prices import (
    PriceListValues,
    price_list_confirm,
    price_list_discard,
    price_list_read,
    price_list_upload,
)
from routing.services.prices.exports import amount_text
from routing.services.prices.intake import FAILURES

_SHOWN = 20


class Command(BaseCommand):
    help = "Reads a CSV of prices, shows what it would change and, if nothing is bad, confirms it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument(
            "--carrier", default="", help="Code of the carrier whose costs these are."
        )
        whose.add_argument(
            "--account", default="", help="Slug of the account that pays these prices."
        )
        whose.add_argument(
            "--everybody", action="store_true", help="Prices of every other account."
        )
        parser.add_argument("--currency", default="", help="Default: the carrier's or account's.")
        parser.add_argument("--name", default="", help="Default: the file's name.")
        parser.add_argument("--zone", default="Asia/Ho_Chi_Minh")
        parser.add_argument(
            "--from",
            dest="begins",
            default="",
            help="When it begins, in the zone: 2026-12-01 or 2026-12-01T08:00. Default: now.",
        )
        parser.add_argument(
            "--changes", action="store_true", help="The file holds changes only: nothing else ends."
        )
        parser.add_argument(
            "--skip-bad", action="store_true", help="Confirm without the bad lines."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Only show what it would change."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self._read(options)
            self._show(found)
            bad = found.counts.get(PriceChange.BAD, 0)
            if options["dry_run"] or (bad and not options["skip_bad"]):
                price_list_discard(found=found, actor=None)
                if not options["dry_run"]:
                    raise CommandError("Nothing is confirmed: correct the lines, or --skip-bad.")
                return
            price_list_confirm(found=found, actor=None)
        except (Carrier.DoesNotExist, Account.DoesNotExist) as error:
            raise CommandError("No such carrier or account.") from error
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        found.refresh_from_db()
        self.stdout.write(f"In force from {found.effective_from:%Y-%m-%d %H:%M:%S} UTC.")

    def _read(self, options: dict[str, Any]) -> PriceList:
        with options["file"].open("rb") as file:
            found = price_list_upload(
                values=_values(options),
                file=File(file, name=options["file"].name),
                file_name=options["file"].name,
                actor=None,
                is_read_now=True,
            )
        state = price_list_read(found.pk)
        found.refresh_from_db()
        if state != PriceListState.READY:
            raise CommandError(gettext(FAILURES.get(found.error, found.error)))
        return found

    def _show(self, found: PriceList) -> None:
        counts = [f"{change.value} {found.counts.get(change, 0)}" for change in PriceChange]
        self.stdout.write(", ".join(counts))
        if jumps := found.counts.get("jump", 0):
            self.stdout.write(f"{jumps} changes of more than {found.jump_percent} %")
        if found.columns_ignored:
            self.stdout.write(f"columns not read: {', '.join(found.columns_ignored)}")
        changed = found.lines.filter(change=PriceChange.CHANGED).select_related("network")
        for line in changed[:_SHOWN]:
            place = line.network.code if line.network else line.country
            old, new = amount_text(line.old_micros or 0), amount_text(line.amount_micros or 0)
            self.stdout.write(f"  {place} {line.message_class or 'every class'}: {old} → {new}")
        for line in found.lines.filter(change=PriceChange.BAD)[:_SHOWN]:
            self.stdout.write(
                f"  line {line.line}: {gettext(BAD_LINES[line.problem])} {line.content}"
            )


def _values(options: dict[str, Any]) -> PriceListValues:
    carrier = Carrier.objects.get(code=options["carrier"]) if options["carrier"] else None
    account = Account.objects.get(slug=options["account"]) if options["account"] else None
    owner = carrier or account
    currency = options["currency"] or (owner.currency if owner else "")
    if not currency:
        raise CommandError("Prices of everybody need --currency.")
    return PriceListValues(
        name=options["name"] or options["file"].name,
        currency=currency,
        carrier=carrier,
        account=account,
        is_full=not options["changes"],
        zone=options["zone"],
        effective_from=_moment(options["begins"], options["zone"]),
    )


def _moment(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError) as error:
        raise CommandError("--from is a moment such as 2026-12-01T08:00.") from error
