"""What the pages of an import share."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from campaigns.models import ContactImport

_TEMPLATES = "admin/campaigns/contactimport"


class ImportParts:
    """Pages of ContactImportAdmin: each asks the person's role in the import's account."""

    admin_site: Any
    opts: Any
    media: Any

    def _own(self, request: HttpRequest, pk: int, action: str) -> ContactImport:
        found: ContactImport | None = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if found is None or not self.may(request, action, found):  # type: ignore[attr-defined]
            raise Http404
        return found

    def _address(self, contact_import: ContactImport) -> str:
        return reverse("admin:campaigns_contactimport_change", args=[contact_import.pk])

    def _page(
        self, request: HttpRequest, template: str, title: object, context: dict[str, Any]
    ) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "media": self.media,
            "original": context.get("contact_import"),
        }
        return TemplateResponse(request, f"{_TEMPLATES}/{template}", shared | context)
