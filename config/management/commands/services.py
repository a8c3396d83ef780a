"""Only the embedded servers, in the foreground, for work on single processes."""

import argparse
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config import embedded
from config.embedded.lock import keeper
from config.embedded.places import locate
from config.management import platform
from config.stop_signals import StopRequestedError
from config.supervisor import Supervisor


class Command(BaseCommand):
    help = "Runs embedded PostgreSQL and Valkey and prints their addresses, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--remove", action="store_true", help="delete their data instead (they must be stopped)"
        )

    def handle(self, **options: Any) -> None:
        try:
            if options["remove"]:
                self._remove()
            else:
                self._run()
        except embedded.ServicesError as error:
            raise CommandError(str(error)) from error

    def _run(self) -> None:
        with Supervisor(settings.VAR_DIR) as supervisor:
            try:
                found = platform.start_servers(supervisor, settings.VAR_DIR)
                for name, value in asdict(found).items():
                    self.stdout.write(f"export {name.upper()}='{value}'")
                supervisor.forever()
            except StopRequestedError:
                self.stdout.write(_("stopping"))
            finally:
                embedded.forget(settings.VAR_DIR)

    def _remove(self) -> None:
        with keeper(settings.VAR_DIR):
            places = locate(settings.VAR_DIR)
            places.remove()
        self.stdout.write(_("removed {folder}").format(folder=places.data))
