"""“Try a number”: how a message would be routed now, at another moment, or if a carrier failed."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminTimeWidget,
)

from carriers.models import Carrier
from compliance.constants import MessageClass
from compliance.models import Account
from config.common.errors import DomainError
from routing.constants import PolicyState
from routing.explained import Explained, Question, Way
from routing.models import Network, RoutePolicy
from routing.numbers import display
from routing.route_words import (
    chosen_sentence,
    exclusion_words,
    money,
    network_source_words,
    percent,
    term_words,
)
from routing.services.explain import PRETENDED, route_explain

_VIEW = "routing.view_route"
_DOWN = "down"
_STATES = (
    ("", _("As it is")),
    (_DOWN, _("Down")),
    ("cool", _("Cool")),
    ("warm", _("Warm")),
    ("hot", _("Hot")),
)
_FIELD_OF = {"to": "to", "from": "sender", "class": "message_class"}


class TryForm(forms.Form):
    """What to try; everything but the number may stay as it is."""

    to = forms.CharField(
        label=_("Number"),
        max_length=25,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As people write it: 0912 345 678 or +84 912 345 678."),
    )
    message_class = forms.ChoiceField(
        label=_("Class"),
        choices=MessageClass.choices,
        initial=MessageClass.TRANSACTIONAL,
        widget=UnfoldAdminSelectWidget,
    )
    account = forms.ModelChoiceField(
        Account.objects.none(),
        label=_("Account"),
        required=False,
        empty_label=_("Any without routes of its own"),
        widget=UnfoldAdminSelectWidget,
    )
    sender = forms.CharField(
        label=_("Sender"),
        required=False,
        max_length=15,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Address of a sender, such as 53849 or ACME. Empty: routes for any kind."),
    )
    deadline_seconds = forms.IntegerField(
        label=_("Useful for"),
        required=False,
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Seconds. Routes that take longer are passed over while there is another."),
    )
    network = forms.ModelChoiceField(
        Network.objects.none(),
        label=_("As if on the network"),
        required=False,
        empty_label=_("The one that is known"),
        widget=UnfoldAdminSelectWidget,
    )
    policy = forms.ModelChoiceField(
        RoutePolicy.objects.none(),
        label=_("Version of the routes"),
        required=False,
        empty_label=_("The one in force"),
        widget=UnfoldAdminSelectWidget,
    )
    day = forms.DateField(
        label=_("On the day"),
        required=False,
        widget=UnfoldAdminDateWidget,
        help_text=_("Routes, rates and leases of then; binds and heat as they are now."),
    )
    time = forms.TimeField(label=_("at"), required=False, widget=UnfoldAdminTimeWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = {
            "account": Account.objects.order_by("name"),
            "network": Network.objects.order_by("country", "name"),
            "policy": RoutePolicy.objects.exclude(state=PolicyState.ACTIVE),
        }
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.carriers = list(Carrier.objects.filter(is_active=True).order_by("name"))
        for carrier in self.carriers:
            self.fields[f"if_{carrier.pk}"] = forms.ChoiceField(
                label=carrier.name, choices=_STATES, required=False, widget=UnfoldAdminSelectWidget
            )

    @property
    def asked(self) -> list[Any]:
        """The fields of the question itself."""
        return [field for field in self if not field.name.startswith("if_")]

    @property
    def supposed(self) -> list[Any]:
        """One field per carrier."""
        return [field for field in self if field.name.startswith("if_")]

    @property
    def supposes(self) -> bool:
        """Whether anything is pretended."""
        return any(self.data.get(field.name) for field in self.supposed)

    def question(self) -> Question:
        """What was asked."""
        given = self.cleaned_data
        states = {carrier.pk: given.get(f"if_{carrier.pk}") or "" for carrier in self.carriers}
        account, network, policy = given["account"], given["network"], given["policy"]
        return Question(
            to=given["to"],
            message_class=given["message_class"],
            sender=given["sender"],
            account_id=None if account is None else account.pk,
            at=self._moment(),
            policy_version=None if policy is None else policy.number,
            network_id=None if network is None else network.pk,
            deadline_seconds=given["deadline_seconds"],
            down=frozenset(pk for pk, state in states.items() if state == _DOWN),
            heats={pk: state for pk, state in states.items() if state in PRETENDED},
        )

    def _moment(self) -> Any:
        day, time = self.cleaned_data["day"], self.cleaned_data["time"]
        if day is None:
            return None
        now = localtime()
        at = time or now.time()
        return now.replace(
            year=day.year, month=day.month, day=day.day, hour=at.hour, minute=at.minute, second=0
        )


def try_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """The form, and under it what the engine answers."""
    if not request.user.has_perm(_VIEW):
        raise PermissionDenied
    given = request.GET if request.GET.get("to") is not None else None
    form = TryForm(_completed(given) if given is not None else None, initial=request.GET.dict())
    found = _answer(form) if given is not None and form.is_valid() else None
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("Try a number"),
        "form": form,
        "opts": admin.opts,
        "media": admin.media + form.media,
        "found": found,
        **({} if found is None else _shown(found)),
    }
    return TemplateResponse(request, "admin/routing/route/try.html", context)


def try_address(**given: object) -> str:
    """Where the page is, filled in."""
    query = {name: value for name, value in given.items() if value not in (None, "")}
    return f"{reverse('admin:routing_route_try')}?{urlencode(query)}"


def _completed(given: Any) -> Any:
    """A link may leave out the class."""
    filled = given.copy()
    if not filled.get("message_class"):
        filled["message_class"] = MessageClass.TRANSACTIONAL.value
    return filled


def _answer(form: TryForm) -> Explained | None:
    try:
        return route_explain(form.question())
    except DomainError as error:
        field = _FIELD_OF.get(str(getattr(error, "field", "") or ""))
        form.add_error(field, str(error.message))
        return None


def _shown(found: Explained) -> dict[str, Any]:
    chosen = found.chosen
    return {
        "number": display(found.msisdn),
        "source": network_source_words().get(found.network_source, gettext("As you asked.")),
        "sentence": chosen_sentence(
            found.decision.chosen,
            found.decision.reasons,
            carrier="" if chosen is None else chosen.carrier,
            route="" if chosen is None else chosen.route,
        ),
        "price": money(found.price_micros, found.price_currency),
        "cost": None if chosen is None else _cost(chosen),
        "rows": [_row(way) for way in found.ways],
        "residency": ", ".join(sorted(found.must_stay_in)),
    }


def _row(way: Way) -> dict[str, Any]:
    one = way.candidate
    excluded = None if one.exclusion is None else exclusion_words()[one.exclusion]
    return {
        "way": way,
        "address": reverse("admin:routing_route_change", args=[one.route_id]),
        "fits": _fits(way),
        "share": percent(one.share),
        "cost": _cost(way),
        "excluded": excluded,
        "terms": term_words(one.terms),
    }


def _fits(way: Way) -> str:
    one = way.candidate
    if one.prefix_length:
        return gettext("Prefix of %(count)s digits") % {"count": one.prefix_length}
    if one.is_for_network:
        return gettext("Network")
    return gettext("Country") if one.is_for_country else gettext("Every destination")


def _cost(way: Way) -> str:
    return money(way.candidate.cost_micros, way.cost_currency)
