"""An account's own rules on top of its country's pack: set by officers, ended, never changed."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from compliance.account_rules import KINDS
from compliance.admin.account_rule_form import (
    TITLES,
    AccountRuleForm,
    account_rule_form,
    own_fields,
)
from compliance.admin.content_rule_actions import ReasonForm
from compliance.admin.trial_link import TRIAL, TrialLink, may_try
from compliance.constants import MessageClass
from compliance.models import Account, AccountRule
from compliance.rule_packs.packs import Rulebook
from compliance.scoping import AccountScopedAdmin
from compliance.selectors.access import permitted_accounts
from compliance.selectors.account_rules import account_rule_sentence, account_rule_state
from compliance.selectors.rules import rulebook
from compliance.services.account_rules import account_rule_create, account_rule_end
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured, plain

STATES = {
    "on": "success",
    "ends": "warning",
    "later": "info",
    "waits": "warning",
    "over": "",
    "off": "",
}


def class_names(names: Any) -> str:
    """Classes in words."""
    if not names:
        return gettext("Every class of the rule")
    return ", ".join(str(MessageClass(one).label) for one in names)


def days_of(first: Any, last: Any, *, open_start: str) -> str:
    """From when to when, in words."""
    begins = date_format(first) if first else open_start
    return f"{begins} – {date_format(last)}" if last else begins


class ReadByOneBook:
    """The rows of a list are read by the same rules, asked for once."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)  # type: ignore[misc]
        rows, book = list(changelist.result_list), rulebook()
        for row in rows:
            row.book = book
        changelist.result_list = rows
        return changelist


def book_of(row: Any) -> Rulebook | None:
    """The rules by which the list reads it; None on a page of its own."""
    found: Rulebook | None = getattr(row, "book", None)
    return found


@admin.register(AccountRule)
class AccountRuleAdmin(ReadByOneBook, TrialLink, AccountScopedAdmin):
    """What an account demands of itself beyond the law."""

    form = AccountRuleForm
    has_one_save_button = True
    list_display = ("asks", "account", "country", "classes", "brand", "state", "days", "by")
    list_filter = ("country", "kind", "account")
    list_select_related = ("account", "advertiser", "set_by")
    search_fields = ("note",)
    search_help_text = _("Why it was set.")
    autocomplete_fields = ()
    ordering = ("-pk",)
    actions_detail = ("try_past", "end")
    trial_subject = "account_rule"
    readonly_fields = ("asks", "state", "classes", "days", "brand", "by", "ended")
    empty_title = _("No rule of your own yet")
    empty_text = _(
        "The country's rules decide alone. A rule of your own can only ask for more: narrower"
        " hours, fewer messages, consent for other classes."
    )

    by = plain("set_by", _("set by"))

    @display(description=_("what it asks"))
    def asks(self, obj: AccountRule) -> str:
        return account_rule_sentence(obj, book_of(obj))

    @display(description=_("classes"))
    def classes(self, obj: AccountRule) -> str:
        return class_names(obj.message_classes)

    @display(description=_("advertiser"))
    def brand(self, obj: AccountRule) -> str:
        return str(obj.advertiser) if obj.advertiser else gettext("Every advertiser")

    @display(description=_("days"))
    def days(self, obj: AccountRule) -> str:
        at_once = date_format(obj.created_at)
        return days_of(obj.effective_from, obj.effective_to, open_start=at_once)

    @display(description=_("ended"))
    def ended(self, obj: AccountRule) -> str:
        if obj.ended_at is None:
            return "–"
        return f"{date_format(obj.ended_at)} ({obj.ended_by or '–'}): {obj.end_reason}"

    @coloured(_("state"), STATES)
    def state(self, obj: AccountRule) -> tuple[str, str]:
        found = account_rule_state(obj, book_of(obj))
        return found.kind, found.text

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is ended and another set: what it once refused stays explainable."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Trying, and ending, of what has not ended."""
        found = self.get_object(request, str(object_id))
        if found is None or found.ended_at is not None:
            return []
        shown = {"end": self.may(request, "end", found), TRIAL: may_try(request)}
        actions = super().get_actions_detail(request, object_id)
        return [one for one in actions if shown.get(one.path)]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kind = _kind(request)
        if obj is None and kind:
            kwargs["form"] = account_rule_form(kind)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        kind = _kind(request)
        days = ("effective_from", "effective_to")
        if obj is not None:
            about = ("asks", "state", "account", "country", "brand", "classes", "days")
            return [
                (None, {"fields": about}),
                (_("Why"), {"fields": ("note", "by", "ended")}),
            ]
        head = ("account", "country", "advertiser", "message_classes")
        parts: list[Any] = [
            (None, {"fields": head}),
            (_("When and why"), {"fields": (days, "note")}),
        ]
        if kind and own_fields(kind):
            title, about_kind = TITLES[kind]
            parts.insert(0, (title, {"fields": own_fields(kind), "description": about_kind}))
        return parts

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if obj is not None else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The country of the account where there is one, and advertising."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        accounts = permitted_accounts(request.user, self.permission("add"))
        if accounts is not None and len(accounts) == 1:
            own = Account.objects.get(pk__in=accounts)
            initial.setdefault("country", own.country)
        initial.setdefault("message_classes", [MessageClass.MARKETING.value])
        return initial

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """First what kind of rule, then its form."""
        kind = _kind(request)
        if kind:
            title = {"title": _("New rule of your own"), "subtitle": TITLES[kind][0]}
            return super().add_view(request, form_url, {**title, **(extra_context or {})})
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("New rule of your own"),
            "lead": _(
                "What should your account demand beyond the country's rules? It holds for every"
                " message from its first day and can only refuse or delay more."
            ),
            "kinds": [(f"?kind={one}", *TITLES[one]) for one in KINDS],
            "opts": self.opts,
            "back": reverse("admin:compliance_accountrule_changelist"),
        }
        return TemplateResponse(request, "admin/compliance/choose.html", context)

    def save_model(self, request: HttpRequest, obj: AccountRule, form: Any, change: bool) -> None:
        made = account_rule_create(
            account=form.cleaned_data["account"], values=form.values(), actor=actor_of(request)
        )
        obj.pk = made.pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has stored everything."""

    @action(description=_("End this rule"), url_path="end", icon="stop_circle")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = object_or_404(self, request, object_id, "end")
        question = Question(
            title=_("End this rule?"),
            text=_(
                "From now on the country's rules decide alone. Messages that wait are decided"
                " again."
            ),
            submit=_("End this rule"),
            done=_("The rule has ended."),
            is_dangerous=True,
        )

        def act(values: dict[str, Any]) -> None:
            account_rule_end(rule=rule, actor=actor_of(request), reason=values["reason"])

        return confirm(request, self, rule, question, act, ReasonForm)


def _kind(request: HttpRequest) -> str:
    kind = request.GET.get("kind", "")
    return kind if kind in KINDS else ""
