"""Ready sources for usual platforms: chosen, given a sender, and what is left to do."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from campaigns.admin.people import actor_of
from campaigns.admin.trigger_common import address_of, console_page, post_sample
from campaigns.models import TriggerSource
from campaigns.selectors.trigger_pages import mapping_rows
from campaigns.selectors.trigger_presets import presets
from campaigns.services.triggers.presets import PresetMade, preset_use
from campaigns.triggers.catalog import Preset
from compliance.models import Advertiser
from compliance.selectors.access import related_choices
from config.common import clock
from config.common.console.forms import PositionsForm
from config.common.errors import DomainError
from routing.models import Sender
from routing.selectors.snapshot import sender_is_usable

_PERMISSION = "campaigns.add_triggersource"
_WORDS = {
    "order-platform": (
        _("Order platform"),
        _("Tells customers that an order was paid, shipped and delivered."),
    ),
    "crm": (
        _("CRM"),
        _("Greets a new lead, and reminds of an appointment a day before."),
    ),
    "help-desk": (
        _("Help desk"),
        _("Confirms a ticket, and tells its requester of an answer. Replies come back as events."),
    ),
    "microservice": (
        _("Microservice"),
        _("Any service of your own that signs by Standard Webhooks; the sample is a CloudEvent."),
    ),
}


class UseForm(PositionsForm, forms.Form):
    """Whose name and which sender the messages bear; the account is the brand's."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=UnfoldAdminTextInputWidget)
    advertiser = forms.ModelChoiceField(
        Advertiser.objects.none(),
        label=_("Brand"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Its name stands at the beginning of the texts that are drafted."),
    )
    sender = forms.ModelChoiceField(
        Sender.objects.none(), label=_("Sender"), widget=UnfoldAdminSelectWidget
    )
    secret = forms.CharField(
        label=_("Signing secret"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Where the platform chooses it. Empty: one is made here and shown once."),
    )

    is_test = forms.BooleanField(
        label=_("Sandbox"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=TriggerSource._meta.get_field("is_test").help_text,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        brands = related_choices(Advertiser.objects.order_by("name"), user, _PERMISSION)
        fields["advertiser"].queryset = brands.select_related("account")
        today = clock.now().date()
        senders = related_choices(Sender.objects.order_by("address"), user, _PERMISSION)
        usable = [one.pk for one in senders if sender_is_usable(one, today)]
        fields["sender"].queryset = senders.filter(pk__in=usable).select_related("account")
        has_many = len({one.account_id for one in fields["advertiser"].queryset}) > 1
        for name in ("advertiser", "sender"):
            fields[name].label_from_instance = _labelled(has_many=has_many)

    def clean(self) -> dict[str, Any] | None:
        """Both of one account."""
        cleaned = super().clean()
        brand, sender = self.cleaned_data.get("advertiser"), self.cleaned_data.get("sender")
        if brand is not None and sender is not None and brand.account_id != sender.account_id:
            self.add_error("sender", _("Choose one of the same account."))
        return cleaned


def _labelled(*, has_many: bool) -> Any:
    def label(one: Any) -> str:
        return f"{one} · {one.account.name}" if has_many else str(one)

    return label


class TriggerPresets:
    """The pages, for the admin of sources."""

    def presets_page(self, request: HttpRequest) -> HttpResponse:
        """All presets with what they send."""
        page: Any = self
        self._may_make(request)
        cards = [_card(one) for one in presets().values()]
        title = gettext("Presets of platforms")
        return console_page(page, request, "triggersource/presets.html", title, {"cards": cards})

    def use_view(self, request: HttpRequest) -> HttpResponse:
        """Asks for brand and sender, makes everything, and says what is next. `?preset=`"""
        page: Any = self
        self._may_make(request)
        preset = presets().get(request.GET.get("preset", ""))
        if preset is None:
            raise Http404
        card = _card(preset)
        data = request.POST if request.method == "POST" else None
        form = UseForm(data, user=request.user, initial={"name": card["name"]})
        made = _made(request, preset, form) if data is not None and form.is_valid() else None
        if made is not None:
            response = console_page(
                page,
                request,
                "triggersource/made.html",
                made.made.source.name,
                _next(request, made),
            )
            response["Cache-Control"] = "no-store"
            return response
        context = {"form": form, "card": card, "media": page.media + form.media}
        return console_page(page, request, "triggersource/use.html", card["name"], context)

    def _may_make(self, request: HttpRequest) -> None:
        page: Any = self
        if not page.may(request, "add"):
            raise PermissionDenied


def _card(preset: Preset) -> dict[str, Any]:
    name, about = _WORDS.get(preset.code, (preset.name, preset.about))
    texts = {one.slug: one for one in preset.templates}
    return {
        "code": preset.code,
        "name": str(name),
        "about": str(about),
        "signature": _signature(preset),
        "mappings": [
            {
                "name": one.name,
                "events": ", ".join(one.spec.get("events", [])),
                "text": texts[one.template].body if one.template in texts else one.template,
            }
            for one in preset.mappings
        ],
    }


def _signature(preset: Preset) -> str:
    source = preset.source
    if source["signature"] == "standard_webhooks":
        return gettext("Standard Webhooks")
    return gettext("HMAC %(algorithm)s in the header %(header)s") % {
        "algorithm": str(source.get("algorithm", "sha256")).upper(),
        "header": source["header"],
    }


def _made(request: HttpRequest, preset: Preset, form: UseForm) -> PresetMade | None:
    given = form.cleaned_data
    try:
        return preset_use(
            account=given["advertiser"].account,
            code=preset.code,
            name=given["name"],
            advertiser=given["advertiser"],
            sender=given["sender"].address,
            actor=actor_of(request),
            secret=given["secret"],
            is_test=given["is_test"],
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return None


def _next(request: HttpRequest, made: PresetMade) -> dict[str, Any]:
    """What was made, and what is left to do by whom."""
    source = made.made.source
    rows = mapping_rows(source)
    bodies = {one.slug: one.body for preset in presets().values() for one in preset.templates}
    texts = [
        {
            "text": one,
            "body": bodies.get(one.slug, ""),
            "page": reverse("admin:messaging_templateversion_change", args=[one.version_id])
            if one.version_id
            else "",
        }
        for one in made.texts
    ]
    return {
        "original": source,
        "secret": made.made.secret,
        "address": address_of(request, source),
        "sample": post_sample(request, source, rows[0].mapping if rows else None),
        "mappings": rows,
        "texts": texts,
        "waits": any(one.state != "ready" for one in made.texts),
    }
