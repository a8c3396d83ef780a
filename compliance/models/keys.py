from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import scope_choices
from compliance.models.accounts import Account
from compliance.models.limits import RateLimits
from compliance.models.users import User
from config.common import clock


class ApiKey(RateLimits):
    """A key of the API: shown once, kept as a hash, limited by scopes and addresses.

    Without an account it is the platform's: for carriers and routing, and it sees no account's
    messages. While it is renewed it has two secrets: the present one, and the former one until
    `former_until`. With a `client_id` it is a client of OAuth 2: its secret only buys tokens, and
    those carry what the client may do, or less.
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
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    is_test = models.BooleanField(
        _("for tests"),
        default=False,
        help_text=_(
            "What it sends goes to the sandbox: it costs nothing, counts nowhere and reaches"
            " nobody. A key stays what it was made as."
        ),
    )
    client_id = models.CharField(  # noqa: DJ001  unique where there is one
        _("client id"), max_length=24, unique=True, null=True, editable=False
    )
    former_prefix = models.CharField(  # noqa: DJ001  unique where there is one
        _("former secret begins with"), max_length=16, unique=True, null=True, editable=False
    )
    former_hash = models.CharField(max_length=64, blank=True, editable=False)
    former_until = models.DateTimeField(_("former secret works until"), null=True, editable=False)
    former_used_at = models.DateTimeField(_("former secret last used"), null=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=32, choices=scope_choices),
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
    certificates = ArrayField(
        models.CharField(max_length=300),
        verbose_name=_("client certificates"),
        default=list,
        blank=True,
        help_text=_(
            "SHA-256 fingerprints or subjects such as CN=shop.example.com, one a line: the key"
            " works only with one of these certificates. Empty: none is asked for."
        ),
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
    history = HistoricalRecords(
        excluded_fields=["key_hash", "former_hash", "last_used_at", "former_used_at"]
    )
    # Of a key that was just known again: whether by its former secret.
    is_by_former = False
    # … and by which token of a client.
    token: "OAuthToken | None" = None

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

    @property
    def is_client(self) -> bool:
        """Whether it is a client of OAuth 2."""
        return self.client_id is not None

    def rate_limit(self, budget: str, usual: int) -> int:
        """Requests of a budget per minute. `usual` is the platform's; an account may have more or
        less, and a key of it less than that, for its own people set the key's."""
        own = self.own_limit(budget)
        if self.account is None:
            return usual if own is None else own
        accounts = self.account.own_limit(budget)
        ceiling = usual if accounts is None else accounts
        return ceiling if own is None else min(own, ceiling)

    @property
    def has_former(self) -> bool:
        """Whether the former secret still works."""
        return self.former_until is not None and self.former_until > clock.now()


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


class OAuthClient(ApiKey):
    """The clients of OAuth 2 among the keys, which have pages of their own."""

    class Meta:
        proxy = True
        verbose_name = _("OAuth2 client")
        verbose_name_plural = _("OAuth2 clients")


# Its history is that of its row.
OAuthClient._meta.simple_history_manager_attribute = "history"  # type: ignore[attr-defined]


class OAuthToken(models.Model):
    """An access token of a client; only its hash is kept, and it is dropped when its time is over
    or its client gives it back."""

    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=32))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.api_key_id} until {self.expires_at:%Y-%m-%d %H:%M}"
