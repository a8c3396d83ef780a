"""Keyword rules of accounts, what they did with replies, and questions that wait for an answer."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models import Account
from messaging.constants import KeywordOutcome, MatchKind, QuestionState
from messaging.models.inbound import InboundMessage
from routing.models import Sender


class KeywordRule(models.Model):
    """What happens when somebody writes a word to a sender. `words` are patterns for that kind;
    `actions` and `question` are described by `messaging.keyword_rules.plans`."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="keyword_rules", verbose_name=_("account")
    )
    name = models.CharField(
        _("name"), max_length=80, help_text=_("What people and events call the rule.")
    )
    sender = models.ForeignKey(
        Sender,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="keyword_rules",
        verbose_name=_("sender"),
        help_text=_("Empty: replies to every sender of the account."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_(
            "Small numbers are asked first. Of one priority the more exact kind comes first, then"
            " the older rule."
        ),
    )
    match_kind = models.CharField(
        _("looks for"), max_length=10, choices=MatchKind.choices, default=MatchKind.FIRST_WORD
    )
    words = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("words"),
        default=list,
        blank=True,
        help_text=_(
            "One per line. Case, punctuation and doubled blanks do not matter; a word written"
            " without marks fits with any marks, one with marks fits with those or with none. A"
            " pattern (RE2) has to fit the whole reply: write .* where more may stand."
        ),
    )
    languages = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        help_text=_(
            "Such as vi or en, one per line: only for people whom we wrote to in one of them last."
            " Empty: for everybody."
        ),
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    is_active = models.BooleanField(_("on"), default=True)
    is_shadow = models.BooleanField(
        _("in shadow"),
        default=False,
        help_text=_("Its matches are recorded and nothing is done: to see what it would do."),
    )
    actions = models.JSONField(_("steps"), default=list, blank=True)
    question = models.JSONField(_("question"), null=True, blank=True)
    # Raised by a trigger from one sequence, under a lock of the account: what caches go by.
    version = models.BigIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("keyword rule")
        verbose_name_plural = _("keyword rules")
        ordering = ["account", "priority", "pk"]
        constraints = [
            models.UniqueConstraint("account", Lower("name"), name="keyword_rule_name_unique"),
            models.CheckConstraint(
                name="keyword_rule_valid_in_order",
                condition=models.Q(valid_from=None)
                | models.Q(valid_until=None)
                | models.Q(valid_from__lt=models.F("valid_until")),
            ),
        ]
        indexes = [models.Index(fields=["account", "version"], name="keyword_rule_version")]

    def __str__(self) -> str:
        return self.name


class KeywordQuestion(models.Model):
    """A question that a rule asked a number, as it was asked: whatever becomes of the rule, the
    answer is understood. What the reply gave (`values`) is forgotten when it is settled."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    sender = models.ForeignKey(Sender, models.PROTECT, verbose_name=_("sender"))
    rule = models.ForeignKey(
        KeywordRule, models.SET_NULL, null=True, related_name="questions", verbose_name=_("rule")
    )
    rule_name = models.CharField(_("rule"), max_length=80)
    msisdn = models.CharField(_("number"), max_length=15)
    message = models.ForeignKey(
        InboundMessage, models.PROTECT, related_name="questions", verbose_name=_("reply")
    )
    question = models.JSONField()
    values = models.JSONField(default=dict)
    language = models.CharField(max_length=16, blank=True)
    asked_id = models.UUIDField(_("message"))  # of ours, the last that asked
    state = models.CharField(
        _("state"), max_length=10, choices=QuestionState.choices, default=QuestionState.WAITING
    )
    repeated = models.PositiveSmallIntegerField(_("repeated"), default=0)
    answer = models.CharField(_("answer"), max_length=30, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("waits until"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "msisdn"],
                condition=models.Q(state="waiting"),
                name="keyword_question_one_waits",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state="waiting"),
                name="keyword_question_due",
            ),
            models.Index(fields=["account", "-id"], name="keyword_question_account"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name}: +{self.msisdn}"


class KeywordHit(models.Model):
    """What a rule did, or in shadow would have done, with one reply or for want of one: append-only.
    `results` has one entry per step: what was done, and how it went; never what was written."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    rule = models.ForeignKey(
        KeywordRule, models.SET_NULL, null=True, related_name="hits", verbose_name=_("rule")
    )
    rule_name = models.CharField(_("rule"), max_length=80)
    message = models.ForeignKey(
        InboundMessage, models.PROTECT, related_name="keyword_hits", verbose_name=_("reply")
    )
    question = models.ForeignKey(
        KeywordQuestion, models.PROTECT, null=True, related_name="hits", verbose_name=_("question")
    )
    sender = models.ForeignKey(Sender, models.PROTECT, verbose_name=_("sender"))
    msisdn = models.CharField(_("number"), max_length=21)
    outcome = models.CharField(_("what happened"), max_length=10, choices=KeywordOutcome.choices)
    matched = models.CharField(_("word"), max_length=120, blank=True)
    results = models.JSONField(_("steps"), default=list)
    answers = models.PositiveSmallIntegerField(_("answers"), default=0)
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("keyword match")
        verbose_name_plural = _("keyword matches")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "rule", "outcome", "question"],
                nulls_distinct=False,
                condition=models.Q(rule__isnull=False) & ~models.Q(outcome="timed_out"),
                name="keyword_hit_once_per_reply",
            )
        ]
        indexes = [
            models.Index(fields=["rule", "-created_at"], name="keyword_hit_of_rule"),
            models.Index(fields=["account", "-id"], name="keyword_hit_of_account"),
            models.Index(fields=["account", "msisdn", "-created_at"], name="keyword_hit_number"),
            models.Index(
                fields=["account", "-created_at"],
                condition=models.Q(failures__gt=0),
                name="keyword_hit_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.get_outcome_display()}"
