"""Verifications: services that say how, each verification with its sends and checks, and what the
shield against SMS pumping knows and does."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models import Account, User
from config.common.ids import uuid7
from config.common.secrets import EncryptedTextField
from messaging.constants import (
    CheckResult,
    HoldCause,
    ShieldMode,
    VerificationReason,
    VerificationStatus,
)
from messaging.models.templates import Template
from messaging.verification.codes import LONGEST, SHORTEST
from routing.models import Network, Sender


def _usual_delays() -> list[int]:
    return [30, 60, 120, 240]


class VerificationService(models.Model):
    """How an account verifies numbers for one purpose: texts, code, limits, and its shield."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="verification_services", verbose_name=_("account")
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("For people: “Shop sign-in”."))
    slug = models.SlugField(
        _("short name"), max_length=40, help_text=_("What API requests give as service.")
    )
    sender = models.ForeignKey(Sender, models.PROTECT, related_name="+", verbose_name=_("sender"))
    is_active = models.BooleanField(_("active"), default=True)
    code_length = models.PositiveSmallIntegerField(
        _("digits of the code"),
        default=6,
        validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)],
    )
    lifetime_seconds = models.PositiveIntegerField(
        _("a code lives (seconds)"),
        default=300,
        validators=[MinValueValidator(30), MaxValueValidator(3600)],
        help_text=_("From each send on. Five minutes are usual, more than ten are not wise."),
    )
    max_checks = models.PositiveSmallIntegerField(
        _("checks"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("So many codes may be tried in one verification, resends included."),
    )
    resend_delays = ArrayField(
        models.PositiveIntegerField(
            _("seconds"), validators=[MinValueValidator(5), MaxValueValidator(3600)]
        ),
        verbose_name=_("waits before a resend (seconds)"),
        default=_usual_delays,
        size=9,
        blank=True,
        help_text=_("One a line: the wait before the first resend, the second, and so on."),
    )
    countries = ArrayField(
        models.CharField(_("country"), max_length=2, validators=[RegexValidator(r"\A[A-Z]{2}\Z")]),
        verbose_name=_("countries"),
        help_text=_("Numbers of other countries are refused: VN, US … One a line."),
    )
    app_hash = models.CharField(
        _("app hash"),
        max_length=11,
        blank=True,
        validators=[RegexValidator(r"\A[A-Za-z0-9+/]{11}\Z")],
        help_text=_("Of the Android app, for SMS Retriever, where a request gives none."),
    )
    limit_number = models.CharField(
        _("sends to a number"),
        max_length=80,
        default="5 per 10m, 15 per 1d",
        blank=True,
        help_text=_("Such as “5 per 10m, 15 per 1d”; s, m, h, d. Empty: no limit."),
    )
    limit_ip = models.CharField(
        _("sends for an address"), max_length=80, default="10 per 10m, 50 per 1d", blank=True
    )
    limit_device = models.CharField(
        _("sends for a device"), max_length=80, default="5 per 10m, 20 per 1d", blank=True
    )
    limit_prefix = models.CharField(
        _("sends into a block of 10,000 numbers"),
        max_length=80,
        default="60 per 10m",
        blank=True,
    )
    limit_service = models.CharField(
        _("sends of the service"), max_length=80, default="3000 per 1m", blank=True
    )
    mode = models.CharField(
        _("shield"), max_length=8, choices=ShieldMode.choices, default=ShieldMode.FILTER
    )
    least_sends = models.PositiveIntegerField(
        _("sends before a prefix is judged"),
        default=20,
        validators=[MinValueValidator(5), MaxValueValidator(100_000)],
    )
    least_conversion_percent = models.PositiveSmallIntegerField(
        _("codes entered at least (%)"),
        default=20,
        validators=[MaxValueValidator(100)],
        help_text=_("A prefix of the last hour with fewer is held."),
    )
    sequential_numbers = models.PositiveSmallIntegerField(
        _("numbers in a row"),
        default=6,
        validators=[MinValueValidator(3), MaxValueValidator(1000)],
    )
    country_times = models.FloatField(
        _("times the usual of a country"),
        default=2.0,
        validators=[MinValueValidator(1.1), MaxValueValidator(100)],
        help_text=_("A day of so many times the mean of the seven days before is a surge."),
    )
    countries_per_ip = models.PositiveSmallIntegerField(
        _("countries for an address a day"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(250)],
    )
    hold_minutes = models.PositiveIntegerField(
        _("a hold lasts (minutes)"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(10_080)],
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("verification service")
        verbose_name_plural = _("verification services")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "slug"],
                name="verification_service_slug_unique",
                violation_error_message=_("The account has a service of this short name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class VerificationText(models.Model):
    """The template that a service sends to people of a language."""

    service = models.ForeignKey(
        VerificationService, models.CASCADE, related_name="texts", verbose_name=_("service")
    )
    locale = models.CharField(
        _("language"),
        max_length=35,
        validators=[RegexValidator(r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z")],
        help_text=_("A language tag: vi, en, pt-BR."),
    )
    template = models.ForeignKey(
        Template, models.PROTECT, related_name="+", verbose_name=_("template")
    )
    position = models.PositiveSmallIntegerField(
        _("place"), default=0, help_text=_("The first serves languages that none is of.")
    )

    class Meta:
        verbose_name = _("text of a verification service")
        verbose_name_plural = _("texts of verification services")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "locale", "template"], name="verification_text_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.locale}: {self.template}"


class Verification(models.Model):
    """One person proving to have a number. The code is kept as a keyed digest alone."""

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    service = models.ForeignKey(
        VerificationService, models.PROTECT, related_name="+", verbose_name=_("service")
    )
    msisdn = models.CharField(_("number"), max_length=15)
    country = models.CharField(_("country"), max_length=2)
    network = models.ForeignKey(
        Network, models.SET_NULL, null=True, related_name="+", verbose_name=_("network")
    )
    channel = models.CharField(_("channel"), max_length=8, default="sms")
    # By a test key: its code is known, its message goes to the sandbox, and it counts nowhere.
    is_test = models.BooleanField(_("test"), default=False)
    locale = models.CharField(_("language"), max_length=35, blank=True)
    status = models.CharField(_("state"), max_length=10, choices=VerificationStatus.choices)
    reason = models.CharField(
        _("reason"), max_length=16, choices=VerificationReason.choices, blank=True
    )
    # What the shield would have done where it only looks on.
    noted = models.CharField(
        _("would have been held"), max_length=16, choices=HoldCause.choices, blank=True
    )
    code_digest = models.BinaryField(null=True)
    older_digests = ArrayField(models.BinaryField(), default=list)
    code_length = models.PositiveSmallIntegerField(_("digits"))
    lifetime_seconds = models.PositiveIntegerField()
    max_checks = models.PositiveSmallIntegerField()
    checks = models.PositiveSmallIntegerField(_("checks"), default=0)
    sends = models.PositiveSmallIntegerField(_("sends"), default=0)
    sender_address = models.CharField(_("from"), max_length=30)
    template_slug = models.CharField(_("template"), max_length=50)
    app_hash = models.CharField(_("app hash"), max_length=11, blank=True)
    ip = models.GenericIPAddressField(_("address"), null=True, blank=True)
    device = models.CharField(_("device"), max_length=100, blank=True)
    client_reference = models.CharField(_("your reference"), max_length=100, blank=True)
    metadata = models.JSONField(_("metadata"), null=True)
    expires_at = models.DateTimeField(_("expires"))
    next_send_at = models.DateTimeField(_("resend from"), null=True)
    created_at = models.DateTimeField(_("started"))
    done_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "client_reference", "is_test"],
                name="verification_reference_unique",
                condition=~models.Q(client_reference=""),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="verification_newest"),
            models.Index(fields=["service", "id"], name="verification_of_service"),
            models.Index(fields=["account", "msisdn", "-id"], name="verification_of_number"),
            models.Index(fields=["account", "ip", "created_at"], name="verification_of_ip"),
            models.Index(
                fields=["account", "device", "created_at"],
                name="verification_of_device",
                condition=~models.Q(device=""),
            ),
            models.Index(
                fields=["expires_at"],
                name="verification_pending",
                condition=models.Q(status="pending"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def checks_left(self) -> int:
        """How many codes may still be tried."""
        is_open = self.status == VerificationStatus.PENDING
        return max(self.max_checks - self.checks, 0) if is_open else 0


class VerificationSend(models.Model):
    """A code on its way: the message that carried it."""

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="sent")
    number = models.PositiveSmallIntegerField(_("send"))
    message_id = models.UUIDField(_("message"))
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["verification", "number"], name="verification_send_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verification_id}/{self.number}"


class VerificationCheck(models.Model):
    """A code that somebody tried: what came of it, never the code."""

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="tried")
    number = models.PositiveSmallIntegerField(_("check"))
    result = models.CharField(_("result"), max_length=8, choices=CheckResult.choices)
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["verification", "number"], name="verification_check_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verification_id}/{self.number}"


class SealedText(models.Model):
    """The text of a message with its code, encrypted, until an SMSC has it."""

    message_id = models.UUIDField(primary_key=True)
    sealed = EncryptedTextField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.message_id)


class VerificationStat(models.Model):
    """Counts of an hour, by service, country and block: they outlive the verifications. `noted`
    are those that a shield that only looks on would have held."""

    pk = models.CompositePrimaryKey("service_id", "hour", "country", "block")
    account = models.ForeignKey(
        Account, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    service = models.ForeignKey(
        VerificationService,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    hour = models.DateTimeField()
    country = models.CharField(max_length=2)
    block = models.CharField(max_length=15)
    starts = models.IntegerField(default=0)
    approvals = models.IntegerField(default=0)
    noted = models.IntegerField(default=0)
    noted_approvals = models.IntegerField(default=0)
    blocked = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("conversion of codes")
        verbose_name_plural = _("conversion of codes")
        indexes = [models.Index(fields=["account", "hour"], name="verification_stat_by_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.country} {self.block}"


class ShieldRule(models.Model):
    """The shield's mode for a country, a service, or both."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    service = models.ForeignKey(
        VerificationService,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="shield_rules",
        verbose_name=_("service"),
        help_text=_("None: every service of the account."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"\A[A-Z]{2}\Z")],
        help_text=_("Two letters; none: every country."),
    )
    mode = models.CharField(_("shield"), max_length=8, choices=ShieldMode.choices)
    reason = models.CharField(_("reason"), max_length=200)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("shield rule")
        verbose_name_plural = _("shield rules")
        ordering = ["country", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "service", "country"],
                nulls_distinct=False,
                name="shield_rule_once",
                violation_error_message=_("There is a rule for this service and country already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.country or '*'}: {self.get_mode_display()}"


class VerificationHold(models.Model):
    """A prefix, or a country, into which no code is sent until the hold ends. Where the shield
    only monitors, a hold stops nothing and marks what it would have stopped."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    service = models.ForeignKey(
        VerificationService, models.CASCADE, related_name="holds", verbose_name=_("service")
    )
    country = models.CharField(_("country"), max_length=2)
    prefix = models.CharField(
        _("prefix"),
        max_length=15,
        blank=True,
        validators=[RegexValidator(r"\A[0-9]*\Z")],
        help_text=_("First digits, with the calling code; none: the whole country."),
    )
    cause = models.CharField(_("cause"), max_length=16, choices=HoldCause.choices)
    is_monitor = models.BooleanField(_("only notes"), default=False)
    measured = models.JSONField(_("measured"), default=dict, blank=True)
    placed_at = models.DateTimeField(_("placed"))
    until = models.DateTimeField(_("until"))
    placed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("placed by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("verification hold")
        verbose_name_plural = _("verification holds")
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "country", "prefix"],
                condition=models.Q(ended_at=None),
                name="verification_hold_once",
            )
        ]

    def __str__(self) -> str:
        return f"+{self.prefix}…" if self.prefix else self.country


class VerificationOverride(models.Model):
    """Somebody's word that numbers may be verified although limits, countries or the shield say
    no; it ends by itself."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    service = models.ForeignKey(
        VerificationService,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="overrides",
        verbose_name=_("service"),
        help_text=_("None: every service of the account."),
    )
    prefix = models.CharField(
        _("number or prefix"),
        max_length=15,
        validators=[RegexValidator(r"\A[0-9]{1,15}\Z")],
        help_text=_("Digits with the calling code: a whole number, or how numbers begin."),
    )
    reason = models.CharField(_("reason"), max_length=200)
    until = models.DateTimeField(_("until"), help_text=_("At most thirty days ahead."))
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    class Meta:
        verbose_name = _("shield override")
        verbose_name_plural = _("shield overrides")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"+{self.prefix}"
