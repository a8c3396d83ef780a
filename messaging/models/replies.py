from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.constants import Purpose, Reach
from compliance.models import Account, Advertiser, Program, Suppression, User
from messaging.constants import ReplyDeed, ReviewState
from messaging.models.inbound import InboundMessage


class ReplyOutcome(models.Model):
    """What a reply did for one advertiser, and what was answered: a reply to a shared sender may
    act for several accounts, each of which sees its own rows alone."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(InboundMessage, models.PROTECT, related_name="outcomes")
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    advertiser = models.ForeignKey(Advertiser, models.PROTECT, verbose_name=_("advertiser"))
    msisdn = models.CharField(_("number"), max_length=15)
    deed = models.CharField(_("done"), max_length=12, choices=ReplyDeed.choices)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices, blank=True)
    reach = models.CharField(_("reach"), max_length=10, choices=Reach.choices, blank=True)
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, verbose_name=_("program")
    )
    answer_id = models.UUIDField(_("answer"), null=True, blank=True)  # a message of ours
    unanswered = models.CharField(_("no answer because"), max_length=32, blank=True)
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("outcome of a reply")
        verbose_name_plural = _("outcomes of replies")
        indexes = [
            models.Index(
                fields=["msisdn", "advertiser", "-created_at"], name="reply_outcome_recent"
            )
        ]

    def __str__(self) -> str:
        return self.get_deed_display()


class RefusalReview(models.Model):
    """A reply that reads like a refusal: the number is held until an officer has read it."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    advertiser = models.ForeignKey(Advertiser, models.PROTECT, verbose_name=_("advertiser"))
    message = models.ForeignKey(
        InboundMessage, models.PROTECT, related_name="reviews", verbose_name=_("reply")
    )
    hold = models.ForeignKey(
        Suppression, models.PROTECT, null=True, related_name="+", verbose_name=_("hold")
    )
    msisdn = models.CharField(_("number"), max_length=15)
    phrase = models.CharField(_("what gave it away"), max_length=80)
    state = models.CharField(
        _("state"), max_length=10, choices=ReviewState.choices, default=ReviewState.WAITING
    )
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("to be read by"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("possible refusal")
        verbose_name_plural = _("possible refusals")
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "advertiser"], name="refusal_review_once_per_reply"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "due_at"],
                name="refusal_review_waiting",
                condition=models.Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}"
