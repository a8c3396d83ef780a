"""Brings the whole platform up on this machine and keeps it up until Ctrl-C."""

import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config import embedded
from config.embedded.lock import AlreadyRunningError
from config.management import platform
from config.management.programs import NAMES, SIMULATOR, environment, manage, processes
from config.stop_signals import StopRequestedError
from config.supervisor import Supervisor, say

READY_SECONDS = 90.0


class Command(BaseCommand):
    """See `help`; the order and the rules of each step are in config.management.platform."""

    help = "Starts servers and processes, prints address and logins, and runs until Ctrl-C."
    # The database may not exist yet; each process makes its own checks when it starts.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--only", help=f"processes to run, with commas between: {','.join(NAMES)}"
        )
        parser.add_argument(
            "--no-demo-data", action="store_true", help="leave an empty database empty"
        )
        parser.add_argument(
            "--then",
            nargs=argparse.REMAINDER,
            default=[],
            help="a management command to run when all is ready; then stop, with its exit code. "
            "Where the platform runs already, only the command is run",
        )

    def handle(self, **options: Any) -> None:
        names = self._names(options["only"])
        try:
            sys.exit(self._run(names, with_demo=not options["no_demo_data"], then=options["then"]))
        except AlreadyRunningError as error:
            if options["then"]:
                sys.exit(_beside(options["then"]))
            raise CommandError(str(error)) from error
        except embedded.ServicesError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:  # before there was anything to stop
            sys.exit(130)

    def _names(self, only: str | None) -> list[str]:
        names = [name.strip() for name in only.split(",")] if only else list(NAMES)
        unknown = sorted(set(names) - set(NAMES))
        if unknown:
            raise CommandError(
                _("--only: there is no process {unknown}; choose from {names}").format(
                    unknown=", ".join(unknown), names=", ".join(NAMES)
                )
            )
        return names

    def _run(self, names: list[str], *, with_demo: bool, then: list[str]) -> int:
        with Supervisor(settings.VAR_DIR) as supervisor:
            taken = platform.taken_ports(names)
            if taken:
                raise CommandError("\n".join(taken), returncode=2)
            try:
                found = platform.start_servers(supervisor, settings.VAR_DIR)
                env = environment(found, settings.PORT, settings.SIMULATOR_PORT)
                _prepare(supervisor, env, with_demo=with_demo)
                _start(supervisor, names, env)
                self.stdout.write(platform.welcome(platform.demo_account(settings.VAR_DIR)))
                if then:
                    command = manage(then[0], *then, folder=settings.BASE_DIR, env=env)
                    return supervisor.once(command, quiet=False)
                supervisor.forever()
            except StopRequestedError:
                say(_("stopping; Ctrl-C again kills at once"))
            finally:
                embedded.forget(settings.VAR_DIR)
        return 0


def _prepare(supervisor: Supervisor, env: Mapping[str, str], *, with_demo: bool) -> None:
    """Bring tables up to date and fill an empty database."""
    steps = [("migrate", ("--noinput", "--verbosity=0"))]
    for name, arguments in steps:
        _must(supervisor, name, arguments, env)
    if with_demo and platform.is_empty(env["DATABASE_URL"]):
        say(_("making demo data"))
        _must(supervisor, "demo_data", (), env)


def _must(
    supervisor: Supervisor, name: str, arguments: tuple[str, ...], env: Mapping[str, str]
) -> None:
    command = manage(name, name, *arguments, folder=settings.BASE_DIR, env=env)
    if supervisor.once(command):
        raise CommandError(_("{name} failed; nothing was started").format(name=name))


def _start(supervisor: Supervisor, names: list[str], env: Mapping[str, str]) -> None:
    programs = processes(Path(settings.BASE_DIR), env)
    if SIMULATOR in names:
        supervisor.start(programs[SIMULATOR])
    # Several carrier workers go by the name of the first.
    others = [program for name, program in programs.items() if name.rstrip("0123456789") in names]
    others = [program for program in others if program.name != SIMULATOR]
    if others:
        supervisor.start(*others)
    if "web" in names:
        # With some processes left out the platform as a whole cannot be ready.
        path = "/readyz" if set(names) == set(NAMES) else "/healthz"
        if not supervisor.wait(platform.probe(path), READY_SECONDS):
            say(_("not ready after {n} s: see {path}").format(n=int(READY_SECONDS), path=path))


def _beside(then: list[str]) -> int:
    """Run the command against the platform that runs already."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *then]
    return subprocess.run(command, check=False).returncode  # noqa: S603  our own command
