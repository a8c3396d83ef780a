from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.common.errors import DomainError
from config.demo.run import DemoRun


class Command(BaseCommand):
    help = (
        "Sends a care campaign of order notices from a CSV of contacts through the simulated "
        "carriers and prints what became of every row. Needs the running platform (make run)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=0, help="Seconds to wait at most.")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            report = DemoRun(self._show).run(limit_seconds=options["limit"] or 300)
        except DomainError as error:
            raise CommandError(str(error)) from error
        if not report.adds_up:
            raise CommandError("Some rows are unaccounted for: see the lines above.")

    def _show(self, line: str) -> None:
        """A line that begins with a carriage return overwrites the one before (progress bars)."""
        self.stdout.write(line, ending="" if line.startswith("\r") else "\n")
        self.stdout.flush()
