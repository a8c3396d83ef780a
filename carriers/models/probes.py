from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.models.binds import Bind


class BindProbe(models.Model):
    """One guided test of a bind: what was asked for, what was found, and what it proposes.

    `plan` is what the operator chose, `findings` what the session showed, `answers` what people
    saw on handsets, `proposal` the options that follow, each with its reason and evidence.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        ASKING = "asking", _("Waits for answers")
        DONE = "done", _("Done")
        APPLIED = "applied", _("Applied")
        FAILED = "failed", _("Failed")
        CANCELED = "canceled", _("Canceled")

    bind = models.ForeignKey(Bind, models.CASCADE, related_name="probes", verbose_name=_("bind"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    created_at = models.DateTimeField(_("asked for"))
    heard_at = models.DateTimeField(_("last sign of life"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    plan = models.JSONField(_("plan"), default=dict)
    done = models.PositiveIntegerField(_("messages sent"), default=0)
    total = models.PositiveIntegerField(_("messages planned"), default=0)
    step = models.CharField(_("step"), max_length=120, blank=True)
    findings = models.JSONField(_("findings"), default=list)
    answers = models.JSONField(_("answers"), default=dict)
    proposal = models.JSONField(_("proposal"), default=list)
    error = models.CharField(_("error"), max_length=300, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("applied by"),
    )

    class Meta:
        verbose_name = _("bind test")
        verbose_name_plural = _("bind tests")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bind"],
                name="one_bind_probe_at_a_time",
                condition=models.Q(state__in=["queued", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.bind} {self.created_at:%Y-%m-%d %H:%M}"
