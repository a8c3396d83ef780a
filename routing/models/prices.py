from datetime import date, datetime, time
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from carriers.models import Carrier
from compliance.constants import MessageClass
from compliance.models import Account, User
from config.common import clock
from routing.constants import PriceChange, PriceKind, PriceListState
from routing.models.networks import Network
from routing.models.senders import Sender


def _path(instance: "PriceList", _filename: str) -> str:
    """A name of our own: nothing of the uploaded name reaches the file system."""
    return f"prices/{instance.token}.csv"


class ChargeTerms(models.Model):
    """Which ends of a message cost its price. What left is charged, what did not is not."""

    charges_rejected = models.BooleanField(
        _("refused by the carrier is charged"),
        default=False,
        help_text=_("A message that the carrier's SMSC refused costs as if it had been taken."),
    )
    charges_undelivered = models.BooleanField(
        _("undelivered is charged"),
        default=True,
        help_text=_("Off: where a receipt says that it did not arrive, its price is given back."),
    )
    charges_unknown = models.BooleanField(
        _("unknown is charged"),
        default=True,
        help_text=_("Off: where no receipt ever came, its price is given back."),
    )

    class Meta:
        abstract = True


class PriceList(ChargeTerms):
    """Rates that came together from a file: what a carrier charges, or what accounts pay.

    Confirmed rates never change. A full list replaces everything its owner had before, from its
    time on; taking a list back brings exactly that back. So what held at any moment can be told
    from `effective_from` and `undone_at` alone.
    """

    token = models.UUIDField(unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=5, choices=PriceKind.choices)
    carrier = models.ForeignKey(
        Carrier,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="price_lists",
        verbose_name=_("carrier"),
        help_text=_("Whose costs these are."),
    )
    account = models.ForeignKey(
        Account,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
        help_text=_("Empty: the price of every account without an own one."),
    )
    currency = models.CharField(_("currency"), max_length=3)
    is_full = models.BooleanField(
        _("full list"),
        default=True,
        help_text=_("Rates that are not in the file end. Off: only the lines of the file change."),
    )
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Ho_Chi_Minh")
    effective_from = models.DateTimeField(
        _("in force from"), null=True, blank=True, help_text=_("Empty: when it is confirmed.")
    )
    jump_percent = models.PositiveSmallIntegerField(
        _("warn of jumps over"), default=20, help_text=_("Percent, up or down.")
    )
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=PriceListState.choices,
        default=PriceListState.READING,
    )
    file = models.FileField(_("file"), upload_to=_path, blank=True)
    file_name = models.CharField(_("file name"), max_length=200, blank=True)
    checksum = models.CharField(_("SHA-256"), max_length=64, blank=True)
    bytes_total = models.PositiveBigIntegerField(default=0)
    bytes_done = models.PositiveBigIntegerField(default=0)
    lines_read = models.PositiveIntegerField(_("lines read"), default=0)
    # By change: lines; "jump": changes over the limit; "loss": below the other side's rates.
    counts = models.JSONField(default=dict)
    columns_ignored = models.JSONField(_("columns not read"), default=list)
    error = models.CharField(_("error"), max_length=300, blank=True)
    author = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("uploaded"), default=clock.now)
    progress_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("taken back by")
    )
    undone_at = models.DateTimeField(_("taken back"), null=True)
    undo_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="price_list_owner_fits_kind",
                condition=Q(kind="cost", carrier__isnull=False, account=None)
                | Q(kind="price", carrier=None),
            ),
            models.CheckConstraint(
                name="price_list_confirmed_has_time",
                condition=~Q(state__in=["confirmed", "undone"]) | Q(effective_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PriceLine(models.Model):
    """A line of a price list's file beside what held before it; kept as the list's record.

    A line that ended has no place in the file (`line` 0); a bad one has a reason and its text.
    """

    id = models.BigAutoField(primary_key=True)
    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="lines", db_index=False)
    change = models.CharField(_("change"), max_length=9, choices=PriceChange.choices)
    line = models.PositiveIntegerField(_("line"))
    country = models.CharField(_("country"), max_length=2, blank=True)
    network = models.ForeignKey(
        Network, models.CASCADE, null=True, db_index=False, verbose_name=_("network")
    )
    message_class = models.CharField(
        _("class"), max_length=16, choices=MessageClass.choices, blank=True
    )
    sender = models.ForeignKey(
        Sender, models.CASCADE, null=True, db_index=False, verbose_name=_("sender")
    )
    amount_micros = models.BigIntegerField(_("new"), null=True)
    old_micros = models.BigIntegerField(_("old"), null=True)
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    content = models.CharField(_("line content"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("price line")
        verbose_name_plural = _("price lines")
        ordering = ["line", "id"]
        indexes = [
            models.Index(fields=["price_list", "change", "line"], name="price_line_by_change")
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.change}"


class Rate(ChargeTerms):
    """What a segment costs us at a carrier, and what an account pays, from a moment on.

    Those of a price list are as the list was confirmed; others were entered by hand.
    """

    price_list = models.ForeignKey(
        PriceList,
        models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="rates",
        verbose_name=_("price list"),
    )
    carrier = models.ForeignKey(
        Carrier,
        models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("carrier"),
        help_text=_("Set: our cost at this carrier. Empty: the price accounts pay."),
    )
    account = models.ForeignKey(
        Account,
        models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("account"),
        help_text=_("Empty: for every account."),
    )
    country = models.CharField(_("country"), max_length=2)
    network = models.ForeignKey(
        Network, models.CASCADE, null=True, blank=True, verbose_name=_("network")
    )
    message_class = models.CharField(
        _("class"), max_length=16, choices=MessageClass.choices, blank=True
    )
    sender = models.ForeignKey(
        Sender,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sender"),
        help_text=_("Set: the price of an account's messages from this sender alone."),
    )
    amount_micros = models.BigIntegerField(
        _("amount"),
        validators=[MinValueValidator(0)],
        help_text=_("Millionths of the currency, per segment."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="VND")
    effective_from = models.DateTimeField(_("from"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        ordering = ["country", "-effective_from"]
        constraints = [
            models.CheckConstraint(
                name="rate_sender_has_account",
                condition=Q(sender=None) | Q(account__isnull=False, carrier=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.amount_micros / 1_000_000:g} {self.currency}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A day begins at its midnight in the platform's zone."""
        if isinstance(self.effective_from, date) and not isinstance(self.effective_from, datetime):
            self.effective_from = datetime.combine(
                self.effective_from, time.min, timezone.get_default_timezone()
            )
        super().save(*args, **kwargs)


class ExchangeRate(models.Model):
    """What one unit of a currency is worth in the platform's own, from a day on: for margins and
    comparisons only, nothing is billed by it."""

    currency = models.CharField(_("currency"), max_length=3)
    per_unit = models.DecimalField(
        _("worth"),
        max_digits=20,
        decimal_places=10,
        validators=[MinValueValidator(0)],
        help_text=_("Units of the platform's currency for one unit of this."),
    )
    effective_from = models.DateField(_("from"))
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("For example: central bank, daily.")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "effective_from"], name="exchange_rate_one_a_day"
            ),
            models.CheckConstraint(name="exchange_rate_above_zero", condition=Q(per_unit__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.per_unit.normalize():f}"
