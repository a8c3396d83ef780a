from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.constants import (
    ReadFrom,
    SignatureKind,
    TriggerResult,
    TriggerVersionStatus,
)
from campaigns.triggers.signatures import (
    ALGORITHMS,
    ENCODINGS,
    SIGNED_CONTENTS,
    Scheme,
)
from compliance.models import Account, User
from config.common.secrets import EncryptedTextField


class TriggerSource(models.Model):
    """A platform of an account's that tells of events: its inbound address, how it signs, and
    where its events have their name."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="trigger_sources", verbose_name=_("account")
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("Which platform this is."))
    key = models.CharField(_("key"), max_length=60, unique=True, editable=False)
    is_enabled = models.BooleanField(
        _("on"),
        default=True,
        help_text=_("While it is off, events are kept and can be run later; nothing is sent."),
    )
    is_test = models.BooleanField(
        _("sandbox"),
        default=False,
        db_default=False,
        help_text=_(
            "What its events send goes to the simulator only: it reaches nobody and costs nothing."
            " Turn it off when all looks right."
        ),
    )
    signature = models.CharField(
        _("signature"),
        max_length=20,
        choices=SignatureKind.choices,
        default=SignatureKind.STANDARD_WEBHOOKS,
    )
    header = models.CharField(
        _("header of the signature"), max_length=80, blank=True, help_text="X-Hub-Signature-256"
    )
    algorithm = models.CharField(
        _("algorithm"),
        max_length=10,
        choices=[(one, f"HMAC {one.upper()}") for one in ALGORITHMS],
        default=ALGORITHMS[0],
    )
    encoding = models.CharField(
        _("written in"),
        max_length=8,
        choices=[(one, one) for one in ENCODINGS],
        default=ENCODINGS[0],
    )
    prefix = models.CharField(
        _("begins with"), max_length=20, blank=True, help_text=_("Such as sha256= or nothing.")
    )
    signed_content = models.CharField(
        _("what is signed"),
        max_length=30,
        choices=[(one, one) for one in SIGNED_CONTENTS],
        default=SIGNED_CONTENTS[0],
    )
    timestamp_header = models.CharField(
        _("header of the time"),
        max_length=80,
        blank=True,
        help_text=_("Needed where the time is signed and is not part of the signature's header."),
    )
    id_header = models.CharField(_("header of the event's id"), max_length=80, blank=True)
    timestamp_member = models.CharField(
        _("member with the time"),
        max_length=20,
        blank=True,
        help_text=_("Where the header reads like t=1700000000,v1=5257a8…: t."),
    )
    signature_member = models.CharField(
        _("member with the signature"), max_length=20, blank=True, help_text=_("In the same: v1.")
    )
    tolerance_seconds = models.PositiveIntegerField(
        _("how old a signature may be"), default=300, help_text=_("In seconds.")
    )
    secret = EncryptedTextField(_("signing secret"), editable=False)
    previous_secret = EncryptedTextField(blank=True, default="", editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    allowed_addresses = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("allowed addresses"),
        default=list,
        blank=True,
        help_text=_("IP addresses or networks such as 203.0.113.0/24; empty allows any."),
    )
    name_from = models.CharField(
        _("the event's name is in"),
        max_length=8,
        choices=ReadFrom.choices,
        default=ReadFrom.PATH,
    )
    name_at = models.CharField(
        _("at"),
        max_length=200,
        default="$.type",
        help_text=_("A JSON path such as $.type, or the header's name such as X-Event."),
    )
    key_from = models.CharField(
        _("the event's id is in"),
        max_length=8,
        choices=ReadFrom.choices,
        default=ReadFrom.HEADER,
    )
    key_at = models.CharField(
        _("at"),
        max_length=200,
        blank=True,
        help_text=_(
            "Where the id of the event is: the same id acts once. Empty, or where there is none: "
            "the same body acts once."
        ),
    )
    dedupe_hours = models.PositiveIntegerField(
        _("remembered for"),
        default=7 * 24,
        help_text=_("Hours in which the same event (and one per message's own key) acts once."),
    )
    payload_days = models.PositiveIntegerField(
        _("bodies are kept for"),
        default=14,
        help_text=_("Days; then only what became of the event stays."),
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_event_at = models.DateTimeField(_("last event"), null=True, editable=False)
    # Requests that were refused are not stored; the last one's reason helps to set the platform up.
    refused_at = models.DateTimeField(_("last refused"), null=True, editable=False)
    refused_code = models.CharField(max_length=40, blank=True, editable=False)
    refused_params = models.JSONField(default=dict, editable=False)
    history = HistoricalRecords(
        excluded_fields=[
            "key",
            "secret",
            "previous_secret",
            "previous_secret_until",
            "last_event_at",
            "refused_at",
            "refused_code",
            "refused_params",
        ]
    )

    class Meta:
        verbose_name = _("trigger source")
        verbose_name_plural = _("trigger sources")
        ordering = ["account", "name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="trigger_source_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scheme(self) -> Scheme:
        """How its requests are signed."""
        return Scheme(
            kind=self.signature,
            header=self.header,
            algorithm=self.algorithm,
            encoding=self.encoding,
            prefix=self.prefix,
            signed_content=self.signed_content,
            timestamp_header=self.timestamp_header,
            id_header=self.id_header,
            timestamp_member=self.timestamp_member,
            signature_member=self.signature_member,
            tolerance_seconds=self.tolerance_seconds,
        )

    @property
    def address(self) -> str:
        """The path of its inbound endpoint."""
        return f"/api/v1/triggers/{self.key}"


class TriggerMapping(models.Model):
    """What is sent for some of a source's events. What it says is in its versions."""

    source = models.ForeignKey(
        TriggerSource, models.CASCADE, related_name="mappings", verbose_name=_("source")
    )
    name = models.CharField(_("name"), max_length=80)
    is_enabled = models.BooleanField(_("on"), default=True)
    # Of the platform's documentation or a real one: for trials, so kept encrypted.
    sample = EncryptedTextField(_("sample event"), blank=True, default="")
    sample_event = models.CharField(_("name of the sample event"), max_length=120, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_sent_at = models.DateTimeField(_("last message"), null=True, editable=False)

    class Meta:
        verbose_name = _("trigger mapping")
        verbose_name_plural = _("trigger mappings")
        ordering = ["source", "name"]
        constraints = [
            models.UniqueConstraint(fields=["source", "name"], name="trigger_mapping_name")
        ]

    def __str__(self) -> str:
        return self.name


class TriggerVersion(models.Model):
    """What a mapping says, as it was at a time: once active it stays as it is."""

    mapping = models.ForeignKey(
        TriggerMapping, models.CASCADE, related_name="versions", verbose_name=_("mapping")
    )
    number = models.PositiveIntegerField(_("version"))
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=TriggerVersionStatus.choices,
        default=TriggerVersionStatus.DRAFT,
    )
    spec = models.JSONField(_("mapping"))
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("written"))
    activated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    activated_at = models.DateTimeField(_("activated"), null=True)
    retired_at = models.DateTimeField(_("replaced"), null=True)

    class Meta:
        verbose_name = _("version of a trigger mapping")
        verbose_name_plural = _("versions of trigger mappings")
        ordering = ["mapping", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["mapping", "number"], name="trigger_version_number"),
            models.UniqueConstraint(
                fields=["mapping"],
                condition=models.Q(status="active"),
                name="trigger_version_one_active",
            ),
            models.UniqueConstraint(
                fields=["mapping"],
                condition=models.Q(status="draft"),
                name="trigger_version_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mapping} v{self.number}"


class TriggerEvent(models.Model):
    """An event that a source told: what came, and what became of it."""

    id = models.UUIDField(primary_key=True)
    source = models.ForeignKey(
        TriggerSource,
        models.CASCADE,
        related_name="events",
        verbose_name=_("source"),
        db_index=False,
    )
    name = models.CharField(_("event"), max_length=120, blank=True)
    # As its source was when it came, however often it is run again.
    is_test = models.BooleanField(_("sandbox"), default=False, db_default=False)
    received_at = models.DateTimeField(_("received"))
    result = models.CharField(_("result"), max_length=10, choices=TriggerResult.choices)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    reason_params = models.JSONField(default=dict)
    # Per mapping that was asked: mapping, version, outcome, code, params, place, message.
    steps = models.JSONField(default=list)
    body = EncryptedTextField(blank=True, default="")  # "" once its time is over
    headers = EncryptedTextField(blank=True, default="")  # those that the source reads, as JSON
    size = models.PositiveIntegerField(_("size"), default=0)
    # Keyed marks of the numbers in the body, so that a person's events are found for erasure.
    marks = ArrayField(models.BigIntegerField(), default=list)
    repeats = models.PositiveIntegerField(_("repeats"), default=0)
    runs = models.PositiveSmallIntegerField(_("runs"), default=1)
    ran_at = models.DateTimeField(_("last run"))
    retry_at = models.DateTimeField(null=True)  # after a fault of ours
    body_until = models.DateTimeField(_("body is kept until"), null=True)  # null once it is gone

    class Meta:
        verbose_name = _("trigger event")
        verbose_name_plural = _("trigger events")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["source", "-id"], name="trigger_event_recent"),
            models.Index(fields=["source", "result", "-id"], name="trigger_event_result"),
            models.Index(
                fields=["retry_at"],
                name="trigger_event_retry",
                condition=models.Q(retry_at__isnull=False),
            ),
            models.Index(
                fields=["body_until"],
                name="trigger_event_body",
                condition=models.Q(body_until__isnull=False),
            ),
            GinIndex(fields=["marks"], name="trigger_event_marks"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class TriggerKey(models.Model):
    """What acts once: an event of a source, or (`mapping_id` not 0) a message of a mapping; in the
    sandbox and outside of it once each."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(TriggerSource, models.CASCADE, related_name="+", db_index=False)
    mapping_id = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32)
    event_id = models.UUIDField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "mapping_id", "digest"], name="trigger_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.mapping_id}"
