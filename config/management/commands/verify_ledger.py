from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from compliance.constants import Chain
from compliance.models import Account
from compliance.services.chain_checks import books
from compliance.services.chains import Anchor, Verification, verify
from compliance.services.ledger_digests import SignedHeads, digest_read
from config.common.errors import InvalidError

PLATFORM = "platform"


class Command(BaseCommand):
    help = (
        "Recomputes the digests of the consent ledger and the audit log; names the first broken"
        " link and exits with 1 where a book does not prove itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--account",
            help=_("The short name of an account, or “platform”. Default: all of them."),
        )
        parser.add_argument("--chain", choices=Chain.values, help=_("Default: both books."))
        parser.add_argument(
            "--digest",
            type=Path,
            help=_("A signed digest kept outside: its account's books must still hold it."),
        )
        parser.add_argument(
            "--public-key",
            default="",
            help=_("The key (base64) that the digest may be signed with, besides our own."),
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        signed = self._signed(options["digest"], options["public_key"])
        found = [
            verify(account_id, chain, anchor)
            for account_id, chain, anchor in self._wanted(signed, options)
        ]
        names = dict(Account.objects.values_list("pk", "slug"))
        for one in found:
            self.stdout.write(_line(names.get(one.account_id or 0, PLATFORM), one))
        broken = sum(not one.is_whole for one in found)
        if broken:
            raise CommandError(_("%(count)d of the books are broken.") % {"count": broken})
        if not found:
            self.stdout.write(_("There is no such book yet: nothing was written to it."))

    def _signed(self, path: Path | None, public_key: str) -> SignedHeads | None:
        if path is None:
            return None
        try:
            signed = digest_read(path.read_bytes(), public_key)
        except (OSError, InvalidError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("The digest of %(day)s is signed with %(key)s.")
            % {"day": signed.day.isoformat(), "key": signed.public_key}
        )
        return signed

    def _wanted(
        self, signed: SignedHeads | None, options: dict[str, Any]
    ) -> list[tuple[int | None, str, Anchor | None]]:
        chain = options["chain"]
        if signed is not None:
            return [
                (signed.account_id, name, anchor)
                for name, anchor in signed.anchors.items()
                if chain in (None, name)
            ]
        slug = "" if options["account"] == PLATFORM else options["account"]
        try:
            return [(account_id, name, None) for account_id, name in books(slug, chain)]
        except Account.DoesNotExist as error:
            raise CommandError(
                _("No account has the short name “%(slug)s”.") % {"slug": slug}
            ) from error


def _line(name: str, found: Verification) -> str:
    what = _(
        "%(name)s, %(chain)s: %(links)d links, %(rows)d records (%(erased)d erased), %(seconds).1f s"
    ) % {
        "name": name,
        "chain": found.chain,
        "links": found.links,
        "rows": found.rows,
        "erased": found.erased,
        "seconds": found.seconds,
    }
    if found.first_broken is None:
        return _("WHOLE   %(what)s") % {"what": what}
    return _("BROKEN  %(what)s\n        link %(link)d: %(message)s") % {
        "what": what,
        "link": found.first_broken.link,
        "message": found.first_broken.message,
    }
