from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from routing.models import RoutePolicy


class RouteTrial(models.Model):
    """A version of the routes held against the messages of past days, beside another version:
    what would have gone elsewhere, and what that costs. Nothing is sent by it."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELED = "canceled", _("Canceled")
        FAILED = "failed", _("Stopped by an error")

    policy = models.ForeignKey(
        RoutePolicy, models.CASCADE, related_name="+", verbose_name=_("on trial")
    )
    against = models.ForeignKey(
        RoutePolicy, models.CASCADE, related_name="+", verbose_name=_("beside")
    )
    days = models.PositiveSmallIntegerField(_("days"), default=7)
    campaign_id = models.BigIntegerField(
        _("campaign"), null=True, blank=True, help_text=_("Its number; empty: every message.")
    )
    first_at = models.DateTimeField(_("from"))
    last_at = models.DateTimeField(_("to"))
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.RUNNING
    )
    messages = models.PositiveIntegerField(_("messages"), default=0)
    # One of so many messages is looked at, chosen by its id.
    step = models.PositiveIntegerField(_("one of"), default=1)
    judged = models.PositiveIntegerField(_("judged"), default=0)
    position = models.UUIDField(null=True)
    results = models.JSONField(default=dict)
    error = models.CharField(_("error"), max_length=200, blank=True)
    started_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started"))
    progress_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects: models.Manager["RouteTrial"] = models.Manager()  # for the type checker's sake

    class Meta:
        verbose_name = _("trial of routes")
        verbose_name_plural = _("trials of routes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.policy)
