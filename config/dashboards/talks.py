"""Who of the people that wrote has waited too long, on the home page of those who answer."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.numbers import to_display
from config.common import clock
from config.dashboards.panels import Link, Panel, Viewer, ago, link, page
from messaging.models import Conversation
from messaging.selectors.conversation_list import box_condition, box_counts

_SHOWN = 5


def conversations_panel(viewer: Viewer) -> Panel:
    """Escalated and overdue conversations, who has waited longest first."""
    rows = Conversation.objects.filter(account__in=viewer.account_ids)
    late = rows.filter(box_condition("overdue")).select_related("advertiser", "assignee")
    shown = list(late.order_by("waiting_since", "pk")[:_SHOWN])
    counts = box_counts(rows, ("waiting", "overdue"))
    boxes = page("messaging.conversation", "changelist")
    return Panel(
        title=_("People who wait for an answer"),
        headers=[_("Phone number"), _("Advertiser"), _("Waiting since"), _("Assigned to")],
        rows=[
            [
                link(to_display(one.msisdn), page("messaging.conversation", "change", one.pk)),
                one.advertiser.name,
                ago(one.waiting_since or clock.now()),
                one.assignee.get_username() if one.assignee else "–",
            ]
            for one in shown
        ],
        summary=_summary(counts["waiting"], counts["overdue"]) if shown else "",
        empty=_summary(counts["waiting"], 0),
        links=[
            Link(_("Overdue"), f"{boxes}?box=overdue", is_first=bool(shown)),
            Link(_("All who wait"), f"{boxes}?box=waiting"),
        ],
    )


def _summary(waiting: int, late: int) -> str:
    if not waiting:
        return _("Nobody waits for an answer.")
    said = ngettext("%(count)d person waits.", "%(count)d people wait.", waiting)
    if not late:
        return said % {"count": waiting} + " " + _("Nobody has waited too long.")
    over = ngettext("%(count)d has waited too long.", "%(count)d have waited too long.", late)
    return said % {"count": waiting} + " " + over % {"count": late}
