"""An operator's home: sessions, what waits for which carrier, leases that end."""

from datetime import timedelta

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carriers.labels import SESSION_COLOURS, session_label
from carriers.models import Bind, Carrier
from carriers.selectors.sessions import session_of
from compliance.constants import LANES, MessageClass
from config.common import clock
from config.common.console.labels import label
from config.dashboards.panels import Link, Panel, Viewer, link, number, page
from messaging.models import Dispatch, Waiting
from routing.constants import SenderStatus
from routing.models import Sender

_SHOWN = 20
_SOON = timedelta(days=60)
_UNROUTED = 0


def operator_panels(_viewer: Viewer) -> list[Panel]:
    """Binds with session state, queue depth per carrier, leases that end soon."""
    return [_binds(), _queues(), _leases()]


def _binds() -> Panel:
    now = clock.now()
    binds = Bind.objects.select_related("carrier", "lease").order_by("carrier__name", "name")
    rows = []
    for bind in binds[:_SHOWN]:
        session = session_of(bind, now)
        colour = SESSION_COLOURS[session.state] if bind.is_enabled else ""
        text = session_label(session) if bind.is_enabled else _("Disabled")
        rows.append(
            [
                link(bind.name, page("carriers.bind", "change", bind.pk)),
                bind.carrier.name,
                label(text, colour),
                session.detail or "–",
                f"{bind.throughput:g}" if bind.throughput else "–",
            ]
        )
    return Panel(
        title=_("Binds"),
        headers=[_("Bind"), _("Carrier"), _("Session"), _("Detail"), _("Segments/s")],
        rows=rows,
        empty=_("No bind is configured yet."),
        links=[Link(_("New bind"), page("carriers.bind", "add"))],
    )


def _queues() -> Panel:
    names = dict(Carrier.objects.values_list("pk", "name"))
    names[_UNROUTED] = _("Not routed yet")
    depth: dict[tuple[int, int], int] = {}
    rows = Dispatch.objects.values_list("carrier_id", "lane").annotate(Count("id")).order_by()
    for carrier_id, lane, count in rows:
        depth[carrier_id, lane] = count
    busy = sorted({carrier_id for carrier_id, _lane in depth})
    cells = [
        [
            names.get(carrier_id, str(carrier_id)),
            *(number(depth.get((carrier_id, lane), 0)) for lane in range(len(LANES))),
        ]
        for carrier_id in busy
    ]
    waiting = Waiting.objects.count()
    if waiting:
        cells.append(
            [_("Waiting for their time: %(count)s") % {"count": number(waiting)}, *[""] * 4]
        )
    return Panel(
        title=_("Messages that may leave now"),
        headers=[_("Carrier"), *(MessageClass(name).label for name in LANES)],
        rows=cells,
        empty=_("No message is waiting."),
    )


def _leases() -> Panel:
    today = clock.now().date()
    ending = Sender.objects.filter(
        status=SenderStatus.ACTIVE, lease_end__lte=today + _SOON
    ).select_related("account")
    rows = []
    for sender in ending.order_by("lease_end")[:_SHOWN]:
        days = (sender.lease_end - today).days if sender.lease_end else 0
        left = ngettext("%(days)d day left", "%(days)d days left", max(days, 0))
        rows.append(
            [
                link(sender.address, page("routing.sender", "change", sender.pk)),
                sender.account.name,
                label(left % {"days": days}, "warning")
                if days >= 0
                else label(_("Ended"), "danger"),
            ]
        )
    return Panel(
        title=_("Leases that end within 60 days"),
        headers=[_("Sender"), _("Account"), _("Lease")],
        rows=rows,
        empty=_("No lease ends soon."),
    )
