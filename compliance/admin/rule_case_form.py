"""The form of an example case: a message, and what must come of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from compliance.admin.rule_fields import SENDER_CHOICES, LinesField, choice, ticks, whole, words
from compliance.constants import MessageClass, Purpose
from compliance.readable_rules import rule_sentence
from compliance.rule_packs.parsing import parse_pack

Document = dict[str, Any]
_THREE = (("", _("Not known")), ("yes", _("Yes")), ("no", _("No")))
_CONSENT = (
    ("unknown", _("Not asked by us")),
    ("granted", _("Given")),
    ("none", _("Nothing on record")),
    ("revoked", _("Withdrawn")),
    ("requested", _("Asked, not answered")),
    ("lapsed", _("Ended")),
)
OUTCOMES = (("allowed", _("Allowed")), ("delayed", _("Waits")), ("blocked", _("Blocked")))
_FLAGS = ("sender_registered", "is_dnc_listed", "is_from_template", "is_paid")
_EXAMPLE = "2026-11-22T07:00:00+07:00"


class InstantField(forms.CharField):
    """A time with its offset."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text:
            _check_instant(text)
        return text


def _check_instant(text: str) -> None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValidationError(
            gettext("“%(text)s” is no time with an offset: write it as %(example)s."),
            params={"text": text, "example": _EXAMPLE},
        )


class InstantsField(LinesField):
    """Times with their offsets, one per line."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        for text in found:
            _check_instant(text)
        return found


def _instant(label: Any, *, required: bool = False, help_text: Any = "") -> InstantField:
    widget = words(label).widget
    return InstantField(label=label, required=required, widget=widget, help_text=help_text)


class CaseForm(forms.Form):
    """Facts of a message on the left side of a decision, and its right side."""

    name = words(_("What the case shows"), most=200)
    message_class = choice(_("Class"), MessageClass.choices)
    now = _instant(
        _("Sent at"),
        required=True,
        help_text=_("With its offset, as in 2026-11-22T07:00:00+07:00."),
    )
    sender_kind = choice(_("From"), SENDER_CHOICES)
    sender_registered = choice(_("The sender is registered"), _THREE)
    consent = choice(_("Consent"), _CONSENT)
    suppressed = ticks(_("The number refuses"), Purpose.choices, required=False)
    is_dnc_listed = choice(_("In the do-not-call register"), _THREE)
    is_from_template = choice(_("From an approved template"), _THREE)
    is_paid = choice(_("Advertises a paid service"), _THREE)
    touches = InstantsField(
        label=_("Earlier messages"),
        required=False,
        rows=3,
        help_text=_("When they were sent, one per line, as in 2026-11-22T07:00:00+07:00."),
    )
    segments = whole(_("Segments"), required=False)
    zones = LinesField(
        label=_("Time zones of the recipient"),
        required=False,
        rows=2,
        help_text=_("Empty: not known."),
    )
    region = words(
        _("Region of the recipient"),
        required=False,
        help_text=_("Such as US-TX; empty: not known."),
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        max_length=1600,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Empty: rules about the text are not asked."),
    )
    outcome = choice(_("It must be"), OUTCOMES)
    findings = ticks(_("Rules that must speak"), (), required=False)
    until = _instant(_("Waits until"))
    close_at = _instant(_("Must leave before"))

    def __init__(
        self, document: Document, case: Mapping[str, Any] | None, *args: Any, **kwargs: Any
    ) -> None:
        self.document, self.case = document, case or {}
        kwargs.setdefault("initial", _initial(self.case))
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["findings"].choices = [
            (rule.id, f"{rule_sentence(rule)} ({rule.id})") for rule in parse_pack(document).rules
        ]
        for name in _FLAGS:
            fields[name].required = False

    def example(self) -> dict[str, Any]:
        """The case as it was filled in; facts without a field stay as they were."""
        cleaned = self.cleaned_data
        facts = dict(self.case.get("facts", {}))
        for name in ("message_class", "now", "sender_kind", "consent"):
            facts[name] = cleaned[name]
        for name in _FLAGS:
            facts.pop(name, None)
            if cleaned[name]:
                facts[name] = cleaned[name] == "yes"
        for name in ("suppressed", "touches", "segments", "zones", "region", "text"):
            facts.pop(name, None)
            if cleaned[name]:
                facts[name] = cleaned[name]
        if facts["consent"] == "unknown":
            del facts["consent"]
        expect = {"outcome": cleaned["outcome"], "findings": cleaned["findings"]}
        expect |= {name: cleaned[name] for name in ("until", "close_at") if cleaned[name]}
        return {"name": cleaned["name"], "facts": facts, "expect": expect}


def _initial(case: Mapping[str, Any]) -> dict[str, Any]:
    facts, expect = dict(case.get("facts", {})), case.get("expect", {})
    for name in _FLAGS:
        if isinstance(facts.get(name), bool):
            facts[name] = "yes" if facts[name] else "no"
    return {"message_class": "marketing", "segments": 1, **facts, **expect, **_named(case)}


def _named(case: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": case["name"]} if "name" in case else {}
