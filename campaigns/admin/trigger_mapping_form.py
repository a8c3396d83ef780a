"""The form of a mapping: its events, conditions, text and values, without JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from campaigns.admin.trigger_common import place_words
from campaigns.admin.trigger_trials import OPERATOR_CHOICES
from campaigns.admin.trigger_values import (
    SINGLE,
    ConditionTyped,
    ValueTyped,
    conditions_raw,
    conditions_typed,
    slots_of,
    value_raw,
    value_typed,
)
from campaigns.models import TriggerSource
from campaigns.selectors.trigger_pages import Text, senders_of, texts_of
from campaigns.services.triggers.common import sentence
from campaigns.triggers.problems import Problem, SpecError
from campaigns.triggers.reading import spec_read
from campaigns.triggers.spec import MOST_DELAY_MINUTES, SEND, SKIP
from compliance.constants import MessageClass
from config.common.console.forms import PositionsForm

SPARE: Final = 2  # empty lines for more conditions and for more of what is kept
_WIDE: Final = {"class": "min-w-48"}
_WHEN = (
    ("now", _("At once")),
    ("after", _("A while after the event")),
    ("at", _("Before, or at, a time in the event")),
)
_LATE = (
    (SKIP, _("Send nothing")),
    (SEND, _("Send at once, while it is still useful")),
)


def _words(**options: Any) -> forms.CharField:
    attrs = {"list": "trigger-paths", "autocomplete": "off", "spellcheck": "false", **_WIDE}
    widget = UnfoldAdminTextInputWidget(attrs=attrs if options.pop("is_path", False) else _WIDE)
    return forms.CharField(required=False, widget=widget, **{"max_length": 1600} | options)


def _minutes(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST_DELAY_MINUTES,
        widget=UnfoldAdminIntegerFieldWidget,
        **options,
    )


class MappingForm(PositionsForm, forms.Form):
    """`spec` is what the mapping says now; `spec_typed()` is what the fields say."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=UnfoldAdminTextInputWidget)
    is_enabled = forms.BooleanField(
        label=_("On"), required=False, initial=True, widget=UnfoldBooleanSwitchWidget
    )
    events = forms.CharField(
        label=_("Events"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("One name per line, as the platform writes it. Empty: every event."),
    )
    match = forms.ChoiceField(
        label=_("Only if"),
        choices=(("all", _("all of these hold")), ("any", _("one of these holds"))),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    template = forms.ChoiceField(label=_("Template"), widget=UnfoldAdminSelectWidget)
    sender = forms.ChoiceField(label=_("Sender"), widget=UnfoldAdminSelectWidget)
    message_class = forms.ChoiceField(
        label=_("Class"),
        required=False,
        choices=(("", _("The template's")), *MessageClass.choices),
        widget=UnfoldAdminSelectWidget,
    )
    when = forms.ChoiceField(
        label=_("When"), choices=_WHEN, required=False, widget=UnfoldAdminSelectWidget
    )
    minutes = _minutes(_("Minutes after the event"))
    at_path = _words(
        is_path=True, label=_("The time in the event"), help_text=_("A path, such as $.starts_at.")
    )
    before_minutes = _minutes(_("Minutes before that time"), help_text=_("1440 is a day."))
    late = forms.ChoiceField(
        label=_("When that is over already"),
        choices=_LATE,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    zone = _words(
        label=_("Time zone"),
        max_length=64,
        help_text=_("Of times that name none. Empty: the account's."),
    )
    expires_minutes = _minutes(
        _("Useless after"), help_text=_("Minutes; then it is not sent any more. Empty: never.")
    )
    sample = forms.CharField(
        label=_("Sample event"),
        required=False,
        max_length=65_536,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_("The body of an event as JSON; the dry run reads it. It is kept encrypted."),
    )
    sample_event = forms.CharField(
        label=_("Name of the sample event"),
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Where the name is in a header. Empty: read from the sample."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        source: TriggerSource,
        spec: Mapping[str, Any],
        initial: Mapping[str, Any],
        is_readonly: bool = False,
    ) -> None:
        super().__init__(data, initial={**_initial(spec), **initial})
        self.spec = spec
        self._problems: tuple[Problem, ...] = ()
        self.conditions = conditions_typed(spec.get("condition"))
        self.texts = {one.slug: one for one in texts_of(source.account)}
        self._offer("template", self._text_choices())
        self._offer("sender", [(one.address, str(one)) for one in senders_of(source.account)])
        self.slots = list(slots_of(spec, self.text.slots if self.text else ()))
        self._add_conditions(self.conditions)
        for place in SINGLE:
            self._add_value(place, spec.get(place))
        for name, _is_known in self.slots:
            self._add_value(f"slots.{name}", (spec.get("slots") or {}).get(name))
        self._add_metadata(spec.get("metadata") or {})
        for field in self.fields.values():
            field.disabled = is_readonly

    # What may be chosen

    @property
    def text(self) -> Text | None:
        """The template chosen so far."""
        slug = self.data.get("template") if self.is_bound else self.initial.get("template")
        return self.texts.get(str(slug or ""))

    def _text_choices(self) -> list[tuple[str, str]]:
        waits = gettext("not approved")
        return [
            (
                one.slug,
                f"{one.name} · {one.message_class}" + ("" if one.is_approved else f" · {waits}"),
            )
            for one in self.texts.values()
        ]

    def _offer(self, name: str, found: Sequence[tuple[str, str]]) -> None:
        """What the mapping names already stays to choose, also where it is gone."""
        choices = [("", gettext("Choose …")), *found]
        kept = str(self.initial.get(name) or "")
        if kept and kept not in dict(choices):
            missing = gettext("%(name)s (cannot be used today)") % {"name": kept}
            choices.append((kept, missing))
        field: Any = self.fields[name]
        field.choices = choices

    # Fields whose number depends on the mapping

    def _add_conditions(self, typed: tuple[str, list[ConditionTyped]] | None) -> None:
        if typed is None:
            self.fields["condition_json"] = forms.JSONField(
                label=_("Condition"),
                required=False,
                initial=self.spec.get("condition"),
                widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
                help_text=_("It is nested, so it is written as JSON."),
            )
            return
        self.initial.setdefault("match", typed[0])
        posted = sum(1 for name in self.data if name.startswith("condition_path_"))
        count = max(len(typed[1]) + SPARE, min(posted, 20)) if self.is_bound else 0
        self.condition_count = count or len(typed[1]) + SPARE
        for index in range(self.condition_count):
            one = typed[1][index] if index < len(typed[1]) else ConditionTyped()
            self.fields[f"condition_path_{index}"] = _words(is_path=True, initial=one.path)
            self.fields[f"condition_operator_{index}"] = forms.ChoiceField(
                choices=OPERATOR_CHOICES,
                required=False,
                initial=one.operator,
                widget=UnfoldAdminSelectWidget,
            )
            self.fields[f"condition_value_{index}"] = _words(initial=one.value, max_length=500)

    def _add_value(self, place: str, raw: Any) -> None:
        typed = value_typed(raw)
        self.fields[f"{place}|from"] = _words(is_path=True, initial=typed.source)
        self.fields[f"{place}|steps"] = _words(initial=typed.steps, max_length=400)
        self.fields[f"{place}|default"] = _words(initial=typed.default)

    def _add_metadata(self, metadata: Mapping[str, Any]) -> None:
        kept = [*metadata.items(), *[("", None)] * SPARE]
        self.metadata_count = len(kept)
        for index, (name, raw) in enumerate(kept):
            self.fields[f"metadata_name_{index}"] = _words(initial=name, max_length=64)
            self._add_value(f"metadata_{index}", raw)

    # What the fields say

    def clean(self) -> dict[str, Any] | None:
        """Whether the mapping can be read: every mistake at its field."""
        cleaned = super().clean()
        spec = self.spec_typed()
        if not self._problems:
            try:
                spec_read(spec)
            except SpecError as error:
                self._problems = error.problems
        for problem in self._problems:
            self._blame(problem)
        self.cleaned_data["spec"] = spec
        return cleaned

    def _blame(self, problem: Problem) -> None:
        text = sentence(problem.code, dict(problem.params))
        field = self._field_of(problem.place)
        if field and field in self.errors:
            return  # it was said already what is wrong there
        self.add_error(field, text if field else f"{place_words(problem.place)}: {text}")

    def _field_of(self, place: str) -> str | None:
        """The field that shows a dotted place of the mapping."""
        own = {"from": "sender", "class": "message_class", "expires_minutes": "expires_minutes"}
        head, _dot, rest = place.partition(".")
        if head == "delay":
            own |= {"delay": "when", "path": "at_path", "kind": "when"}
            return own.get(rest, rest) if rest in self.fields or rest in own else "when"
        if head == "condition":
            return self._condition_field(rest)
        if head == "metadata":
            name, _dot, rest = rest.partition(".")
            index = self._metadata_rows.get(name)
            return None if index is None else _part(f"metadata_{index}", rest)
        if head == "slots":
            name = max((one for one, _ in self.slots if rest.startswith(one)), key=len, default="")
            return _part(f"slots.{name}", rest.removeprefix(name).lstrip(".")) if name else None
        if head in SINGLE:
            return _part(head, rest)
        name = own.get(head, head)
        return name if name in self.fields else None

    def _condition_field(self, rest: str) -> str | None:
        if "condition_json" in self.fields:
            return "condition_json"
        parts = rest.split(".")
        if len(parts) < 2 or not parts[1].isdecimal():
            return None
        kept = self._condition_rows
        row = kept[int(parts[1])] if int(parts[1]) < len(kept) else 0
        part = parts[2] if len(parts) > 2 else "path"
        return f"condition_{part}_{row}"

    def spec_typed(self) -> dict[str, Any]:
        """The mapping as the fields say it; what cannot be said is kept as a problem."""
        given = self.cleaned_data
        spec: dict[str, Any] = {
            "events": [one.strip() for one in given.get("events", "").splitlines() if one.strip()],
            "condition": self._condition(),
            "number": self._value("number"),
            "template": given.get("template", ""),
            "from": given.get("sender", ""),
            "class": given.get("message_class", ""),
            "slots": {name: self._value(f"slots.{name}") for name, _is_known in self.slots},
            "metadata": dict(self._metadata()),
            "delay": self._delay(),
            "expires_minutes": given.get("expires_minutes"),
        }
        spec |= {place: self._value(place) for place in SINGLE if place != "number"}
        spec["slots"] = {name: one for name, one in spec["slots"].items() if one is not None}
        return {name: value for name, value in spec.items() if value not in (None, "", {}, [])}

    def _condition(self) -> Any:
        if "condition_json" in self.fields:
            return self.cleaned_data.get("condition_json")
        rows = [
            (index, ConditionTyped(*(self._condition_part(index, one) for one in _PARTS)))
            for index in range(self.condition_count)
        ]
        kept = [(index, one) for index, one in rows if one.path or one.value]
        self._condition_rows = [index for index, _one in kept]
        found = conditions_raw(
            self.cleaned_data.get("match") or "all",
            [one for _index, one in kept],
            self.conditions[1] if self.conditions else [],
        )
        stored = self.spec.get("condition")  # a comparison alone is the same as all of one
        return stored if found == {"all": [stored]} else found

    def _condition_part(self, index: int, part: str) -> str:
        text = str(self.cleaned_data.get(f"condition_{part}_{index}") or "").strip()
        return text or ("equals" if part == "operator" else "")

    def _value(self, place: str) -> Any:
        parts = (self.cleaned_data.get(f"{place}|{one}") or "" for one in _VALUE_PARTS)
        try:
            return value_raw(ValueTyped(*parts), place)
        except SpecError as error:
            self._problems += error.problems
            return None

    def _metadata(self) -> Iterator[tuple[str, Any]]:
        self._metadata_rows = {}
        for index in range(self.metadata_count):
            name = (self.cleaned_data.get(f"metadata_name_{index}") or "").strip()
            value = self._value(f"metadata_{index}")
            if name:
                self._metadata_rows[name] = index
                if value is None:
                    problem = Problem(f"metadata.{name}", "path_or_text")
                    self._problems += (problem,)
                yield name, value
            elif value is not None:
                self.add_error(f"metadata_name_{index}", gettext("Give it a name."))

    def _delay(self) -> dict[str, Any] | None:
        given = self.cleaned_data
        kind = given.get("when") or "now"
        if kind == "now":
            return None
        if kind == "after":
            return {"kind": kind, "minutes": given.get("minutes") or 0}
        found = {
            "kind": kind,
            "path": given.get("at_path", ""),
            "before_minutes": given.get("before_minutes") or 0,
            "late": given.get("late") or SKIP,
        }
        return found | ({"zone": given["zone"]} if given.get("zone") else {})

    # Rows for the page

    def condition_rows(self) -> list[list[Any]]:
        """Path, operator and value of each comparison."""
        if "condition_json" in self.fields:
            return []
        return [
            [self[f"condition_{part}_{index}"] for part in _PARTS]
            for index in range(self.condition_count)
        ]

    def value_rows(self) -> list[dict[str, Any]]:
        """The values by place, with what the person calls them."""
        rows = [self._row("number", "number", hint=_HINTS["number"])]
        rows += [
            self._row(
                f"slots.{name}",
                f"slots.{name}",
                hint="" if is_known else gettext("The text has no such slot: empty it."),
            )
            for name, is_known in self.slots
        ]
        rows += [self._row(one, one, hint=_HINTS[one]) for one in SINGLE if one != "number"]
        return rows

    def metadata_rows(self) -> list[tuple[Any, dict[str, Any]]]:
        """Name and value of what is kept with the message."""
        return [
            (self[f"metadata_name_{index}"], self._row(f"metadata_{index}", ""))
            for index in range(self.metadata_count)
        ]

    def _row(self, prefix: str, place: str, hint: Any = "") -> dict[str, Any]:
        return {
            "place": place,
            "title": place_words(place) if place else "",
            "hint": hint,
            "fields": [self[f"{prefix}|{one}"] for one in _VALUE_PARTS],
        }


_PARTS = ("path", "operator", "value")
_VALUE_PARTS = ("from", "steps", "default")
_HINTS = {
    "number": _("As people write it: 0912 345 678 or +84 912 345 678."),
    "language": _("Which of the template's languages."),
    "time_zone": _("Of the recipient, for the hours in which one may write."),
    "dedupe": _("The same value acts once, however often the platform tells."),
    "client_reference": _("Unique per account; events and reports show it."),
}


def _part(prefix: str, rest: str) -> str:
    part = rest.partition(".")[0]
    return f"{prefix}|" + {"format": "steps", "join": "steps", "default": "default"}.get(
        part, "from"
    )


def _initial(spec: Mapping[str, Any]) -> dict[str, Any]:
    delay = spec.get("delay") or {}
    events = spec.get("events") or []
    found = {
        "events": events if isinstance(events, str) else "\n".join(events),
        "template": spec.get("template"),
        "sender": spec.get("from"),
        "message_class": spec.get("class", ""),
        "when": delay.get("kind", "now"),
        "minutes": delay.get("minutes"),
        "at_path": delay.get("path", ""),
        "before_minutes": delay.get("before_minutes"),
        "late": delay.get("late", SKIP),
        "zone": delay.get("zone", ""),
        "expires_minutes": spec.get("expires_minutes") or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def sample_shown(sample: str) -> str:
    """A stored sample, indented where it is not yet."""
    try:
        return (
            sample
            if "\n" in sample
            else json.dumps(json.loads(sample), ensure_ascii=False, indent=2)
        )
    except ValueError:
        return sample
