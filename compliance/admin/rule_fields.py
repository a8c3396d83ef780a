"""The parameters of each kind of rule as fields of a form, so that nobody writes JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from compliance.constants import MessageClass, Purpose
from compliance.rule_packs.model import REGISTERED_IDS, REGISTRATION_KINDS

Params = dict[str, Any]
_SPANS = 3
_LONG = 12

KIND_TITLES: Mapping[str, Any] = {
    "window": _("Hours of sending"),
    "cap": _("Most messages in some hours"),
    "consent": _("Consent"),
    "consent_request": _("Asking for consent"),
    "register": _("Do-not-call register"),
    "sender": _("Kinds of sender"),
    "template": _("Approved template"),
    "label": _("Advertising label"),
    "optout_text": _("How to refuse, in the text"),
    "price_text": _("Price in the text"),
    "links": _("Links"),
    "characters": _("Refused characters"),
    "max_segments": _("Most segments"),
    "suppression": _("Refusals"),
}
SENDER_CHOICES = (
    ("short_code", _("Short code")),
    ("long_code", _("Long code")),
    ("alphanumeric", _("Brandname")),
)
DAYS = (
    ("mon", _("Monday")),
    ("tue", _("Tuesday")),
    ("wed", _("Wednesday")),
    ("thu", _("Thursday")),
    ("fri", _("Friday")),
    ("sat", _("Saturday")),
    ("sun", _("Sunday")),
)
CONSENT_CHOICES = (
    ("granted", _("Given")),
    ("none", _("Nothing on record")),
    ("unknown", _("Not asked by us")),
)
UNKNOWN_CHOICES = (
    ("ignore", _("Nothing")),
    ("warn", _("A warning")),
    ("block", _("Blocked")),
)


class LinesField(forms.CharField):
    """A list, written one entry per line."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": rows}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return list(value)
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


class NamedDaysField(LinesField):
    """Days with names, one per line: `2027-01-01 New Year`."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{day} {name}" for day, name in sorted(value.items()))
        return super().prepare_value(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return dict(value)
        found = {}
        for line in super().to_python(value):
            day, _space, name = line.partition(" ")
            try:
                found[date.fromisoformat(day).isoformat()] = name.strip() or day
            except ValueError as error:
                raise ValidationError(
                    gettext("“%(line)s” has no date: write a line as 2027-01-01 New Year."),
                    params={"line": line},
                ) from error
        return found


def choice(label: Any, choices: Any, help_text: Any = "") -> forms.ChoiceField:
    """One of a closed list."""
    return forms.ChoiceField(
        label=label, choices=choices, help_text=help_text, widget=UnfoldAdminSelectWidget
    )


def ticks(label: Any, choices: Any, *, required: bool = True, help_text: Any = "") -> Any:
    """Several of a closed list."""
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=required,
        help_text=help_text,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )


def whole(label: Any, *, least: int = 1, required: bool = True, help_text: Any = "") -> Any:
    """A whole number."""
    return forms.IntegerField(
        label=label,
        min_value=least,
        required=required,
        help_text=help_text,
        widget=UnfoldAdminIntegerFieldWidget,
    )


def words(label: Any, *, required: bool = True, help_text: Any = "", most: int = 300) -> Any:
    """A line of text."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=most,
        widget=UnfoldAdminTextInputWidget,
    )


def day(label: Any, *, required: bool = False, help_text: Any = "") -> Any:
    """A day."""
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=UnfoldAdminSingleDateWidget
    )


def yes(label: Any, help_text: Any = "") -> Any:
    """Yes or no."""
    return forms.BooleanField(
        label=label, required=False, help_text=help_text, widget=UnfoldBooleanSwitchWidget
    )


def clock_time(label: Any, *, required: bool = True) -> Any:
    """A local time as 07:00; 24:00 is the end of a day."""
    return forms.RegexField(
        r"^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$",
        label=label,
        required=required,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "07:00"}),
        error_messages={"invalid": _("Write a time as 07:00.")},
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter and its field; `get` and `put` where it is not simply the value by its name."""

    name: str
    field: Callable[[], Any]
    get: Callable[[Params], Any] | None = None

    def initial(self, params: Params) -> Any:
        """What the form shows of stored parameters."""
        return self.get(params) if self.get else params.get(self.name)


def _span(number: int, key: str) -> Callable[[Params], Any]:
    def get(params: Params) -> Any:
        spans = params.get("spans", [])
        return spans[number].get(key) if number < len(spans) else None

    return get


def _window_parts() -> tuple[Part, ...]:
    parts: list[Part] = []
    for number in range(_SPANS):
        first = number == 0
        opens = _("Opens") if first else _("Also opens")
        closes = _("Closes") if first else _("and closes")
        days = _("On (none ticked: every day)") if first else _("on these days")
        parts += [
            Part(
                f"opens_{number}",
                partial(clock_time, opens, required=first),
                _span(number, "from"),
            ),
            Part(
                f"closes_{number}",
                partial(clock_time, closes, required=first),
                _span(number, "to"),
            ),
            Part(
                f"days_{number}",
                partial(ticks, days, DAYS, required=False),
                _span(number, "days"),
            ),
        ]
    return (
        *parts,
        Part(
            "holidays",
            lambda: NamedDaysField(
                label=_("Closed on"),
                required=False,
                rows=_LONG,
                help_text=_("One day per line with its name, as in: 2027-01-01 New Year."),
            ),
        ),
        Part(
            "holidays_until",
            lambda: day(
                _("Holidays are known until"), help_text=_("Empty: there is nothing to look up.")
            ),
        ),
        Part(
            "zones",
            lambda: LinesField(
                label=_("Time zones"),
                help_text=_(
                    "For recipients whose own is not known: it must be open in all of these."
                    " One per line, such as Asia/Ho_Chi_Minh."
                ),
            ),
        ),
    )


def _scope_field(message_class: MessageClass) -> Any:
    label = _("%(class)s: stopped by refusals of") % {"class": message_class.label}
    return ticks(label, Purpose.choices)


def _scope(message_class: str, params: Params) -> Any:
    return params.get("scopes", {}).get(message_class)


PARTS: Mapping[str, tuple[Part, ...]] = {
    "window": _window_parts(),
    "cap": (
        Part("limit", lambda: whole(_("Most messages"))),
        Part("hours", lambda: whole(_("in so many hours"))),
    ),
    "consent": (Part("accepted", lambda: ticks(_("Consent that suffices"), CONSENT_CHOICES)),),
    "consent_request": (
        Part("once_ever", lambda: yes(_("A person may be asked once only, for ever"))),
    ),
    "register": (
        Part(
            "when_unknown",
            lambda: choice(_("Where a number was not checked"), UNKNOWN_CHOICES),
        ),
        Part(
            "max_age_hours",
            lambda: whole(
                _("Oldest list, in hours"),
                required=False,
                help_text=_("An older list breaks the rule. Empty: any age will do."),
            ),
        ),
        Part("name", lambda: words(_("Name of the register"), required=False)),
    ),
    "sender": (
        Part("kinds", lambda: ticks(_("Allowed"), SENDER_CHOICES)),
        Part(
            "registration_required",
            lambda: ticks(_("Must be registered"), SENDER_CHOICES, required=False),
        ),
        Part(
            "registration_kinds",
            lambda: ticks(
                _("Registering consists of"),
                [(one, one) for one in REGISTRATION_KINDS],
                required=False,
            ),
        ),
    ),
    "template": (
        Part(
            "ids",
            lambda: ticks(
                _("Ids that must be known"), [(one, one) for one in REGISTERED_IDS], required=False
            ),
        ),
    ),
    "label": (
        Part("accepted", lambda: LinesField(label=_("Labels that do, one per line"))),
        Part("write", lambda: words(_("The one to suggest"))),
        Part(
            "position",
            lambda: choice(
                _("Where"), (("start", _("At the very beginning")), ("anywhere", _("Anywhere")))
            ),
            lambda params: params.get("position", "start"),
        ),
        Part("patterns", lambda: _patterns(required=False)),
    ),
    "optout_text": (
        Part("write", lambda: words(_("An example to suggest"))),
        Part(
            "position",
            lambda: choice(_("Where"), (("end", _("At the end")), ("anywhere", _("Anywhere")))),
        ),
        Part("patterns", lambda: _patterns()),
    ),
    "price_text": (Part("patterns", lambda: _patterns()),),
    "links": (
        Part(
            "policy",
            lambda: choice(
                _("Links"),
                (
                    ("none", _("None is allowed")),
                    ("no_shorteners", _("None of a public shortener")),
                    ("registered", _("Registered ones only")),
                ),
            ),
        ),
    ),
    "characters": (
        Part("refused", lambda: LinesField(label=_("Refused characters, one per line"))),
    ),
    "max_segments": (Part("limit", lambda: whole(_("Most segments"))),),
    "suppression": tuple(
        Part(f"scope_{one.value}", partial(_scope_field, one), partial(_scope, one.value))
        for one in MessageClass
    ),
}


def _patterns(*, required: bool = True) -> LinesField:
    return LinesField(
        label=_("Patterns, one per line"),
        required=required,
        rows=_LONG,
        help_text=_("Regular expressions over the text in small letters without marks."),
    )


def params_of(kind: str, stored: Params, cleaned: Mapping[str, Any]) -> Params:
    """The parameters of a filled form; what has no field stays as it was stored."""
    if kind == "window":
        return _window_params(stored, cleaned)
    if kind == "suppression":
        return {"scopes": {one.value: cleaned[f"scope_{one.value}"] for one in MessageClass}}
    params = dict(stored)
    if kind == "cap":
        params["key"] = "advertiser"
    if kind == "register":
        params.setdefault("register", "dnc")
    for part in PARTS[kind]:
        _put(params, part.name, cleaned.get(part.name), is_new=part.name not in stored)
    return params


def _put(params: Params, name: str, value: Any, *, is_new: bool) -> None:
    """Nothing is written for a field that was and is empty."""
    if is_new and value in (None, "", [], {}, "start"):
        return
    if value in (None, "") and name in params:
        del params[name]
        return
    params[name] = value.isoformat() if isinstance(value, date) else value


def _window_params(stored: Params, cleaned: Mapping[str, Any]) -> Params:
    params = {key: value for key, value in stored.items() if key != "spans"}
    params["spans"] = [
        {"from": cleaned[f"opens_{n}"], "to": cleaned[f"closes_{n}"]}
        | ({"days": cleaned[f"days_{n}"]} if cleaned.get(f"days_{n}") else {})
        for n in range(_SPANS)
        if cleaned.get(f"opens_{n}")
    ]
    for name in ("holidays", "holidays_until", "zones"):
        _put(params, name, cleaned.get(name), is_new=name not in stored)
    return params


def check_spans(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Errors by field: a span opens and closes, in this order."""
    errors: dict[str, Any] = {}
    for n in range(_SPANS):
        opens, closes = cleaned.get(f"opens_{n}"), cleaned.get(f"closes_{n}")
        if bool(opens) != bool(closes):
            errors[f"closes_{n}" if opens else f"opens_{n}"] = _("Fill in both times.")
        elif opens and closes and opens >= closes:
            errors[f"closes_{n}"] = _("It closes before it opens: choose a later time.")
    return errors
