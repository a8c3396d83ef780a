"""Trials of routing versions on past traffic."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from messaging.admin.route_trial_results import results_of
from messaging.admin.trial_pages import TrialAdmin
from messaging.models import RouteTrial
from messaging.services.route_trials import route_trial_cancel, route_trial_start
from routing.models import RoutePolicy


class RouteTrialForm(forms.Form):
    """How far back, whose messages, and beside which version."""

    days = forms.IntegerField(
        label=_("Days"),
        initial=7,
        min_value=1,
        max_value=90,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("How far back. More than 200,000 messages are sampled evenly."),
    )
    campaign_id = forms.IntegerField(
        label=_("Campaign"),
        required=False,
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Its number, for its messages alone. Empty: every message of these days."),
    )
    against = forms.ModelChoiceField(
        label=_("Beside"),
        queryset=RoutePolicy.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
        empty_label=_("The version in force"),
    )

    def __init__(self, *args: Any, policy: RoutePolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["against"]
        field.queryset = RoutePolicy.objects.exclude(pk=policy.pk)


@admin.register(RouteTrial)
class RouteTrialAdmin(TrialAdmin):
    """One is started from the page of a routing version."""

    results_of = results_of
    trial_cancel = route_trial_cancel
    list_display = ("subject", "beside", "status_label", "period", "progress", "moved_shown")
    list_filter = ("status",)
    list_select_related = ("policy", "against", "started_by")
    search_fields = ("policy__number", "policy__note")
    autocomplete_fields = ()
    ordering = ("-id",)
    actions_detail = ("cancel", "repeat")
    readonly_fields = ("subject", "beside", "status_label", "period", "progress", "started_by")
    change_form_outer_after_template = "admin/messaging/routetrial/results.html"
    empty_title = _("Nothing has been tried yet")
    empty_text = _("Open a routing version and choose “Try on past traffic”.")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("subject", "beside", "status_label"),
                    ("period", "campaign_id"),
                    ("progress", "started_by"),
                ),
                "description": _(
                    "Each message is routed twice, by the costs of its own time and as if every"
                    " carrier were connected and cool. Nothing is sent."
                ),
            },
        ),
    )

    @display(description=_("on trial"))
    def subject(self, obj: RouteTrial) -> str:
        return str(obj.policy)

    @display(description=_("beside"))
    def beside(self, obj: RouteTrial) -> str:
        return str(obj.against)

    @display(description=_("judged"))
    def progress(self, obj: RouteTrial) -> str:
        wanted = max(obj.messages // max(obj.step, 1), obj.judged)
        shown = f"{obj.judged:,} / {wanted:,}"
        if obj.step == 1:
            return shown
        return str(
            _("%(shown)s: one of %(step)s messages") % {"shown": shown, "step": f"{obj.step:,}"}
        )

    @display(description=_("would move"))
    def moved_shown(self, obj: RouteTrial) -> str:
        moved = sum(one[0] for one in obj.results.get("moved", {}).values())
        return f"{moved * obj.step:,}"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version is needed: its page leads here."""
        return self.may(request, "add") and "policy" in request.GET

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Asks how far back; `?policy=` names the version."""
        if not self.may(request, "add"):
            raise PermissionDenied
        policy = _policy(request)
        data = request.POST if request.method == "POST" else None
        form = RouteTrialForm(data, policy=policy)
        return self.start_page(
            request,
            form,
            partial(route_trial_start, policy=policy),
            subject=policy,
            text=_(
                "The messages of past days are routed by this version, to see who would take"
                " them, at what cost and with what result. Nothing is sent."
            ),
            back=reverse("admin:routing_routepolicy_change", args=[policy.pk]),
        )

    def repeat_query(self, trial: RouteTrial) -> str:
        return f"policy={trial.policy_id}"


def _policy(request: HttpRequest) -> RoutePolicy:
    wanted = request.GET.get("policy", "")
    found = RoutePolicy.objects.filter(pk=wanted).first() if wanted.isdecimal() else None
    if found is None:
        raise Http404
    return found
