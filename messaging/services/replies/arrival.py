"""A whole reply on its way through the steps that act on it."""

from dataclasses import dataclass, field
from datetime import datetime

from compliance.keywords import KeywordMatch
from messaging.models import InboundMessage
from messaging.services.replies.addressees import Addressees
from messaging.services.replies.effects import News


@dataclass(slots=True)
class Arrival:
    """A reply, stored, and what the steps have made of it so far.

    `news`: every event that the reply brings about is appended here, and written last, accounts
    in order, as everybody locks their event counters. `is_settled`: a compliance keyword has acted
    (or is held to be read), so that no rule of the account's may act on it too. `is_amended`: the
    reply was shown with gaps before, and late parts have come: it is no new one; `is_obeyed`: its
    compliance keyword is the one that was acted upon then. `came_at`: it waited since then for a
    sender, and acts as of `message.received_at`.
    """

    message: InboundMessage
    match: KeywordMatch
    addressees: Addressees
    is_amended: bool = False
    is_obeyed: bool = False
    is_settled: bool = False
    news: list[News] = field(default_factory=list)
    came_at: datetime | None = None

    @property
    def received_at(self) -> datetime:
        """When the SMSC gave it to us."""
        return self.came_at or self.message.received_at

    @property
    def at(self) -> datetime:
        """The moment of what it brings about."""
        amended_at = self.message.amended_at if self.is_amended else None
        return amended_at or self.message.received_at
