"""Which parts make one text, whatever order they come in and however often: pure.

A phone's references repeat, after 256 texts or when it is switched on: what tells two texts of one
reference apart is that a part would be in a text twice, with other words.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from messaging.models import InboundPart

# Parts of the same words are a repetition for so long; later ones begin the same text anew.
REPEATED_WITHIN = timedelta(minutes=5)
# A part whose others never came joins no later text of the same reference.
LATE_WITHIN = timedelta(days=1)


@dataclass(slots=True)
class Text:
    """Parts of one text by their numbers; `message_id` where it is shown already, `is_grown`:
    a part has come since."""

    total: int
    message_id: UUID | None = None
    parts: dict[int, InboundPart] = field(default_factory=dict)
    is_grown: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every part is here."""
        return len(self.parts) == self.total

    @property
    def last_at(self) -> datetime:
        """When its last part came."""
        return max(part.received_at for part in self.parts.values())

    @property
    def in_order(self) -> list[InboundPart]:
        """The parts that are here."""
        return [self.parts[number] for number in sorted(self.parts)]


class Assembly:
    """The texts of one reference, oldest first."""

    def __init__(self, known: Iterable[InboundPart] = ()) -> None:
        self.texts: list[Text] = []
        for part in known:
            if part.message_id is None:
                self.add(part)
            else:
                self._shown(part).parts.setdefault(part.number, part)
        for text in self.texts:
            text.is_grown = False

    def add(self, part: InboundPart) -> InboundPart | None:
        """Gives the part to its text; returns the part that it repeats, where it does."""
        for text in reversed(self.texts):
            same = text.parts.get(part.number)
            if same is not None and _is_repeated(same, part, text):
                return same
        for text in reversed(self.texts):
            if part.number not in text.parts and _is_near(text, part):
                text.parts[part.number] = part
                text.is_grown = True
                return None
        self.texts.append(Text(part.total, None, {part.number: part}, is_grown=True))
        return None

    def _shown(self, part: InboundPart) -> Text:
        for text in self.texts:
            if text.message_id == part.message_id:
                return text
        self.texts.append(Text(part.total, part.message_id))
        return self.texts[-1]


def _is_repeated(same: InboundPart, part: InboundPart, text: Text) -> bool:
    """While a text waits for its other parts nobody writes the same part again. Two ids of the
    carrier's own are two texts; one id was told before by `Repetitions`."""
    if same.fingerprint != part.fingerprint:
        return False
    if same.smsc_message_id != part.smsc_message_id:
        return False
    within = REPEATED_WITHIN if text.is_whole else LATE_WITHIN
    return abs(part.received_at - same.received_at) < within


def _is_near(text: Text, part: InboundPart) -> bool:
    return abs(part.received_at - text.last_at) < LATE_WITHIN
