"""Exceptions of accounts from rules: asked by one person, decided by another, ended at any time."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.admin.account_rule_form import RuleExceptionForm, exception_form
from compliance.admin.account_rules import STATES, ReadByOneBook, book_of, class_names, days_of
from compliance.admin.content_rule_actions import ReasonForm
from compliance.admin.trial_link import TRIAL, TrialLink, may_try
from compliance.models import Account, Document, RuleException
from compliance.readable_rules import rule_sentence
from compliance.rule_packs.model import Rule
from compliance.scoping import AccountScopedAdmin
from compliance.selectors.access import permitted_accounts
from compliance.selectors.account_rules import (
    countries_with_rules,
    exception_state,
    exception_words,
    pack_rules,
)
from compliance.services.documents import document_download_note
from compliance.services.rule_exceptions import (
    exceptable,
    rule_exception_ask,
    rule_exception_confirm,
    rule_exception_end,
    rule_exception_refuse,
)
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured, plain

Status = RuleException.Status


class NoteForm(forms.Form):
    """A word, if one likes."""

    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )


@admin.register(RuleException)
class RuleExceptionAdmin(ReadByOneBook, TrialLink, AccountScopedAdmin):
    """Rules that do not hold for an account for some time, and why."""

    form = RuleExceptionForm
    has_one_save_button = True
    list_display = ("asks", "account", "classes", "brand", "state", "days", "asker", "decider")
    list_filter = ("status", "country", "account")
    list_select_related = ("account", "advertiser", "asked_by", "decided_by")
    search_fields = ("rule_id", "reason")
    search_help_text = _("A rule such as vn.ads.hours, or a reason.")
    autocomplete_fields = ()
    ordering = ("-pk",)
    actions_detail = ("try_past", "confirm_exception", "refuse_exception", "end")
    trial_subject = "exception"
    readonly_fields = (
        "asks",
        "state",
        "classes",
        "brand",
        "days",
        "asker",
        "asked_at",
        "decided",
        "ended",
        "evidence_files",
    )
    empty_title = _("No exception")
    empty_text = _(
        "Every rule of the country holds. An exception leaves one rule out for some days, with"
        " evidence; somebody else confirms it."
    )

    asker = plain("asked_by", _("asked by"))
    decider = plain("decided_by", _("decided by"))

    @display(description=_("rule left out"), ordering="rule_id")
    def asks(self, obj: RuleException) -> str:
        words = exception_words(obj, book_of(obj))
        return words if words == obj.rule_id else f"{words} ({obj.rule_id})"

    @display(description=_("classes"))
    def classes(self, obj: RuleException) -> str:
        return class_names(obj.message_classes)

    @display(description=_("advertiser"))
    def brand(self, obj: RuleException) -> str:
        return str(obj.advertiser) if obj.advertiser else gettext("Every advertiser")

    @display(description=_("days"))
    def days(self, obj: RuleException) -> str:
        return days_of(obj.first_day, obj.last_day, open_start="")

    @display(description=_("decision"))
    def decided(self, obj: RuleException) -> str:
        if obj.decided_at is None:
            return gettext("Nobody has decided yet")
        note = f": {obj.decision_note}" if obj.decision_note else ""
        who = f"{obj.decided_by}, {date_format(obj.decided_at)}"
        word = gettext("Refused") if obj.status == Status.REFUSED else gettext("Confirmed")
        return f"{word} ({who}){note}"

    @display(description=_("ended"))
    def ended(self, obj: RuleException) -> str:
        if obj.ended_at is None:
            return "–"
        return f"{date_format(obj.ended_at)} ({obj.ended_by or '–'}): {obj.end_reason}"

    @display(description=_("evidence"))
    def evidence_files(self, obj: RuleException) -> SafeString:
        page = reverse("admin:compliance_ruleexception_evidence", args=[obj.pk])
        rows = obj.documents.only("name", "size", "checksum").order_by("pk")
        return format_html_join(
            SafeString("<br>"),
            '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}?document={}">'
            "{}</a> (SHA-256 {}…)",
            ((page, one.pk, one.name, one.checksum[:12]) for one in rows),
        )

    @coloured(_("state"), STATES, ordering="status")
    def state(self, obj: RuleException) -> tuple[str, str]:
        found = exception_state(obj, book_of(obj))
        return found.kind, found.text

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is confirmed, refused or ended; what it says stays."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what this person may do with it now."""
        found = self.get_object(request, str(object_id))
        if found is None:
            return []
        is_own = found.asked_by_id == request.user.pk
        may_decide = self.may(request, "confirm", found) and not is_own
        may_end = self.may(request, "end", found)
        shown = {
            "confirm": found.status == Status.ASKED and may_decide,
            "refuse": found.status == Status.ASKED and may_decide,
            "end": found.status in (Status.ASKED, Status.CONFIRMED) and may_end,
            TRIAL: found.status in (Status.ASKED, Status.CONFIRMED) and may_try(request),
        }
        actions = super().get_actions_detail(request, object_id)
        return [one for one in actions if shown.get(one.path)]

    def get_urls(self) -> list[Any]:
        evidence = path(
            "<path:object_id>/evidence/",
            self.admin_site.admin_view(self.evidence_view),
            name="compliance_ruleexception_evidence",
        )
        return [evidence, *super().get_urls()]

    def evidence_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A file that shows why, to be kept, not run: never opened inside the console."""
        found = self.get_object(request, object_id)
        wanted = request.GET.get("document", "")
        if found is None or not self.may(request, "view", found) or not wanted.isdecimal():
            raise Http404
        document: Document | None = found.documents.filter(pk=wanted).first()
        if document is None:
            raise Http404
        document_download_note(document=document, actor=actor_of(request))
        return HttpResponse(
            bytes(document.content),
            content_type=document.media_type,
            headers={
                "Content-Disposition": _attachment(document.name),
                "X-Content-Type-Options": "nosniff",
            },
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        country, rule = _chosen(request)
        if obj is None and rule is not None:
            kwargs["form"] = exception_form(country, rule)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is not None:
            about = ("asks", "state", "account", "country", "brand", "classes", "days")
            why = ("reason", "evidence_files", "asker", "asked_at", "decided", "ended")
            return [(None, {"fields": about}), (_("Why"), {"fields": why})]
        _country, rule = _chosen(request)
        days = ("first_day", "last_day")
        lead = rule_sentence(rule) if rule else ""
        return [
            (
                _("The rule that is left out"),
                {
                    "fields": ("account", "advertiser", "message_classes", days),
                    "description": lead,
                },
            ),
            (_("Why"), {"fields": ("reason", "evidence")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if obj is not None else []

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """First which rule, then why and how long."""
        country, rule = _chosen(request)
        if rule is not None:
            title = {"title": _("Ask for an exception"), "subtitle": rule.id}
            return super().add_view(request, form_url, {**title, **(extra_context or {})})
        if not self.has_add_permission(request):
            raise PermissionDenied
        country = country or self._own_country(request)
        countries = countries_with_rules()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ask for an exception"),
            "lead": _(
                "Which rule should not hold for your account? Another officer or an administrator"
                " must confirm it. What people refused is never left out."
            ),
            "tabs": [(f"?country={one}", one, one == country) for one in countries],
            "kinds": [
                (f"?country={country}&rule={one.id}", rule_sentence(one), one.citation)
                for one in exceptable(pack_rules(country))
            ],
            "opts": self.opts,
            "back": reverse("admin:compliance_ruleexception_changelist"),
        }
        return TemplateResponse(request, "admin/compliance/choose.html", context)

    def _own_country(self, request: HttpRequest) -> str:
        accounts = permitted_accounts(request.user, self.permission("add"))
        rows = (
            Account.objects.all() if accounts is None else Account.objects.filter(pk__in=accounts)
        )
        first = rows.order_by("pk").first()
        return first.country if first else "VN"

    def save_model(self, request: HttpRequest, obj: RuleException, form: Any, change: bool) -> None:
        made = rule_exception_ask(
            account=form.cleaned_data["account"],
            values=form.values(),
            evidence=form.evidence_given(),
            actor=actor_of(request),
        )
        obj.pk = made.pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has stored everything."""

    @action(description=_("Confirm"), url_path="confirm", icon="verified")
    def confirm_exception(self, request: HttpRequest, object_id: str) -> HttpResponse:
        exception = object_or_404(self, request, object_id, "confirm")
        question = Question(
            title=_("Confirm this exception?"),
            text=_(
                "From its first day the rule does not hold for the account. Each message that"
                " leaves by it says so in its record. You may not confirm what you asked for"
                " yourself."
            ),
            submit=_("Confirm"),
            done=_("The exception is confirmed."),
        )

        def act(values: dict[str, Any]) -> None:
            rule_exception_confirm(
                exception=exception, actor=actor_of(request), note=values["note"]
            )

        return confirm(request, self, exception, question, act, NoteForm)

    @action(description=_("Refuse"), url_path="refuse", icon="block")
    def refuse_exception(self, request: HttpRequest, object_id: str) -> HttpResponse:
        exception = object_or_404(self, request, object_id, "confirm")
        question = Question(
            title=_("Refuse this exception?"),
            text=_("The rule holds as before. It can be asked for anew."),
            submit=_("Refuse"),
            done=_("The exception is refused."),
            is_dangerous=True,
        )

        def act(values: dict[str, Any]) -> None:
            rule_exception_refuse(
                exception=exception, actor=actor_of(request), reason=values["reason"]
            )

        return confirm(request, self, exception, question, act, ReasonForm)

    @action(description=_("End at once"), url_path="end", icon="stop_circle")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        exception = object_or_404(self, request, object_id, "end")
        question = Question(
            title=_("End this exception at once?"),
            text=_("The country's rule holds again within seconds, for waiting messages too."),
            submit=_("End at once"),
            done=_("The exception has ended."),
            is_dangerous=True,
        )

        def act(values: dict[str, Any]) -> None:
            rule_exception_end(
                exception=exception, actor=actor_of(request), reason=values["reason"]
            )

        return confirm(request, self, exception, question, act, ReasonForm)


def _chosen(request: HttpRequest) -> tuple[str, Rule | None]:
    """The country and the rule of the address, where they are there and may be left out."""
    country = request.GET.get("country", "")
    if country not in countries_with_rules():
        return "", None
    wanted = request.GET.get("rule", "")
    rules = exceptable(pack_rules(country))
    return country, next((rule for rule in rules if rule.id == wanted), None)


def _attachment(name: str) -> str:
    plain_name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return f'attachment; filename="{plain_name or "evidence"}"'
