"""How a bind's session stands this moment: the part of its page that keeps itself fresh."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from carriers.constants import SessionState
from carriers.labels import SESSION_COLOURS, TROUBLED_ENDS, detail_words, session_label
from carriers.models import Bind, BindLease, SessionEvent, ThroughputShare
from carriers.selectors.sessions import LIVE, SessionView, session_of
from config.common import clock
from config.common.console.labels import label

_SHOWN = 10
_LOOKED_AT = 200  # events among which the last trouble is looked for
_TROUBLES = (SessionState.CONNECTION_LOST, SessionState.BIND_FAILED, SessionState.THROTTLED)


def now_part(bind: Bind) -> SafeString:
    """The part with its own address, which asks again every two seconds."""
    context = {"address": reverse("admin:carriers_bind_now", args=[bind.pk]), "now": now_of(bind)}
    return render_to_string("admin/carriers/bind/now_part.html", context)


def now_of(bind: Bind) -> SafeString:
    """State, worker, what is under way, how fast, and the last trouble with its time.

    Read the bind with `select_related("lease", "carrier")`.
    """
    session = session_of(bind, clock.now())
    is_live = session.state in LIVE
    text = session_label(session) if bind.is_enabled or is_live else _("Disconnected by hand")
    events = list(SessionEvent.objects.filter(bind=bind).order_by("-id")[:_LOOKED_AT])
    context = {
        "state": label(text, SESSION_COLOURS[session.state] if bind.is_enabled else ""),
        "since": session.since,
        "session": session,
        "figures": _figures(bind, session) if is_live else (),
        "detail": detail_words(session.detail),
        "trouble": _trouble(events),
        "events": [(event, detail_words(event.detail)) for event in events[:_SHOWN]],
        "bind": bind,
    }
    return render_to_string("admin/carriers/bind/now.html", context)


def _figures(bind: Bind, session: SessionView) -> list[tuple[str, str]]:
    lease: BindLease = bind.lease  # a live session has one
    figures = [
        (
            _("In flight"),
            _("%(count)s of a window of %(window)s")
            % {"count": _number(lease.in_flight), "window": _number(bind.window)},
        ),
        (_("Segments/s now"), _rate(bind, lease)),
    ]
    if lease.pace is not None and lease.pace != bind.throughput:
        words = _("throttled") if session.state == SessionState.THROTTLED else _shared(bind)
        figures.append((_("Allowed now"), " · ".join(filter(None, (_number(lease.pace), words)))))
    return figures


def _rate(bind: Bind, lease: BindLease) -> str:
    if not bind.throughput:
        return _("%(rate)s; the bind has no limit") % {"rate": _number(lease.per_second)}
    return _("%(rate)s of %(contract)s contracted (%(part)s %%)") % {
        "rate": _number(lease.per_second),
        "contract": _number(bind.throughput),
        "part": _number(round(100 * lease.per_second / bind.throughput)),
    }


def _shared(bind: Bind) -> str:
    """Whose contract it shares with other binds."""
    found = ThroughputShare.objects.filter(kind=ThroughputShare.Kind.CARRIER, bind=bind).first()
    if found is None:
        return ""
    return _("its part of the carrier's %(contract)s") % {"contract": _number(found.contract)}


def _trouble(events: Sequence[SessionEvent]) -> dict[str, Any] | None:
    """The latest thing that went wrong, of the events given, latest first."""
    found = next((event for event in events if _is_trouble(event)), None)
    if found is None:
        return None
    return {
        "at": localtime(found.at),
        "state": SessionState(found.state).label,
        "detail": detail_words(found.detail),
    }


def _is_trouble(event: SessionEvent) -> bool:
    return event.state in _TROUBLES or event.detail in TROUBLED_ENDS


def _number(value: float) -> str:
    """With one decimal where it is small and has one."""
    rounded = round(value, 1 if value < 10 else 0)
    decimals = 0 if rounded == int(rounded) else 1
    return str(number_format(rounded, decimal_pos=decimals, use_l10n=True, force_grouping=True))
