"""How the chained books stand, in words: for their page and for home pages."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from compliance.selectors.ledger import BookStanding
from config.common.console.labels import label


def standing_label(book: BookStanding) -> str:
    """Whole, broken, or not verified yet, as a coloured word."""
    if book.check is None:
        return label(_("not verified yet"), "warning")
    if book.check.broken_link is not None:
        return label(_("broken"), "danger")
    return label(_("whole"), "success")


def standing_text(book: BookStanding) -> str:
    """Up to which link, when, and how long it took; or what is broken."""
    check = book.check
    if check is None:
        return "–"
    when = moment(check.checked_at)
    if check.broken_link is not None:
        return _("%(when)s: link %(link)d. %(problem)s") % {
            "when": when,
            "link": check.broken_link,
            "problem": check.problem,
        }
    return _("up to link %(link)d at %(when)s, the whole chain in %(seconds).1f s") % {
        "link": check.links,
        "when": when,
        "seconds": check.milliseconds / 1000,
    }


def moment(when: Any) -> str:
    """Day and minute, in the reader's way and zone."""
    return date_format(localtime(when), "SHORT_DATETIME_FORMAT")
