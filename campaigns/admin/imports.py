from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from campaigns.admin.import_runs import ImportRuns
from campaigns.admin.import_wizard import ImportWizard
from campaigns.constants import ImportStatus
from campaigns.models import ContactImport
from compliance.scoping import AccountScopedAdmin

_COLOURS = {
    ImportStatus.UPLOADED: "warning",
    ImportStatus.QUEUED: "info",
    ImportStatus.RUNNING: "info",
    ImportStatus.COMPLETED: "success",
    ImportStatus.FAILED: "danger",
    ImportStatus.CANCELED: "default",
}


@admin.register(ContactImport)
class ContactImportAdmin(ImportWizard, ImportRuns, AccountScopedAdmin):
    """Files of contacts on their way in; each has one page, which shows what it waits for."""

    change_list_template = "admin/campaigns/contactimport/change_list.html"
    list_display = (
        "file_name",
        "contact_list",
        "state",
        "rows",
        "new",
        "known",
        "merged",
        "bad",
        "created_by",
        "created_at",
        "account",
    )
    list_filter = ("status", "contact_list", "account")
    list_select_related = ("account", "contact_list", "created_by")
    search_fields = ("file_name",)
    autocomplete_fields = ()
    ordering = ("-id",)

    @display(description=_("status"), ordering="status", label=_COLOURS)
    def state(self, obj: ContactImport) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=_("rows"), ordering="rows_total")
    def rows(self, obj: ContactImport) -> str:
        if obj.status == ImportStatus.COMPLETED:
            return _grouped(obj.rows_total)
        return f"{_grouped(obj.rows_done)} / {_grouped(obj.rows_total)}"

    @display(description=_("new"), ordering="rows_created")
    def new(self, obj: ContactImport) -> str:
        return _grouped(obj.rows_created)

    @display(description=_("known"), ordering="rows_updated")
    def known(self, obj: ContactImport) -> str:
        return _grouped(obj.rows_updated)

    @display(description=_("merged"), ordering="rows_duplicate")
    def merged(self, obj: ContactImport) -> str:
        return _grouped(obj.rows_duplicate)

    @display(description=_("bad lines"), ordering="rows_bad")
    def bad(self, obj: ContactImport) -> str:
        return _grouped(obj.rows_bad)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Imports are the record of where contacts and consent came from."""
        return False

    def get_urls(self) -> list[Any]:
        """The page of an import has parts: its progress, its bad lines, and what may be done."""
        site = self.admin_site.admin_view
        name = "campaigns_contactimport"
        own = [
            path("<int:pk>/progress/", site(self.progress_view), name=f"{name}_progress"),
            path("<int:pk>/bad-lines/", site(self.bad_lines_view), name=f"{name}_bad_lines"),
            path("<int:pk>/cancel/", site(self.cancel_view), name=f"{name}_cancel"),
            path("<int:pk>/retry/", site(self.retry_view), name=f"{name}_retry"),
        ]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The upload."""
        return self.upload_page(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The columns of an upload, the progress of a run, or its result."""
        found = self.get_object(request, object_id)
        if found is None or not self.may(request, "view", found):
            raise Http404
        is_mappable = found.status == ImportStatus.UPLOADED and found.titles
        if is_mappable and self.may(request, "change", found):
            return self.columns_page(request, found)
        if request.method == "POST":
            # The columns were sent twice: the first time has started the import.
            return HttpResponseRedirect(
                reverse("admin:campaigns_contactimport_change", args=[found.pk])
            )
        return self.run_page(request, found)


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)
