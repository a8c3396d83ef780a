"""`manage.py simulate_reply --from +84912345678 --to 53849 --text STOP`"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carriers.simulator.client import inject_reply
from config.common.errors import DomainError


class Command(BaseCommand):
    help = _("Let a handset send a text through the running carrier simulator.")
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="from_", required=True, help=_("The handset's number."))
        parser.add_argument("--to", required=True, help=_("The short code or number written to."))
        parser.add_argument("--text", required=True, help=_("What the person writes."))
        parser.add_argument(
            "--operator",
            help=_("The operator that carries it; default: the first one with a bind."),
        )

    def handle(self, *args: object, **options: Any) -> None:
        try:
            reply = inject_reply(
                settings.SIMULATOR_CONTROL_URL,
                options["operator"],
                options["from_"],
                options["to"],
                options["text"],
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            ngettext(
                "%(operator)s took the reply %(message_id)s in %(count)d part.",
                "%(operator)s took the reply %(message_id)s in %(count)d parts.",
                reply.parts,
            )
            % {
                "operator": reply.operator,
                "message_id": reply.message_id,
                "count": reply.parts,
            }
        )
        if not reply.receivers:
            self.stdout.write(_("Nobody is bound to receive it: it waits for the next bind."))
