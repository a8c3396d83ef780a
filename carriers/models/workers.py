from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.models.binds import Bind


class CarrierWorker(models.Model):
    """A carrier worker that lives, by its own heartbeat; binds are spread over those seen last."""

    holder = models.CharField(_("worker"), max_length=120, primary_key=True)
    started_at = models.DateTimeField(_("since"))
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("carrier worker")
        verbose_name_plural = _("carrier workers")
        ordering = ["holder"]

    def __str__(self) -> str:
        return self.holder


class ThroughputShare(models.Model):
    """A bind's part of a contract that several binds share, in whole segments per second.

    `units` is what the bind shall have, `in_use` what its holder may still be using: more than
    `units` until a second has passed since it gave way. The larger of both counts against the
    contract, whoever holds the bind and whether or not he lives.
    """

    class Kind(models.TextChoices):
        """Whose contract it is."""

        CARRIER = "carrier", _("Carrier")
        SENDER = "sender", _("Sender")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    subject_id = models.BigIntegerField(help_text=_("Of the carrier or sender."))
    bind = models.ForeignKey(Bind, models.CASCADE, verbose_name=_("bind"))
    contract = models.FloatField(_("contract"))
    units = models.IntegerField(_("share"), default=0)
    in_use = models.IntegerField(_("in use"), default=0)
    used = models.FloatField(_("used"), default=0.0)
    is_hungry = models.BooleanField(_("wants more"), default=False)
    used_at = models.DateTimeField(_("last used"))
    moved_at = models.DateTimeField(_("last changed"))

    class Meta:
        verbose_name = _("share of throughput")
        verbose_name_plural = _("shares of throughput")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "bind"], name="one_share_per_bind_and_contract"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}: {self.units}"
