from datetime import datetime

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models import User
from config.common import clock
from routing.constants import PolicyState, Spread


class PolicyManager(models.Manager["RoutePolicy"]):
    def in_force(self, at: datetime) -> "RoutePolicy | None":
        """The version that decides at a moment, whatever the states say yet."""
        begun = self.exclude(state=PolicyState.DRAFT).filter(
            Q(active_from=None) | Q(active_from__lte=at)
        )
        return begun.order_by(F("active_from").desc(nulls_last=True), "-number").first()

    def in_force_or_first(self) -> "RoutePolicy":
        """The version in force now; on an empty table the first one, in force from the beginning."""
        found = self.in_force(clock.now())
        if found is not None:
            return found
        return self.get_or_create(number=1, defaults={"state": PolicyState.ACTIVE})[0]


class RoutePolicy(models.Model):
    """A version of how traffic is routed: its routes, and how they share traffic.

    Which version decides is told by `active_from` alone (None: from the beginning); each is in force
    once, until the next one's time. Going back to an earlier one makes a copy of it.
    """

    number = models.PositiveIntegerField(_("version"), unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=9, choices=PolicyState.choices, default=PolicyState.DRAFT
    )
    active_from = models.DateTimeField(_("in force from"), null=True, blank=True)
    note = models.TextField(_("what changes and why"), max_length=1000, blank=True)
    spread = models.CharField(
        _("routes share traffic"),
        max_length=8,
        choices=Spread.choices,
        default=Spread.WEIGHTS,
        help_text=_(
            "Inside a tier. By score, a route's weight is raised or lowered by its price and"
            " quality beside the others of its tier."
        ),
    )
    price_weight = models.PositiveSmallIntegerField(
        _("price counts"),
        default=100,
        validators=[MaxValueValidator(300)],
        help_text=_(
            "Percent, where routes share traffic by score: 0 leaves it out, 100 halves the share"
            " of a route that is half as good, 200 leaves it a quarter."
        ),
    )
    quality_weight = models.PositiveSmallIntegerField(
        _("delivery rate counts"), default=100, validators=[MaxValueValidator(300)]
    )
    speed_weight = models.PositiveSmallIntegerField(
        _("speed of delivery counts"), default=0, validators=[MaxValueValidator(300)]
    )
    conversion_weight = models.PositiveSmallIntegerField(
        _("conversion counts"), default=0, validators=[MaxValueValidator(300)]
    )
    capacity_weight = models.PositiveSmallIntegerField(
        _("capacity counts"), default=0, validators=[MaxValueValidator(300)]
    )
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made from")
    )
    author = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("made"), default=clock.now, editable=False)
    activated_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    history = HistoricalRecords()

    objects = PolicyManager()

    class Meta:
        verbose_name = _("routing version")
        verbose_name_plural = _("routing versions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], name="route_policy_one_active", condition=Q(state="active")
            ),
            models.CheckConstraint(
                name="route_policy_draft_has_no_time",
                condition=~Q(state="draft") | Q(active_from=None),
            ),
            models.CheckConstraint(
                name="route_policy_scheduled_has_time",
                condition=~Q(state="scheduled") | Q(active_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Version %(number)s") % {"number": self.number})
