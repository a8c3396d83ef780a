"""Colours and words of session states."""

from django.utils.translation import gettext as _

from carriers.constants import SessionState
from carriers.selectors.sessions import SessionView
from config.common import clock
from config.common.durations import since

SESSION_COLOURS = {
    SessionState.STARTING: "info",
    SessionState.BINDING: "info",
    SessionState.BOUND: "success",
    SessionState.THROTTLED: "warning",
    SessionState.CONNECTION_LOST: "danger",
    SessionState.BIND_FAILED: "danger",
    SessionState.UNBOUND: "",
}


def session_label(session: SessionView) -> str:
    """The state and since when, for example "Bound, 3 minutes"."""
    if session.since is None:
        return str(session.state.label)
    return _("%(state)s, %(time)s") % {
        "state": session.state.label,
        "time": since(session.since, clock.now()),
    }
