"""Hurts a platform of its own while messages flow, and says whether each is accounted for."""

import argparse
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.chaos import rig
from config.chaos.runs import run
from config.chaos.scenarios import SCENARIOS, Scenario

_LEAST, _MOST = 100, 1_000_000


class Command(BaseCommand):
    help = _(
        "Kills, freezes, cuts and corrupts a throw-away platform while messages flow, and judges by "
        "the operators' own books. Prints a line of JSON for each scenario, then a table."
    )
    # The platform that is hurt is started by itself.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--scenario", default="", help=_("Names with commas between, or “all”.")
        )
        parser.add_argument(
            "--count", type=int, default=20_000, help=_("Messages per scenario; default: 20000.")
        )
        parser.add_argument("--list", action="store_true", help=_("Show the scenarios."))
        parser.add_argument(
            "--keep", action="store_true", help=_("Leave var/chaos with logs and data.")
        )
        parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)

    def handle(self, **options: Any) -> None:
        if options["list"]:
            for one in SCENARIOS.values():
                self.stdout.write(f"{one.name:<20} {one.title}")
            return
        chosen = _chosen(options["scenario"])
        if not _LEAST <= options["count"] <= _MOST:
            raise CommandError(
                _("--count: write a number from {least} to {most}").format(least=_LEAST, most=_MOST)
            )
        if options["inside"]:
            sys.exit(0 if self._inside(chosen, options["count"]) else 1)
        sys.exit(_outside(options))

    def _inside(self, chosen: list[Scenario], count: int) -> bool:
        try:
            with rig.Rig(settings.VAR_DIR) as running:
                return run(running, chosen, count, self._show)
        except (rig.ChaosError, TimeoutError) as error:
            raise CommandError(str(error)) from error

    def _show(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _chosen(text: str) -> list[Scenario]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return list(SCENARIOS.values())
    unknown = sorted(set(names) - SCENARIOS.keys())
    if unknown or not names:
        raise CommandError(
            _("--scenario: {unknown} is no scenario. Choose from: {names}, or all.").format(
                unknown=", ".join(unknown) or "“”", names=", ".join(SCENARIOS)
            ),
            returncode=2,
        )
    return [SCENARIOS[name] for name in names]


def _outside(options: dict[str, Any]) -> int:
    """In a process of its own, which knows the platform's addresses from its start."""
    var_dir = rig.folder()
    rig.remove(var_dir)
    var_dir.mkdir(parents=True)
    command = [sys.executable, "manage.py", "chaos", "--inside"]
    command += ["--scenario", options["scenario"], "--count", str(options["count"])]
    try:
        return subprocess.run(  # noqa: S603  our own command
            command, cwd=settings.BASE_DIR, env=rig.environment(var_dir), check=False
        ).returncode
    finally:
        if not options["keep"]:
            rig.remove(var_dir)
