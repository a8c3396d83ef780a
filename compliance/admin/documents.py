from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.models import Document
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from compliance.services.documents import document_download_note
from config.common.console.actors import actor_of
from config.common.console.confirmation import object_or_404
from config.common.console.labels import plain


@admin.register(Document)
class DocumentAdmin(ReadOnlyMixin, AccountScopedAdmin):
    """Files kept as evidence, added where they prove something: to read, never to change."""

    list_display = ("name", "media_type", "size_text", "by", "uploaded_at", "account")
    list_filter = ("account",)
    list_select_related = ("account", "uploaded_by")
    search_fields = ("name", "checksum__startswith")
    search_help_text = _("A file name, or the beginning of a SHA-256 checksum.")
    readonly_fields = (
        "name",
        "media_type",
        "size_text",
        "checksum",
        "by",
        "uploaded_at",
        "account",
        "file",
    )
    autocomplete_fields = ()
    fieldsets = ((None, {"fields": readonly_fields}),)

    by = plain("uploaded_by", _("uploaded by"))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")

    def get_urls(self) -> list[Any]:
        """The file itself."""
        download = path(
            "<path:object_id>/download/",
            self.admin_site.admin_view(self.download_view),
            name="compliance_document_download",
        )
        return [download, *super().get_urls()]

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """As a file to keep: a browser neither shows nor runs what somebody uploaded."""
        found = object_or_404(self, request, object_id, "view")
        document_download_note(document=found, actor=actor_of(request))
        return as_download(found.name, bytes(found.content), found.media_type)

    @display(description=_("size"), ordering="size")
    def size_text(self, obj: Document) -> str:
        return f"{max(1, round(obj.size / 1024))} KiB"

    @display(description=_("file"))
    def file(self, obj: Document) -> SafeString:
        return format_html(
            '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            reverse("admin:compliance_document_download", args=[obj.pk]),
            _("Download"),
        )


def as_download(name: str, content: bytes, media_type: str) -> HttpResponse:
    """A file that no browser opens by itself or takes for something else."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response
