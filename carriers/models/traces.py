from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.models.binds import Bind

MOST_PDUS = 20_000
LONGEST_MINUTES = 24 * 60


class BindTrace(models.Model):
    """The PDUs of a bind, written down for a while because somebody asked for it.

    It ends at `ends_at`, with `most_pdus`, or when it is stopped. What it holds is masked before
    it is stored.
    """

    class Ended(models.TextChoices):
        TIME = "time", _("Its time was over")
        COUNT = "count", _("It had as many PDUs as asked for")
        STOPPED = "stopped", _("Stopped")

    bind = models.ForeignKey(Bind, models.CASCADE, related_name="traces", verbose_name=_("bind"))
    reason = models.CharField(_("reason"), max_length=200)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    started_at = models.DateTimeField(_("started"))
    ends_at = models.DateTimeField(_("ends"))
    most_pdus = models.PositiveIntegerField(
        _("at most"), validators=[MinValueValidator(1), MaxValueValidator(MOST_PDUS)]
    )
    taken = models.PositiveIntegerField(_("PDUs"), default=0)
    skipped = models.PositiveIntegerField(_("left out"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.CharField(_("end"), max_length=8, choices=Ended.choices, blank=True)

    class Meta:
        verbose_name = _("PDU trace")
        verbose_name_plural = _("PDU traces")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["bind"], name="trace_running", condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.bind}: {self.reason}"


class TracedPdu(models.Model):
    """One PDU of a trace, with numbers, texts and passwords masked in `octets` already."""

    id = models.BigAutoField(primary_key=True)
    trace = models.ForeignKey(BindTrace, models.CASCADE, related_name="pdus")
    at = models.DateTimeField(_("at"))
    is_outgoing = models.BooleanField(_("sent by us"))
    octets = models.BinaryField()

    class Meta:
        verbose_name = _("traced PDU")
        verbose_name_plural = _("traced PDUs")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.trace_id}/{self.pk}"
