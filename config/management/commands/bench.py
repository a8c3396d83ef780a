"""Measures the platform on this machine and prints one JSON line per figure."""

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.bench import rig
from config.bench.failover import failover
from config.bench.measure import measure, measure_processor
from config.bench.options import PLATFORM_FIGURES, OptionError, Options, options
from config.embedded import ServicesError
from config.management.programs import manage
from config.stop_signals import StopRequestedError


class Command(BaseCommand):
    help = (
        "Measures decisions, the encoder, routing, throughput and latency, the latter two on servers, ports and a "
        "folder of their own, and prints one JSON line per figure; progress goes to standard error. Variables: BENCH (figures, with "
        "commas between), COUNT (contacts), SINK (host:port), KEEP=1 (leave var/bench)."
    )
    # The platform it measures is started by itself.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)

    def handle(self, **arguments: Any) -> None:
        try:
            chosen = options()
        except OptionError as error:
            raise CommandError(str(error), returncode=2) from error
        if arguments["inside"]:
            sys.exit(0 if measure(chosen, self._write) else 1)
        try:
            measure_processor(chosen.figures, self._write)
            if "failover" in chosen.figures and not failover(chosen.count, self._write):
                sys.exit(1)
            if not chosen.figures & PLATFORM_FIGURES:
                return
            sys.exit(_run(chosen))
        except ServicesError as error:
            raise CommandError(str(error)) from error
        except (StopRequestedError, KeyboardInterrupt):
            sys.exit(130)

    def _write(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _run(chosen: Options) -> int:
    """Start everything, measure in a process of its own, stop everything."""
    with rig.platform_running(with_simulator=chosen.sink is None, keeps=chosen.keeps) as (
        supervisor,
        env,
    ):
        command = manage("bench", "bench", "--inside", folder=settings.BASE_DIR, env=env)
        return supervisor.once(rig.named(command), quiet=False)
