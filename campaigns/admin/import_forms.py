"""The forms of the import's pages: the file, how it is read, what its columns hold."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import phonenumbers
from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from campaigns.constants import FIELD_TITLES
from campaigns.imports.columns import ATTRIBUTE, Field, attribute_key
from campaigns.imports.encodings import LEGACY
from campaigns.imports.text import fold
from campaigns.models import ContactImport, ContactList
from campaigns.services.imports import ConsentOptions, ImportOptions
from compliance.constants import Purpose
from compliance.models import Account, Advertiser

_ATTRIBUTE = ATTRIBUTE.rstrip(":")
_FIELDS: list[tuple[str, str | Promise]] = [
    *((field.value, title) for field, title in FIELD_TITLES.items()),
    (_ATTRIBUTE, _("Keep as attribute")),
]
_DELIMITERS = [(",", _("Comma")), (";", _("Semicolon")), ("tab", _("Tab")), ("|", _("Bar"))]


@cache
def _countries() -> list[tuple[str, str]]:
    return [
        (region, f"{region} (+{phonenumbers.country_code_for_region(region)})")
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    ]


class UploadForm(forms.Form):
    """Step one: the file; the account where a person has several."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Account"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        help_text=_(
            "CSV with one contact per row, at most 50 MB. Comma, semicolon, tab or bar; UTF-8 "
            "from Excel is “CSV UTF-8 (comma delimited)”."
        ),
    )

    def __init__(self, *args: Any, accounts: QuerySet[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = accounts
        if len(accounts) == 1:
            field.initial = accounts[0]
            field.widget = forms.HiddenInput()


class ReadingForm(forms.Form):
    """How the file is read, where the first look was wrong."""

    delimiter = forms.ChoiceField(
        label=_("Delimiter"), choices=_DELIMITERS, widget=UnfoldAdminSelectWidget
    )
    has_header = forms.BooleanField(
        label=_("The first row holds titles"), required=False, widget=UnfoldBooleanWidget
    )
    codec = forms.ChoiceField(
        label=_("Encoding"), choices=list(LEGACY.items()), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, contact_import: ContactImport, **kwargs: Any) -> None:
        dialect = contact_import.dialect
        known = {"\t": "tab"}.get(dialect["delimiter"], dialect["delimiter"])
        kwargs["initial"] = {
            "delimiter": known,
            "has_header": dialect["has_header"],
            "codec": dialect["codec"],
        }
        super().__init__(*args, **kwargs)
        if dialect["codec"] not in LEGACY:
            del self.fields["codec"]


class ColumnForm(forms.Form):
    """What one column holds; `key` names it where it is kept as an attribute."""

    field = forms.ChoiceField(choices=_FIELDS, widget=UnfoldAdminSelectWidget)
    key = forms.CharField(
        required=False, max_length=40, strip=True, widget=UnfoldAdminTextInputWidget
    )

    @classmethod
    def of(
        cls, index: int, title: str, target: str, data: Mapping[str, Any] | None
    ) -> "ColumnForm":
        """The form of a column as it was guessed, or as it was sent."""
        name = _ATTRIBUTE if target.startswith(ATTRIBUTE) else target
        key = target.removeprefix(ATTRIBUTE) if name == _ATTRIBUTE else ""
        initial = {"field": name, "key": key or attribute_key(fold(title)) or f"column_{index + 1}"}
        form = cls(data, prefix=f"column_{index}", initial=initial)
        for field in form.fields.values():
            field.widget.attrs |= {
                "aria-label": title or str(index + 1),
                "style": "min-width:11rem",
            }
        return form

    @property
    def target(self) -> str:
        """The entry of the mapping; wrong ones are the service's to refuse."""
        name = str(self.cleaned_data["field"])
        return ATTRIBUTE + str(self.cleaned_data["key"]) if name == _ATTRIBUTE else name


class OptionsForm(forms.Form):
    """Where the contacts go, and whose consent the file proves."""

    contact_list = forms.ModelChoiceField(
        ContactList.objects.none(),
        label=_("List"),
        required=False,
        empty_label=_("No list, or the new one"),
        widget=UnfoldAdminSelectWidget,
    )
    new_list_name = forms.CharField(
        label=_("New list"),
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Write a name to make a list of these contacts."),
    )
    default_country = forms.ChoiceField(
        label=_("Country of numbers"),
        choices=_countries,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Numbers without a country code are read as numbers of this country."),
    )
    advertiser = forms.ModelChoiceField(
        Advertiser.objects.none(),
        label=_("Consent given to"),
        required=False,
        empty_label=_("Record no consent"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("The advertiser the people in this file have agreed to hear from."),
    )
    purpose = forms.ChoiceField(
        label=_("For"),
        choices=Purpose.choices,
        initial=Purpose.MARKETING,
        widget=UnfoldAdminSelectWidget,
    )
    source = forms.CharField(
        label=_("Where it was given"),
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("A form, a shop, an event; a column of the file may say it for each row."),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("What proves it, for example a link to the scanned forms."),
    )
    for_all = forms.BooleanField(
        label=_("Every contact of this file has agreed"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("Otherwise choose above the column that says who has."),
    )

    consent_only = forms.BooleanField(
        label=_("Only record the consent, keep no contacts"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("For lists of consents whose people are contacts elsewhere."),
    )

    def __init__(self, *args: Any, contact_import: ContactImport, **kwargs: Any) -> None:
        account = contact_import.account
        advertisers = Advertiser.objects.filter(account=account)
        tells_consent = Field.CONSENT in contact_import.mapping.values()
        kwargs["initial"] = {
            "contact_list": contact_import.contact_list_id,
            "default_country": contact_import.default_country,
            "advertiser": advertisers[0] if tells_consent and len(advertisers) == 1 else None,
        }
        super().__init__(*args, **kwargs)
        self._narrow("contact_list", ContactList.objects.filter(account=account).order_by("name"))
        self._narrow("advertiser", advertisers)

    def _narrow(self, name: str, queryset: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    def options(self, mapping: Mapping[int, str]) -> ImportOptions:
        """What the service takes."""
        values = self.cleaned_data
        consent = None
        if values["advertiser"]:
            consent = ConsentOptions(
                advertiser=values["advertiser"],
                purpose=values["purpose"],
                source=values["source"],
                evidence=values["evidence"],
                for_all=values["for_all"],
            )
        return ImportOptions(
            mapping=mapping,
            contact_list=values["contact_list"],
            new_list_name=values["new_list_name"],
            default_country=values["default_country"],
            consent=consent,
            keeps_contacts=not values["consent_only"],
        )
