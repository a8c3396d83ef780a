"""The forms of an account's own rules and of exceptions, in plain words."""

from functools import cache, partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminFileFieldWidget

from compliance.account_rules import KINDS
from compliance.admin.rule_fields import (
    DAYS,
    SENDER_CHOICES,
    NamedDaysField,
    check_spans,
    clock_time,
    params_of,
    ticks,
    whole,
)
from compliance.constants import MessageClass
from compliance.models import AccountRule, RuleException
from compliance.rule_packs.model import Rule
from compliance.scoping import ScopedForm
from compliance.services.account_rules import AccountRuleValues
from compliance.services.rule_exceptions import Evidence, ExceptionValues

TITLES: dict[str, Any] = {
    "window": (_("Narrower hours"), _("Send in fewer hours or on fewer days than the law allows.")),
    "cap": (_("Fewer messages"), _("At most so many messages to a number in so many hours.")),
    "consent": (_("Consent required"), _("Only to numbers that have consented to the class.")),
    "register": (
        _("Do-not-call register required"),
        _("Only to numbers that were checked against the register."),
    ),
    "sender": (_("Fewer kinds of sender"), _("Only from these kinds of sender.")),
    "max_segments": (_("Shorter messages"), _("At most so many segments.")),
}
assert set(TITLES) == set(KINDS)

_FIELDS: dict[str, dict[str, Any]] = {
    "window": {
        "opens_0": partial(clock_time, _("Not before")),
        "closes_0": partial(clock_time, _("Not after")),
        "days_0": partial(ticks, _("On (none ticked: every day)"), DAYS, required=False),
        "holidays": partial(
            NamedDaysField,
            label=_("Never on"),
            required=False,
            help_text=_("One day per line with its name, as in: 2027-01-01 New Year."),
        ),
    },
    "cap": {
        "limit": partial(whole, _("Most messages")),
        "hours": partial(whole, _("in so many hours")),
    },
    "consent": {},
    "register": {
        "max_age_hours": partial(
            whole,
            _("Oldest list, in hours"),
            required=False,
            help_text=_("Empty: any age will do."),
        )
    },
    "sender": {"kinds": partial(ticks, _("Allowed"), SENDER_CHOICES)},
    "max_segments": {"limit": partial(whole, _("Most segments"))},
}
_FIXED: dict[str, dict[str, Any]] = {
    "consent": {"accepted": ["granted"]},
    "register": {"register": "dnc", "when_unknown": "block"},
}


_OWN = ("country", "advertiser", "message_classes", "effective_from", "effective_to", "note")
_OWN_OF_EXCEPTIONS = ("advertiser", "message_classes", "first_day", "last_day", "reason")


class AccountRuleForm(ScopedForm):
    """Account, country, classes, days and why; subclasses add the fields of a kind."""

    kind = ""

    class Meta:
        model = AccountRule
        fields = ("account", *_OWN)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "note" in self.fields:
            self.fields["note"].widget.attrs["rows"] = 3

    def clean_country(self) -> str:
        """Two capital letters."""
        return str(self.cleaned_data["country"]).strip().upper()

    def clean(self) -> dict[str, Any] | None:
        """Times in order."""
        cleaned = super().clean()
        if self.kind == "window":
            for name, message in check_spans(self.cleaned_data).items():
                self.add_error(name, message)
        return cleaned

    def values(self) -> AccountRuleValues:
        """What was written, for the services."""
        cleaned = self.cleaned_data
        own = {name: cleaned[name] for name in _OWN}
        return AccountRuleValues(kind=self.kind, params=self._params(), **own)

    def _params(self) -> dict[str, Any]:
        if self.kind == "window":
            return params_of(self.kind, {}, self.cleaned_data)
        params = dict(_FIXED.get(self.kind, {}))
        if self.kind == "cap":
            params["key"] = "advertiser"
        for name in _FIELDS[self.kind]:
            if self.cleaned_data[name] not in (None, ""):
                params[name] = self.cleaned_data[name]
        return params


@cache
def account_rule_form(kind: str) -> type[AccountRuleForm]:
    """The form of a kind."""
    own = {name: make() for name, make in _FIELDS[kind].items()}
    return type("KindForm", (AccountRuleForm,), {"kind": kind, **own})


def own_fields(kind: str) -> tuple[Any, ...]:
    """The names of a kind's own fields; times beside each other."""
    names = tuple(_FIELDS[kind])
    return (("opens_0", "closes_0"), *names[2:]) if kind == "window" else names


class FilesInput(UnfoldAdminFileFieldWidget):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files: a list of them."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, (list, tuple)) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files]


class RuleExceptionForm(ScopedForm):
    """For which account, classes and days a rule is left out, why, and what shows it."""

    country = ""
    rule_id = ""
    evidence = FilesField(
        label=_("Evidence"),
        help_text=_("A contract, a letter, a legal opinion: PDF, picture, sound or text, 10 MiB."),
    )

    class Meta:
        model = RuleException
        fields = ("account", *_OWN_OF_EXCEPTIONS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reason" in self.fields:
            self.fields["reason"].widget.attrs["rows"] = 4

    def values(self) -> ExceptionValues:
        """What was written, for the services."""
        own = {name: self.cleaned_data[name] for name in _OWN_OF_EXCEPTIONS}
        return ExceptionValues(country=self.country, rule_id=self.rule_id, **own)

    def evidence_given(self) -> list[Evidence]:
        """The files, read."""
        return [
            Evidence(one.name, one.read())
            for one in self.cleaned_data["evidence"]
            if one is not None
        ]


def exception_form(country: str, rule: Rule) -> type[RuleExceptionForm]:
    """The form of an exception from a rule: only classes that the rule is about."""
    choices = [(one.value, one.label) for one in MessageClass if one.value in rule.applies_to]
    classes = forms.MultipleChoiceField(
        label=_("Classes"),
        choices=choices,
        required=False,
        help_text=_("None ticked: every class the rule is about."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    own = {"country": country, "rule_id": rule.id, "message_classes": classes}
    return type("ExceptionForm", (RuleExceptionForm,), own)
