"""Pages of certificates, registrations and programs of senders."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.scoping import AccountScopedAdmin
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.labels import coloured, label
from config.common.errors import ConflictError
from routing.admin.paper_actions import PaperActions
from routing.admin.paper_forms import (
    CertificateForm,
    ProgramForm,
    RegisterForm,
    RegistrationForm,
)
from routing.constants import PaperState
from routing.models import Network, SenderCertificate, SenderProgram, SenderRegistration
from routing.selectors.checklists import checklist
from routing.selectors.ends import SOON
from routing.selectors.papers import documents_of, steps_of
from routing.services.papers import document_attach, kind_of, paper_save, registrations_add
from routing.services.papers.changes import OPEN_STATES

STATE_COLOURS = {
    PaperState.DRAFT: "info",
    PaperState.SUBMITTED: "info",
    PaperState.APPROVED: "success",
    PaperState.REJECTED: "danger",
    PaperState.SUSPENDED: "danger",
    PaperState.EXPIRED: "warning",
}


class EndsFilter(admin.SimpleListFilter):
    title = _("last day")
    parameter_name = "ends"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("soon", _("Within 60 days")), ("over", _("Past"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = clock.now().date()
        if self.value() == "soon":
            return queryset.filter(valid_until__gte=today, valid_until__lte=today + SOON)
        return queryset.filter(valid_until__lt=today) if self.value() == "over" else queryset


class PaperAdmin(PaperActions, AccountScopedAdmin):
    """What the three have in common: state by steps, documents, what is missing, history."""

    list_select_related: Any = ("sender__account",)
    list_filter: Any = ("state", EndsFilter, "sender__account")
    search_fields: Any = ("reference", "sender__address")
    search_help_text = _("A reference or a sender.")
    autocomplete_fields: Any = ("sender",)
    readonly_fields: Any = ("state_label", "last_day", "sender_account")
    change_form_outer_after_template = "admin/routing/paper.html"
    empty_title: Any = _("Nothing here yet")
    empty_text: Any = ""

    @coloured(_("state"), STATE_COLOURS, ordering="state")
    def state_label(self, obj: Any) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("valid until"), ordering="valid_until")
    def last_day(self, obj: Any) -> Any:
        if obj.valid_until is None:
            return "–"
        shown = date_format(obj.valid_until, "SHORT_DATE_FORMAT")
        left = obj.valid_until - clock.now().date()
        if obj.state not in (PaperState.APPROVED, PaperState.EXPIRED) or left > SOON:
            return shown
        return label(shown, "danger" if left < timedelta(0) else "warning")

    @display(description=_("account"), ordering="sender__account__name")
    def sender_account(self, obj: Any) -> str:
        return str(obj.sender.account)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """With the account where there is more than one."""
        columns = list(super().get_list_display(request))
        return columns if self._has_one_account(request) else [*columns, "sender_account"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was registered when must stay explainable: its state changes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was handed in is changed by those who decide about it."""
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or obj.state in OPEN_STATES or self.may(request, "decide", obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A paper stays with its sender."""
        fields = list(super().get_readonly_fields(request, obj))
        return fields if obj is None else [*fields, "sender"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        paper_save(paper=obj, actor=actor_of(request))
        self._keep(request, obj, form)

    def _keep(self, request: HttpRequest, obj: Any, form: Any) -> None:
        upload = form.cleaned_data.get("upload")
        if upload:
            document_attach(
                sender=obj.sender,
                paper=obj,
                name=upload.name,
                content=upload.read(),
                actor=actor_of(request),
            )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With what is missing, the documents and the steps."""
        paper = context.get("original")
        if paper is not None:
            is_open = paper.state in OPEN_STATES
            context["missing_lines"] = checklist(paper, is_granted=not is_open)
            context["is_open"] = is_open
            context["paper_documents"] = documents_of(paper.sender_id, kind_of(paper), paper.pk)
            context["paper_steps"] = steps_of(paper.sender_id, kind_of(paper), paper.pk)
            context["step_colours"] = STATE_COLOURS
            context["may_open"] = request.user.has_perm("compliance.view_document", paper)
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(SenderCertificate)
class SenderCertificateAdmin(PaperAdmin):
    """Entries of senders in the registers of their countries."""

    form = CertificateForm
    list_display = ("reference", "sender", "authority", "state_label", "last_day")
    list_display_links = ("reference", "sender")
    empty_title = _("No certificate yet")
    empty_text = _(
        "A Vietnamese brandname needs a certificate of the national register, valid three years."
        " Record it here with a copy."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("sender", "authority"),
                    "reference",
                    ("valid_from", "valid_until"),
                    "note",
                    "upload",
                ),
                "description": _(
                    "To renew a certificate, record the new one: the old one counts until its"
                    " last day."
                ),
            },
        ),
    )


@admin.register(SenderRegistration)
class SenderRegistrationAdmin(PaperAdmin):
    """Which network carries which class from which sender, and until when."""

    form = RegistrationForm
    list_display = ("sender", "network", "class_label", "state_label", "reference", "last_day")
    list_filter = ("state", EndsFilter, "network", "message_class", "sender__account")
    list_select_related = ("sender__account", "network")
    autocomplete_fields = ("sender",)
    empty_title = _("No registration yet")
    empty_text = _(
        "Networks that demand it carry only senders they have registered, for each class of"
        " traffic. Begin with a draft for every network of a country."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("sender", "network"),
                    "class_label",
                    "reference",
                    ("valid_from", "valid_until"),
                    "note",
                    "upload",
                )
            },
        ),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("sender", "classes", "networks", "note"),
                "description": _("Makes a draft for each network and class."),
            },
        ),
    )

    @display(description=_("class"), ordering="message_class")
    def class_label(self, obj: SenderRegistration) -> str:
        return obj.get_message_class_display()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return list(self.add_fieldsets)
        return list(super().get_fieldsets(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Another network or class has a registration of its own."""
        fields = list(super().get_readonly_fields(request, obj))
        return fields if obj is None else [*fields, "network", "class_label"]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs |= {"form": RegisterForm, "fields": RegisterForm.Meta.fields}
        else:
            kwargs |= {"fields": RegistrationForm.Meta.fields}
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        values = form.cleaned_data
        made = registrations_add(
            sender=values["sender"],
            networks=list(values["networks"])
            or list(Network.objects.filter(country=values["sender"].country)),
            classes=values["classes"],
            note=values["note"],
            actor=actor_of(request),
        )
        if not made:
            raise ConflictError(
                "registrations_exist",
                str(_("There is a registration for each of these networks and classes already.")),
                field="networks",
            )
        obj.pk, obj.network, obj.message_class = made[0].pk, made[0].network, made[0].message_class
        obj.state = made[0].state


@admin.register(SenderProgram)
class SenderProgramAdmin(PaperAdmin):
    """What codes are registered for with the carriers."""

    form = ProgramForm
    list_display = ("name", "sender", "state_label", "reference", "last_day")
    list_display_links = ("name", "sender")
    search_fields = ("name", "reference", "sender__address")
    empty_title = _("No program yet")
    empty_text = _(
        "Carriers of the United States carry a code for a program they have approved: how people"
        " sign up, what they get and how they stop it."
    )
    fieldsets = (
        (None, {"fields": (("sender", "name"),)}),
        (
            _("How people sign up"),
            {"fields": ("call_to_action", "opt_in_flow", ("terms_url", "privacy_url"))},
        ),
        (
            _("What they get"),
            {"fields": ("frequency", "samples", "help_text", "stop_text")},
        ),
        (
            _("Registration"),
            {"fields": ("reference", ("valid_from", "valid_until"), "note", "upload")},
        ),
    )
