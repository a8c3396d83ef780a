"""What accounts have, owe and may spend. Amounts are millionths of the account's currency."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compliance.constants import MessageClass
from compliance.models import Account, User
from messaging.constants import BillingMode, LedgerKind
from routing.models import Network, Sender

_PERCENT = [MinValueValidator(1), MaxValueValidator(100)]


def usual_alerts() -> list[int]:
    """Told when so many percent are used."""
    return [80, 95, 100]


class Balance(models.Model):
    """How an account pays, and where it stands; one row per account, made with it.

    `taken_micros` is what may not be spent again: reserved for messages on their way, and charged.
    An account with a limit takes it here with each message or slice that is accepted; what is
    given back, and everything of accounts without limit, comes by `MoneyDelta`, so the row is never
    below what is true and nobody waits for it to settle a message.
    """

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="balance", verbose_name=_("account")
    )
    mode = models.CharField(
        _("how it pays"),
        max_length=9,
        choices=BillingMode.choices,
        default=BillingMode.UNLIMITED,
    )
    day_limit_micros = models.BigIntegerField(_("limit per day"), null=True, blank=True)
    month_limit_micros = models.BigIntegerField(_("limit per month"), null=True, blank=True)
    alert_percents = ArrayField(
        models.SmallIntegerField(validators=_PERCENT),
        verbose_name=_("tell at"),
        default=usual_alerts,
        blank=True,
        size=10,
    )
    funds_micros = models.BigIntegerField(_("paid in"), default=0)
    taken_micros = models.BigIntegerField(default=0)
    reserved_micros = models.BigIntegerField(_("reserved"), default=0)
    charged_micros = models.BigIntegerField(_("charged"), default=0)
    # Accepted in the account's present day and month, without what was given back of that.
    day = models.DateField(null=True)
    day_micros = models.BigIntegerField(_("spent today"), default=0)
    month = models.DateField(null=True)
    month_micros = models.BigIntegerField(_("spent this month"), default=0)
    # The cheapest message of the last acceptance: with less than that nothing can be sent.
    unit_micros = models.BigIntegerField(default=0)
    # What could be spent right after the last top-up: percentages of credit are of this.
    mark_micros = models.BigIntegerField(default=0)
    # By limit: the highest percentage that was told, and of which day, month or top-up it was.
    alerts_told = models.JSONField(default=dict, blank=True)
    alert_emails = ArrayField(
        models.EmailField(), verbose_name=_("also mail to"), default=list, blank=True, size=10
    )
    resumes_campaigns = models.BooleanField(
        _("campaigns go on by themselves"),
        default=True,
        help_text=_("What stopped for want of money goes on once there is enough again."),
    )
    posted_through = models.DateField(null=True)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        ordering = ["account__name"]
        constraints = [
            models.CheckConstraint(
                name="balance_limits_above_zero",
                condition=(Q(day_limit_micros=None) | Q(day_limit_micros__gte=0))
                & (Q(month_limit_micros=None) | Q(month_limit_micros__gte=0)),
            ),
            models.CheckConstraint(
                name="balance_postpaid_has_limit",
                condition=~Q(mode="postpaid")
                | Q(day_limit_micros__isnull=False)
                | Q(month_limit_micros__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)


class MoneyDelta(models.Model):
    """A change of what an account has reserved and been charged, of a slice of messages: folded
    into balance and statement within seconds. Written by statements of the hot path only."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, db_constraint=False)
    day = models.IntegerField()  # of the messages' ids: since 1970, in UTC
    accepted_at = models.DateTimeField()  # to a quarter of an hour
    booked_at = models.DateTimeField()
    network_id = models.BigIntegerField(null=True)
    sender_id = models.BigIntegerField(null=True)
    message_class = models.CharField(max_length=16, blank=True)
    accepted = models.IntegerField(default=0)
    messages = models.IntegerField(default=0)
    segments = models.IntegerField(default=0)
    taken_micros = models.BigIntegerField(default=0)
    reserved_micros = models.BigIntegerField(default=0)
    charged_micros = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account_id} {self.reserved_micros:+} {self.charged_micros:+}"


class AcceptedDay(models.Model):
    """Sums of the messages whose ids are of a day: what reconciling holds against the messages
    themselves. `is_whole`: no message of it has been removed since."""

    pk = models.CompositePrimaryKey("account_id", "day")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    day = models.IntegerField()
    accepted = models.BigIntegerField(default=0)
    reserved_micros = models.BigIntegerField(default=0)
    charged_micros = models.BigIntegerField(default=0)
    is_whole = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.day}"


class Charge(models.Model):
    """A line of a statement: what was reserved, charged and given back on a day of the account's,
    of one kind of message. `messages` and `segments` are those charged.

    A day's lines stay once its sum is in the ledger; what is given back later is of its own day.
    What was reserved less what was charged and given back, over all days, is what is reserved now.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, verbose_name=_("account"))
    day = models.DateField(_("day"))
    network = models.ForeignKey(
        Network, models.DO_NOTHING, null=True, db_constraint=False, verbose_name=_("network")
    )
    sender = models.ForeignKey(
        Sender, models.DO_NOTHING, null=True, db_constraint=False, verbose_name=_("sender")
    )
    message_class = models.CharField(_("class"), max_length=16, choices=MessageClass.choices)
    accepted = models.BigIntegerField(_("accepted"), default=0)
    reserved_micros = models.BigIntegerField(_("reserved"), default=0)
    messages = models.BigIntegerField(_("messages"), default=0)
    segments = models.BigIntegerField(_("segments"), default=0)
    charged_micros = models.BigIntegerField(_("charged"), default=0)
    given_back_micros = models.BigIntegerField(_("given back"), default=0)

    class Meta:
        verbose_name = _("statement line")
        verbose_name_plural = _("statements")
        ordering = ["-day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "network", "sender", "message_class"],
                name="charge_one_line",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class LedgerEntry(models.Model):
    """Money in and out of an account, in order, for good: the database refuses every change.

    `charges` is the sum of a day's statement, below zero; `balance_micros` what is left after it.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=10, choices=LedgerKind.choices)
    amount_micros = models.BigIntegerField(_("amount"))
    balance_micros = models.BigIntegerField(_("balance after"))
    currency = models.CharField(_("currency"), max_length=3)
    day = models.DateField(_("day"), null=True)
    reference = models.CharField(
        _("reference"),
        max_length=100,
        blank=True,
        help_text=_("Of a payment or an invoice; the same one is booked once."),
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    person = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("top-up or adjustment")
        verbose_name_plural = _("top-ups and adjustments")
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="ledger_by_account")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day"], condition=Q(kind="charges"), name="ledger_day_once"
            ),
            models.UniqueConstraint(
                fields=["account", "kind", "reference"],
                condition=~Q(reference=""),
                name="ledger_reference_once",
            ),
            models.CheckConstraint(
                name="ledger_kind_fits",
                condition=Q(kind="top_up", amount_micros__gt=0, day=None)
                | Q(kind="adjustment", day=None) & ~Q(reason="") & ~Q(amount_micros=0)
                | Q(kind="charges", day__isnull=False, person=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_micros / 1_000_000:+g} {self.currency}"
