"""Colours and words of session states, receipts and status codes."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


# Why a worker's own link ended (carriers.smpp.link.LinkEnd); what the SMSC says stays as it is.
_ENDS = {
    "stopped": gettext_lazy("the worker gave it up"),
    "lease_ended": gettext_lazy("the worker lost its lease"),
    "crashed": gettext_lazy("the worker had a fault"),
}
TROUBLED_ENDS = ("lease_ended", "crashed")


def detail_words(detail: str) -> str:
    """A session's detail as people read it: the SMSC's words, or ours for our own ends."""
    return str(_ENDS.get(detail, detail))


# What a receipt's state comes to, and what is done about a status code, as people choose it.
RECEIPT_MEANINGS = {
    "delivered": gettext_lazy("Delivered"),
    "undelivered": gettext_lazy("Not delivered"),
    "expired": gettext_lazy("Expired before it was delivered"),
    "rejected": gettext_lazy("Rejected by the network"),
    "deleted": gettext_lazy("Deleted at the SMSC"),
    "accepted": gettext_lazy("Taken by the network, not final"),
    "enroute": gettext_lazy("On its way, not final"),
    "unknown": gettext_lazy("Says nothing, not final"),
}
STATUS_MEANINGS = {
    "throttle": gettext_lazy("Too fast: pause, slow down, send again"),
    "temporary": gettext_lazy("For the moment: try again, then another route"),
    "session": gettext_lazy("The session is lost: bind again"),
    "credentials": gettext_lazy("Wrong credentials: stop the bind"),
    "permanent_message": gettext_lazy("Refuses this message for good"),
    "permanent_route": gettext_lazy("Refuses this sender or route: try another"),
    "ambiguous": gettext_lazy("Cannot be told: content, credit or duplicate"),
}
