from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from compliance.constants import MessageClass
from compliance.scoping import AccountScopedAdmin
from compliance.selectors.access import visible
from compliance.services.documents import document_download_note
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.labels import coloured
from config.common.errors import InvalidError
from routing.admin.paper_forms import UploadForm
from routing.admin.sender_papers import PREFETCHED, overview_context, sender_context
from routing.constants import PaperState, SenderStatus
from routing.models import Sender
from routing.selectors.ends import endings
from routing.selectors.papers import attached_document
from routing.services.papers import document_attach
from routing.services.senders import sender_check, sender_save

_ENDS_SOON_DAYS = 60
_STATUS_COLOURS = {
    SenderStatus.DRAFT: "info",
    SenderStatus.ACTIVE: "success",
    SenderStatus.SUSPENDED: "danger",
}


class SenderForm(UploadForm):
    class Meta:
        model = Sender
        fields = (
            "account",
            "advertiser",
            "kind",
            "address",
            "country",
            "status",
            "lease_start",
            "lease_end",
            "lease_provider",
            "lease_reference",
            "allowed_classes",
            "throughput",
            "receives_replies",
            "traffic_kind",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "traffic_kind" in self.fields:  # left out, it is a business's
            self.fields["traffic_kind"].required = False

    def clean_country(self) -> str:
        """Two capital letters."""
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, Any] | None:
        """The address fits its kind, and the lease its dates."""
        cleaned = super().clean()
        values = self.cleaned_data
        try:
            sender_check(
                kind=values.get("kind", self.instance.kind),
                address=values.get("address", self.instance.address),
                lease_start=values.get("lease_start"),
                lease_end=values.get("lease_end"),
                country=values.get("country", self.instance.country),
            )
        except InvalidError as error:
            if error.field not in self.errors:
                self.add_error(error.field if error.field in self.fields else None, str(error))
        return cleaned


class LeaseFilter(admin.SimpleListFilter):
    title = _("ends")
    parameter_name = "ends"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("soon", _("Something ends within 60 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "soon":
            return queryset
        found = {one.sender.pk for one in endings(clock.now().date()) if one.days_left >= 0}
        return queryset.filter(pk__in=found)


@admin.register(Sender)
class SenderAdmin(AccountScopedAdmin):
    """What messages come from: short codes, long codes and brandnames."""

    form = SenderForm
    list_display = (
        "address",
        "kind",
        "country",
        "status_label",
        "lease",
        "classes",
        "networks",
        "account",
    )
    list_filter = ("kind", "status", LeaseFilter, "country", "account")
    list_select_related = ("account", "advertiser")
    search_fields = ("address", "account__name", "advertiser__name")
    readonly_fields = ("lease", "classes")
    autocomplete_fields = ("advertiser",)
    actions_list = ("overview",)
    change_form_outer_after_template = "admin/routing/sender/papers.html"
    empty_title = _("No sender yet")
    empty_text = _(
        "A sender is what messages come from: a short code on lease, a long code, a brandname."
    )
    fieldsets = (
        (
            None,
            {
                "fields": ("account", "advertiser", ("kind", "address"), ("country", "status")),
                "description": _(
                    "In Vietnam an advertisement must come from a registered brandname, never"
                    " from a number; a short code carries codes, notices and care."
                ),
            },
        ),
        (
            _("Lease"),
            {
                "fields": (
                    ("lease_start", "lease_end"),
                    "lease",
                    ("lease_provider", "lease_reference"),
                    "upload",
                ),
                "description": _("Both days are in the lease. Out of it nothing is sent."),
            },
        ),
        (
            _("Use"),
            {"fields": ("allowed_classes", "throughput", "receives_replies", "traffic_kind")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related(*PREFETCHED)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.document_view)
        address = path("documents/<int:attached_id>/", view)
        address.name = "routing_sender_document"
        return [address, *super().get_urls()]

    def document_view(self, request: HttpRequest, attached_id: int) -> HttpResponse:
        """A document of a sender, to people who may read documents of its account."""
        attached = attached_document(attached_id)
        if attached is None or not (
            self.may(request, "view", attached.sender)
            and request.user.has_perm("compliance.view_document", attached.sender)
        ):
            raise Http404
        document = attached.document
        document_download_note(document=document, actor=actor_of(request))
        answer = HttpResponse(bytes(document.content), content_type=document.media_type)
        answer["Content-Disposition"] = content_disposition_header(True, document.name) or ""
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    @action(description=_("Overview of registrations"), url_path="overview", icon="table_view")
    def overview(self, request: HttpRequest) -> HttpResponse:
        """Every sender with its papers, network by network and class by class."""
        if not self.may(request, "view"):
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("Senders and registrations"),
            "opts": self.opts,
            **overview_context(
                actor_of(request),
                visible(Sender.objects.all(), request.user),
                request.GET.get("page"),
            ),
        }
        return TemplateResponse(request, "admin/routing/sender/overview.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With what stops messages and every paper."""
        sender = context.get("original")
        if sender is not None:
            context |= sender_context(actor_of(request), sender)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Sender, form: Any, change: bool) -> None:
        sender_save(sender=obj, actor=actor_of(request))
        upload = form.cleaned_data.get("upload")
        if upload:
            document_attach(
                sender=obj,
                name=upload.name,
                content=upload.read(),
                actor=actor_of(request),
            )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The days left are shown of an existing lease; classes in words to those who read."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is not None and not self.has_change_permission(request, obj):
            title, options = fieldsets[2]
            fields = ("classes", "throughput", "receives_replies", "traffic_kind")
            fieldsets[2] = (title, {**options, "fields": fields})
            title, options = fieldsets[1]
            fields = tuple(one for one in options["fields"] if one != "upload")
            fieldsets[1] = (title, {**options, "fields": fields})
        if obj is None:
            title, options = fieldsets[1]
            fields = tuple(one for one in options["fields"] if one not in ("lease", "upload"))
            fieldsets[1] = (title, {**options, "fields": fields})
        return fieldsets

    @coloured(_("status"), _STATUS_COLOURS, ordering="status")
    def status_label(self, obj: Sender) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @coloured(
        _("lease"),
        {"open": "success", "soon": "warning", "over": "danger", "not_yet": "info"},
        ordering="lease_end",
    )
    def lease(self, obj: Sender) -> tuple[str, Any]:
        today = clock.now().date()
        if obj.lease_start > today:
            return "not_yet", _("From %(day)s") % {"day": obj.lease_start}
        if obj.lease_end is None:
            return "open", _("Without end")
        days = (obj.lease_end - today).days
        if days < 0:
            return "over", _("Ended %(day)s") % {"day": obj.lease_end}
        text = ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
        return ("soon" if days < _ENDS_SOON_DAYS else "open"), text

    @display(description=_("allowed classes"))
    def classes(self, obj: Sender) -> str:
        return ", ".join(str(MessageClass(name).label) for name in obj.allowed_classes)

    @display(description=_("registered with"))
    def networks(self, obj: Sender) -> str:
        names = {
            one.network.name for one in obj.registrations.all() if one.state == PaperState.APPROVED
        }
        return ", ".join(sorted(names)) or "–"
