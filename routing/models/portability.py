"""What is known of single numbers' networks, whom to ask about them, and when."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from compliance.models import User
from config.common.secrets import EncryptedTextField
from routing.constants import LookupAsking, LookupFinding, NetworkSource
from routing.models.networks import Network


class LookupProvider(models.Model):
    """Somebody who says which network numbers are on: a service over HTTP, or a file that is
    loaded now and then. `kind` is a word of `routing.lookups.KINDS`."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=12, default="http")
    is_active = models.BooleanField(_("active"), default=True)
    countries = ArrayField(
        models.CharField(max_length=2),
        verbose_name=_("countries"),
        default=list,
        blank=True,
        help_text=_("Two letters each. Empty: numbers of every country."),
    )
    url = models.CharField(
        _("address"),
        max_length=500,
        blank=True,
        help_text=_(
            "https://… With {numbers} in it the numbers stand in the address, with commas between."
        ),
    )
    headers = models.JSONField(
        _("headers"),
        default=dict,
        blank=True,
        help_text=_('For example {"Accept-Language": "en"}.'),
    )
    secret_header = models.CharField(
        _("header of the secret"), max_length=60, blank=True, default="Authorization"
    )
    secret = EncryptedTextField(
        _("secret"),
        blank=True,
        help_text=_(
            "The whole value of that header, such as “Bearer …”. Kept encrypted and never shown."
        ),
    )
    body = models.TextField(
        _("body"),
        max_length=2000,
        blank=True,
        help_text=_(
            'JSON with {numbers} for the list, such as {"msisdns": {numbers}}. Empty: the request is'
            " a GET."
        ),
    )
    batch_size = models.PositiveSmallIntegerField(
        _("numbers per request"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(5000)],
    )
    items_path = models.CharField(
        _("path to the answers"),
        max_length=120,
        blank=True,
        help_text=_(
            "Member names with dots between, such as data.results. Empty: the whole answer."
        ),
    )
    number_path = models.CharField(_("path to the number"), max_length=120, default="msisdn")
    network_path = models.CharField(_("path to the network"), max_length=120, default="network")
    status_path = models.CharField(
        _("path to the status"),
        max_length=120,
        blank=True,
        help_text=_("Where the answer says that the number is nobody's. Empty: by the network."),
    )
    absent_words = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("words for nobody's numbers"),
        default=list,
        blank=True,
        help_text=_("What the status says of a number that is not in use, or no mobile."),
    )
    networks = models.JSONField(
        _("its words for networks"),
        default=dict,
        blank=True,
        help_text=_(
            'By its word our code, such as {"45204": "viettel"}. What is not named here is looked'
            " for among our codes and MCC-MNC."
        ),
    )
    timeout_seconds = models.FloatField(
        _("timeout"),
        default=3.0,
        validators=[MinValueValidator(0.1), MaxValueValidator(60)],
        help_text=_("Seconds for one request."),
    )
    daily_budget = models.PositiveIntegerField(
        _("lookups per day"), null=True, blank=True, help_text=_("Empty: as many as are wanted.")
    )
    cost_micros = models.BigIntegerField(
        _("cost of a lookup"),
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("Millionths of the currency."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="VND")
    ttl_hours = models.PositiveIntegerField(
        _("valid for"),
        default=720,
        validators=[MinValueValidator(1)],
        help_text=_("Hours for which an answer counts: 720 are 30 days."),
    )
    history = HistoricalRecords(excluded_fields=["secret"])

    class Meta:
        verbose_name = _("lookup provider")
        verbose_name_plural = _("lookup providers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LookupPolicy(models.Model):
    """When a provider is asked about numbers of a country: the row of the class, else the
    country's own."""

    country = models.CharField(_("country"), max_length=2)
    message_class = models.CharField(
        _("class"), max_length=16, choices=MessageClass.choices, blank=True
    )
    asks = models.CharField(
        _("asks"), max_length=10, choices=LookupAsking.choices, default=LookupAsking.NEVER
    )
    provider = models.ForeignKey(
        LookupProvider, models.PROTECT, related_name="policies", verbose_name=_("provider")
    )
    difference_percent = models.PositiveSmallIntegerField(
        _("difference"),
        default=10,
        help_text=_(
            "With “only expensive differences”: by how many percent the country's dearest network"
            " costs more than the cheapest before it is worth asking."
        ),
    )
    deadline_seconds = models.FloatField(
        _("deadline"),
        default=5.0,
        validators=[MinValueValidator(0.1), MaxValueValidator(60)],
        help_text=_("Seconds for a batch of numbers; then the prefix has to do."),
    )
    refuses_absent = models.BooleanField(
        _("leaves out nobody's numbers"),
        default=False,
        help_text=_("Campaigns leave out numbers that the provider says are not in use."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("lookup policy")
        verbose_name_plural = _("lookup policies")
        ordering = ["country", "message_class"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "message_class"], name="lookup_policy_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.get_message_class_display()}".strip()


class NumberLookup(models.Model):
    """What a provider (lookup) or a carrier's answers (feedback) said of a number, for a time.

    `moved`: a carrier said that the number is not on `network_was`; where it is, nobody said.
    """

    id = models.BigAutoField(primary_key=True)
    msisdn = models.CharField(_("number"), max_length=15)
    source = models.CharField(_("source"), max_length=10, choices=NetworkSource.choices)
    finding = models.CharField(_("finding"), max_length=8, choices=LookupFinding.choices)
    network = models.ForeignKey(
        Network, models.CASCADE, null=True, related_name="+", verbose_name=_("network")
    )
    network_was = models.ForeignKey(
        Network, models.CASCADE, null=True, related_name="+", verbose_name=_("not on")
    )
    provider = models.ForeignKey(
        LookupProvider, models.SET_NULL, null=True, related_name="+", verbose_name=_("provider")
    )
    detail = models.CharField(_("detail"), max_length=80, blank=True)
    looked_at = models.DateTimeField(_("known since"))
    expires_at = models.DateTimeField(_("counts until"), db_index=True)

    class Meta:
        verbose_name = _("number lookup")
        verbose_name_plural = _("number lookups")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["msisdn", "source"], name="number_lookup_unique")
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}"


class LookupDay(models.Model):
    """How often a provider was asked on a day (UTC), against its budget."""

    provider = models.ForeignKey(
        LookupProvider, models.CASCADE, related_name="days", verbose_name=_("provider")
    )
    day = models.DateField(_("day"))
    asked = models.PositiveIntegerField(_("numbers asked about"), default=0)
    found = models.PositiveIntegerField(_("answered"), default=0)
    failed = models.PositiveIntegerField(_("requests failed"), default=0)
    last_error = models.CharField(_("last error"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("day of lookups")
        verbose_name_plural = _("days of lookups")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "day"], name="lookup_day_unique")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.day}"


class NumberImport(models.Model):
    """A file of ported numbers: read and compared first, taken over when a person says so."""

    class State(models.TextChoices):
        CHECKED = "checked", _("To be confirmed")
        APPLIED = "applied", _("Taken over")
        DROPPED = "dropped", _("Dropped")

    provider = models.ForeignKey(
        LookupProvider,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("provider"),
        help_text=_("Whose file it is: its numbers count as its lookups. Empty: overrides."),
    )
    file_name = models.CharField(_("file"), max_length=120)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.CHECKED, editable=False
    )
    lines = models.PositiveIntegerField(_("lines"), default=0)
    added = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    same = models.PositiveIntegerField(_("as known"), default=0)
    removed = models.PositiveIntegerField(_("taken back"), default=0)
    bad = models.PositiveIntegerField(_("bad lines"), default=0)
    bad_lines = models.JSONField(_("bad lines"), default=list)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("uploaded"))
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("import of ported numbers")
        verbose_name_plural = _("imports of ported numbers")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class NumberImportLine(models.Model):
    """A good line of a file that waits to be taken over; without a network it takes back."""

    id = models.BigAutoField(primary_key=True)
    number_import = models.ForeignKey(NumberImport, models.CASCADE, related_name="rows")
    msisdn = models.CharField(max_length=15)
    network = models.ForeignKey(Network, models.CASCADE, null=True, related_name="+")
    source = models.CharField(max_length=60, blank=True)
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number_import", "msisdn"], name="number_import_line_unique"
            )
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}"
