"""The policy time machine: what rules that are not in force would have changed."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
)

from compliance.admin.account_rules import ReadByOneBook, book_of
from compliance.models import Account, AccountRule, RuleException, RulePackVersion
from compliance.scoping import AccountScopedAdmin
from compliance.selectors.access import permitted_accounts
from compliance.selectors.account_rules import account_rule_sentence
from compliance.selectors.rule_packs import versions_for
from messaging.admin.pages import ListPage
from messaging.admin.trial_pages import TrialAdmin
from messaging.admin.trial_results import results_of
from messaging.models import PolicyTrial
from messaging.services.trials import trial_cancel, trial_start

_SUBJECTS = {"version": RulePackVersion, "account_rule": AccountRule, "exception": RuleException}


class TrialForm(forms.Form):
    """How far back, whose messages, and as of which day."""

    days = forms.IntegerField(
        label=_("Days"),
        initial=7,
        min_value=1,
        max_value=90,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("How far back: messages accepted in the last days."),
    )
    account = forms.ModelChoiceField(
        label=_("Account"),
        queryset=Account.objects.none(),
        widget=UnfoldAdminSelectWidget,
        required=False,
    )
    as_of = forms.DateField(
        label=_("As if it were"),
        required=False,
        widget=UnfoldAdminDateWidget,
        help_text=_("A day on which rules hold that begin later. Empty: the first day possible."),
    )

    def __init__(self, *args: Any, accounts: Any, may_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["account"]
        field.queryset, field.required = accounts, not may_all
        field.empty_label = _("Every account") if may_all else None
        if len(accounts) == 1 and not may_all:
            field.initial = accounts[0]


@admin.register(PolicyTrial)
class PolicyTrialAdmin(ReadByOneBook, TrialAdmin, ListPage, AccountScopedAdmin):
    """Trials of rules on past traffic; one is started from the page of the rule or the pack."""

    results_of = results_of
    trial_cancel = trial_cancel
    list_display = ("subject", "status_label", "period", "progress", "found", "account")
    list_filter = ("status", "account")
    list_select_related = (
        "version",
        "account_rule__account",
        "account_rule__set_by",
        "exception__account",
        "account",
    )
    search_fields = ("version__version", "account_rule__note", "exception__reason")
    search_help_text = _("A version, or words of a rule's reason.")
    autocomplete_fields = ()
    ordering = ("-id",)
    actions_detail = ("cancel", "repeat")
    readonly_fields = ("subject", "status_label", "period", "progress", "started_by", "started_at")
    change_form_outer_after_template = "admin/messaging/policytrial/results.html"
    empty_title = _("Nothing has been tried yet")
    empty_text = _(
        "Open a rule pack, an account rule or an exception and choose “Try on past traffic”."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("subject", "status_label"),
                    ("account", "period"),
                    ("progress", "started_at", "started_by"),
                ),
                "description": _(
                    "Each message of the period is judged twice on the same facts: by the rules in"
                    " force and by those on trial. Consents, refusals and earlier messages are"
                    " those of its time; senders' papers, registers and content rules are today's."
                    " Nothing is sent or stopped."
                ),
            },
        ),
    )

    @display(description=_("on trial"))
    def subject(self, obj: PolicyTrial) -> str:
        rule = obj.account_rule
        return f"{account_rule_sentence(rule, book_of(obj))} ({rule})" if rule else str(obj)

    @display(description=_("judged"))
    def progress(self, obj: PolicyTrial) -> str:
        return f"{obj.judged:,} / {max(obj.messages, obj.judged):,}"

    @display(description=_("would change"))
    def found(self, obj: PolicyTrial) -> str:
        return f"{sum(obj.totals.values()):,}"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A subject is needed: its page leads here."""
        return self.may(request, "add") and any(name in request.GET for name in _SUBJECTS)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Asks how far back; `?version=`, `?account_rule=` or `?exception=` names the subject."""
        if not self.may(request, "add"):
            raise PermissionDenied
        name, subject = _subject(request)
        permitted = permitted_accounts(request.user, self.permission("add"))
        accounts = Account.objects.order_by("name")
        if permitted is not None:
            accounts = accounts.filter(pk__in=permitted)
        owner = getattr(subject, "account", None)
        if owner is not None:
            accounts = accounts.filter(pk=owner.pk)
            if not accounts:
                raise Http404
        may_all = permitted is None and owner is None
        form = TrialForm(
            request.POST if request.method == "POST" else None, accounts=accounts, may_all=may_all
        )
        return self.start_page(
            request,
            form,
            partial(trial_start, **{name: subject}),
            subject=subject,
            text=_(
                "The messages of past days are judged by these rules, to see what they would"
                " have changed. Nothing is sent or stopped."
            ),
            back=reverse("admin:messaging_policytrial_changelist"),
        )

    def repeat_query(self, trial: PolicyTrial) -> str:
        for name in _SUBJECTS:
            key = getattr(trial, f"{name}_id")
            if key is not None:
                return f"{name}={key}"
        raise Http404


def _subject(request: HttpRequest) -> tuple[str, Any]:
    for name, model in _SUBJECTS.items():
        wanted = request.GET.get(name, "")
        if wanted.isdecimal():
            rows: Any = model._default_manager.filter(pk=wanted)
            if model is RulePackVersion:
                rows = versions_for(request.user, rows)
            found = rows.first()
            if found is not None:
                return name, found
    raise Http404
