"""The test box: a text, and what each rule finds in it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from compliance.constants import MessageClass
from compliance.content_policy import PolicyHit
from compliance.findings import FIXES, MESSAGES, Finding
from compliance.models import Account, Advertiser, ContentRule
from compliance.readable_rules import SEVERITY
from compliance.selectors.access import related_choices
from compliance.selectors.trials import Trial, text_try

_PERMISSION = "compliance.view_contentrule"
_LONGEST_TEXT, _TEXT_ROWS, _NAMED_PLACES = 1600, 5, 5


@dataclass(frozen=True, slots=True)
class FoundRow:
    """What one rule says; `address` of the rule's page, "" for a rule of the country's pack."""

    rule: str
    address: str
    severity: str
    label: Any
    colour: str
    message: str
    fix: str
    places: tuple[str, ...]


class TrialForm(forms.Form):
    """A text and whose it would be."""

    text = forms.CharField(
        label=_("Text"),
        max_length=_LONGEST_TEXT,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": _TEXT_ROWS}),
    )
    is_template = forms.BooleanField(
        label=_("It is a template: {slot} stands for a value"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
    )
    account = forms.ModelChoiceField(
        Account.objects.none(),
        label=_("Account"),
        required=False,
        empty_label=_("None: only rules for every account"),
        widget=UnfoldAdminSelectWidget,
    )
    advertiser = forms.ModelChoiceField(
        Advertiser.objects.none(),
        label=_("Advertiser"),
        required=False,
        empty_label="–",
        widget=UnfoldAdminSelectWidget,
        help_text=_("Whose brand rules about the brand look for."),
    )
    message_class = forms.ChoiceField(
        label=_("Class"),
        choices=MessageClass.choices,
        initial=MessageClass.MARKETING,
        widget=UnfoldAdminSelectWidget,
    )
    country = forms.RegexField(
        "^[A-Za-z]{2}$",
        label=_("Country of the recipients"),
        initial="VN",
        widget=UnfoldAdminTextInputWidget,
        error_messages={"invalid": _("Write the country in two letters, such as VN.")},
    )
    with_inactive = forms.BooleanField(
        label=_("Also rules that are switched off"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        accounts = related_choices(Account.objects.order_by("name"), request.user, _PERMISSION)
        fields["account"].queryset = accounts
        fields["advertiser"].queryset = related_choices(
            Advertiser.objects.select_related("account").order_by("name"),
            request.user,
            _PERMISSION,
        )
        mine, brands = list(accounts[:2]), list(fields["advertiser"].queryset[:2])
        if len(mine) == 1:
            fields["account"].initial = mine[0].pk
            fields["country"].initial = mine[0].country
        if len(brands) == 1:
            fields["advertiser"].initial = brands[0].pk

    def clean_country(self) -> str:
        """Two capital letters."""
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, Any]:
        """The advertiser's account, where none was chosen."""
        values = super().clean() or self.cleaned_data
        advertiser, account = values.get("advertiser"), values.get("account")
        if advertiser is not None and account is None and "account" not in self.errors:
            values["account"] = advertiser.account
        elif advertiser is not None and account is not None and advertiser.account_id != account.pk:
            self.add_error("advertiser", _("Choose an advertiser of this account."))
        return values


def trial_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """Shows the form and, once a text was sent, what the rules say."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = TrialForm(request, request.POST if is_sent else None, initial=_initial(admin, request))
    trial = text_try(**form.cleaned_data) if is_sent and form.is_valid() else None
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Try a text"),
        "form": form,
        "trial": trial,
        "rows": _rows(trial) if trial else (),
        "opts": admin.opts,
        "back": reverse("admin:compliance_contentrule_changelist"),
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/compliance/contentrule/trial.html", context)


def _initial(admin: Any, request: HttpRequest) -> dict[str, Any]:
    """From a rule's page: fit to try that rule."""
    wanted = request.GET.get("rule", "")
    rule: ContentRule | None = admin.get_object(request, wanted) if wanted.isdecimal() else None
    if rule is None:
        return {}
    initial: dict[str, Any] = {"with_inactive": not rule.is_active}
    if rule.message_classes:
        initial["message_class"] = rule.message_classes[0]
    if rule.country:
        initial["country"] = rule.country
    if rule.account_id:
        initial["account"] = rule.account_id
    return initial


def _rows(trial: Trial) -> list[FoundRow]:
    rows = [_policy_row(hit, trial.text) for hit in trial.hits]
    rows += [_row(finding) for finding in trial.findings]
    return sorted(rows, key=lambda row: row.severity != "block")


def _policy_row(hit: PolicyHit, text: str) -> FoundRow:
    address = reverse("admin:compliance_contentrule_change", args=[hit.rule.id])
    places = tuple(
        gettext("“%(found)s” at %(place)d") % {"found": text[start:end], "place": start + 1}
        for start, end in hit.spans[:_NAMED_PLACES]
    )
    return _row(hit.finding, address, (*places, *("…" for _more in hit.spans[_NAMED_PLACES:][:1])))


def _row(finding: Finding, address: str = "", places: tuple[str, ...] = ()) -> FoundRow:
    values = dict(finding.params)
    label, colour = SEVERITY[finding.severity]
    return FoundRow(
        rule=finding.citation,
        address=address,
        severity=finding.severity,
        label=label,
        colour=colour,
        message=gettext(MESSAGES[finding.message_code]) % values,
        fix=gettext(FIXES[finding.fix_code]) % values,
        places=places,
    )
