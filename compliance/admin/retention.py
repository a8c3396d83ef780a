"""How long data is kept, and the runs that remove it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from compliance.models import Account, RetentionPolicy, RetentionRun
from compliance.readable_retention import days_words, kept_by_account, run_line
from compliance.scoping import (
    AccountScopedAdmin,
    OwnOrEverybodysMixin,
    PlatformScopedAdmin,
    ReadOnlyMixin,
    ScopedForm,
)
from compliance.selectors.access import permitted_accounts
from compliance.services.retention import policy_remove, policy_set, run_start
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, ask
from config.common.console.labels import coloured

_SHOWN_ACCOUNTS = 20


class PolicyForm(ScopedForm):
    class Meta:
        model = RetentionPolicy
        fields = ("account", "country", "kind", "days", "note")


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(OwnOrEverybodysMixin, AccountScopedAdmin):
    """What is kept how long: the accounts' own words, over those of the countries' packs."""

    form = PolicyForm
    list_display = ("kind", "where", "period", "owner", "note")
    list_filter = ("kind", "country", "account")
    list_select_related = ("account",)
    search_fields = ("note",)
    search_help_text = _("Words of the reason.")
    autocomplete_fields = ()
    change_list_template = "admin/compliance/retentionpolicy/list.html"
    empty_title = _("No policy of your own")
    empty_text = _("What the table above says holds. A policy changes it for a kind of data.")
    fieldsets = (
        (
            None,
            {
                "fields": ("account", "kind", ("days", "country"), "note"),
                "description": _(
                    "The policy holds from the next nightly run. What was removed does not come"
                    " back: rehearse a run first where you shorten a time."
                ),
            },
        ),
    )

    @display(description=_("country"), ordering="country")
    def where(self, obj: RetentionPolicy) -> str:
        return obj.country or gettext("Every country")

    @display(description=_("kept for"), ordering="days")
    def period(self, obj: RetentionPolicy) -> str:
        return days_words(obj.days)

    @display(description=_("for"), ordering="account__name")
    def owner(self, obj: RetentionPolicy) -> str:
        return obj.account.name if obj.account else gettext("Every account")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What a policy is about stays; another subject is another policy."""
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else [*fields, "kind", "country"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the table of what holds now."""
        permitted = permitted_accounts(request.user, self.permission("view"))
        accounts = Account.objects.order_by("name")
        if permitted is not None:
            accounts = accounts.filter(pk__in=permitted)
        context = {
            "kept": kept_by_account(list(accounts[:_SHOWN_ACCOUNTS])),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def save_model(
        self, request: HttpRequest, obj: RetentionPolicy, form: Any, change: bool
    ) -> None:
        made = policy_set(
            account=obj.account,
            country=obj.country,
            kind=obj.kind,
            days=obj.days,
            note=obj.note,
            actor=actor_of(request),
        )
        obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: RetentionPolicy) -> None:
        policy_remove(policy=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for policy in queryset:
            policy_remove(policy=policy, actor=actor_of(request))


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """Runs over everything whose time is over, and rehearsals of them."""

    list_display = ("started_at", "kind_label", "status_label", "progress", "rows", "started_by")
    list_filter = ("is_rehearsal", "status")
    list_select_related = ("started_by",)
    readonly_fields = (
        "started_at",
        "kind_label",
        "status_label",
        "progress",
        "rows",
        "error",
        "started_by",
        "finished_at",
    )
    actions_list = ("rehearse", "start")
    change_form_outer_after_template = "admin/compliance/retentionrun/report.html"
    empty_title = _("No run yet")
    empty_text = _("One starts every night. A rehearsal counts what would go and removes nothing.")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind_label", "status_label"),
                    ("started_at", "finished_at"),
                    ("progress", "rows"),
                    "started_by",
                )
            },
        ),
    )

    @coloured(_("kind"), {True: "info", False: "warning"}, ordering="is_rehearsal")
    def kind_label(self, obj: RetentionRun) -> tuple[bool, Any]:
        return obj.is_rehearsal, _("Rehearsal") if obj.is_rehearsal else _("Removal")

    @coloured(
        _("status"),
        {
            RetentionRun.Status.DONE: "success",
            RetentionRun.Status.RUNNING: "info",
            RetentionRun.Status.FAILED: "danger",
        },
        ordering="status",
    )
    def status_label(self, obj: RetentionRun) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=_("progress"))
    def progress(self, obj: RetentionRun) -> str:
        return f"{obj.steps_done} / {obj.steps_total}"

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        run = context.get("original")
        if run is not None:
            names = dict(Account.objects.values_list("pk", "name"))
            context["report"] = [run_line(line, names) for line in run.lines]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_list(self, request: HttpRequest) -> Any:
        """For those who may start one."""
        return super().get_actions_list(request) if self.may(request, "run") else []

    @action(description=_("Rehearse"), url_path="rehearse", icon="preview")
    def rehearse(self, request: HttpRequest) -> HttpResponse:
        question = Question(
            title=_("Rehearse a run?"),
            text=_("It counts what would be removed now, and removes nothing."),
            submit=_("Rehearse"),
            done=_("The rehearsal has started."),
        )
        return self._start(request, question, is_rehearsal=True)

    @action(description=_("Remove now"), url_path="start", icon="auto_delete")
    def start(self, request: HttpRequest) -> HttpResponse:
        question = Question(
            title=_("Remove what has had its time?"),
            text=_("What is removed does not come back. Rehearse first to see what would go."),
            submit=_("Remove now"),
            done=_("The run has started."),
            is_dangerous=True,
        )
        return self._start(request, question, is_rehearsal=False)

    def _start(
        self, request: HttpRequest, question: Question, *, is_rehearsal: bool
    ) -> HttpResponse:
        if not self.may(request, "run"):
            raise PermissionDenied
        actor = actor_of(request)
        return ask(
            request, self, question, lambda: run_start(is_rehearsal=is_rehearsal, actor=actor)
        )
