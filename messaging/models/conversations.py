"""What a person and a brand say to each other, and who of the account takes care of it.

A conversation begins with the first reply: what is sent in bulk makes no row here. Its messages
and replies stay where they are and are read by number when somebody looks.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models import Account, Advertiser, User
from config.common.ids import uuid7
from messaging.constants import ConversationState, WaitEnd
from routing.models import Sender


class Conversation(models.Model):
    """One person with one brand: consent and refusals are kept so, and one answer is owed.

    `sender` is the one the person wrote to last: answers come from it. `version` counts answers,
    so that of two people who answer at once the second one is told.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"), db_index=False)
    advertiser = models.ForeignKey(
        Advertiser, models.PROTECT, verbose_name=_("advertiser"), db_index=False
    )
    msisdn = models.CharField(_("number"), max_length=21)
    sender = models.ForeignKey(Sender, models.PROTECT, verbose_name=_("sender"))
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=ConversationState.choices,
        default=ConversationState.OPEN,
    )
    assignee = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
        db_index=False,
    )
    version = models.PositiveIntegerField(default=0)
    unread_count = models.PositiveIntegerField(_("unread"), default=0)
    last_inbound_id = models.UUIDField(null=True)
    last_at = models.DateTimeField(_("last heard of"))
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    # Since the first reply that nobody has answered; nothing where nobody waits.
    waiting_since = models.DateTimeField(_("waiting since"), null=True)
    due_at = models.DateTimeField(_("to be answered by"), null=True)
    escalated_at = models.DateTimeField(_("escalated"), null=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "msisdn", "advertiser"], name="conversation_of_number"
            )
        ]
        indexes = [
            models.Index(fields=["account", "-last_at", "-id"], name="conversation_latest"),
            models.Index(
                fields=["account", "-last_at", "-id"],
                name="conversation_closed",
                condition=models.Q(state="closed"),
            ),
            models.Index(
                fields=["account", "-last_at", "-id"],
                name="conversation_open",
                condition=models.Q(state="open"),
            ),
            models.Index(
                fields=["account", "waiting_since", "id"],
                name="conversation_waiting",
                condition=models.Q(waiting_since__isnull=False),
            ),
            models.Index(
                fields=["account", "waiting_since", "id"],
                name="conversation_late",
                condition=models.Q(state="open")
                & (models.Q(due_at__isnull=False) | models.Q(escalated_at__isnull=False)),
            ),
            models.Index(
                fields=["assignee", "-last_at"],
                name="conversation_assigned",
                condition=models.Q(assignee__isnull=False),
            ),
            models.Index(
                fields=["due_at"],
                name="conversation_due",
                condition=models.Q(due_at__isnull=False, escalated_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}" if self.msisdn.isdigit() else self.msisdn


class ConversationEntry(models.Model):
    """What people did in a conversation: notes, answers, assignments. Never changed; `kind` is a
    word of `messaging.conversation_kinds`."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    kind = models.CharField(_("kind"), max_length=20)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    text = models.TextField(_("text"), blank=True)
    data = models.JSONField(default=dict)
    message_id = models.UUIDField(null=True)  # of an answer
    token = models.CharField(max_length=255, blank=True)  # of the form or request that sent it

    class Meta:
        verbose_name = _("entry of a conversation")
        verbose_name_plural = _("entries of conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "token"],
                name="conversation_answer_once",
                condition=~models.Q(token=""),
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "-at", "-id"], name="conversation_entries"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class ConversationWait(models.Model):
    """How long a person waited for the first answer; it says nothing of whom, so it stays for
    the account's figures when the conversation is forgotten."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, models.SET_NULL, null=True, related_name="waits")
    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    sender = models.ForeignKey(Sender, models.PROTECT, verbose_name=_("sender"))
    started_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True)
    end = models.CharField(_("ended by"), max_length=10, choices=WaitEnd.choices, blank=True)
    answered_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("answered by")
    )
    escalated_at = models.DateTimeField(_("escalated"), null=True)

    class Meta:
        verbose_name = _("waiting time")
        verbose_name_plural = _("waiting times")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                name="conversation_waits_once",
                condition=models.Q(ended_at=None),
            )
        ]
        indexes = [models.Index(fields=["account", "started_at"], name="wait_by_account")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class ResponseRule(models.Model):
    """How soon an answer is owed, and to whom it goes when nobody gives it. `sender` None: all
    senders of the account that have no rule of their own. `hours`: opening and closing time of
    each weekday from Monday, null for a day off; an empty list: always open."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    sender = models.ForeignKey(
        Sender,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("sender"),
        help_text=_("Empty: every sender without a rule of its own."),
    )
    limit_minutes = models.PositiveIntegerField(
        _("answer within"),
        help_text=_("Minutes of opening hours, from the first unanswered reply."),
    )
    escalate_to = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("escalate to"),
        help_text=_("Who is assigned what nobody answered in time. Empty: it is only announced."),
    )
    zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        help_text=_("Of the opening hours, such as Asia/Ho_Chi_Minh. Empty: the account's."),
    )
    hours = models.JSONField(_("opening hours"), default=list, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("response rule")
        verbose_name_plural = _("response rules")
        ordering = ["account", "sender"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "sender"], name="response_rule_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return str(self.sender) if self.sender else str(_("All senders"))
