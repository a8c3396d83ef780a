"""What of senders ends soon, for those who keep their papers and those who record the answers."""

from collections.abc import Collection
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common import clock
from config.common.console.labels import label
from config.dashboards.panels import Link, Panel, link, number, page
from routing.constants import PaperKind
from routing.selectors.ends import Ending, endings, papers_waiting

_SHOWN = 20
_MODELS = {
    PaperKind.CERTIFICATE: "routing.sendercertificate",
    PaperKind.REGISTRATION: "routing.senderregistration",
    PaperKind.PROGRAM: "routing.senderprogram",
}


def sender_panel(account_ids: Collection[int] | None) -> Panel:
    """Leases, certificates, registrations and programs that end within 60 days or ended of late;
    None: of every account."""
    found = endings(clock.now().date(), account_ids=account_ids)
    return Panel(
        title=_("Senders: what ends within 60 days"),
        headers=[_("Sender"), _("Account"), _("What"), _("Last day"), _("Left")],
        rows=[_row(one) for one in found[:_SHOWN]],
        empty=_("Nothing of a sender ends soon."),
        links=[
            Link(_("Overview of registrations"), page("routing.sender", "overview")),
            Link(_("All senders"), page("routing.sender", "changelist")),
        ],
        summary=_waiting(account_ids),
    )


def _row(one: Ending) -> list[Any]:
    return [
        link(one.sender.address, page("routing.sender", "change", one.sender.pk)),
        one.sender.account_name,
        _what(one),
        date_format(one.ends_on, "SHORT_DATE_FORMAT"),
        label(_left(one), "danger" if one.days_left <= 7 else "warning"),
    ]


def _what(one: Ending) -> Any:
    if one.paper_id is None:
        return one.words
    return link(one.words, page(_MODELS[one.kind], "change", one.paper_id))


def _left(one: Ending) -> str:
    if one.days_left < 0:
        return _("Ended")
    return ngettext("%(days)d day left", "%(days)d days left", one.days_left) % {
        "days": one.days_left
    }


def _waiting(account_ids: Collection[int] | None) -> str:
    """How many wait for somebody's answer."""
    count = papers_waiting(account_ids)
    if not count:
        return ""
    words = ngettext(
        "%(count)s paper was handed in and waits for its answer.",
        "%(count)s papers were handed in and wait for their answer.",
        count,
    )
    return words % {"count": number(count)}
