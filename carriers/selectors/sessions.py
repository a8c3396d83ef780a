"""What is known of the sessions of binds, for people."""

from dataclasses import dataclass
from datetime import datetime

from carriers.constants import SessionState
from carriers.models import Bind, BindLease

LIVE = frozenset({SessionState.BOUND, SessionState.THROTTLED})


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session's state in the health words, since when, where, and why."""

    state: SessionState
    since: datetime | None
    worker: str
    detail: str


def session_of(bind: Bind, now: datetime) -> SessionView:
    """The state by the bind's lease; a lease that ended says nothing of a live session.

    Read the bind with `select_related("lease")`.
    """
    lease: BindLease | None = getattr(bind, "lease", None)
    if lease is None:
        return SessionView(SessionState.UNBOUND, None, "", "")
    state = SessionState(lease.state)
    has_ended = lease.expires_at is None or lease.expires_at <= now
    if has_ended and state in LIVE | {SessionState.STARTING, SessionState.BINDING}:
        return SessionView(SessionState.UNBOUND, lease.expires_at, "", lease.detail)
    return SessionView(state, lease.state_since, lease.holder, lease.detail)
