"""What a mapping makes of an event: the message to ask for, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from campaigns.triggers.conditions import Finding, condition_met
from campaigns.triggers.formats import FormatError, formatted, moment_of, plain_text
from campaigns.triggers.paths import MISSING, path_all, path_first
from campaigns.triggers.problems import Problem
from campaigns.triggers.spec import AFTER, AT, SEND, Spec, Value

LONGEST_SLOT: Final = 1600
LONGEST_REFERENCE: Final = 64
LONGEST_KEY: Final = 200
_ENOUGH: Final = 2000  # of a value that is refused anyway


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as it came: its name, its body as values, and when; `now` is later where it is run
    again. `is_test`: while its source was in the sandbox."""

    name: str
    document: Any
    at: datetime
    now: datetime
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """The message that a mapping asks for; `dedupe_key` "" where it has none of its own."""

    to: str
    sender: str
    template: str
    message_class: str
    parameters: Mapping[str, str]
    language: str = ""
    time_zone: str = ""
    send_at: datetime | None = None
    expires_at: datetime | None = None
    client_reference: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    dedupe_key: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """`wanted`, or with `problems` why there is none; `is_for_it` False where the mapping is for
    other events or its condition was not met. `findings` are the comparisons."""

    wanted: Wanted | None
    is_for_it: bool
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()


def event_judge(spec: Spec, event: Happening, zone: str) -> Judged:
    """What the mapping makes of the event; `zone` is that of times without one."""
    if spec.events and event.name not in spec.events:
        named = ", ".join(spec.events)
        return Judged(None, False, (Problem("events", "other_event", {"events": named}),))
    is_met, findings = condition_met(spec.condition, event.document)
    if not is_met:
        return Judged(None, False, (Problem("condition", "condition_not_met"),), findings)
    maker = _Maker(event, zone)
    wanted = maker.make(spec)
    if maker.problems:
        return Judged(None, True, tuple(maker.problems), findings)
    return Judged(wanted, True, (), findings)


def value_read(value: Value, document: Any, zone: str) -> str:
    """The value as text; "" where there is nothing and no default. Raises FormatError."""
    found = _found(value, document)
    if found is MISSING or found is None or found == "":
        return value.default
    return formatted(found, value.format, zone).strip() or value.default


def _found(value: Value, document: Any) -> Any:
    if not value.path:
        return value.text
    if not value.join:
        return path_first(value.path, document)
    found = [one for one in path_all(value.path, document) if one is not None]
    return value.join.join(plain_text(one) for one in found)


class _Maker:
    """Reads all values, so that all that is wrong is told at once."""

    def __init__(self, event: Happening, zone: str) -> None:
        self._event, self._zone = event, zone
        self.problems: list[Problem] = []

    def make(self, spec: Spec) -> Wanted:
        send_at, until = self._times(spec)
        return Wanted(
            to=self._read(spec.number, "number", 80, is_required=True),
            sender=spec.sender,
            template=spec.template,
            message_class=spec.message_class,
            parameters=self._slots(spec.slots),
            language=self._read(spec.language, "language", 40),
            time_zone=self._read(spec.time_zone, "time_zone", 64),
            send_at=send_at,
            expires_at=until,
            client_reference=self._read(
                spec.client_reference, "client_reference", LONGEST_REFERENCE
            ),
            metadata=self._metadata(spec.metadata),
            dedupe_key=self._read(spec.dedupe, "dedupe", LONGEST_KEY, is_required=True),
        )

    def _slots(self, slots: Mapping[str, Value]) -> Mapping[str, str]:
        """Without those for which the event has nothing: the template may have a fallback."""
        read = {
            name: self._read(value, f"slots.{name}", LONGEST_SLOT) for name, value in slots.items()
        }
        return {name: text for name, text in read.items() if text}

    def _metadata(self, metadata: Mapping[str, Value]) -> Mapping[str, str]:
        read = {
            name: self._read(value, f"metadata.{name}", 500) for name, value in metadata.items()
        }
        return {name: text for name, text in read.items() if text}

    def _read(
        self, value: Value | None, place: str, limit: int, *, is_required: bool = False
    ) -> str:
        if value is None:
            return ""
        try:
            text = value_read(value, self._event.document, self._zone)
        except FormatError as error:
            self._wrong(place, error.code, path=value.path, **error.params)
            return ""
        if is_required and not text:
            self._wrong(place, "value_missing", path=value.path)
        if len(text) > limit:
            self._wrong(place, "value_too_long", path=value.path, limit=limit)
            return text[:_ENOUGH]
        return text

    def _wrong(self, place: str, code: str, **params: Any) -> None:
        self.problems.append(Problem(place, code, params))

    def _times(self, spec: Spec) -> tuple[datetime | None, datetime | None]:
        """When to send and when it is useless. What comes at a time that is over is sent at once
        or not at all; the time itself (an appointment) is always the end."""
        delay, now = spec.delay, self._event.now
        send_at: datetime | None = None
        until: datetime | None = None
        if delay.kind == AFTER:
            send_at = self._event.at + timedelta(minutes=delay.minutes)
            send_at = send_at if send_at > now else None
        elif delay.kind == AT:
            read = self._moment(delay.path, delay.zone or self._zone)
            if read is None:
                return None, None
            until = read if delay.before_minutes else None
            send_at = read - timedelta(minutes=delay.before_minutes)
            if send_at <= now:
                is_over = delay.late != SEND or (until is not None and until <= now)
                if is_over:
                    minutes = int((now - send_at).total_seconds() // 60)
                    self._wrong("delay", "too_late", minutes=minutes)
                send_at = None
        if spec.expires_minutes:
            own = (send_at or now) + timedelta(minutes=spec.expires_minutes)
            until = own if until is None else min(own, until)
        return send_at, until

    def _moment(self, path: str, zone: str) -> datetime | None:
        found = path_first(path, self._event.document)
        if found is MISSING or found is None or found == "":
            self._wrong("delay.path", "value_missing", path=path)
            return None
        try:
            return moment_of(found, zone)
        except FormatError as error:
            self._wrong("delay.path", error.code, path=path, **error.params)
            return None
