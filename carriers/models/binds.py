from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from carriers.constants import (
    LOCKING_SHIFT_CHOICES,
    BindType,
    IdForm,
    LongMessages,
    ReceiptRequest,
    SessionState,
    ShiftLanguage,
)
from carriers.models.carriers import Carrier
from config.common.secrets import EncryptedTextField


class Bind(models.Model):
    """A configured SMPP connection to a carrier's SMSC (SMPP 3.4); one session at a time."""

    carrier = models.ForeignKey(
        Carrier, models.PROTECT, related_name="binds", verbose_name=_("carrier")
    )
    name = models.CharField(_("name"), max_length=60, unique=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)

    host = models.CharField(_("host"), max_length=255)
    port = models.PositiveIntegerField(
        _("port"), default=2775, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    use_tls = models.BooleanField(_("TLS"), default=False)
    tls_verify = models.BooleanField(_("verify the certificate"), default=True)
    bind_type = models.CharField(
        _("bind type"), max_length=12, choices=BindType.choices, default=BindType.TRANSCEIVER
    )
    system_id = models.CharField(_("system_id"), max_length=15)
    password = EncryptedTextField(
        _("password"),
        blank=True,
        help_text=_("Kept encrypted and never shown. SMPP 3.4 allows 8 characters; some take 16."),
    )
    system_type = models.CharField(_("system_type"), max_length=12, blank=True)
    address_range = models.CharField(_("address_range"), max_length=40, blank=True)

    window = models.PositiveSmallIntegerField(
        _("window"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Segments that may wait for an answer. Throughput is window ÷ answer time."),
    )
    throughput = models.FloatField(
        _("throughput"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.1)],
        help_text=_("Contracted segments per second of this bind; empty: unlimited."),
    )
    throttle_delay_seconds = models.FloatField(
        _("pause when throttled"),
        default=1.0,
        validators=[MinValueValidator(0.1)],
        help_text=_("Seconds; the rate is halved after it and recovers slowly."),
    )
    session_init_timer_seconds = models.FloatField(_("bind answer timer"), default=30)
    enquire_link_timer_seconds = models.FloatField(_("enquire_link timer"), default=30)
    response_timer_seconds = models.FloatField(_("response timer"), default=60)
    pdu_read_timer_seconds = models.FloatField(_("PDU read timer"), default=30)
    reconnect_base_seconds = models.FloatField(_("first reconnect delay"), default=1)
    shutdown_drain_seconds = models.FloatField(_("drain limit"), default=10)

    source_ton = models.JSONField(
        _("source TON and NPI"),
        default=dict,
        blank=True,
        help_text=_('By sender kind, for example {"short_code": [3, 0]}; others as usual.'),
    )
    destination_ton = models.PositiveSmallIntegerField(_("destination TON"), default=1)
    destination_npi = models.PositiveSmallIntegerField(_("destination NPI"), default=1)
    service_type = models.CharField(_("service_type"), max_length=5, blank=True)
    protocol_id = models.PositiveSmallIntegerField(_("protocol_id"), default=0)
    data_coding_gsm7 = models.PositiveSmallIntegerField(_("data_coding for GSM 7-bit"), default=0)
    data_coding_ucs2 = models.PositiveSmallIntegerField(_("data_coding for UCS-2"), default=8)
    default_alphabet = models.CharField(
        _("SMSC default alphabet"),
        max_length=8,
        default="gsm7",
        choices=[("gsm7", "GSM 03.38"), ("latin1", "Latin-1"), ("ascii", "ASCII")],
        help_text=_(
            "How the SMSC reads and writes data_coding 0. Texts that another alphabet than GSM"
            " 03.38 cannot spell, such as those with €, go as UCS-2."
        ),
    )
    long_messages = models.CharField(
        _("long messages"), max_length=8, choices=LongMessages.choices, default=LongMessages.UDH8
    )
    has_latin1 = models.BooleanField(
        _("takes Latin-1"),
        default=False,
        help_text=_(
            "Texts outside GSM 7-bit but inside Latin-1 (ã, ç, ê) go with data_coding 3, 140"
            " characters a segment, instead of UCS-2 with 70. Vietnamese does not fit into it."
        ),
    )
    single_shifts = ArrayField(
        models.CharField(max_length=12, choices=ShiftLanguage.choices),
        verbose_name=_("single shift tables"),
        default=list,
        blank=True,
        help_text=_(
            "National extension tables of GSM 7-bit that SMSC and phones are known to show; used"
            " where that saves segments, always with a user data header. None of them is"
            " Vietnamese."
        ),
    )
    locking_shifts = ArrayField(
        models.CharField(max_length=12, choices=LOCKING_SHIFT_CHOICES),
        verbose_name=_("locking shift tables"),
        default=list,
        blank=True,
        help_text=_("National main tables; as above."),
    )
    registered_delivery = models.CharField(
        _("receipts"), max_length=8, choices=ReceiptRequest.choices, default=ReceiptRequest.FINAL
    )
    sends_user_message_reference = models.BooleanField(
        _("sends user_message_reference"),
        default=True,
        help_text=_("Lets a receipt find its message although the answer was lost."),
    )
    response_id_form = models.CharField(
        _("id form in answers"), max_length=20, choices=IdForm.choices, default=IdForm.AS_IS
    )
    receipt_id_form = models.CharField(
        _("id form in receipts"), max_length=20, choices=IdForm.choices, default=IdForm.AS_IS
    )
    receipt_grace_seconds = models.PositiveIntegerField(
        _("receipt grace"),
        default=259_200,
        help_text=_("Seconds after sending until a message without receipt becomes unknown."),
    )
    validity_seconds = models.PositiveIntegerField(
        _("validity"),
        null=True,
        blank=True,
        help_text=_("validity_period in seconds when the message sets none; empty: the SMSC's."),
    )
    status_classes = models.JSONField(
        _("status code classes"),
        default=dict,
        blank=True,
        help_text=_('Exceptions to the usual classes, for example {"0x45": "temporary"}.'),
    )
    history = HistoricalRecords(excluded_fields=["password"])

    class Meta:
        verbose_name = _("bind")
        verbose_name_plural = _("binds")
        ordering = ["carrier", "name"]

    def __str__(self) -> str:
        return self.name


class BindLease(models.Model):
    """Who holds a bind's session; database time decides, `epoch` rises at each taking."""

    bind = models.OneToOneField(Bind, models.CASCADE, primary_key=True, related_name="lease")
    holder = models.CharField(_("worker"), max_length=120, blank=True)
    host = models.CharField(_("machine"), max_length=120, blank=True)
    epoch = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(_("lease ends"), null=True)
    journal = models.CharField(max_length=255, blank=True)
    state = models.CharField(
        _("session"), max_length=16, choices=SessionState.choices, default=SessionState.UNBOUND
    )
    state_since = models.DateTimeField(_("since"), null=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bind lease")
        verbose_name_plural = _("bind leases")

    def __str__(self) -> str:
        return f"{self.bind_id}: {self.state}"


class SessionEvent(models.Model):
    """What happened to a bind's session: append-only."""

    id = models.BigAutoField(primary_key=True)
    bind = models.ForeignKey(Bind, models.CASCADE, verbose_name=_("bind"))
    state = models.CharField(_("state"), max_length=16, choices=SessionState.choices)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("session event")
        verbose_name_plural = _("session events")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.state} {self.detail}".strip()
