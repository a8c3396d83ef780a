from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from compliance.models import Account
from messaging.selectors.money.reconciling import money_reconcile


class Command(BaseCommand):
    help = (
        "Counts the money of every message again and holds it against balances, statements and"
        " ledger; names each difference and exits with 1 where there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--account", help=_("The short name of an account. Default: all of them.")
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        found = money_reconcile(_account_id(options["account"]))
        self.stdout.write(
            _(
                "%(accounts)d accounts, %(days)d days and %(messages)d messages compared;"
                " %(passed)d days passed over, of which messages were removed."
            )
            % {
                "accounts": found.accounts,
                "days": found.days,
                "messages": found.messages,
                "passed": found.days_passed_over,
            }
        )
        for difference in found.differences:
            self.stdout.write(str(difference))
        if found.differences:
            raise CommandError(
                _("%(count)d differences between the books and the messages.")
                % {"count": len(found.differences)}
            )
        self.stdout.write(_("The books agree with the messages."))


def _account_id(slug: str | None) -> int | None:
    if not slug:
        return None
    account = Account.objects.filter(slug=slug).first()
    if account is None:
        raise CommandError(_("No account has the short name “%(slug)s”.") % {"slug": slug})
    return account.pk
