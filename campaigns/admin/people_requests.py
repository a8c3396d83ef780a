"""What persons ask about their own data: entered, foretold, carried out."""

import json
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from campaigns.models import PersonRequest
from campaigns.readable_erasure import erasure_lines
from campaigns.services.people import (
    erasure_foretell,
    hash_of,
    person_copy,
    request_carry_out,
    request_open,
    request_withdraw,
)
from compliance.admin.number_form import NumberForm
from compliance.downloads import download
from compliance.models import Account
from compliance.number_lists import country_of
from compliance.numbers import to_display, to_msisdn
from compliance.scoping import AccountScopedAdmin
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured

_S = PersonRequest.Status
_UNSETTLED = (_S.OPEN, _S.PARTLY)


class PersonRequestForm(NumberForm):
    class Meta:
        model = PersonRequest
        fields = ("account", "kind", "msisdn", "asked_on", "due_on", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "asked_on" in self.fields:
            self.fields["asked_on"].initial = timezone.localdate(clock.now())
        due = self.fields.get("due_on")
        if due is not None:
            due.required = False
            due.help_text = _("Empty: thirty days after it was asked.")


@admin.register(PersonRequest)
class PersonRequestAdmin(AccountScopedAdmin):
    """Persons' requests: a copy of their data, or its erasure."""

    form = PersonRequestForm
    has_one_save_button = True
    list_display = ("person", "kind_label", "status_label", "asked_on", "due", "account")
    list_filter = ("status", "kind", "account")
    list_select_related = ("account",)
    search_fields = ("shown_number",)
    search_help_text = _("The whole number: it is found even after it was erased.")
    autocomplete_fields = ()
    change_form_outer_after_template = "admin/campaigns/personrequest/facts.html"
    empty_title = _("No request yet")
    empty_text = _("Enter here when a person asks for a copy of their data, or for its erasure.")
    actions_detail = ("copy", "carry_out", "withdraw")
    readonly_fields = (
        "person",
        "kind_label",
        "status_label",
        "due",
        "next_at",
        "created_by",
        "created_at",
        "handled_by",
        "handled_at",
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("account", "kind", "msisdn", ("asked_on", "due_on"), "note"),
                "description": _("Nothing is changed yet: the next page shows what would be done."),
            },
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "account",
                    ("person", "kind_label"),
                    ("status_label", "next_at"),
                    ("asked_on", "due"),
                    "note",
                    ("created_by", "created_at"),
                    ("handled_by", "handled_at"),
                )
            },
        ),
    )

    @display(description=_("person"), ordering="shown_number")
    def person(self, obj: PersonRequest) -> str:
        return to_display(obj.msisdn) if obj.msisdn else obj.shown_number

    @display(description=_("what they ask for"), ordering="kind")
    def kind_label(self, obj: PersonRequest) -> str:
        return str(obj.get_kind_display())

    @coloured(
        _("status"),
        {_S.OPEN: "warning", _S.PARTLY: "info", _S.DONE: "success"},
        ordering="status",
    )
    def status_label(self, obj: PersonRequest) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @coloured(_("to be answered by"), {"late": "danger", "open": "info"}, ordering="due_on")
    def due(self, obj: PersonRequest) -> tuple[str, Any]:
        is_late = obj.status == _S.OPEN and obj.due_on < clock.now().date()
        return ("late" if is_late else obj.status), obj.due_on

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return list(self.add_fieldsets) if obj is None else super().get_fieldsets(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """That somebody asked, and what was done, is itself to be proven."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """By the whole number, through its keyed hash."""
        msisdn = to_msisdn(search_term, country_of(request)) if search_term else None
        if msisdn is None:
            return super().get_search_results(request, queryset, search_term)
        accounts = Account.objects.filter(pk__in=queryset.values("account"))
        hashes = [hash_of(account, msisdn) for account in accounts]
        return queryset.filter(number_hash__in=hashes), False

    def save_model(self, request: HttpRequest, obj: PersonRequest, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in PersonRequestForm.Meta.fields}
        obj.pk = request_open(**values, actor=actor_of(request)).pk

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        found = context.get("original")
        if found is not None and found.kind == PersonRequest.Kind.ERASURE:
            context["lines"] = erasure_lines(_report(found))
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what is left to do."""
        found = self.get_object(request, str(object_id))
        if found is None or not self.may(request, "carry_out", found):
            return []
        hidden = {
            "copy": not found.msisdn or found.kind != PersonRequest.Kind.COPY,
            "carry-out": found.status not in _UNSETTLED,
            "withdraw": found.status != _S.OPEN,
        }
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if not hidden.get(one.path, False)
        ]

    @action(description=_("Download the copy"), url_path="copy", icon="download")
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        found = object_or_404(self, request, object_id, "carry_out")
        if not found.msisdn:
            raise Http404
        return download(request, found.account, "person.copy", lambda: _copy_file(found), rows=1)

    @action(description=_("Carry it out"), url_path="carry-out", icon="task_alt")
    def carry_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "carry_out")
        is_copy = found.kind == PersonRequest.Kind.COPY
        copy = Question(
            title=_("Was the copy handed over?"),
            text=_("The request is closed and the number in it is forgotten."),
            submit=_("It was"),
            done=_("The request is closed."),
        )
        erasure = Question(
            title=_("Erase this person's data?"),
            text=_(
                "What is erased does not come back. What has to be kept for a while is erased by"
                " itself on the day that the page names."
            ),
            submit=_("Erase"),
            done=_("The data is erased; the report says what was kept and why."),
            is_dangerous=True,
        )
        return confirm(
            request,
            self,
            found,
            copy if is_copy else erasure,
            lambda _values: _carry_out(found, request),
        )

    @action(description=_("Withdraw"), url_path="withdraw", icon="undo")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "carry_out")
        return confirm(
            request,
            self,
            found,
            Question(
                title=_("Withdraw this request?"),
                text=_("The person took it back, or it was entered by mistake. Nothing is erased."),
                submit=_("Withdraw"),
                done=_("The request is withdrawn."),
            ),
            lambda _values: request_withdraw(request=found, actor=actor_of(request)),
        )


def _carry_out(found: PersonRequest, request: HttpRequest) -> None:
    request_carry_out(request=found, actor=actor_of(request))


def _report(found: PersonRequest) -> list[dict[str, Any]]:
    """What was done, or, before it, what would be."""
    if found.report or not found.msisdn:
        return list(found.report)
    return [line.as_json() for line in erasure_foretell(found.account, found.msisdn)]


def _copy_file(found: PersonRequest) -> HttpResponse:
    copied = person_copy(found.account, found.msisdn)
    body = json.dumps(copied, ensure_ascii=False, indent=2)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    name = f"person-{found.pk}-{clock.now():%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
