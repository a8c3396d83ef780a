from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.models.accounts import Account
from compliance.models.users import User


class AuditEntry(models.Model):
    """Who did what and when: append-only, a database trigger refuses changes.

    Triggers fill the last four columns and chain the entries, as those of the consent ledger.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, null=True, verbose_name=_("account"))
    actor = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("actor"))
    action = models.CharField(_("action"), max_length=60)
    subject = models.CharField(_("object"), max_length=120, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    at = models.DateTimeField(_("at"), db_index=True)
    salt = models.UUIDField(null=True, editable=False)
    transaction = models.BigIntegerField(default=0, editable=False)
    personal = models.BinaryField(default=b"", editable=False)
    digest = models.BinaryField(default=b"", editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="audit_by_account"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            models.Index(fields=["subject", "-id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}".strip()
