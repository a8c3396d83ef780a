from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.constants import ImportStatus
from campaigns.models.contacts import ContactList
from compliance.models import Account, Advertiser, User


def _upload_path(instance: "ContactImport", _filename: str) -> str:
    """A name of our own: nothing of the uploaded name reaches the file system."""
    return f"imports/{instance.account_id}/{instance.token}.csv"


class ContactImport(models.Model):
    """A CSV of contacts on its way into a list: uploaded, mapped, run, with bad lines kept."""

    token = models.UUIDField(unique=True, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    contact_list = models.ForeignKey(ContactList, models.CASCADE, null=True, verbose_name=_("list"))
    file = models.FileField(_("file"), upload_to=_upload_path)
    file_name = models.CharField(_("file name"), max_length=200)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("by"))
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ImportStatus.choices, default=ImportStatus.UPLOADED
    )
    dialect = models.JSONField(default=dict)  # encoding, delimiter, header row
    mapping = models.JSONField(_("columns"), default=dict)  # column index → field
    consent_advertiser = models.ForeignKey(
        Advertiser, models.PROTECT, null=True, blank=True, verbose_name=_("consent for")
    )
    consent_source = models.CharField(_("consent source"), max_length=120, blank=True)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows read"), default=0)
    rows_created = models.PositiveIntegerField(_("new contacts"), default=0)
    rows_updated = models.PositiveIntegerField(_("known contacts"), default=0)
    rows_duplicate = models.PositiveIntegerField(_("duplicates merged"), default=0)
    rows_bad = models.PositiveIntegerField(_("bad lines"), default=0)
    consents_recorded = models.PositiveIntegerField(_("consents recorded"), default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class BadLine(models.Model):
    """A line that could not be imported: where, which field, why, and the line itself."""

    id = models.BigAutoField(primary_key=True)
    contact_import = models.ForeignKey(
        ContactImport, models.CASCADE, related_name="bad_lines", verbose_name=_("import")
    )
    line = models.PositiveIntegerField(_("line"))
    field = models.CharField(_("field"), max_length=60, blank=True)
    code = models.CharField(_("code"), max_length=40)
    reason = models.CharField(_("reason"), max_length=300)
    content = models.TextField(_("line content"))

    class Meta:
        verbose_name = _("bad line")
        verbose_name_plural = _("bad lines")
        ordering = ["line"]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
