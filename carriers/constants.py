"""Words of the carrier side."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BindType(models.TextChoices):
    TRANSCEIVER = "transceiver", _("Transceiver")
    TRANSMITTER = "transmitter", _("Transmitter")
    RECEIVER = "receiver", _("Receiver")


class LongMessages(models.TextChoices):
    """How a text of several segments is carried (SMPP 3.4 §5.3.2.22 to §5.3.2.24, §5.3.2.32)."""

    UDH8 = "udh8", _("User data header, 8-bit reference")
    UDH16 = "udh16", _("User data header, 16-bit reference")
    SAR = "sar", _("SAR parameters")
    PAYLOAD = "payload", _("message_payload")


class ShiftLanguage(models.TextChoices):
    """Languages with a single shift table (3GPP TS 23.038 §6.2.1.2.4)."""

    TURKISH = "turkish", _("Turkish")
    SPANISH = "spanish", _("Spanish")
    PORTUGUESE = "portuguese", _("Portuguese")
    BENGALI = "bengali", _("Bengali")
    GUJARATI = "gujarati", _("Gujarati")
    HINDI = "hindi", _("Hindi")
    KANNADA = "kannada", _("Kannada")
    MALAYALAM = "malayalam", _("Malayalam")
    ORIYA = "oriya", _("Oriya")
    PUNJABI = "punjabi", _("Punjabi")
    TAMIL = "tamil", _("Tamil")
    TELUGU = "telugu", _("Telugu")
    URDU = "urdu", _("Urdu")


# Spanish has no locking shift table (A.3.2).
LOCKING_SHIFT_CHOICES = [one for one in ShiftLanguage.choices if one[0] != ShiftLanguage.SPANISH]


class IdForm(models.TextChoices):
    """How a message id is brought into the form that answers and receipts share."""

    AS_IS = "as_is", _("As it is")
    STRIP_ZEROS_UPPER = "strip_zeros_upper", _("Without leading zeros, upper case")
    HEX_TO_DEC = "hex_to_dec", _("Hexadecimal to decimal")
    DEC_TO_HEX = "dec_to_hex", _("Decimal to hexadecimal")


class ReceiptRequest(models.TextChoices):
    """registered_delivery (SMPP 3.4 §5.2.17)."""

    NONE = "none", _("None")
    FINAL = "final", _("Every final state")
    FAILURE = "failure", _("Failures only")


class SessionState(models.TextChoices):
    """The health words of a session, stored and shown as they are."""

    STARTING = "starting", _("Starting")
    BINDING = "binding", _("Binding")
    BOUND = "bound", _("Bound")
    THROTTLED = "throttled", _("Throttled")
    CONNECTION_LOST = "connection_lost", _("Connection lost")
    BIND_FAILED = "bind_failed", _("Bind refused")
    UNBOUND = "unbound", _("Unbound")
