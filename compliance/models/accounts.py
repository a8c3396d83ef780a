from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import Reach, Role
from compliance.models.limits import RateLimits, limit_valid


class Account(RateLimits):
    """A customer of the platform, often an agency; what one account has, no other sees."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(
        _("short name"), unique=True, help_text=_("Used in exports and logs; it never changes.")
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.ACTIVE
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        default="VN",
        help_text=_("Numbers without a country code are read as numbers of this country."),
    )
    timezone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Asia/Ho_Chi_Minh",
        help_text=_("Times are shown in this zone, for example Asia/Ho_Chi_Minh."),
    )
    language = models.CharField(_("language"), max_length=5, default="vi")
    currency = models.CharField(_("currency"), max_length=3, default="VND")
    share = models.PositiveSmallIntegerField(
        _("share"),
        default=1,
        help_text=_("Weight when accounts take turns for the same carriers: 2 gets twice as much."),
    )
    free_text_classes = models.JSONField(
        _("classes for free text"),
        default=list,
        blank=True,
        help_text=_("Message classes that may be sent by API without an approved template."),
    )
    residency = ArrayField(
        models.CharField(max_length=2),
        verbose_name=_("data stays in"),
        default=list,
        blank=True,
        help_text=_(
            "Countries in two letters, such as VN. Exports and webhooks to other or undeclared"
            " places are refused. Empty: anywhere."
        ),
    )
    refusal_reach = models.CharField(
        _("reach of refusals"),
        max_length=10,
        choices=Reach.choices,
        blank=True,
        help_text=_(
            "How far a reply such as STOP reaches here. Empty: as far as the country's rules say."
            " It is never less than that."
        ),
    )
    consent_days = models.PositiveSmallIntegerField(
        _("consent is valid for"),
        null=True,
        blank=True,
        help_text=_(
            "Days, for consent recorded from now on. Empty: until it is taken back. A date in"
            " the record itself goes before this."
        ),
    )
    adds_preference_link = models.BooleanField(
        _("add the preference link to advertising"),
        default=False,
        help_text=_(
            "Where a sender takes no replies, advertising that has no {unsubscribe} ends with"
            " the person's link."
        ),
    )
    verification_limit = models.CharField(
        _("one-time codes sent"),
        max_length=80,
        default="6000 per 1m",
        blank=True,
        validators=[limit_valid],
        help_text=_(
            "Of all its verification services together, whatever each of them may send; such as"
            " “6000 per 1m, 50000 per 1d”. Empty: no limit."
        ),
    )
    is_trial = models.BooleanField(
        _("on trial"),
        default=False,
        help_text=_(
            "It sends a few messages a day, to numbers it has verified, and launches no campaign."
        ),
    )
    trial_daily_limit = models.PositiveIntegerField(
        _("messages a day on trial"), default=50, validators=[MinValueValidator(1)]
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["name"]
        permissions = [
            (f"act_as_{Role.MARKETER.value}", "Acts as marketer"),
            (f"act_as_{Role.OFFICER.value}", "Acts as compliance officer"),
            (f"act_as_{Role.INTEGRATOR.value}", "Acts as integrator"),
        ]

    def __str__(self) -> str:
        return self.name


class Platform(models.Model):
    """The platform itself: the one object that operators and administrators hold roles on."""

    name = models.CharField(_("name"), max_length=60, default="Signalbox")

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platform")
        permissions = [
            (f"act_as_{Role.OPERATOR.value}", "Acts as operator"),
            (f"act_as_{Role.ADMINISTRATOR.value}", "Acts as administrator"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="platform_is_one"),
        ]

    def __str__(self) -> str:
        return self.name


class Advertiser(models.Model):
    """The legal entity or brand on whose behalf is written; consent is given to it."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="advertisers", verbose_name=_("account")
    )
    name = models.CharField(_("brand"), max_length=120)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    entity_id = models.CharField(
        _("entity id"),
        max_length=40,
        blank=True,
        help_text=_(
            "Its number in a register of text messages that some networks want with every"
            " message, such as India's 19-digit principal entity id."
        ),
    )
    country = models.CharField(_("country"), max_length=2, default="VN")
    contact = models.CharField(
        _("contact"),
        max_length=60,
        blank=True,
        help_text=_(
            "A telephone number, an address or a page: people who ask for help by reply get it."
        ),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("advertiser")
        verbose_name_plural = _("advertisers")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="advertiser_unique_in_account")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def names(self) -> tuple[str, ...]:
        """How texts may call it: the brand and the legal name."""
        return tuple(name for name in (self.name, self.legal_name) if name)
