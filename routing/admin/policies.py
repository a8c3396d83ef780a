"""Versions of the routing policy: drafted, checked, put in force now or at a time, brought back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from compliance.scoping import PlatformScopedAdmin
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured
from config.common.errors import DomainError
from routing.admin.policy_page import changes_given, policy_page
from routing.constants import PolicyState
from routing.models import RoutePolicy
from routing.services.policies import (
    policy_activate,
    policy_change,
    policy_discard,
    policy_draft,
    policy_schedule,
    policy_undo,
    policy_unschedule,
    routes_change,
)
from routing.services.policies.copying import TERMS

_S = PolicyState
_COLOURS = {_S.ACTIVE: "success", _S.SCHEDULED: "info", _S.DRAFT: "warning", _S.RETIRED: ""}


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What changes and why"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("For those who read the list of versions later."),
    )


class AcceptForm(forms.Form):
    despite_problems = forms.BooleanField(
        label=_("Accept the problems"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Where the check finds errors they stop the version unless you accept them."),
    )


class TimeForm(AcceptForm):
    at = forms.SplitDateTimeField(
        label=_("In force from"),
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("To the second, also while nobody is at work."),
    )
    field_order = ("at", "despite_problems")


@admin.register(RoutePolicy)
class RoutePolicyAdmin(PlatformScopedAdmin):
    """Every version there was, is and will be; exactly one is in force."""

    form = ServiceForm
    list_display = ("version", "state_label", "begins", "note_short", "route_count", "by")
    list_display_links = ("version",)
    list_filter = ("state",)
    list_select_related = ("author", "based_on")
    search_fields = ("note", "number")
    search_help_text = _("A number, or what changed.")
    ordering = ("-number",)
    readonly_fields = ("version", "state_label", "begins", "by", "made_from", "created_at")
    autocomplete_fields = ()
    actions_detail = (
        "activate",
        "schedule",
        "unschedule",
        "try_past",
        "new_version",
        "bring_back",
        "discard",
    )
    change_form_outer_after_template = "admin/routing/routepolicy/version.html"
    empty_title = _("No version yet")
    empty_text = _("The first route makes the first version.")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("version", "state_label", "begins"),
                    ("by", "made_from", "created_at"),
                    "note",
                )
            },
        ),
        (
            _("How routes share traffic"),
            {
                "fields": (
                    "spread",
                    "price_weight",
                    ("quality_weight", "speed_weight"),
                    ("conversion_weight", "capacity_weight"),
                ),
            },
        ),
    )

    @display(description=_("version"), ordering="number")
    def version(self, obj: RoutePolicy) -> str:
        return str(obj)

    @coloured(_("state"), _COLOURS, ordering="state")
    def state_label(self, obj: RoutePolicy) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("in force from"), ordering="active_from")
    def begins(self, obj: RoutePolicy) -> str:
        if obj.active_from is None:
            return "–" if obj.state == _S.DRAFT else gettext("the beginning")
        return date_format(localtime(obj.active_from), "SHORT_DATETIME_FORMAT")

    @display(description=_("what changes and why"))
    def note_short(self, obj: RoutePolicy) -> str:
        return obj.note if len(obj.note) <= 80 else f"{obj.note[:79]}…"

    @display(description=_("routes"))
    def route_count(self, obj: Any) -> int:
        return int(obj.route_total)

    @display(description=_("author"))
    def by(self, obj: RoutePolicy) -> str:
        return str(obj.author or gettext("the system"))

    @display(description=_("made from"))
    def made_from(self, obj: RoutePolicy) -> str:
        return str(obj.based_on or "–")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(route_total=Count("routes"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A version begins as a copy: “New version from this one”."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft's note and way of sharing are written here."""
        is_open = obj is None or obj.state == _S.DRAFT
        return super().has_change_permission(request, obj) and is_open

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts are discarded by their button."""
        return False

    def save_model(self, request: HttpRequest, obj: RoutePolicy, form: Any, change: bool) -> None:
        values = {
            name: value for name, value in form.cleaned_data.items() if name in ("note", *TERMS)
        }
        policy_change(policy=obj, actor=actor_of(request), **values)

    def get_urls(self) -> list[Any]:
        """The table of routes is sent to an address of its own."""
        table = path(
            "<int:object_id>/routes/",
            self.admin_site.admin_view(self.routes_view),
            name="routing_routepolicy_routes",
        )
        return [table, *super().get_urls()]

    def routes_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Changes tiers, weights and switches as the table says; of live routes by a new version."""
        policy = object_or_404(self, request, str(object_id), "view")
        if request.method != "POST" or not self.may(request, "change", policy):
            raise Http404
        changes, removed = changes_given(policy, request.POST.dict())
        shown = policy
        if not changes and not removed:
            messages.info(request, gettext("Nothing was changed."))
        else:
            try:
                shown = routes_change(
                    changes=changes,
                    removed=removed,
                    policy=policy,
                    actor=actor_of(request),
                    note=request.POST.get("note", ""),
                )
            except DomainError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _saved(policy, shown))
        return HttpResponseRedirect(_address(shown))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        policy = context.get("original")
        if policy is not None:
            context["page"] = policy_page(policy, may_change=self.may(request, "change"))
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what this person may do with this version now."""
        policy = self.get_object(request, str(object_id))
        if policy is None:
            return []
        shown = {"new-version"} if self.may(request, "add") else set()
        if self.may(request, "activate"):
            shown |= _BY_STATE.get(policy.state, set())
        if _trial_address(policy):
            shown |= {"try-past"}
        return [one for one in super().get_actions_detail(request, object_id) if one.path in shown]

    @action(description=_("New version from this one"), url_path="new-version", icon="add_notes")
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        policy = object_or_404(self, request, object_id, "add")
        made: list[RoutePolicy] = []

        def act(values: dict[str, Any]) -> None:
            made.append(policy_draft(based_on=policy, actor=actor_of(request), note=values["note"]))

        question = Question(
            title=_("Make a new version from this one?"),
            text=_("You get a draft with the same routes. Traffic goes on as it does."),
            submit=_("Make a draft"),
            done=_("The draft is yours: change its routes below."),
        )
        answer = confirm(request, self, policy, question, act, NoteForm)
        return HttpResponseRedirect(_address(made[0])) if made else answer

    @action(description=_("Put in force now"), url_path="activate", icon="check_circle")
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        policy = object_or_404(self, request, object_id, "activate")
        question = Question(
            title=_("Put this version in force?"),
            text=_(
                "New messages take its routes within a second; what is queued already is decided"
                " again. The version before can be brought back at any time."
            ),
            submit=_("Put in force"),
            done=_("The version is in force."),
        )

        def act(values: dict[str, Any]) -> None:
            policy_activate(policy=policy, actor=actor_of(request), **values)

        return self._with_differences(request, policy, question, act, AcceptForm)

    @action(description=_("Put in force at a time"), url_path="schedule", icon="schedule")
    def schedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        policy = object_or_404(self, request, object_id, "activate")
        question = Question(
            title=_("Put this version in force at a time?"),
            text=_(
                "Until then it does not change. What somebody changes in the live routes meanwhile"
                " is not in it."
            ),
            submit=_("Put in force then"),
            done=_("The version waits for its time."),
        )

        def act(values: dict[str, Any]) -> None:
            policy_schedule(policy=policy, actor=actor_of(request), **values)

        return self._with_differences(request, policy, question, act, TimeForm)

    @action(description=_("Cancel its time"), url_path="unschedule", icon="event_busy")
    def unschedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        policy = object_or_404(self, request, object_id, "activate")
        question = Question(
            title=_("Make it a draft again?"),
            text=_("It does not come into force by itself any more."),
            submit=_("Make it a draft"),
            done=_("The version is a draft again."),
        )
        return confirm(
            request,
            self,
            policy,
            question,
            lambda _values: _ignored(policy_unschedule(policy=policy, actor=actor_of(request))),
        )

    @action(description=_("Bring back"), url_path="bring-back", icon="history")
    def bring_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        policy = object_or_404(self, request, object_id, "activate")
        made: list[RoutePolicy] = []
        question = Question(
            title=_("Bring this version back?"),
            text=_(
                "A copy of it with a new number comes into force at once. Below is what that"
                " changes."
            ),
            submit=_("Bring back"),
            done=_("The version is in force again, under a new number."),
        )

        def act(values: dict[str, Any]) -> None:
            made.append(policy_undo(policy=policy, actor=actor_of(request), note=values["note"]))

        answer = self._with_differences(request, policy, question, act, NoteForm)
        return HttpResponseRedirect(_address(made[0])) if made else answer

    @action(description=_("Discard"), url_path="discard", icon="delete")
    def discard(self, request: HttpRequest, object_id: str) -> HttpResponse:
        policy = object_or_404(self, request, object_id, "activate")
        done: list[bool] = []

        def act(_values: dict[str, Any]) -> None:
            policy_discard(policy=policy, actor=actor_of(request))
            done.append(True)

        question = Question(
            title=_("Discard this draft?"),
            text=_("It and its routes are deleted. Traffic goes on as it does."),
            submit=_("Discard"),
            done=_("The draft is discarded."),
            is_dangerous=True,
        )
        answer = confirm(
            request, self, RoutePolicy(pk=int(object_id), number=policy.number), question, act
        )
        if not done:
            return answer
        return HttpResponseRedirect(reverse("admin:routing_routepolicy_changelist"))

    @action(description=_("Try on past traffic"), url_path="try-past", icon="history_toggle_off")
    def try_past(self, request: HttpRequest, object_id: str) -> HttpResponse:
        policy = object_or_404(self, request, object_id, "view")
        return HttpResponseRedirect(_trial_address(policy))

    def _with_differences(
        self, request: HttpRequest, policy: RoutePolicy, question: Question, act: Any, form: Any
    ) -> HttpResponse:
        """The question beside what the version changes and what is wrong with it."""
        answer = confirm(request, self, policy, question, act, form)
        if isinstance(answer, TemplateResponse) and answer.context_data is not None:
            answer.template_name = "admin/routing/routepolicy/decide.html"
            answer.context_data["page"] = policy_page(policy, may_change=False)
        return answer


_BY_STATE: dict[str, set[str]] = {
    _S.DRAFT.value: {"activate", "schedule", "discard"},
    _S.SCHEDULED.value: {"activate", "schedule", "unschedule"},
    _S.RETIRED.value: {"bring-back"},
}


def _ignored(_made: object) -> None:
    """For questions whose answer is not shown."""


def _address(policy: RoutePolicy) -> str:
    return reverse("admin:routing_routepolicy_change", args=[policy.pk])


def _trial_address(policy: RoutePolicy) -> str:
    """The page that tries a version, by its address alone: trials are above routing."""
    try:
        return f"{reverse('admin:messaging_routetrial_add')}?policy={policy.pk}"
    except NoReverseMatch:
        return ""


def _saved(before: RoutePolicy, after: RoutePolicy) -> str:
    if before.pk == after.pk:
        return gettext("The draft is saved.")
    text = gettext("%(made)s has the changes and is in force; %(before)s can be brought back.")
    waiting = RoutePolicy.objects.filter(state=_S.SCHEDULED, active_from__gt=clock.now()).first()
    if waiting is not None:
        text += " " + gettext("%(waiting)s waits for its time and does not have these changes.")
    return text % {"made": after, "before": before, "waiting": waiting}
