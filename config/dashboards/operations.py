"""An operator's home: sessions, what waits for which carrier, leases and registrations that end."""

from typing import Any

from django.db.models import Count, Max
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from carriers.labels import SESSION_COLOURS, detail_words, session_label
from carriers.models import Bind, UnknownWord
from carriers.selectors.sessions import session_of
from compliance.constants import LANES, MessageClass
from config.common import clock
from config.common.console.labels import label
from config.dashboards.certificates import certificates_panel
from config.dashboards.live import carriers_panel
from config.dashboards.panels import Link, Panel, Viewer, link, number, page
from config.dashboards.registers import registers_panel
from config.dashboards.senders import sender_panel
from messaging.constants import UnroutedReason, UnroutedState, VersionStatus
from messaging.models import (
    Dispatch,
    TemplateRegistration,
    TemplateVersion,
    UnroutedReply,
    Waiting,
)
from messaging.selectors.carriers_live import carriers_live
from messaging.selectors.registration_standing import EXPIRES_SOON, expiring, missing_networks

_SHOWN = 20
_UNROUTED = 0


def operator_panels(_viewer: Viewer) -> list[Panel]:
    """Binds with session state, queue depth per carrier, leases and registrations that end."""
    return [
        carriers_panel(),
        *_unrouted(),
        _binds(),
        _queues(),
        *certificates_panel(),
        *_words(),
        sender_panel(None),
        _registrations(),
        registers_panel(may_upload=True),
    ]


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
                detail_words(session.detail) or "–",
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
    names = {one.id: one.name for one in carriers_live()}
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


def _unrouted() -> list[Panel]:
    """Replies that are in nobody's inbox: nothing where there are none."""
    waiting = UnroutedReply.objects.filter(state=UnroutedState.WAITING)
    found = (
        waiting.values("message__destination", "reason")
        .annotate(count=Count("pk"), last_at=Max("message__received_at"))
        .order_by("-last_at")
    )
    queue = page("messaging.unroutedreply", "changelist")
    rows = [
        [
            link(one["message__destination"] or "–", f"{queue}?q={one['message__destination']}"),
            UnroutedReason(one["reason"]).label,
            number(one["count"]),
            date_format(localtime(one["last_at"]), "SHORT_DATETIME_FORMAT"),
        ]
        for one in found[:_SHOWN]
    ]
    if not rows:
        return []
    return [
        Panel(
            title=_("Replies to nobody: %(count)s wait") % {"count": number(waiting.count())},
            headers=[_("To"), _("Reason"), _("Waiting"), _("Last came")],
            rows=rows,
            links=[Link(_("All unrouted replies"), queue)],
        )
    ]


def _words() -> list[Panel]:
    """What SMSCs said that nobody has explained: nothing where there is nothing."""
    found = UnknownWord.objects.filter(meaning="").select_related("bind").order_by("-last_at")
    rows = [
        [
            link(word.word, page("carriers.unknownword", "change", word.pk)),
            word.bind.name,
            word.get_kind_display(),
            number(word.count),
            date_format(localtime(word.last_at), "SHORT_DATETIME_FORMAT"),
        ]
        for word in found[:_SHOWN]
    ]
    if not rows:
        return []
    return [
        Panel(
            title=_("Words of carriers that nobody knows"),
            headers=[_("Word"), _("Bind"), _("Kind"), _("Times"), _("Last seen")],
            rows=rows,
            empty="",
            links=[Link(_("All words"), page("carriers.unknownword", "changelist"))],
        )
    ]


def _registrations() -> Panel:
    """What networks carry no more soon, or not yet: messages there are blocked."""
    return Panel(
        title=_("Templates to register with networks"),
        headers=[_("Template version"), _("Account"), _("Networks")],
        rows=[*_unregistered(), *_expiring()],
        empty=_("Every template is registered where networks demand it."),
        links=[Link(_("Record a registration"), page("messaging.templateregistration", "add"))],
    )


def _unregistered() -> list[list[Any]]:
    sent = (VersionStatus.APPROVED, VersionStatus.STAGED)
    versions = TemplateVersion.objects.filter(status__in=sent).select_related("template__account")
    missing = missing_networks(versions)
    form = page("messaging.templateregistration", "add")
    return [
        [
            link(version, f"{form}?version={version.pk}"),
            version.template.account.name,
            label(
                _("missing: %(networks)s") % {"networks": ", ".join(missing[version.pk])}, "danger"
            ),
        ]
        for version in versions
        if version.pk in missing
    ][:_SHOWN]


def _expiring() -> list[list[Any]]:
    today = clock.now().date()
    rows = expiring(TemplateRegistration.objects.all(), since=today, until=today + EXPIRES_SOON)
    rows = rows.filter(version__status__in=(VersionStatus.APPROVED, VersionStatus.STAGED))
    return [
        [
            link(row.version, page("messaging.templateregistration", "change", row.pk)),
            row.version.template.account.name,
            label(
                _("%(network)s until %(day)s")
                % {
                    "network": row.network.name,
                    "day": date_format(row.expires_on or today, "SHORT_DATE_FORMAT"),
                },
                "warning",
            ),
        ]
        for row in rows.select_related("network", "version__template__account").order_by(
            "expires_on"
        )[:_SHOWN]
    ]
