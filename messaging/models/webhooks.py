from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models import Account
from config.common.secrets import EncryptedTextField
from messaging.constants import event_type_choices


class WebhookEndpoint(models.Model):
    """Where events of an account are posted, signed by Standard Webhooks."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="webhooks", verbose_name=_("account")
    )
    name = models.CharField(
        _("name"), max_length=60, help_text=_("What your people call it, such as CRM.")
    )
    url = models.URLField(
        _("URL"),
        max_length=500,
        help_text=_("On the public internet; https, with a certificate that fits the name."),
    )
    country = models.CharField(
        _("country of the receiver"),
        max_length=2,
        blank=True,
        help_text=_(
            "In two letters, such as VN. Needed where the account's data must stay in a country."
        ),
    )
    secret = EncryptedTextField(_("signing secret"), editable=False)
    event_types = ArrayField(
        models.CharField(max_length=40, choices=event_type_choices),
        verbose_name=_("events"),
        default=list,
        blank=True,
        help_text=_("Empty: every event."),
    )
    senders = ArrayField(
        models.CharField(max_length=15),
        verbose_name=_("senders"),
        default=list,
        blank=True,
        help_text=_(
            "Names or numbers of yours, one per line: only events of what these sent or received."
            " Empty: all events, also those of no sender."
        ),
    )
    is_ordered = models.BooleanField(
        _("in order"),
        default=False,
        help_text=_(
            "An event waits until the one before it about the same phone number is delivered or"
            " given up. Otherwise events may overtake each other; their sequence has the order."
        ),
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    disabled_reason = models.CharField(
        _("why disabled"), max_length=200, blank=True, editable=False
    )
    position = models.BigIntegerField(
        _("delivered up to"), default=0, editable=False
    )  # events up to this sequence have a delivery row or were filtered
    # While a new secret spreads, bodies are signed with both (Standard Webhooks, key rotation).
    previous_secret = EncryptedTextField(blank=True, default="", editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    failing_since = models.DateTimeField(
        _("failing since"), null=True, editable=False
    )  # first failure after the last success
    paused_until = models.DateTimeField(null=True, editable=False)  # the receiver asked for a rest
    # What we show to a receiver that asks who we are (mutual TLS), in PEM.
    client_certificate = models.TextField(_("client certificate"), blank=True, default="")
    client_key = EncryptedTextField(_("client key"), blank=True, default="")
    client_certificate_ends_at = models.DateTimeField(
        _("client certificate ends"), null=True, editable=False
    )
    certificate_days_told = models.PositiveSmallIntegerField(null=True, editable=False)
    history = HistoricalRecords(
        excluded_fields=[
            "secret",
            "previous_secret",
            "previous_secret_until",
            "position",
            "failing_since",
            "paused_until",
            "client_key",
            "certificate_days_told",
        ]
    )

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="webhook_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """The delivery of one event to one endpoint, with its attempts."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    id = models.BigAutoField(primary_key=True)
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        models.CASCADE,
        related_name="deliveries",
        verbose_name=_("endpoint"),
        db_index=False,  # the unique constraint begins with it
    )
    event_id = models.UUIDField(_("event"))
    sequence = models.BigIntegerField(_("sequence"))
    type = models.CharField(_("type"), max_length=40)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    last_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    last_error = models.CharField(_("error"), max_length=200, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    # Of what the event is about, at an endpoint that wants order: a pending delivery with a lower
    # number and the same key goes first. A hash, so that it need not be erased with the number.
    order_key = models.BigIntegerField(null=True)
    # What was asked and answered, oldest first (`messaging.webhooks.attempts`).
    log = models.JSONField(default=list, db_default=[])

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhook_delivery_unique")
        ]
        # Due rows are claimed endpoint by endpoint, so that a slow one never starves the rest.
        indexes = [
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                name="webhook_delivery_due",
                condition=models.Q(status="pending"),
            ),
            models.Index(
                fields=["endpoint", "order_key", "sequence"],
                name="webhook_delivery_order",
                condition=models.Q(status="pending", order_key__isnull=False),
            ),
            models.Index(
                fields=["endpoint", "event_id"],
                name="webhook_delivery_given_up",
                condition=models.Q(status="failed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.sequence}"


class WebhookHealth(models.Model):
    """How an endpoint did in five minutes, kept for two days."""

    pk = models.CompositePrimaryKey("endpoint_id", "since")
    # Written while endpoints are deleted: a row too many is purged with its time.
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    since = models.DateTimeField()
    succeeded = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    # Attempts by duration: see `messaging.webhooks.durations`.
    durations = ArrayField(models.IntegerField())

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.since}: +{self.succeeded} -{self.failed}"
