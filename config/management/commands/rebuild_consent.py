from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from compliance.models import Account
from compliance.services.consent_states import states_rebuild
from config.common import redaction


class Command(BaseCommand):
    help = "Computes the present consent from the ledger and mends what is stored otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", help=_("The short name of an account. Default: all."))
        parser.add_argument(
            "--check",
            action="store_true",
            help=_("Only say what differs; exit with 1 when something does."),
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        account_id = None
        if options["account"]:
            account = Account.objects.filter(slug=options["account"]).first()
            if account is None:
                raise CommandError(
                    _("No account has the short name “%(slug)s”.") % {"slug": options["account"]}
                )
            account_id = account.pk
        found = states_rebuild(account_id, is_check=options["check"])
        for msisdn, advertiser, purpose, stored, true in found.examples:
            self.stdout.write(
                f"{redaction.msisdn(msisdn)} advertiser {advertiser} {purpose}:"
                f" {stored or '-'} → {true or '-'}"
            )
        counts = _(
            "%(missing)d missing, %(extra)d without a record, %(changed)d other than recorded."
        ) % {"missing": found.missing, "extra": found.extra, "changed": found.changed}
        if options["check"] and found.total:
            raise CommandError(counts)
        self.stdout.write(counts)
