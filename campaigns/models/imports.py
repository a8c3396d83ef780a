from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.constants import ImportStatus
from campaigns.imports.errors import ROW_MESSAGES
from campaigns.models.contacts import ContactList
from compliance.constants import Purpose
from compliance.models import Account, Advertiser, User
from routing.numbers import MESSAGES as NUMBER_MESSAGES


def _upload_path(instance: "ContactImport", _filename: str) -> str:
    """A name of our own: nothing of the uploaded name reaches the file system."""
    return f"imports/{instance.account_id}/{instance.token}.csv"


class ContactImport(models.Model):
    """A CSV of contacts on its way into a list: uploaded, mapped, run, with bad lines kept."""

    token = models.UUIDField(unique=True, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    contact_list = models.ForeignKey(
        ContactList, models.SET_NULL, null=True, blank=True, verbose_name=_("list")
    )
    file = models.FileField(_("file"), upload_to=_upload_path)
    file_name = models.CharField(_("file name"), max_length=200)
    file_digest = models.CharField(_("SHA-256"), max_length=64, default="", editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("by"))
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ImportStatus.choices, default=ImportStatus.UPLOADED
    )
    # How the file is read: codec, errors, delimiter, has_header, skip, and its titles.
    dialect = models.JSONField(default=dict)
    mapping = models.JSONField(_("columns"), default=dict)  # column index → field
    default_country = models.CharField(_("country of numbers"), max_length=2, default="VN")
    consent_advertiser = models.ForeignKey(
        Advertiser, models.PROTECT, null=True, blank=True, verbose_name=_("consent for")
    )
    consent_purpose = models.CharField(
        _("consent to"), max_length=16, choices=Purpose.choices, default=Purpose.MARKETING
    )
    keeps_contacts = models.BooleanField(_("contacts are kept"), default=True)
    consent_for_all = models.BooleanField(_("every contact has agreed"), default=False)
    consent_source = models.CharField(_("consent source"), max_length=120, blank=True)
    consent_evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    bytes_total = models.PositiveBigIntegerField(_("size"), default=0)
    bytes_done = models.PositiveBigIntegerField(default=0)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)  # an estimate until the end
    rows_done = models.PositiveIntegerField(_("rows read"), default=0)
    rows_created = models.PositiveIntegerField(_("new contacts"), default=0)
    rows_updated = models.PositiveIntegerField(_("known contacts"), default=0)
    rows_duplicate = models.PositiveIntegerField(_("duplicates merged"), default=0)
    rows_bad = models.PositiveIntegerField(_("bad lines"), default=0)
    consents_recorded = models.PositiveIntegerField(_("consents recorded"), default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("started"), null=True)
    progress_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def titles(self) -> list[str]:
        """The file's own column titles; empty strings where it has none."""
        found: list[str] = self.dialect.get("titles", [])
        return found


class BadLine(models.Model):
    """A line that could not be imported: where, which field, why, and the line itself."""

    id = models.BigAutoField(primary_key=True)
    contact_import = models.ForeignKey(
        ContactImport,
        models.CASCADE,
        related_name="bad_lines",
        verbose_name=_("import"),
        db_index=False,
    )
    line = models.PositiveIntegerField(_("line"))
    field = models.CharField(_("field"), max_length=60, blank=True)
    code = models.CharField(_("code"), max_length=40)
    params = models.JSONField(default=dict)
    content = models.TextField(_("line content"))

    class Meta:
        verbose_name = _("bad line")
        verbose_name_plural = _("bad lines")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["contact_import", "line"], name="bad_line_unique")
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"

    @property
    def reason(self) -> str:
        """The rule that was broken and how to mend it, in the reader's language."""
        message = ROW_MESSAGES.get(self.code) or NUMBER_MESSAGES.get(self.code, self.code)
        return str(gettext(message) % ({"position": "?"} | self.params))
