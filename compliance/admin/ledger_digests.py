import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.admin.documents import as_download
from compliance.constants import Chain
from compliance.models import LedgerDigest
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from compliance.services.ledger_digests import digest_file
from config.common.console.confirmation import object_or_404


@admin.register(LedgerDigest)
class LedgerDigestAdmin(ReadOnlyMixin, AccountScopedAdmin):
    """The signed heads of the books, one a day, to keep apart from the platform."""

    list_display = ("day", "consent_link", "audit_link", "file", "account")
    list_filter = ("account",)
    list_select_related = ("account",)
    readonly_fields = (
        "day",
        "made_at",
        "account",
        "consent_link",
        "consent_digest",
        "audit_link",
        "audit_digest",
        "signature",
        "public_key",
        "file",
    )
    autocomplete_fields = ()
    search_fields = ()
    ordering = ("-day", "-id")
    fieldsets = (
        (
            None,
            {
                "fields": ("account", ("day", "made_at"), "file"),
                "description": _(
                    "Download it and keep it where the platform cannot reach it. Whoever has it"
                    " can prove later that nothing was taken out of the books since that day:"
                    " manage.py verify_ledger --digest FILE."
                ),
            },
        ),
        (
            _("What it says"),
            {"fields": ("consent_link", "consent_digest", "audit_link", "audit_digest")},
        ),
        (_("Signature (Ed25519)"), {"fields": ("signature", "public_key")}),
    )
    empty_title = _("No digest yet")
    empty_text = _("One is made each night from the links of the day.")

    def get_urls(self) -> list[Any]:
        """The digest as a file."""
        download = path(
            "<path:object_id>/download/",
            self.admin_site.admin_view(self.download_view),
            name="compliance_ledgerdigest_download",
        )
        return [download, *super().get_urls()]

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Body, signature and public key as JSON."""
        found = object_or_404(self, request, object_id, "view")
        return as_download(*digest_file(found), "application/json")

    @display(description=_("consent ledger: newest link"))
    def consent_link(self, obj: LedgerDigest) -> str:
        return _head(obj, Chain.CONSENT, "link")

    @display(description=_("its digest"))
    def consent_digest(self, obj: LedgerDigest) -> str:
        return _head(obj, Chain.CONSENT, "digest")

    @display(description=_("audit log: newest link"))
    def audit_link(self, obj: LedgerDigest) -> str:
        return _head(obj, Chain.AUDIT, "link")

    @display(description=_("its digest"))
    def audit_digest(self, obj: LedgerDigest) -> str:
        return _head(obj, Chain.AUDIT, "digest")

    @display(description=_("file"))
    def file(self, obj: LedgerDigest) -> SafeString:
        return format_html(
            '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            reverse("admin:compliance_ledgerdigest_download", args=[obj.pk]),
            _("Download"),
        )


def _head(digest: LedgerDigest, chain: str, name: str) -> str:
    head = json.loads(digest.body)["chains"].get(chain)
    return str(head[name]) if head else "–"
