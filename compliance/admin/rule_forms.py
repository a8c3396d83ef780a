"""Forms over a draft of a rule pack: one rule, the policies around the rules, a file, a day."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from compliance.admin.rule_fields import (
    PARTS,
    LinesField,
    check_spans,
    choice,
    day,
    params_of,
    ticks,
    whole,
    words,
    yes,
)
from compliance.constants import MessageClass, Purpose, Reach
from compliance.readable_rules import CONFIDENCE

Document = dict[str, Any]
NEW_SOURCE = "+"
SEVERITIES = (("block", _("Blocked")), ("warn", _("Sent with a warning")))
SOURCE_KINDS = (
    ("law", _("Law")),
    ("page", _("Page about it")),
    ("source code", _("Source code")),
    ("memory", _("Memory")),
)


def _text(label: Any, *, rows: int = 3, required: bool = False, help_text: Any = "") -> Any:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}),
    )


class PurposeForm(forms.Form):
    """What a new version is for."""

    reason = _text(_("What changes, and why"), required=True)


class ReasonForm(forms.Form):
    """Why."""

    reason = _text(_("Reason"), required=True, help_text=_("Kept with the version for good."))


class ApproveForm(forms.Form):
    """From which day, and why."""

    active_from = day(
        _("In force from"),
        help_text=_("Begins at midnight where the rules hold. Empty: at once."),
    )
    reason = _text(_("Reason"), required=True, help_text=_("Kept with the version for good."))


class UploadForm(forms.Form):
    """A pack as a JSON file."""

    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,application/json"}),
        help_text=_("A pack as JSON, as the product ships them. It is checked before it is kept."),
    )
    reason = _text(_("What changes, and why"), required=True)


class RuleForm(forms.Form):
    """What all kinds of rules have; `rule_form` adds the kind's own."""

    kind = ""

    id = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{1,58}$",
        label=_("Short name"),
        help_text=_("As in vn.ads.hours: small letters, digits and dots. It never changes."),
        error_messages={"invalid": _("Use small letters, digits and dots, as in vn.ads.hours.")},
    )
    applies_to = ticks(_("Applies to"), MessageClass.choices)
    severity = choice(_("A message that breaks it is"), SEVERITIES)
    effective_from = day(_("In force from"), required=True)
    effective_to = day(
        _("Ends"), help_text=_("The first day on which it no longer holds. Empty: no end.")
    )
    citation = words(_("Citation"), help_text=_("The clause, as in: Decree 91/2020, Art. 13.6"))
    source = choice(_("Read in"), ())
    source_title = words(_("Title of the new source"), required=False)
    source_url = words(_("Address of the new source"), required=False)
    source_kind = choice(_("Kind of the new source"), SOURCE_KINDS)
    source_read_on = day(_("New source read on"))
    confidence = choice(
        _("How sure"), [(name, title) for name, (title, _colour) in CONFIDENCE.items()]
    )
    regions = LinesField(
        label=_("Only in these regions"),
        required=False,
        rows=2,
        help_text=_("One per line, such as US-TX. Empty: everywhere."),
    )
    when_region_unknown = yes(_("Also where the region is not known"))
    note = _text(_("Note"))

    def __init__(
        self, document: Document, rule: Mapping[str, Any] | None, *args: Any, **kwargs: Any
    ) -> None:
        self.document, self.rule = document, rule or {}
        kwargs.setdefault("initial", _initial_rule(self.kind, document, self.rule))
        super().__init__(*args, **kwargs)
        if rule is not None:
            del self.fields["id"]
        if self.kind == "window":
            del self.fields["severity"]
        sources = [(one["id"], one["title"]) for one in document.get("sources", ())]
        fields: Any = self.fields
        fields["source"].choices = [*sources, (NEW_SOURCE, _("A new source, named below"))]
        fields["source_kind"].required = False
        self.order_fields([*(part.name for part in PARTS[self.kind]), *RuleForm.base_fields])
        if "id" in self.fields:
            self.order_fields(["id", *self.fields])

    def clean(self) -> dict[str, Any]:
        """Spans in order, days in order, a new source with its title and day."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.kind == "window":
            for name, message in check_spans(cleaned).items():
                self.add_error(name, message)
        first, last = cleaned.get("effective_from"), cleaned.get("effective_to")
        if first and last and last <= first:
            self.add_error("effective_to", _("It ends before it begins: choose a later day."))
        if cleaned.get("source") == NEW_SOURCE:
            for name in ("source_title", "source_read_on"):
                if not cleaned.get(name):
                    self.add_error(name, _("A new source needs this."))
        taken = {rule["id"] for rule in self.document.get("rules", ())}
        if cleaned.get("id") in taken:
            self.add_error("id", _("Another rule is called so: choose another name."))
        return cleaned

    def changed(self) -> Document:
        """The document with this rule as it was filled in."""
        cleaned = self.cleaned_data
        sources, source = self._sources()
        rule = {
            **self.rule,
            "id": self.rule.get("id") or cleaned["id"],
            "kind": self.kind,
            "applies_to": cleaned["applies_to"],
            "severity": "delay" if self.kind == "window" else cleaned["severity"],
            "citation": cleaned["citation"],
            "source": source,
            "confidence": cleaned["confidence"],
            "effective_from": cleaned["effective_from"].isoformat(),
            "params": params_of(self.kind, dict(self.rule.get("params", {})), cleaned),
        }
        optional = {
            "effective_to": cleaned["effective_to"] and cleaned["effective_to"].isoformat(),
            "note": cleaned["note"],
            "regions": cleaned["regions"],
            "when_region_unknown": cleaned["when_region_unknown"],
        }
        for name, value in optional.items():
            rule.pop(name, None)
            if value:
                rule[name] = value
        rules = [rule if one["id"] == rule["id"] else one for one in self.document["rules"]]
        if rule not in rules:
            rules.append(rule)
        return {**self.document, "sources": sources, "rules": rules}

    def _sources(self) -> tuple[list[Any], str]:
        cleaned, sources = self.cleaned_data, list(self.document["sources"])
        if cleaned["source"] != NEW_SOURCE:
            return sources, cleaned["source"]
        taken = {one["id"] for one in sources}
        number = len(sources) + 1
        while f"source-{number}" in taken:
            number += 1
        source = {
            "id": f"source-{number}",
            "title": cleaned["source_title"],
            "kind": cleaned["source_kind"] or "page",
            "read_on": cleaned["source_read_on"].isoformat(),
        }
        if cleaned["source_url"]:
            source["url"] = cleaned["source_url"]
        return [*sources, source], source["id"]


@cache
def rule_form(kind: str) -> type[RuleForm]:
    """The form of a kind of rule."""
    own = {part.name: part.field() for part in PARTS[kind]}
    return type("KindRuleForm", (RuleForm,), {"kind": kind, **own})


def _initial_rule(kind: str, document: Document, rule: Mapping[str, Any]) -> dict[str, Any]:
    params = dict(rule.get("params", {}))
    initial = {part.name: part.initial(params) for part in PARTS[kind]}
    if not rule:
        initial["effective_from"] = document.get("effective_from")
        if kind == "window":
            initial["zones"] = [document.get("zone")]
    return {**initial, **{key: value for key, value in rule.items() if key != "params"}}


_RECORDS = (
    ("evidence_months", _("Evidence of consent, months")),
    ("metadata_months", _("Message data, months")),
    ("body_months", _("Texts of messages, months")),
)


class PoliciesForm(forms.Form):
    """What a refusal does, how long records are kept, and the pack's own day and note."""

    effective_from = day(_("Earliest first day of this version"), required=True)
    note = _text(_("Word of caution"), rows=3)
    purpose = choice(_("A refusal by reply stops"), Purpose.choices)
    reach = choice(_("and reaches"), Reach.choices)
    deadline_hours = whole(_("It must be respected within hours"), least=0)
    review_hours = whole(_("Unclear replies must be read within hours"), least=0)
    ack_once = yes(_("It is confirmed once"))

    def __init__(self, document: Document, *args: Any, **kwargs: Any) -> None:
        self.document = document
        kwargs.setdefault("initial", self._initial())
        super().__init__(*args, **kwargs)
        for language in document["optout"].get("ack_texts", {}):
            label = _("Confirmation (%(language)s)") % {"language": language}
            self.fields[f"ack_{language}"] = _text(label, rows=2, required=True)
        for language in document["help"].get("texts", {}):
            label = _("Answer to HELP (%(language)s)") % {"language": language}
            self.fields[f"help_{language}"] = _text(label, rows=2, required=True)
        for name, title in _RECORDS:
            self.fields[name] = whole(title)

    def _initial(self) -> dict[str, Any]:
        optout, retention = self.document["optout"], self.document["retention"]
        return {
            "effective_from": self.document["effective_from"],
            "note": self.document.get("note", ""),
            **{key: optout.get(key) for key in ("purpose", "reach", "ack_once")},
            "deadline_hours": optout.get("deadline_hours"),
            "review_hours": optout.get("review_hours"),
            **{f"ack_{key}": text for key, text in optout.get("ack_texts", {}).items()},
            **{f"help_{key}": text for key, text in self.document["help"]["texts"].items()},
            **{name: retention.get(name) for name, _label in _RECORDS},
        }

    def changed(self) -> Document:
        """The document with these policies."""
        cleaned, document = self.cleaned_data, dict(self.document)
        first: date = cleaned["effective_from"]
        document["effective_from"] = first.isoformat()
        document.pop("note", None)
        if cleaned["note"]:
            document["note"] = cleaned["note"]
        names = ("purpose", "reach", "deadline_hours", "review_hours", "ack_once")
        document["optout"] = {
            **document["optout"],
            **{name: cleaned[name] for name in names},
            "ack_texts": {key: cleaned[f"ack_{key}"] for key in document["optout"]["ack_texts"]},
        }
        document["help"] = {
            "texts": {key: cleaned[f"help_{key}"] for key in document["help"]["texts"]}
        }
        document["retention"] = {
            **document["retention"],
            **{name: cleaned[name] for name, _label in _RECORDS},
        }
        return document
