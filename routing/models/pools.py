"""Several senders under one name, who keeps which, and what to send from where one fails."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from compliance.models import Account
from routing.constants import FallbackCause, PoolSpread, SenderKind
from routing.models.senders import Sender


class SenderPool(models.Model):
    """Senders of one account and country that stand in for each other under one name."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="sender_pools", verbose_name=_("account")
    )
    name = models.CharField(
        _("name"),
        max_length=30,
        help_text=_("What campaigns and API requests give as sender. No sender is called so."),
    )
    country = models.CharField(_("country"), max_length=2)
    message_classes = ArrayField(
        models.CharField(max_length=16, choices=MessageClass.choices),
        verbose_name=_("classes"),
        default=list,
        blank=True,
        help_text=_("None ticked: every class that the sender may carry."),
    )
    spread = models.CharField(
        _("messages go"), max_length=10, choices=PoolSpread.choices, default=PoolSpread.ROTATE
    )
    is_sticky = models.BooleanField(
        _("people keep their sender"),
        default=True,
        help_text=_(
            "A person who was written to, or who answered, is written to from the same sender while"
            " it may be used."
        ),
    )
    sticky_days = models.PositiveSmallIntegerField(
        _("for so many days"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("After the last message or answer."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sender pool")
        verbose_name_plural = _("sender pools")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("account", Lower("name"), name="sender_pool_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class SenderPoolMember(models.Model):
    """A sender in a pool; of the pool's account and country."""

    pool = models.ForeignKey(
        SenderPool, models.CASCADE, related_name="members", verbose_name=_("pool")
    )
    sender = models.ForeignKey(
        Sender, models.CASCADE, related_name="pool_members", verbose_name=_("sender")
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Its part, where messages go by weight."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sender in a pool")
        verbose_name_plural = _("senders in pools")
        ordering = ["pool", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pool", "sender"], name="sender_pool_member_unique")
        ]

    def __str__(self) -> str:
        return f"{self.pool}: {self.sender}"


class StickySender(models.Model):
    """Which sender of a pool a person knows. `day`: of the last message or answer, since 1970."""

    pk = models.CompositePrimaryKey("pool_id", "msisdn")
    pool = models.ForeignKey(
        SenderPool, models.CASCADE, related_name="+", db_index=False, verbose_name=_("pool")
    )
    msisdn = models.CharField(_("number"), max_length=15)
    sender = models.ForeignKey(
        Sender, models.CASCADE, related_name="+", db_index=False, verbose_name=_("sender")
    )
    day = models.IntegerField(_("last used"))

    class Meta:
        verbose_name = _("kept sender")
        verbose_name_plural = _("kept senders")

    def __str__(self) -> str:
        return f"+{self.msisdn}"


class SenderFallback(models.Model):
    """What a message goes out from where its own sender fails: the customer's rule."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="sender_fallbacks", verbose_name=_("account")
    )
    order = models.PositiveSmallIntegerField(
        _("order"), default=1, help_text=_("The rule with the lowest number that fits is used.")
    )
    sender = models.ForeignKey(
        Sender,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="fallbacks",
        verbose_name=_("instead of"),
        help_text=_("Empty: of every sender of the kind below."),
    )
    sender_kind = models.CharField(
        _("instead of the kind"), max_length=14, choices=SenderKind.choices, blank=True
    )
    message_classes = ArrayField(
        models.CharField(max_length=16, choices=MessageClass.choices),
        verbose_name=_("classes"),
        default=list,
        blank=True,
        help_text=_("None ticked: every class."),
    )
    causes = ArrayField(
        models.CharField(max_length=16, choices=FallbackCause.choices),
        verbose_name=_("when"),
        default=list,
    )
    errors = ArrayField(
        models.CharField(max_length=10),
        verbose_name=_("errors"),
        default=list,
        blank=True,
        help_text=_("With “a carrier answers an error of the list”: command_status such as 0x45."),
    )
    to_sender = models.ForeignKey(
        Sender,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("send from"),
    )
    to_pool = models.ForeignKey(
        SenderPool,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("or from the pool"),
    )
    is_active = models.BooleanField(_("active"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("fallback rule")
        verbose_name_plural = _("fallback rules")
        ordering = ["account", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="sender_fallback_one_target",
                condition=models.Q(to_sender=None, to_pool__isnull=False)
                | models.Q(to_sender__isnull=False, to_pool=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender or self.get_sender_kind_display()} → {self.to_sender or self.to_pool}"
