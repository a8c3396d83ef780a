"""The guided form of a campaign: who, which text with which values, from whom, when."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.models import Campaign
from campaigns.selectors.choices import Column, column_guess, list_columns, senders_for
from campaigns.slot_values import LONGEST_TEXT
from compliance.scoping import ScopedForm
from messaging.models import TemplateVersion
from messaging.selectors.snapshot import version_wordings
from routing.models import Sender

FIXED, OWN = "=fixed", "=own"  # no column's key can be these
_COLUMN, _TEXT = "slot_", "text_"


class CampaignForm(ScopedForm):
    """One select per slot of the chosen text, with a text beside it: the same for everybody, or
    for those whose column is empty."""

    class Meta:
        model = Campaign
        fields = (
            "account",
            "name",
            "contact_list",
            "template_version",
            "sender",
            "sender_pool",
            "starts_at",
            "ends_at",
            "messages_per_second",
            "priority",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = self._chosen("template_version")
        self._prepare_relations()
        self._prepare_times()
        chosen_list = self._chosen("contact_list")
        self.columns = list_columns(chosen_list.pk) if chosen_list else []
        self.wordings = version_wordings(self.version) if self.version else None
        self.slot_names = self.wordings.slots if self.wordings else ()
        for slot in self.slot_names:
            self._add_slot(slot)

    def _chosen(self, name: str) -> Any:
        """The object chosen for a relation so far, if it may be chosen."""
        if name not in self.fields:
            return getattr(self.instance, name, None) if self.instance.pk else None
        raw = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        text = str(raw or "")
        if not (text.isascii() and text.isdecimal()):
            return None
        return self.fields[name].queryset.filter(pk=text).first()  # type: ignore[attr-defined]

    def _prepare_relations(self) -> None:
        for name in ("contact_list", "template_version", "sender", "sender_pool"):
            field: Any = self.fields.get(name)
            if field is None:
                continue
            for link in ("add", "change", "view", "delete"):
                setattr(field.widget, f"can_{link}_related", False)
        version: Any = self.fields.get("template_version")
        if version is not None:
            version.queryset = version.queryset.select_related("template")
            version.label_from_instance = _version_label
            version.label = _("Approved text")
        sender: Any = self.fields.get("sender")
        if sender is not None:
            sender.label_from_instance = _sender_label
            if self.version is not None:
                sender.queryset = sender.queryset.filter(pk__in=self.sender_ids())

    def clean_sender_pool(self) -> Any:
        """An active one."""
        pool = self.cleaned_data["sender_pool"]
        if pool is not None and not pool.is_active:
            raise forms.ValidationError(_("This pool is not active: choose another one."))
        return pool

    def hints(self) -> Iterator[tuple[str, str]]:
        """What is missing before a campaign can be written, and where to get it."""
        missing = {
            "contact_list": (
                _("There is no list yet: import contacts into one first."),
                reverse("admin:campaigns_contactimport_add"),
            ),
            "template_version": (
                _("There is no approved text yet: write one and have it approved."),
                reverse("admin:messaging_template_changelist"),
            ),
        }
        for name, hint in missing.items():
            if name in self.fields and not self.fields[name].queryset.exists():  # type: ignore[attr-defined]
                yield str(hint[0]), hint[1]
        if "sender" in self.fields and not self.fields["sender"].queryset.exists():  # type: ignore[attr-defined]
            yield str(_("No sender may send this: ask your operator for one.")), ""

    def _prepare_times(self) -> None:
        for name in ("starts_at", "ends_at"):
            if name in self.fields:
                self.fields[name].help_text = _("%(help)s Times are in %(zone)s.") % {
                    "help": self.fields[name].help_text,
                    "zone": get_current_timezone_name(),
                }

    def sender_ids(self) -> list[int]:
        """Senders that may carry the chosen text; none while none is chosen."""
        if self.version is None:
            return []
        template = self.version.template
        return [one.pk for one in senders_for(template.account_id, template.message_class)]

    def _add_slot(self, slot: str) -> None:
        kept = self.instance.values.get(slot, {}) if self.instance.values else {}
        column = kept.get("attribute") or column_guess(slot, self.columns)
        fallback = self._fallback(slot)
        self.fields[_COLUMN + slot] = forms.ChoiceField(
            label=slot,
            choices=[*_column_choices(self.columns, column), *_own_choice(fallback)],
            initial=FIXED if "fixed" in kept else column or (OWN if fallback else ""),
            widget=UnfoldAdminSelectWidget(),
            error_messages={"required": _("Choose a column, or one text for everybody.")},
        )
        self.fields[_TEXT + slot] = forms.CharField(
            label=_("Text"),
            required=False,
            max_length=LONGEST_TEXT,
            initial=kept.get("fixed") or kept.get("fallback", ""),
            widget=UnfoldAdminTextInputWidget(attrs={"placeholder": fallback}),
        )

    def _fallback(self, slot: str) -> str:
        """What the text itself says where a slot has no value."""
        specs = self.wordings.default.specs if self.wordings else ()
        return next((spec.fallback for spec in specs if spec.name == slot), "")

    def texts(self) -> list[tuple[str, str]]:
        """The text as it is sent, in each of its languages: tag and words."""
        return [(one.language, one.shown) for one in self.wordings or ()]

    def slot_rows(self) -> Iterator[tuple[str, BoundField, BoundField]]:
        """For each slot its name, its select and its text."""
        for slot in self.slot_names:
            yield slot, self[_COLUMN + slot], self[_TEXT + slot]

    def slot_values(self) -> dict[str, dict[str, str]]:
        """The values as a campaign keeps them."""
        values: dict[str, dict[str, str]] = {}
        for slot in self.slot_names:
            column = self.cleaned_data.get(_COLUMN + slot, "")
            text = self.cleaned_data.get(_TEXT + slot, "")
            if column == OWN:
                continue
            values[slot] = (
                {"fixed": text} if column == FIXED else {"attribute": column, "fallback": text}
            )
        return values

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for slot in self.slot_names:
            is_fixed = self.cleaned_data.get(_COLUMN + slot) == FIXED
            if is_fixed and not self.cleaned_data.get(_TEXT + slot):
                self.add_error(_TEXT + slot, _("Write the text that everybody gets."))
        return cleaned


def slot_field(field: str) -> str:
    """The form's field for a service's `values.<slot>`; other names as they are."""
    return _COLUMN + field.removeprefix("values.") if field.startswith("values.") else field


def _column_choices(columns: list[Column], kept: str) -> list[tuple[str, str]]:
    choices = [("", str(_("Choose …"))), *((column.key, column.label) for column in columns)]
    if kept and kept not in dict(choices):
        missing = _("%(column)s (no contact of this list has it)") % {"column": kept}
        choices.append((kept, missing))
    return [*choices, (FIXED, str(_("The same text for everybody")))]


def _own_choice(fallback: str) -> list[tuple[str, str]]:
    label = _("The text's own: “%(words)s”") % {"words": fallback}
    return [(OWN, str(label))] if fallback else []


def _version_label(version: TemplateVersion) -> str:
    template = version.template
    return f"{template.name} · {template.get_message_class_display()}"


def _sender_label(sender: Sender) -> str:
    return f"{sender.address} · {sender.get_kind_display()}"
