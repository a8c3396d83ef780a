from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.constants import CampaignStatus, Outcome
from campaigns.models.contacts import Contact, ContactList
from compliance.models import Account, User
from messaging.constants import Priority
from messaging.models import TemplateVersion
from routing.models import Sender, SenderPool


class Campaign(models.Model):
    """One approved text to one list from one sender, released in slices."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=120)
    contact_list = models.ForeignKey(
        ContactList, models.PROTECT, verbose_name=_("list"), related_name="campaigns"
    )
    template_version = models.ForeignKey(
        TemplateVersion,
        models.PROTECT,
        verbose_name=_("template version"),
        limit_choices_to={"status": "approved"},
    )
    sender = models.ForeignKey(Sender, models.PROTECT, verbose_name=_("sender"))
    sender_pool = models.ForeignKey(
        SenderPool,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sender pool"),
        help_text=_("Its senders stand in for the one above, person by person."),
    )
    values = models.JSONField(
        _("values"),
        default=dict,
        blank=True,
        help_text=_("For each slot of the template: a column of the contact, or a fixed value."),
    )
    starts_at = models.DateTimeField(
        _("start"), null=True, blank=True, help_text=_("Empty: as soon as you launch it.")
    )
    ends_at = models.DateTimeField(
        _("useful until"),
        null=True,
        blank=True,
        help_text=_("What has not left by then is dropped, with that reason."),
    )
    messages_per_second = models.PositiveIntegerField(
        _("speed"),
        null=True,
        blank=True,
        help_text=_("At most so many messages a second; empty: as fast as the carriers take them."),
    )
    priority = models.SmallIntegerField(
        _("priority"),
        choices=Priority.choices,
        default=Priority.NORMAL,
        help_text=_(
            "Where a person may get only so many messages in a day: a higher one takes the place"
            " of a lower one that has not left yet."
        ),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=CampaignStatus.choices, default=CampaignStatus.DRAFT
    )
    created_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=_("created by"),
        null=True,
        editable=False,
    )
    launched_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=_("launched by"),
        null=True,
        editable=False,
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    launched_at = models.DateTimeField(_("launched"), null=True, editable=False)
    released_at = models.DateTimeField(_("all released"), null=True, editable=False)
    completed_at = models.DateTimeField(_("completed"), null=True, editable=False)
    audience_size = models.PositiveIntegerField(_("audience"), default=0, editable=False)
    # Release position: list memberships up to `released_through` of those up to `audience_through`.
    audience_through = models.BigIntegerField(default=0, editable=False)
    released_through = models.BigIntegerField(default=0, editable=False)
    preflight = models.JSONField(_("pre-flight"), null=True, editable=False)
    # Why the platform paused it (an error's code), and what its next message costs where that is
    # what was missing; empty where a person did, or once it goes on.
    stopped_for = models.CharField(_("stopped for"), max_length=40, blank=True, editable=False)
    needed_micros = models.BigIntegerField(default=0, editable=False)
    history = HistoricalRecords(excluded_fields=["preflight", "released_through", "needed_micros"])

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class AudienceEntry(models.Model):
    """The ledger of a campaign's audience: one release per campaign and contact, ever."""

    pk = models.CompositePrimaryKey("campaign_id", "contact_id")
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, db_constraint=False, db_index=False, related_name="audience"
    )
    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    msisdn = models.CharField(_("number"), max_length=15)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    reason = models.CharField(_("reason"), max_length=24, blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    message_id = models.UUIDField(_("message"), null=True)

    class Meta:
        verbose_name = _("audience entry")
        verbose_name_plural = _("audience")

    def __str__(self) -> str:
        return f"{self.campaign_id}:{self.contact_id}"
