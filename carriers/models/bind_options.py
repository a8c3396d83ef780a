"""The options of a bind, by what they are about. What each means is said in `carriers.options`."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.constants import (
    LOCKING_SHIFT_CHOICES,
    AddressCharset,
    AddressForm,
    BindType,
    CharacterPolicy,
    IdForm,
    InterfaceVersion,
    LongMessages,
    ReceiptRequest,
    ReceiptSource,
    ReceiptTrust,
    RequeuePosition,
    ShiftLanguage,
    SourcePolicy,
    ValidityForm,
)
from config.common.secrets import EncryptedTextField

_AT_MOST_255 = [MaxValueValidator(255)]
_TON = [MaxValueValidator(7)]  # three bits in practice (SMPP 3.4 §5.2.5)
_NPI = [MaxValueValidator(18)]  # SMPP 3.4 §5.2.6
_DAY = 86_400


def _seconds(least: float, most: float) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(least), MaxValueValidator(most)]


class ConnectionOptions(models.Model):
    """Where to connect, and as whom."""

    host = models.CharField(_("host"), max_length=255, blank=True)
    port = models.PositiveIntegerField(
        _("port"), default=2775, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    local_address = models.GenericIPAddressField(_("own address"), null=True, blank=True)
    bind_type = models.CharField(
        _("bind type"), max_length=12, choices=BindType.choices, default=BindType.TRANSCEIVER
    )
    interface_version = models.PositiveSmallIntegerField(
        _("interface_version"), choices=InterfaceVersion.choices, default=InterfaceVersion.V34
    )
    system_id = models.CharField(_("system_id"), max_length=15, blank=True)
    password = EncryptedTextField(_("password"), blank=True)
    system_type = models.CharField(_("system_type"), max_length=12, blank=True)
    addr_ton = models.PositiveSmallIntegerField(_("addr_ton"), default=0, validators=_TON)
    addr_npi = models.PositiveSmallIntegerField(_("addr_npi"), default=0, validators=_NPI)
    address_range = models.CharField(_("address_range"), max_length=40, blank=True)

    use_tls = models.BooleanField(_("TLS"), default=False)
    tls_verify = models.BooleanField(_("verify the certificate"), default=True)
    tls_server_name = models.CharField(_("server name"), max_length=253, blank=True)
    tls_ca_bundle = models.TextField(_("certificate authorities"), max_length=200_000, blank=True)
    tls_certificate = models.TextField(_("client certificate"), max_length=60_000, blank=True)
    tls_key = EncryptedTextField(_("client key"), blank=True)

    class Meta:
        abstract = True


class SessionOptions(models.Model):
    """Timers and pace of the session."""

    session_init_timer_seconds = models.FloatField(
        _("bind answer timer"), default=30, validators=_seconds(1, 600)
    )
    enquire_link_timer_seconds = models.FloatField(
        _("enquire_link timer"), default=30, validators=_seconds(0, 3600)
    )
    inactivity_timer_seconds = models.FloatField(
        _("inactivity timer"), default=0, validators=_seconds(0, _DAY)
    )
    response_timer_seconds = models.FloatField(
        _("response timer"), default=60, validators=_seconds(1, 600)
    )
    pdu_read_timer_seconds = models.FloatField(
        _("PDU read timer"), default=30, validators=_seconds(0, 600)
    )
    reconnect_base_seconds = models.FloatField(
        _("first reconnect delay"), default=1, validators=_seconds(0.1, 600)
    )
    reconnect_cap_seconds = models.FloatField(
        _("longest reconnect delay"), default=60, validators=_seconds(1, 3600)
    )
    shutdown_drain_seconds = models.FloatField(
        _("drain limit"), default=10, validators=_seconds(0, 60)
    )

    window = models.PositiveSmallIntegerField(
        _("window"), default=50, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    throughput = models.FloatField(
        _("throughput"), null=True, blank=True, validators=[MinValueValidator(0.1)]
    )
    throttle_delay_seconds = models.FloatField(
        _("pause when throttled"), default=1.0, validators=_seconds(0.1, 600)
    )
    throttle_cut = models.FloatField(
        _("rate kept when throttled"), default=0.5, validators=_seconds(0.05, 1)
    )
    throttle_recovery = models.FloatField(
        _("rate regained per second"), default=0.1, validators=_seconds(0.001, 1)
    )
    throttle_floor = models.FloatField(
        _("rate always kept"), default=1 / 32, validators=_seconds(0.001, 1)
    )
    requeue_position = models.CharField(
        _("place of throttled messages"),
        max_length=8,
        choices=RequeuePosition.choices,
        default=RequeuePosition.FIRST,
    )
    requeue_delay_seconds = models.PositiveSmallIntegerField(
        _("delay of throttled messages"), default=30, validators=_seconds(1, 3600)
    )

    class Meta:
        abstract = True


class AddressOptions(models.Model):
    """How senders and recipients are written, and which senders may leave."""

    source_ton = models.JSONField(_("source TON and NPI"), default=dict, blank=True)
    source_form = models.CharField(
        _("form of long codes"),
        max_length=12,
        choices=AddressForm.choices,
        default=AddressForm.DIGITS,
    )
    source_policy = models.CharField(
        _("senders"), max_length=8, choices=SourcePolicy.choices, default=SourcePolicy.AS_IS
    )
    fixed_source = models.CharField(_("fixed sender"), max_length=20, blank=True)
    allowed_sources = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("allowed senders"),
        default=list,
        blank=True,
    )
    destination_ton = models.PositiveSmallIntegerField(
        _("destination TON"), default=1, validators=_TON
    )
    destination_npi = models.PositiveSmallIntegerField(
        _("destination NPI"), default=1, validators=_NPI
    )
    destination_form = models.CharField(
        _("form of recipients"),
        max_length=12,
        choices=AddressForm.choices,
        default=AddressForm.DIGITS,
    )
    country_code = models.CharField(_("country code of national forms"), max_length=3, blank=True)
    address_charset = models.CharField(
        _("characters of senders"),
        max_length=8,
        choices=AddressCharset.choices,
        default=AddressCharset.LATIN1,
    )

    class Meta:
        abstract = True


class TextOptions(models.Model):
    """How texts are encoded, cut and checked."""

    default_alphabet = models.CharField(
        _("SMSC default alphabet"),
        max_length=8,
        default="gsm7",
        choices=[("gsm7", "GSM 03.38"), ("latin1", "Latin-1"), ("ascii", "ASCII")],
    )
    data_coding_gsm7 = models.PositiveSmallIntegerField(
        _("data_coding for GSM 7-bit"), default=0, validators=_AT_MOST_255
    )
    data_coding_ucs2 = models.PositiveSmallIntegerField(
        _("data_coding for UCS-2"), default=8, validators=_AT_MOST_255
    )
    data_coding_latin1 = models.PositiveSmallIntegerField(
        _("data_coding for Latin-1"), default=3, validators=_AT_MOST_255
    )
    packs_gsm7 = models.BooleanField(_("packed GSM 7-bit"), default=False)
    has_latin1 = models.BooleanField(_("takes Latin-1"), default=False)
    single_shifts = ArrayField(
        models.CharField(max_length=12, choices=ShiftLanguage.choices),
        verbose_name=_("single shift tables"),
        default=list,
        blank=True,
    )
    locking_shifts = ArrayField(
        models.CharField(max_length=12, choices=LOCKING_SHIFT_CHOICES),
        verbose_name=_("locking shift tables"),
        default=list,
        blank=True,
    )
    long_messages = models.CharField(
        _("long messages"), max_length=8, choices=LongMessages.choices, default=LongMessages.UDH8
    )
    max_segments = models.PositiveSmallIntegerField(
        _("most segments"), default=10, validators=[MinValueValidator(1), MaxValueValidator(255)]
    )
    max_octets = models.PositiveSmallIntegerField(
        _("octets of a segment"),
        default=140,
        validators=[MinValueValidator(40), MaxValueValidator(140)],
    )
    label_before = models.CharField(_("label before the text"), max_length=80, blank=True)
    label_after = models.CharField(_("label after the text"), max_length=160, blank=True)
    character_policy = models.CharField(
        _("forbidden characters"),
        max_length=8,
        choices=CharacterPolicy.choices,
        default=CharacterPolicy.KEEP,
    )
    forbidden_characters = models.CharField(_("characters"), max_length=200, blank=True)
    replacement = models.CharField(_("replacement"), max_length=3, blank=True)

    class Meta:
        abstract = True


class ReceiptOptions(models.Model):
    """Which receipts are asked for, and how they are read."""

    registered_delivery = models.CharField(
        _("receipts"), max_length=8, choices=ReceiptRequest.choices, default=ReceiptRequest.FINAL
    )
    asks_intermediate = models.BooleanField(_("intermediate notifications"), default=False)
    receipt_source = models.CharField(
        _("receipts are read from"),
        max_length=8,
        choices=ReceiptSource.choices,
        default=ReceiptSource.TLV,
    )
    text_without_flag = models.BooleanField(_("receipts without mark"), default=True)
    receipt_states = models.JSONField(_("words of receipts"), default=dict, blank=True)
    receipt_finals = models.JSONField(_("final states"), default=dict, blank=True)
    receipt_trust = models.CharField(
        _("receipts prove"), max_length=10, choices=ReceiptTrust.choices, blank=True
    )
    receipt_grace_seconds = models.PositiveIntegerField(
        _("receipt grace"), default=259_200, validators=_seconds(1, 30 * _DAY)
    )
    receipt_parked_days = models.PositiveSmallIntegerField(
        _("days to keep receipts without a message"), default=7, validators=_seconds(1, 60)
    )
    response_id_form = models.CharField(
        _("id form in answers"), max_length=20, choices=IdForm.choices, default=IdForm.AS_IS
    )
    response_id_digits = models.PositiveSmallIntegerField(
        _("digits of ids in answers"), null=True, blank=True, validators=_seconds(1, 64)
    )
    receipt_id_form = models.CharField(
        _("id form in receipts"), max_length=20, choices=IdForm.choices, default=IdForm.AS_IS
    )
    receipt_id_digits = models.PositiveSmallIntegerField(
        _("digits of ids in receipts"), null=True, blank=True, validators=_seconds(1, 64)
    )
    sends_user_message_reference = models.BooleanField(
        _("sends user_message_reference"), default=True
    )
    network_tlv = models.PositiveIntegerField(
        _("parameter with the network"), null=True, blank=True, validators=_seconds(1, 0xFFFF)
    )

    class Meta:
        abstract = True


class ParameterOptions(models.Model):
    """Status codes, fields of submit_sm, vendor parameters."""

    ported_codes = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("not our subscriber"),
        default=list,
        blank=True,
    )
    status_classes = models.JSONField(_("status codes"), default=dict, blank=True)
    status_names = models.JSONField(_("names of vendor codes"), default=dict, blank=True)
    vendor_tlvs = models.JSONField(_("vendor parameters"), default=list, blank=True)

    service_type = models.CharField(_("service_type"), max_length=5, blank=True)
    protocol_id = models.PositiveSmallIntegerField(
        _("protocol_id"), default=0, validators=_AT_MOST_255
    )
    priority_flag = models.PositiveSmallIntegerField(
        _("priority_flag"), default=0, validators=[MaxValueValidator(3)]
    )
    replace_if_present = models.BooleanField(_("replace_if_present_flag"), default=False)
    sm_default_msg_id = models.PositiveSmallIntegerField(
        _("sm_default_msg_id"), default=0, validators=_AT_MOST_255
    )
    class_options = models.JSONField(_("by class"), default=dict, blank=True)
    validity_form = models.CharField(
        _("form of the validity"),
        max_length=8,
        choices=ValidityForm.choices,
        default=ValidityForm.RELATIVE,
    )
    validity_seconds = models.PositiveIntegerField(
        _("validity"), null=True, blank=True, validators=_seconds(1, 99 * _DAY)
    )

    class Meta:
        abstract = True
