from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from compliance.models import Register, RegisterSnapshot
from compliance.selectors.registers import DO_NOT_CALL
from compliance.services.registers import (
    SnapshotValues,
    register_load,
    snapshot_discard,
    snapshot_start,
    snapshot_upload,
)
from compliance.services.registers.loading import FAILURES
from compliance.services.registers.preview import register_preview
from config.common import clock
from config.common.errors import DomainError


def _time(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Loads a file of a country's do-not-call register and puts it in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("country", help="Two letters, for example vn.")
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--snapshot", required=True, help="The list's id as the register's keeper gives it."
        )
        parser.add_argument(
            "--as-of",
            type=_time,
            default=None,
            help="When the keeper made it, RFC 3339; UTC without a zone. Default: now.",
        )
        parser.add_argument("--register", default=DO_NOT_CALL)
        parser.add_argument("--changes", action="store_true", help="The file holds changes only.")
        parser.add_argument("--may-shrink", action="store_true", help="Many numbers may come off.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Only show what the file seems to hold."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            snapshot = self._uploaded(options)
            if options["dry_run"]:
                self._show(snapshot)
                return
            snapshot_start(snapshot=snapshot, actor=None)
        except Register.DoesNotExist as error:
            raise CommandError("No such register: add it on its page first.") from error
        except (DomainError, OSError) as error:
            raise CommandError(str(getattr(error, "message", error))) from error
        register_load(snapshot.pk)
        snapshot.refresh_from_db()
        if snapshot.state != RegisterSnapshot.State.IN_FORCE:
            raise CommandError(gettext(FAILURES.get(snapshot.error, snapshot.error)))
        self.stdout.write(
            f"{snapshot.reference} is in force: {snapshot.numbers} numbers,"
            f" {snapshot.added} new, {snapshot.changed} changed, {snapshot.removed} taken off,"
            f" {snapshot.lines_bad} bad lines"
        )

    def _uploaded(self, options: dict[str, Any]) -> RegisterSnapshot:
        kinds = RegisterSnapshot.Kind
        register = Register.objects.get(country=options["country"].upper(), key=options["register"])
        with options["file"].open("rb") as file:
            return snapshot_upload(
                register=register,
                file=File(file, name=options["file"].name),
                file_name=options["file"].name,
                values=SnapshotValues(
                    options["snapshot"],
                    options["as_of"] or clock.now(),
                    kinds.CHANGES if options["changes"] else kinds.FULL,
                    options["may_shrink"],
                ),
                actor=None,
            )

    def _show(self, snapshot: RegisterSnapshot) -> None:
        seen = register_preview(snapshot)
        for number, line, row, code in seen.shown:
            self.stdout.write(f"{number}: {line} -> {code or row}")
        self.stdout.write(
            f"{seen.lines} lines read of about {seen.lines_about}: {seen.good} good"
            f" ({seen.sms} refuse messages, {seen.voice} calls), {seen.bad} bad"
        )
        snapshot_discard(snapshot=snapshot, actor=None)
