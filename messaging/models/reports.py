"""What reports are made of: counts of messages by quarter of an hour, counted from themselves."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.constants import MessageClass
from compliance.models import Account


class TrafficCell(models.Model):
    """Messages of an account that were accepted in one quarter of an hour and are alike.

    `sent` is what an SMSC took; a message that is in none of the other states is open (not sent
    yet) or sent and without its receipt. `receipt_times` counts the delivered ones by the time
    from sending to receipt (routing.engine.buckets). Written by `messaging.services.reports`
    alone, a quarter at a time; kept when the messages themselves are gone.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, db_index=False, verbose_name=_("account"))
    quarter = models.DateTimeField()  # when it begins; by the messages' ids
    sender_id = models.BigIntegerField()
    network_id = models.BigIntegerField(null=True)
    country = models.CharField(_("country"), max_length=2)
    template_version_id = models.BigIntegerField(null=True)
    campaign_id = models.BigIntegerField(null=True)
    message_class = models.CharField(_("class"), max_length=16, choices=MessageClass.choices)
    accepted = models.IntegerField()
    sent = models.IntegerField()
    delivered = models.IntegerField()
    undelivered = models.IntegerField()
    failed = models.IntegerField()
    expired = models.IntegerField()
    blocked = models.IntegerField()
    canceled = models.IntegerField()
    unknown = models.IntegerField()
    segments = models.BigIntegerField()  # as billed, of what an SMSC took
    charged_micros = models.BigIntegerField()
    receipt_times = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [models.Index(fields=["account", "quarter"], name="traffic_by_quarter")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.quarter:%Y-%m-%d %H:%M}"


class TrafficQuarter(models.Model):
    """When an account's quarter of an hour was counted, and since when that may be out of date
    (nothing: it is not)."""

    pk = models.CompositePrimaryKey("account_id", "quarter")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    quarter = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "quarter"],
                name="traffic_changed",
                condition=models.Q(changed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.quarter:%Y-%m-%d %H:%M}"


class TrafficWatermark(models.Model):
    """Up to which of an account's events changed quarters are known, and when that was.

    What lies before `closed_before` is not counted again: messages of that time may have been
    removed, as retention says.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    examined_to = models.BigIntegerField(default=0)
    examined_at = models.DateTimeField()
    closed_before = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.examined_to}"
