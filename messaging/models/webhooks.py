from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models import Account
from config.common.secrets import EncryptedTextField
from messaging.constants import event_type_choices


class WebhookEndpoint(models.Model):
    """Where an account's events are posted, signed by Standard Webhooks."""

    account = models.OneToOneField(
        Account, models.CASCADE, related_name="webhook", verbose_name=_("account")
    )
    url = models.URLField(_("URL"), max_length=500)
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
    history = HistoricalRecords(
        excluded_fields=[
            "secret",
            "previous_secret",
            "previous_secret_until",
            "position",
            "failing_since",
            "paused_until",
        ]
    )

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")

    def __str__(self) -> str:
        return self.url


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
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.sequence}"
