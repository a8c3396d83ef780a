from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from routing.constants import NetworkKind


class Network(models.Model):
    """A mobile network, own or virtual."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    country = models.CharField(_("country"), max_length=2)
    kind = models.CharField(
        _("kind"),
        max_length=8,
        default=NetworkKind.MNO,
        choices=NetworkKind.choices,
    )
    mcc_mnc = models.CharField(_("MCC-MNC"), max_length=7, blank=True)
    timezone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        help_text=_(
            "Such as Asia/Ho_Chi_Minh, where the whole network is in one: sending hours are told"
            " by it. Empty: by the number and the country."
        ),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")
        ordering = ["country", "name"]

    def __str__(self) -> str:
        return self.name


class NumberPlan(models.Model):
    """One version of a country's prefix table; exactly one is in force."""

    country = models.CharField(_("country"), max_length=2)
    version = models.CharField(_("version"), max_length=20)
    effective_from = models.DateField(_("in force from"))
    is_active = models.BooleanField(_("in force"), default=False)
    notes = models.TextField(_("notes"), blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("number plan")
        verbose_name_plural = _("number plans")
        ordering = ["country", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "version"], name="number_plan_version_unique"
            ),
            models.UniqueConstraint(
                fields=["country"],
                name="number_plan_one_active",
                condition=models.Q(is_active=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.version}"


class NumberPrefix(models.Model):
    """A prefix (E.164 digits) and the network it was given to: a hint since portability."""

    plan = models.ForeignKey(
        NumberPlan, models.CASCADE, related_name="prefixes", verbose_name=_("number plan")
    )
    prefix = models.CharField(_("prefix"), max_length=12)
    network = models.ForeignKey(Network, models.PROTECT, verbose_name=_("network"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    confidence = models.CharField(_("confidence"), max_length=20, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("prefix")
        verbose_name_plural = _("prefixes")
        ordering = ["prefix"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "prefix"], name="prefix_unique_in_plan")
        ]

    def __str__(self) -> str:
        return f"+{self.prefix}"


class NumberOverride(models.Model):
    """A single number known to be on another network than its prefix says (ported)."""

    msisdn = models.CharField(_("number"), max_length=15, primary_key=True)
    network = models.ForeignKey(Network, models.PROTECT, verbose_name=_("network"))
    source = models.CharField(_("source"), max_length=60, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("ported number")
        verbose_name_plural = _("ported numbers")

    def __str__(self) -> str:
        return f"+{self.msisdn}"
