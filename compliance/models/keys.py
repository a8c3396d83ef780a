from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import Scope
from compliance.models.accounts import Account
from compliance.models.users import User


class ApiKey(models.Model):
    """A key of the API: shown once, kept as a hash, limited by scopes and addresses.

    Without an account it is the platform's: for carriers and routing, and it sees no account's
    messages.
    """

    account = models.ForeignKey(
        Account,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="api_keys",
        verbose_name=_("account"),
        help_text=_("Empty: a key of the platform, for its operators' systems."),
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("What uses this key."))
    prefix = models.CharField(_("begins with"), max_length=12, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=32, choices=Scope.choices),
        verbose_name=_("scopes"),
        default=list,
    )
    allowed_addresses = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("allowed addresses"),
        default=list,
        blank=True,
        help_text=_("IP addresses or networks such as 203.0.113.0/24; empty allows any."),
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False)
    country = models.CharField(
        _("used in"),
        max_length=2,
        blank=True,
        help_text=_("The country, in two letters, where what it reads is kept."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    history = HistoricalRecords(excluded_fields=["key_hash", "last_used_at"])

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["account", "name"]
        constraints = [
            # The platform's keys have the platform's scopes, and no other key has one of them.
            models.CheckConstraint(
                name="api_key_scopes_of_its_kind",
                condition=models.Q(
                    account=None, scopes__contained_by=["operations", "operations:read"]
                )
                | (
                    models.Q(account__isnull=False)
                    & ~models.Q(scopes__overlap=["operations", "operations:read"])
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class ApiKeyAddress(models.Model):
    """An address a key was used from (of IPv6 the network that a subscriber gets): a new one is in
    the audit log."""

    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="addresses", db_index=False)
    address = models.CharField(max_length=43)
    first_used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_key", "address"], name="api_key_address_unique")
        ]

    def __str__(self) -> str:
        return self.address
