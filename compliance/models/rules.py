from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models.users import User


class RulePackVersion(models.Model):
    """A country's rules as they were loaded: data with sources, dates and confidence.

    Not legal advice: each rule names where it was read and how sure that is.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    country = models.CharField(_("country"), max_length=2)
    version = models.CharField(_("version"), max_length=20)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    effective_from = models.DateField(_("in force from"))
    data = models.JSONField(_("rules"))
    checksum = models.CharField(max_length=64, editable=False)
    loaded_at = models.DateTimeField(_("loaded"), auto_now_add=True)
    activated_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("activated by"),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rule pack")
        verbose_name_plural = _("rule packs")
        ordering = ["country", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["country", "version"], name="rule_pack_version_unique"),
            models.UniqueConstraint(
                fields=["country"], name="rule_pack_one_active", condition=models.Q(status="active")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.version}"
