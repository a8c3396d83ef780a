"""`manage.py sandbox`: where messages of test keys go, in the foreground."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from carriers.services.sandbox import sandbox_ensure
from carriers.simulator.operators import SANDBOX


class Command(BaseCommand):
    help = _(
        "Run the sandbox that messages of test keys go to, until SIGTERM or Ctrl-C; its carrier"
        " and bind are made where there are none yet."
    )

    def handle(self, *args: object, **options: Any) -> None:
        carrier = sandbox_ensure()
        self.stdout.write(_("Messages of test keys go to the carrier “%s”.") % carrier.name)
        call_command("simulator", operators=SANDBOX, http_port=-1)
