from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.views import ChangeList

from campaigns.admin.campaign_forms import CampaignForm, slot_field
from campaigns.admin.campaign_pages import CampaignPages
from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from campaigns.selectors.campaigns import EXCLUDED_STATUS
from campaigns.selectors.labels import grouped
from campaigns.services.campaigns import campaign_create, campaign_delete, campaign_update
from compliance.scoping import AccountScopedAdmin
from config.common.errors import DomainError
from messaging.constants import MessageStatus
from messaging.selectors.tallies import Counts, campaign_counts

COLOURS = {
    CampaignStatus.DRAFT: "default",
    CampaignStatus.SCHEDULED: "info",
    CampaignStatus.RUNNING: "success",
    CampaignStatus.PAUSED: "warning",
    CampaignStatus.SENDING: "info",
    CampaignStatus.COMPLETED: "success",
    CampaignStatus.CANCELED: "danger",
}


class CampaignList(ChangeList):
    """Knows the counts of the campaigns it shows: one query for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        counts = campaign_counts([row.pk for row in self.result_list])
        for row in self.result_list:
            row.counts = counts[row.pk]


@admin.register(Campaign)
class CampaignAdmin(CampaignPages, AccountScopedAdmin):
    """Campaigns; each has one page that shows what it waits for, and its results."""

    form = CampaignForm
    has_one_save_button = True
    change_form_template = "admin/campaigns/campaign/form.html"
    list_display = (
        "name",
        "state",
        "progress",
        "delivered",
        "contact_list",
        "sender",
        "priority",
        "launched_at",
        "created_by",
        "account",
    )
    list_filter = ("status", "priority", "contact_list", "account")
    list_select_related = ("account", "contact_list", "sender", "created_by")
    search_fields = ("name",)
    autocomplete_fields = ()
    ordering = ("-id",)
    fieldsets = (
        (
            _("Who gets it"),
            {"fields": ("account", "name", "contact_list"), "classes": ("campaign-audience",)},
        ),
        (_("What they read"), {"fields": ("template_version",), "classes": ("campaign-text",)}),
        (_("From whom"), {"fields": ("sender", "sender_pool")}),
        (
            _("When and how fast"),
            {"fields": ("starts_at", "ends_at", "messages_per_second", "priority")},
        ),
    )

    class Media:
        css = {"all": ("campaigns/campaigns.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lists need no reports; a page of a campaign loads its own."""
        rows = super().get_queryset(request)
        return rows.select_related(
            "account", "contact_list", "sender", "template_version__template"
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CampaignList

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Campaigns are looked at one by one before anything is done to them."""
        return {}

    def get_urls(self) -> list[Any]:
        site = self.admin_site.admin_view
        own = [
            path("parts/", site(self.parts_view), name="campaigns_campaign_parts"),
            path("<int:pk>/edit/", site(self.edit_view), name="campaigns_campaign_edit"),
        ]
        return [*own, *self.page_urls(), *self.act_urls(), *super().get_urls()]

    @display(description=_("status"), ordering="status", label=COLOURS)
    def state(self, obj: Campaign) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=_("done"))
    def progress(self, obj: Any) -> SafeString | str:
        if obj.status in (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED):
            return "–"
        counts: Counts = obj.counts
        done = counts.finished + counts.of(EXCLUDED_STATUS)
        share = done * 100 // obj.audience_size if obj.audience_size else 0
        text = _("%(done)s of %(total)s") % {
            "done": grouped(done),
            "total": grouped(obj.audience_size),
        }
        return render_to_string("admin/progress.html", {"text": text, "share": share})

    @display(description=_("delivered"))
    def delivered(self, obj: Any) -> str:
        return grouped(obj.counts.of(MessageStatus.DELIVERED)) if obj.counts.accepted else "–"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A launched campaign stays as it was launched."""
        if isinstance(obj, Campaign) and obj.status != CampaignStatus.DRAFT:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A launched campaign is kept with its results."""
        if isinstance(obj, Campaign) and obj.status != CampaignStatus.DRAFT:
            return False
        return super().has_delete_permission(request, obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The campaign's page; its fields are changed on a page of their own."""
        found = self.get_object(request, object_id)
        if found is None or not self.may(request, "view", found):
            raise Http404
        if request.method == "POST":
            return HttpResponseRedirect(self.address(found))
        return self.overview_page(request, found)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form of a draft."""
        found = self.own(request, pk, "change")
        if found.status != CampaignStatus.DRAFT:
            messages.error(request, _("A launched campaign stays as it is: duplicate it instead."))
            return HttpResponseRedirect(self.address(found))
        return super().change_view(request, str(pk))

    def parts_view(self, request: HttpRequest) -> HttpResponse:
        """The parts of the form that depend on the chosen list and text, for its script."""
        if not self.may(request, "add") and not self.may(request, "change"):
            raise Http404
        chosen = {name: request.GET.get(name, "") for name in ("contact_list", "template_version")}
        form = self.get_form(request)(initial=chosen)
        html = render_to_string("admin/campaigns/campaign/slots.html", {"form": form}, request)
        senders = form.fields["sender"]
        options = [[one.pk, senders.label_from_instance(one)] for one in senders.queryset]
        response = JsonResponse({"html": html, "senders": options})
        response["Cache-Control"] = "no-store"
        return response

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        names = [name for name in CampaignForm.Meta.fields if name != "account"]
        fields: Any = {name: form.cleaned_data[name] for name in names}
        fields["values"] = form.slot_values()
        actor: Any = request.user
        try:
            if change:
                campaign_update(campaign=obj, actor=actor, **fields)
            else:
                made = campaign_create(account=obj.account, actor=actor, **fields)
                obj.pk, obj.created_at = made.pk, made.created_at
        except DomainError as error:
            error.field = slot_field(error.field)
            raise

    def delete_model(self, request: HttpRequest, obj: Campaign) -> None:
        campaign_delete(campaign=obj, actor=request.user)  # type: ignore[arg-type]

    def response_add(
        self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.success(request, _("Saved. Check now what the campaign would do."))
        return HttpResponseRedirect(self.address(obj))

    def response_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(self.address(obj))


# The form leads to the campaign's page; other ways to save would lead past it.
