"""A mapping's JSON form into values, with every mistake named, and what it is written as."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from campaigns.triggers.conditions import (
    OF_LISTS,
    OPERATORS,
    WITHOUT_VALUE,
    Condition,
    Group,
    Leaf,
    is_pattern,
)
from campaigns.triggers.formats import MOST_DECIMALS, STEPS, pattern_parts
from campaigns.triggers.paths import LONGEST_PATH, PathError, path_compile
from campaigns.triggers.problems import Problem, SpecError
from campaigns.triggers.spec import (
    AFTER,
    AT,
    MOST_DELAY_MINUTES,
    NOW,
    SEND,
    SKIP,
    Delay,
    Spec,
    Value,
)
from config.common.zones import zone_name

LONGEST_TEXT: Final = 1600
MOST_EVENTS, MOST_SLOTS, MOST_NAMES, MOST_STEPS = 20, 40, 20, 6
MOST_CONDITIONS, DEEPEST_CONDITION = 20, 3
_SPEC: Final = (
    "events",
    "condition",
    "number",
    "template",
    "from",
    "class",
    "language",
    "time_zone",
    "slots",
    "dedupe",
    "client_reference",
    "metadata",
    "delay",
    "expires_minutes",
)
_VALUE: Final = ("path", "text", "join", "default", "format")
_DELAY: Final = ("kind", "minutes", "path", "before_minutes", "zone", "late")
_STEP: Mapping[str, tuple[str, ...]] = {
    "date": ("pattern", "zone"),
    "money": ("decimals", "thousands", "point", "prefix", "suffix", "divide"),
    "shorten": ("length",),
    "map": ("values",),
}


def spec_read(raw: Any) -> Spec:
    """The mapping. Raises SpecError with all that is wrong."""
    reader = _Reader()
    found = reader.spec(raw)
    if reader.problems or found is None:
        raise SpecError(reader.problems)
    return found


class _Reader:
    """Reads on after a mistake, so that all of them are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._leaves = 0

    def _wrong(self, place: str, code: str, **params: Any) -> None:
        self.problems.append(Problem(place, code, params))

    def spec(self, raw: Any) -> Spec | None:
        if not self._object(raw, "", _SPEC):
            return None
        number = self._value(raw.get("number"), "number")
        if raw.get("number") is None:
            self._wrong("number", "required")
        return Spec(
            events=self._events(raw.get("events", [])),
            number=number or Value(),
            template=self._text(raw, "template", "", 60, is_required=True),
            sender=self._text(raw, "from", "", 30, is_required=True).removeprefix("+"),
            message_class=self._text(raw, "class", "", 16),
            condition=self._condition(raw.get("condition"), "condition", 1),
            slots=self._values(raw.get("slots"), "slots", MOST_SLOTS),
            language=self._value(raw.get("language"), "language"),
            time_zone=self._value(raw.get("time_zone"), "time_zone"),
            dedupe=self._value(raw.get("dedupe"), "dedupe"),
            client_reference=self._value(raw.get("client_reference"), "client_reference"),
            metadata=self._values(raw.get("metadata"), "metadata", MOST_NAMES),
            delay=self._delay(raw.get("delay")),
            expires_minutes=self._whole(raw, "expires_minutes", "", 0, MOST_DELAY_MINUTES),
        )

    def _object(self, raw: Any, place: str, known: Sequence[str]) -> bool:
        if not isinstance(raw, dict):
            self._wrong(place, "not_an_object")
            return False
        for name in raw:
            if name not in known:
                self._wrong(_at(place, str(name)), "unknown_member", known=", ".join(known))
        return True

    def _text(
        self,
        raw: Mapping[str, Any],
        name: str,
        place: str,
        limit: int,
        *,
        is_required: bool = False,
    ) -> str:
        found = raw.get(name)
        if found is None or found == "":
            if is_required:
                self._wrong(_at(place, name), "required")
            return ""
        if not isinstance(found, str):
            self._wrong(_at(place, name), "not_a_text")
            return ""
        if len(found) > limit:
            self._wrong(_at(place, name), "too_long", limit=limit)
        return found

    def _whole(
        self, raw: Mapping[str, Any], name: str, place: str, least: int, most: int, default: int = 0
    ) -> int:
        found = raw.get(name)
        if found is None:
            return default
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            self._wrong(_at(place, name), "not_a_whole", least=least, most=most)
            return default
        return found

    def _word(
        self, raw: Mapping[str, Any], name: str, place: str, known: Sequence[str], default: str
    ) -> str:
        found = raw.get(name, default)
        if found not in known:
            shown = str(found)[:40]
            self._wrong(_at(place, name), "unknown_word", word=shown, known=", ".join(known))
            return default
        return str(found)

    def _events(self, raw: Any) -> tuple[str, ...]:
        if isinstance(raw, str):
            raw = [raw]
        if not isinstance(raw, list):
            self._wrong("events", "not_a_list")
            return ()
        if len(raw) > MOST_EVENTS:
            self._wrong("events", "too_many", limit=MOST_EVENTS)
        for index, one in enumerate(raw[:MOST_EVENTS]):
            if not isinstance(one, str) or not one.strip():
                self._wrong(f"events.{index}", "not_a_text")
            elif len(one) > 120:
                self._wrong(f"events.{index}", "too_long", limit=120)
        return tuple(one.strip() for one in raw[:MOST_EVENTS] if isinstance(one, str))

    def _path(self, raw: Mapping[str, Any], place: str, *, is_required: bool = False) -> str:
        text = self._text(raw, "path", place, LONGEST_PATH, is_required=is_required)
        if text:
            try:
                path_compile(text)
            except PathError as error:
                at = f" (character {error.detail})" if error.code == "path_not_understood" else ""
                detail = {"detail": error.detail, "at": at if error.detail else ""}
                self._wrong(_at(place, "path"), error.code, **detail)
        return text

    def _values(self, raw: Any, place: str, most: int) -> Mapping[str, Value]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self._wrong(place, "not_an_object")
            return {}
        if len(raw) > most:
            self._wrong(place, "too_many", limit=most)
            return {}
        found = {}
        for name, one in raw.items():
            if not name or len(name) > 64:
                self._wrong(_at(place, name[:64]), "bad_slot_name", name=name[:64])
                continue
            value = self._value(one, _at(place, name))
            if value is not None:
                found[name] = value
        return found

    def _value(self, raw: Any, place: str) -> Value | None:
        """A value; a string alone that begins with `$` is its path, any other string its text."""
        if raw is None:
            return None
        if isinstance(raw, str):
            raw = {"path": raw} if raw.startswith("$") else {"text": raw}
        if not self._object(raw, place, _VALUE):
            return None
        path = self._path(raw, place)
        text = self._text(raw, "text", place, LONGEST_TEXT)
        if bool(path) == bool(text):
            self._wrong(place, "path_or_text")
        return Value(
            path=path,
            text=text,
            join=self._text(raw, "join", place, 10),
            default=self._text(raw, "default", place, LONGEST_TEXT),
            format=self._steps(raw.get("format"), _at(place, "format")),
        )

    def _steps(self, raw: Any, place: str) -> tuple[Mapping[str, Any], ...]:
        if raw is None:
            return ()
        if not isinstance(raw, list):
            self._wrong(place, "not_a_list")
            return ()
        if len(raw) > MOST_STEPS:
            self._wrong(place, "too_many", limit=MOST_STEPS)
            return ()
        steps = [self._step(one, f"{place}.{index}") for index, one in enumerate(raw)]
        return tuple(one for one in steps if one is not None)

    def _step(self, raw: Any, place: str) -> Mapping[str, Any] | None:
        """A step; a word alone is one without options."""
        step = {"kind": raw} if isinstance(raw, str) else raw
        kind = step.get("kind") if isinstance(step, dict) else None
        if not isinstance(kind, str) or kind not in STEPS:
            known = ", ".join(STEPS)
            self._wrong(place, "unknown_word", word=str(kind)[:40], known=known)
            return None
        if not self._object(step, place, ("kind", *_STEP.get(kind, ()))):
            return None
        check = _CHECKS.get(kind)
        if check is not None:
            check(self, step, place)
        return step

    def check_date(self, step: Mapping[str, Any], place: str) -> None:
        pattern = self._text(step, "pattern", place, 60, is_required=True)
        if pattern and pattern_parts(pattern) is None:
            self._wrong(_at(place, "pattern"), "date_pattern")
        self._zone(step, place)

    def _zone(self, raw: Mapping[str, Any], place: str) -> str:
        zone = self._text(raw, "zone", place, 64)
        try:
            is_known = zone_name(zone) == zone
        except ValueError:
            is_known = False
        if not is_known:
            self._wrong(_at(place, "zone"), "unknown_zone", zone=zone[:64])
            return ""
        return zone

    def check_money(self, step: Mapping[str, Any], place: str) -> None:
        self._whole(step, "decimals", place, 0, MOST_DECIMALS)
        self._whole(step, "divide", place, 1, 1_000_000, 1)
        for name in ("thousands", "point", "prefix", "suffix"):
            self._text(step, name, place, 10)

    def check_shorten(self, step: Mapping[str, Any], place: str) -> None:
        self._whole(step, "length", place, 1, LONGEST_TEXT)
        if "length" not in step:
            self._wrong(_at(place, "length"), "required")

    def check_map(self, step: Mapping[str, Any], place: str) -> None:
        values = step.get("values")
        inside = _at(place, "values")
        if not isinstance(values, dict) or not values:
            self._wrong(inside, "not_an_object")
        elif len(values) > MOST_SLOTS:
            self._wrong(inside, "too_many", limit=MOST_SLOTS)
        else:
            for name in values:
                self._text(values, name, inside, 200)

    def _condition(self, raw: Any, place: str, depth: int) -> Condition | None:
        if raw is None or raw == {}:
            return None
        if depth > DEEPEST_CONDITION:
            self._wrong(place, "too_nested", limit=DEEPEST_CONDITION)
            return None
        if isinstance(raw, dict) and ("all" in raw or "any" in raw):
            return self._group(raw, place, depth)
        if not self._object(raw, place, ("path", "operator", "value")):
            return None
        self._leaves += 1
        if self._leaves > MOST_CONDITIONS:
            self._wrong(place, "too_many", limit=MOST_CONDITIONS)
            return None
        path = self._path(raw, place, is_required=True)
        operator = self._word(raw, "operator", place, tuple(OPERATORS), "equals")
        return Leaf(path, operator, self._compared(raw.get("value"), operator, place))

    def _group(self, raw: Mapping[str, Any], place: str, depth: int) -> Condition | None:
        kind = "all" if "all" in raw else "any"
        if not self._object(raw, place, (kind,)):
            return None
        members = raw[kind]
        inside = _at(place, kind)
        if not isinstance(members, list):
            self._wrong(inside, "not_a_list")
            return None
        if not members:
            return None
        found = [
            self._condition(one, f"{inside}.{index}", depth + 1)
            for index, one in enumerate(members[: MOST_CONDITIONS + 1])
        ]
        return Group(kind, tuple(one for one in found if one is not None))

    def _compared(self, value: Any, operator: str, place: str) -> Any:
        at = _at(place, "value")
        if operator in WITHOUT_VALUE:
            return None
        if operator in OF_LISTS:
            return self._list_compared(value, at)
        if value is None:
            self._wrong(at, "required")
        elif isinstance(value, dict | list):
            self._wrong(at, "not_a_text")
        elif len(str(value)) > 500:
            self._wrong(at, "too_long", limit=500)
        elif operator == "matches" and not is_pattern(str(value)):
            self._wrong(at, "pattern_not_understood")
        return value

    def _list_compared(self, value: Any, at: str) -> tuple[Any, ...]:
        if isinstance(value, str):
            value = [one.strip() for one in value.split(",") if one.strip()]
        if not isinstance(value, list) or not value:
            self._wrong(at, "not_a_list")
            return ()
        if len(value) > MOST_SLOTS or any(isinstance(one, dict | list) for one in value):
            self._wrong(at, "too_many", limit=MOST_SLOTS)
        return tuple(value[:MOST_SLOTS])

    def _delay(self, raw: Any) -> Delay:
        if raw is None:
            return Delay()
        if not self._object(raw, "delay", _DELAY):
            return Delay()
        kind = self._word(raw, "kind", "delay", (NOW, AFTER, AT), NOW)
        minutes = self._whole(raw, "minutes", "delay", 0, MOST_DELAY_MINUTES)
        if kind == AFTER and not minutes and not self.problems:
            self._wrong("delay.minutes", "required")
        return Delay(
            kind=kind,
            minutes=minutes,
            path=self._path(raw, "delay", is_required=kind == AT),
            before_minutes=self._whole(raw, "before_minutes", "delay", 0, MOST_DELAY_MINUTES),
            zone=self._zone(raw, "delay"),
            late=self._word(raw, "late", "delay", (SEND, SKIP), SKIP),
        )


_CHECKS: Mapping[str, Callable[[_Reader, Mapping[str, Any], str], None]] = {
    "date": _Reader.check_date,
    "money": _Reader.check_money,
    "shorten": _Reader.check_shorten,
    "map": _Reader.check_map,
}


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
