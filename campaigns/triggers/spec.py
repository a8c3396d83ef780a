"""What a mapping says, as values: read from its JSON form, every mistake named with its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from campaigns.triggers.conditions import Condition

NOW, AFTER, AT = "now", "after", "at"
SEND, SKIP = "send", "skip"
MOST_DELAY_MINUTES: Final = 60 * 24 * 90


@dataclass(frozen=True, slots=True)
class Value:
    """Where a value comes from: the first at `path`, all of them joined by `join`, or `text` for
    everybody; then its steps; `default` where there is nothing."""

    path: str = ""
    text: str = ""
    join: str = ""
    default: str = ""
    format: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Delay:
    """When to send: now, `minutes` after the event, or `before_minutes` before the time at `path`
    (read in `zone` where it has none), and never after that time. `late`: what becomes of an event
    that comes when the time to send is over."""

    kind: str = NOW
    minutes: int = 0
    path: str = ""
    before_minutes: int = 0
    zone: str = ""
    late: str = SKIP


@dataclass(frozen=True, slots=True)
class Spec:
    """A mapping: for which events, under which condition, and what is sent to whom.

    `events` empty: all of the source. `dedupe`: at most one message per value, however often the
    platform tells. `expires_minutes`: useless so long after its time; 0 for never.
    """

    events: tuple[str, ...]
    number: Value
    template: str
    sender: str
    message_class: str = ""
    condition: Condition | None = None
    slots: Mapping[str, Value] = field(default_factory=dict)
    language: Value | None = None
    time_zone: Value | None = None
    dedupe: Value | None = None
    client_reference: Value | None = None
    metadata: Mapping[str, Value] = field(default_factory=dict)
    delay: Delay = Delay()
    expires_minutes: int = 0
