from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.constants import (
    ConsentAction,
    ConsentMethod,
    LapseCause,
    Purpose,
    SuppressionCause,
    SuppressionSource,
)
from compliance.models.accounts import Account, Advertiser
from compliance.models.documents import Document
from compliance.models.programs import Program
from compliance.models.users import User


class ConsentRecord(models.Model):
    """One fact of the consent ledger: append-only, a database trigger refuses changes.

    Triggers also fill `salt`, `transaction`, `personal` and `digest`, whatever is given (see
    docs/compliance.md, "The consent ledger"). An erased record has no salt, number, source or
    evidence any more; its digests stay, so that the chain still verifies.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"), db_index=False)
    advertiser = models.ForeignKey(Advertiser, models.PROTECT, verbose_name=_("advertiser"))
    msisdn = models.CharField(_("number"), max_length=15)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    action = models.CharField(_("action"), max_length=10, choices=ConsentAction.choices)
    method = models.CharField(_("method"), max_length=24, choices=ConsentMethod.choices)
    source = models.CharField(
        _("source"),
        max_length=120,
        blank=True,
        help_text=_("Where it was given: a form's address, a shop, a file."),
    )
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, verbose_name=_("document")
    )
    text_version = models.CharField(_("text shown"), max_length=120, blank=True)
    content = models.CharField(_("content agreed"), max_length=120, blank=True)
    form = models.CharField(_("form agreed"), max_length=60, blank=True)
    frequency = models.CharField(_("frequency agreed"), max_length=60, blank=True)
    # The frequency in numbers: at most so many messages in so many hours.
    promised_limit = models.PositiveSmallIntegerField(null=True, editable=False)
    promised_hours = models.PositiveIntegerField(null=True, editable=False)
    expires_at = models.DateTimeField(
        _("valid until"), null=True, blank=True, help_text=_("Empty: until it is taken back.")
    )
    cause = models.CharField(
        _("why it lapsed"),
        max_length=16,
        choices=LapseCause.choices,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name=_("recorded by")
    )
    given_at = models.DateTimeField(_("given"))
    recorded_at = models.DateTimeField(_("recorded"), db_index=True)
    salt = models.UUIDField(null=True, editable=False)
    transaction = models.BigIntegerField(default=0, editable=False)
    personal = models.BinaryField(default=b"", editable=False)
    digest = models.BinaryField(default=b"", editable=False)

    class Meta:
        verbose_name = _("consent record")
        verbose_name_plural = _("consent records")
        indexes = [
            models.Index(fields=["msisdn", "advertiser"], name="consent_by_number"),
            models.Index(fields=["account", "id"], name="consent_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.get_purpose_display()}"


class ConsentState(models.Model):
    """The present consent per advertiser, number and purpose: derived from the ledger."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    advertiser = models.ForeignKey(Advertiser, models.PROTECT, verbose_name=_("advertiser"))
    msisdn = models.CharField(_("number"), max_length=15)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    state = models.CharField(_("state"), max_length=10, choices=ConsentAction.choices)
    since = models.DateTimeField(_("since"))
    promised_limit = models.PositiveSmallIntegerField(null=True, editable=False)
    promised_hours = models.PositiveIntegerField(null=True, editable=False)
    expires_at = models.DateTimeField(_("valid until"), null=True, editable=False)
    record = models.ForeignKey(ConsentRecord, models.PROTECT, db_index=False)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["msisdn", "advertiser", "purpose"], name="consent_state_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="consent_expires",
                condition=models.Q(expires_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.get_state_display()}"


class Suppression(models.Model):
    """A number that must not get messages of a purpose; a lifted one stays as a record."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    advertiser = models.ForeignKey(
        Advertiser,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("advertiser"),
        help_text=_("Empty: for every advertiser of the account."),
    )
    msisdn = models.CharField(_("number"), max_length=15)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    program = models.ForeignKey(
        Program,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("program"),
        help_text=_("Empty: for every program of the advertiser."),
    )
    sender = models.CharField(
        _("sender"),
        max_length=15,
        blank=True,
        help_text=_("The address it is about. Empty: whatever the messages come from."),
    )
    cause = models.CharField(
        _("cause"),
        max_length=10,
        choices=SuppressionCause.choices,
        default=SuppressionCause.MANUAL,
    )
    source = models.CharField(_("source"), max_length=10, choices=SuppressionSource.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"), db_index=True)
    expires_at = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty: until somebody lifts it.")
    )
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    imported_in = models.ForeignKey(
        "SuppressionImport",
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("import"),
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    lifted_reason = models.CharField(_("reason for lifting"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            models.UniqueConstraint(
                fields=["msisdn", "account", "advertiser", "purpose", "program", "sender"],
                name="suppression_active_unique",
                condition=models.Q(lifted_at=None),
                nulls_distinct=False,
            )
        ]
        indexes = [
            # Lifted ones too: what was refused once is evidence.
            models.Index(fields=["msisdn", "account"], name="suppression_by_number"),
            models.Index(
                fields=["expires_at"],
                name="suppression_ends",
                condition=models.Q(lifted_at=None, expires_at__isnull=False),
            ),
            models.Index(
                fields=["imported_in"],
                name="suppression_by_import",
                condition=models.Q(imported_in__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.get_source_display()})"
