from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from carriers.models import Carrier
from compliance.constants import MessageClass
from compliance.models import Account
from routing.constants import SenderKind, TrafficKind
from routing.models.networks import Network
from routing.models.policies import RoutePolicy


class Route(models.Model):
    """A way to a destination: the most specific match wins, then tier, weight and price.

    It belongs to one version of the policy and does not change once that was in force: services
    put changes into a new version. Its name is the same in every version.
    """

    policy = models.ForeignKey(
        RoutePolicy,
        models.PROTECT,
        related_name="routes",
        verbose_name=_("version"),
        editable=False,
    )
    name = models.CharField(_("name"), max_length=80)
    carrier = models.ForeignKey(
        Carrier, models.PROTECT, related_name="routes", verbose_name=_("carrier")
    )
    is_active = models.BooleanField(_("active"), default=True)
    tier = models.PositiveSmallIntegerField(
        _("tier"), default=1, help_text=_("1 is tried first; the next tier is the reserve.")
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, help_text=_("Share of the traffic inside the tier.")
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    network = models.ForeignKey(
        Network, models.PROTECT, null=True, blank=True, verbose_name=_("network")
    )
    prefix = models.CharField(_("prefix"), max_length=12, blank=True)
    message_classes = ArrayField(
        models.CharField(max_length=16, choices=MessageClass.choices),
        verbose_name=_("classes"),
        default=list,
        blank=True,
        help_text=_("Empty: every class."),
    )
    sender_kinds = ArrayField(
        models.CharField(max_length=14, choices=SenderKind.choices),
        verbose_name=_("sender kinds"),
        default=list,
        blank=True,
        help_text=_("Empty: every kind."),
    )
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("account"),
        help_text=_("Empty: for every account."),
    )
    traffic_kind = models.CharField(
        _("traffic"),
        max_length=3,
        choices=TrafficKind.choices,
        default=TrafficKind.A2P,
        help_text=_(
            "What the carrier takes here. A business's messages never take a P2P route: networks"
            " close such routes when they find them."
        ),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ["tier", "name"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "name"], name="route_unique_in_policy")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Without a version it goes into the one in force."""
        if self.policy_id is None:
            self.policy = RoutePolicy.objects.in_force_or_first()
        super().save(*args, **kwargs)
