"""The port by which the apps above hear of consent that somebody withdrew; messaging writes the
event log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compliance.constants import Reach


@dataclass(frozen=True, slots=True)
class Revocation:
    """Who refuses which purpose from now on; `brand` None: of every brand of the account, and
    `source` as suppressions have it."""

    account_id: int
    msisdn: str
    brand: str | None
    purpose: str
    source: str
    reach: str = Reach.BRAND.value
    program: str | None = None


Listener = Callable[[Sequence[Revocation]], None]
_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """Called once, when the app that listens is ready."""
    _listeners[:] = [listener]


def revocations_tell(revoked: Sequence[Revocation]) -> None:
    """In the caller's transaction, as the last of it; many at once, of several accounts too."""
    for listener in _listeners:
        listener(revoked)
