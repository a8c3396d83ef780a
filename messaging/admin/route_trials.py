"""Trials of routing versions on past traffic."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from compliance.scoping import PlatformScopedAdmin, ReadOnlyMixin
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured
from config.common.errors import DomainError
from messaging.admin.route_trial_results import results_of
from messaging.models import RouteTrial
from messaging.services.route_trials import route_trial_cancel, route_trial_start
from routing.models import RoutePolicy

_S = RouteTrial.Status


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
class RouteTrialAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """One is started from the page of a routing version."""

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

    @coloured(
        _("status"),
        {_S.DONE: "success", _S.RUNNING: "info", _S.FAILED: "danger"},
        ordering="status",
    )
    def status_label(self, obj: RouteTrial) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=_("period"), ordering="first_at")
    def period(self, obj: RouteTrial) -> str:
        return " – ".join(date_format(localtime(one)) for one in (obj.first_at, obj.last_at))

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
        if request.method == "POST" and form.is_valid():
            try:
                trial = route_trial_start(
                    policy=policy, actor=actor_of(request), **form.cleaned_data
                )
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                return HttpResponseRedirect(
                    reverse("admin:messaging_routetrial_change", args=[trial.pk])
                )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Try on past traffic"),
            "question": Question(
                title=_("Try on past traffic"),
                text=_(
                    "The messages of past days are routed by this version, to see who would take"
                    " them, at what cost and with what result. Nothing is sent."
                ),
                submit=_("Try"),
                done="",
            ),
            "form": form,
            "original": policy,
            "opts": self.opts,
            "back": reverse("admin:routing_routepolicy_change", args=[policy.pk]),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        trial = context.get("original")
        if trial is not None:
            context["results"] = results_of(trial)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """A running one can be canceled, another one repeated."""
        found = self.get_object(request, str(object_id))
        if found is None or not self.may(request, "add"):
            return []
        hidden = {"cancel": found.status != _S.RUNNING, "repeat": found.status == _S.RUNNING}
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if not hidden.get(one.path, False)
        ]

    @action(description=_("Cancel"), url_path="cancel", icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        trial = object_or_404(self, request, object_id, "add")
        question = Question(
            title=_("Cancel this trial?"),
            text=_("What it has found so far stays."),
            submit=_("Cancel it"),
            done=_("The trial is canceled."),
        )
        return confirm(
            request,
            self,
            trial,
            question,
            lambda _values: route_trial_cancel(trial=trial, actor=actor_of(request)),
        )

    @action(description=_("Try again"), url_path="repeat", icon="replay")
    def repeat(self, request: HttpRequest, object_id: str) -> HttpResponse:
        trial = object_or_404(self, request, object_id, "add")
        page = reverse("admin:messaging_routetrial_add")
        return HttpResponseRedirect(f"{page}?policy={trial.policy_id}")


def _policy(request: HttpRequest) -> RoutePolicy:
    wanted = request.GET.get("policy", "")
    found = RoutePolicy.objects.filter(pk=wanted).first() if wanted.isdecimal() else None
    if found is None:
        raise Http404
    return found
