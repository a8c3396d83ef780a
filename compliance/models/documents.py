from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.models.accounts import Account
from compliance.models.users import User


class Document(models.Model):
    """A file kept as evidence: a consent form, a certificate, a contract. Never changed.

    Kept in the database, so that it is stored with what it proves, in one transaction, and is in
    the same backup.
    """

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=120)
    media_type = models.CharField(_("type"), max_length=60)
    size = models.PositiveIntegerField(_("size"))
    checksum = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "checksum"], name="document_unique_in_account"
            )
        ]

    def __str__(self) -> str:
        return self.name
