"""How hot routes are, what operators ordered, and what the platform has to tell them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.models import Carrier
from compliance.constants import MessageClass
from routing.constants import HeatState, OrderEnd, OrderKind, Rest, platform_event_type_choices
from routing.models.networks import Network


class Temperature(models.Model):
    """How hot a carrier is for a class at a network: kept by one worker, pinned by operators."""

    carrier = models.ForeignKey(
        Carrier, models.CASCADE, related_name="temperatures", verbose_name=_("carrier")
    )
    network = models.ForeignKey(
        Network,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("network"),
        help_text=_("Empty: over all networks."),
    )
    message_class = models.CharField(_("class"), max_length=16, choices=MessageClass.choices)
    value = models.FloatField(_("temperature"), default=0.0)
    level = models.SmallIntegerField(default=0)
    state = models.CharField(
        _("state"), max_length=6, choices=HeatState.choices, default=HeatState.COOL
    )
    share = models.FloatField(_("share"), default=1.0)
    memory = models.JSONField(default=dict)  # what the next second builds on
    reasons = models.JSONField(_("reasons"), default=dict)
    trail = ArrayField(models.FloatField(), default=list)  # the hottest of each minute
    changed_at = models.DateTimeField(_("since"), null=True)
    updated_at = models.DateTimeField(_("as of"))
    pinned_state = models.CharField(
        _("pinned"), max_length=6, choices=HeatState.choices, blank=True
    )
    pinned_until = models.DateTimeField(_("pinned until"), null=True, blank=True)
    pinned_at = models.DateTimeField(null=True)
    pin_reason = models.CharField(_("why pinned"), max_length=200, blank=True)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("pinned by"),
    )

    class Meta:
        verbose_name = _("temperature")
        verbose_name_plural = _("temperatures")
        ordering = ["carrier", "network", "message_class"]
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "network", "message_class"],
                name="one_temperature_per_key",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.network or '–'} {self.message_class}"


class TemperatureChange(models.Model):
    """A change of state with what led to it: append-only."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("at"), db_index=True)
    carrier = models.ForeignKey(Carrier, models.CASCADE, verbose_name=_("carrier"))
    network = models.ForeignKey(Network, models.CASCADE, null=True, verbose_name=_("network"))
    message_class = models.CharField(_("class"), max_length=16, choices=MessageClass.choices)
    from_state = models.CharField(_("from"), max_length=6, choices=HeatState.choices)
    to_state = models.CharField(_("to"), max_length=6, choices=HeatState.choices)
    value = models.FloatField(_("temperature"))
    share = models.FloatField(_("share"))
    reasons = models.JSONField(_("reasons"), default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("change of temperature")
        verbose_name_plural = _("changes of temperature")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class CarrierOrder(models.Model):
    """An operator's order to traffic: drain a carrier, or shift a part of it to another one."""

    kind = models.CharField(_("order"), max_length=5, choices=OrderKind.choices)
    carrier = models.ForeignKey(
        Carrier, models.CASCADE, related_name="orders", verbose_name=_("carrier")
    )
    to_carrier = models.ForeignKey(
        Carrier,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to"),
        help_text=_(
            "Gets what a route allows it. Where no route leads to it, or while it is switched off,"
            " without a session, drained or hot, the traffic stays where it is. Empty: to the"
            " plan's other carriers."
        ),
    )
    part = models.FloatField(
        _("part"),
        default=1.0,
        validators=[MinValueValidator(0.01), MaxValueValidator(1.0)],
        help_text=_("0.3 shifts 30 percent."),
    )
    network = models.ForeignKey(
        Network,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("network"),
        help_text=_("Empty: every network."),
    )
    message_class = models.CharField(
        _("class"),
        max_length=16,
        choices=MessageClass.choices,
        blank=True,
        help_text=_("Empty: every class."),
    )
    reason = models.CharField(_("reason"), max_length=200)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("given"))
    until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty: until somebody lifts it.")
    )
    until_cool = models.BooleanField(
        _("until it is cool"),
        default=False,
        help_text=_("Ends by itself when the carrier has been cool for some minutes."),
    )
    cool_since = models.DateTimeField(null=True)
    rests = models.CharField(
        _("rests because"), max_length=8, choices=Rest.choices, blank=True, default=""
    )
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_why = models.CharField(_("why"), max_length=8, choices=OrderEnd.choices, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="drain", to_carrier=None) | models.Q(kind="shift"),
                name="a_drain_has_no_target",
            ),
            models.UniqueConstraint(
                fields=["carrier", "network", "message_class"],
                condition=models.Q(kind="drain", ended_at=None),
                name="one_drain_at_a_time",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.carrier}"


class CarrierWatch(models.Model):
    """What the watching worker last saw of a carrier, so that its successor tells nothing twice."""

    carrier = models.OneToOneField(Carrier, models.CASCADE, primary_key=True, related_name="watch")
    is_bound = models.BooleanField(default=False)
    since = models.DateTimeField()
    is_told = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.carrier_id}: {self.is_bound}"


class PlatformEvent(models.Model):
    """The operators' own stream of events: numbered in the order of commits, append-only.

    `key` keeps one and the same thing from being told twice.
    """

    sequence = models.BigIntegerField(_("sequence"), primary_key=True)
    type = models.CharField(_("type"), max_length=40, choices=platform_event_type_choices)
    at = models.DateTimeField(_("at"), db_index=True)
    carrier = models.ForeignKey(
        Carrier, models.SET_NULL, null=True, related_name="+", verbose_name=_("carrier")
    )
    key = models.CharField(max_length=120, unique=True)
    data = models.JSONField(_("facts"), default=dict)
    is_alert = models.BooleanField(_("alert"), default=False)
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    posted_at = models.DateTimeField(_("posted"), null=True)
    post_attempts = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = _("platform event")
        verbose_name_plural = _("platform events")
        ordering = ["-sequence"]

    def __str__(self) -> str:
        return f"{self.type} {self.sequence}"
