"""What carriers did, counted: deltas as they come, and sums per minute, hour and day.

Without foreign keys: these rows are written beside the hot path, and outlive what they count.
0 stands for "not known" in the columns of bind, network and sender.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ObservationDelta(models.Model):
    """A count on its way into the sums. `at` is when it was noted, `cohort` when the messages it
    speaks of were sent: so a receipt counts for those it was asked for with."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    cohort = models.DateTimeField()
    carrier_id = models.BigIntegerField()
    bind_id = models.BigIntegerField(default=0)
    network_id = models.BigIntegerField(default=0)
    sender_id = models.BigIntegerField(default=0)
    message_class = models.CharField(max_length=16)
    what = models.CharField(max_length=20)
    bucket = models.SmallIntegerField(default=0)
    n = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="observation_delta_by_time")]

    def __str__(self) -> str:
        return f"{self.carrier_id} {self.what} {self.n}"


class Observation(models.Model):
    """A sum: `grain` is m (minute), h (hour) or d (day), `at` its beginning."""

    pk = models.CompositePrimaryKey(
        "grain",
        "at",
        "carrier_id",
        "what",
        "message_class",
        "network_id",
        "sender_id",
        "bind_id",
        "bucket",
    )
    grain = models.CharField(max_length=1)
    at = models.DateTimeField()
    carrier_id = models.BigIntegerField()
    bind_id = models.BigIntegerField(default=0)
    network_id = models.BigIntegerField(default=0)
    sender_id = models.BigIntegerField(default=0)
    message_class = models.CharField(max_length=16)
    what = models.CharField(max_length=20)
    bucket = models.SmallIntegerField(default=0)
    n = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.grain} {self.carrier_id} {self.what} {self.n}"


class RouteQuality(models.Model):
    """How a carrier does at a network with a class over the last hours; nothing in a column
    until there are enough samples. `conversion`: what of it people proved by using it."""

    carrier_id = models.BigIntegerField()
    network_id = models.BigIntegerField(default=0)  # 0: over all networks
    message_class = models.CharField(max_length=16)
    delivery_rate = models.FloatField(null=True)
    median_seconds = models.FloatField(null=True)
    coverage = models.FloatField(null=True)
    conversion = models.FloatField(null=True)
    samples = models.IntegerField(default=0)
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("quality of a route")
        verbose_name_plural = _("quality and SLA")
        constraints = [
            models.UniqueConstraint(
                fields=["carrier_id", "network_id", "message_class"], name="one_quality_per_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.carrier_id} {self.network_id} {self.message_class}"
