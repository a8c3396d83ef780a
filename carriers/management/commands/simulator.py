"""`manage.py simulator`: the simulated operators, in the foreground."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from carriers.simulator.http_carrier import PORT_OFFSET, TOKEN
from carriers.simulator.operators import (
    CONTROL_PORT_OFFSET,
    KNOWN_OPERATORS,
    OperatorProfile,
    ProfileError,
    default_profiles,
    read_profiles,
)
from carriers.simulator.server import PortTakenError, Simulator, SimulatorConfig, serve
from config.common.collection import collection_relaxed


class Command(BaseCommand):
    help = _("Run simulated mobile operators (SMPP) on loopback ports until SIGTERM or Ctrl-C.")
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--operators",
            default="",
            help=_("Comma-separated names out of %(known)s and the file's own. Default: all.")
            % {"known": ", ".join(KNOWN_OPERATORS)},
        )
        parser.add_argument(
            "--profiles", type=Path, help=_("JSON file with changes to the profiles.")
        )
        parser.add_argument(
            "--port", type=int, help=_("First port; default: the setting SIMULATOR_PORT.")
        )
        parser.add_argument(
            "--control-port",
            type=int,
            help=_("Port of the control endpoint; default: that of SIMULATOR_CONTROL_URL."),
        )
        parser.add_argument(
            "--journal", type=Path, help=_("Directory of the journals; default: var/simulator.")
        )
        parser.add_argument(
            "--http-port",
            type=int,
            help=_("Port of the carrier over HTTP; default: ten above the first. -1: none."),
        )
        parser.add_argument("--no-journal", action="store_true", help=_("Keep no journals."))

    def handle(self, *args: object, **options: Any) -> None:
        config = _config(options)
        collection_relaxed()
        try:
            asyncio.run(serve(config, self._announce))
        except PortTakenError as error:
            raise CommandError(
                _(
                    "Port %(port)d, wanted for %(owner)s, is taken. Stop the other process or set "
                    "SIMULATOR_PORT to the first of a free row of ports (now %(first)d)."
                )
                % {"port": error.port, "owner": error.owner, "first": config.profiles[0].port},
                returncode=2,
            ) from error
        except OSError as error:
            raise CommandError(
                _("The simulator stopped, because its journal or a port failed: %(reason)s")
                % {"reason": error}
            ) from error

    def _announce(self, simulator: Simulator) -> None:
        for name, smsc in simulator.operators.items():
            for account in smsc.profile.accounts:
                self.stdout.write(
                    f"simulator {name}: {smsc.profile.port} "
                    f"system_id={account.system_id} password={account.password}"
                )
        if simulator.http_url:
            self.stdout.write(f"simulator http: {simulator.http_url} token={TOKEN}")
        self.stdout.write(f"simulator control: {simulator.control_url}")
        self.stdout.flush()


def _config(options: dict[str, Any]) -> SimulatorConfig:
    port = settings.SIMULATOR_PORT if options["port"] is None else options["port"]
    return SimulatorConfig(
        _chosen(options["operators"], options["profiles"], port),
        None if options["no_journal"] else options["journal"] or settings.SIMULATOR_DIR,
        _control_port(options["control_port"], options["port"]),
        http_port=_http_port(options["http_port"], port),
    )


def _http_port(given: int | None, first: int) -> int | None:
    if given is not None:
        return given if given >= 0 else None
    return first + PORT_OFFSET if first else 0


def _control_port(given: int | None, first: int | None) -> int:
    if given is not None:
        return given
    if first is not None:
        return first + CONTROL_PORT_OFFSET if first else 0
    return urlsplit(settings.SIMULATOR_CONTROL_URL).port or 80


def _chosen(names: str, path: Path | None, port: int) -> tuple[OperatorProfile, ...]:
    try:
        known = read_profiles(path, port) if path else default_profiles(port)
    except ProfileError as error:
        raise CommandError(str(error), returncode=2) from error
    wanted = [name.strip() for name in names.split(",") if name.strip()] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise CommandError(
            _("Unknown operators: %(unknown)s. Known: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(known)},
            returncode=2,
        )
    return tuple(known[name] for name in wanted)
