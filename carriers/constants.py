"""Words of the carrier side."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BindKind(models.TextChoices):
    """How the carrier is spoken to."""

    SMPP = "smpp", _("SMPP")
    HTTP = "http", _("HTTP")


class HttpMethod(models.TextChoices):
    """How an HTTP carrier is asked; GET carries everything in its query."""

    POST = "POST", "POST"
    PUT = "PUT", "PUT"
    GET = "GET", "GET"


class HttpFormat(models.TextChoices):
    """How the body of a request is written."""

    JSON = "json", _("JSON")
    FORM = "form", _("Form")


class HttpAuthentication(models.TextChoices):
    """How we say who we are (RFC 6750, RFC 7617)."""

    NONE = "none", _("None, or in the body")
    BEARER = "bearer", _("Bearer token")
    BASIC = "basic", _("User and password (Basic)")
    HEADER = "header", _("Key in a header of its own")


class SignatureForm(models.TextChoices):
    """How an HMAC-SHA256 signature of a webhook is written."""

    HEX = "hex", _("HMAC-SHA256, hexadecimal")
    BASE64 = "base64", _("HMAC-SHA256, Base64")


class InterfaceVersion(models.IntegerChoices):
    """interface_version of the bind (SMPP 3.4 §5.2.4)."""

    V33 = 0x33, _("3.3")
    V34 = 0x34, _("3.4")
    V50 = 0x50, _("5.0")


class ReceiptTrust(models.TextChoices):
    """What a receipt proves (facts: many are mere acknowledgements)."""

    HANDSET = "handset", _("Reached the handset")
    NETWORK = "network", _("Taken by the network")


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
    PAD = "pad", _("Filled with zeros on the left")


class ReceiptRequest(models.TextChoices):
    """registered_delivery (SMPP 3.4 §5.2.17)."""

    NONE = "none", _("None")
    FINAL = "final", _("Every final state")
    FAILURE = "failure", _("Failures only")
    SUCCESS = "success", _("Deliveries only (SMPP 5.0)")


class AddressForm(models.TextChoices):
    """How a number is written in a PDU."""

    DIGITS = "digits", _("Digits: 84912345678")
    PLUS = "plus", _("With a plus sign: +84912345678")
    DOUBLE_ZERO = "double_zero", _("With two zeros: 0084912345678")
    NATIONAL = "national", _("As dialled in the country: 0912345678")
    BARE = "bare", _("Without country code and zero: 912345678")


class AddressCharset(models.TextChoices):
    """How the characters of an alphanumeric sender are written."""

    LATIN1 = "latin1", _("Latin-1")
    ASCII = "ascii", _("ASCII")
    GSM7 = "gsm7", _("GSM 03.38")
    CP1252 = "cp1252", _("Windows-1252")
    UTF8 = "utf8", _("UTF-8")


class SourcePolicy(models.TextChoices):
    """Which senders may leave over a bind."""

    AS_IS = "as_is", _("Every sender, as it is")
    FIXED = "fixed", _("One fixed address instead of the sender")
    ALLOWED = "allowed", _("Only senders on the list")


class ValidityForm(models.TextChoices):
    """validity_period (SMPP 3.4 §7.1.1)."""

    RELATIVE = "relative", _("Relative: so long from now")
    ABSOLUTE = "absolute", _("Absolute: until a time in UTC")
    NONE = "none", _("Never sent")


class ReceiptSource(models.TextChoices):
    """Where id and state of a receipt are read when two places disagree."""

    TLV = "tlv", _("Optional parameters, then the text")
    TEXT = "text", _("The text, then optional parameters")


class RequeuePosition(models.TextChoices):
    """Where a message goes that the SMSC throttled."""

    FIRST = "first", _("First again")
    LATER = "later", _("Later: others go before it")


class CharacterPolicy(models.TextChoices):
    """What becomes of characters that the carrier does not take."""

    KEEP = "keep", _("Nothing: send the text as it is")
    REPLACE = "replace", _("Replace them")
    REFUSE = "refuse", _("Refuse the message")


class TlvType(models.TextChoices):
    """How the value of a vendor parameter is written (SMPP 3.4 §3.1)."""

    OCTETS = "octets", _("Octet string")
    CSTRING = "cstring", _("C-octet string, with a final zero octet")
    INT1 = "int1", _("Integer of 1 octet")
    INT2 = "int2", _("Integer of 2 octets")
    INT4 = "int4", _("Integer of 4 octets")
    HEX = "hex", _("Octets written in hexadecimal")


class TlvSource(models.TextChoices):
    """Where the value of a vendor parameter comes from."""

    TEXT = "text", _("The fixed value")
    ADVERTISER_ENTITY = "advertiser.entity_id", _("Advertiser: entity id")
    ADVERTISER_NAME = "advertiser.name", _("Advertiser: brand")
    ADVERTISER_REGISTRATION = (
        "advertiser.registration_number",
        _("Advertiser: registration number"),
    )
    ENTITY_CHAIN = "advertiser.entity_chain", _("Advertiser: hash of entity id and fixed value")
    SENDER_ADDRESS = "sender.address", _("Sender: address")
    SENDER_REGISTRATION = "sender.registration", _("Sender: reference of its registration")
    TEMPLATE_REGISTRATION = "template.registration", _("Template: reference of its registration")
    TEMPLATE_SLUG = "template.slug", _("Template: short name")
    MESSAGE_ID = "message.id", _("Message: id")
    MESSAGE_CLASS = "message.class", _("Message: class")


class SessionState(models.TextChoices):
    """The health words of a session, stored and shown as they are."""

    STARTING = "starting", _("Starting")
    BINDING = "binding", _("Binding")
    BOUND = "bound", _("Bound")
    THROTTLED = "throttled", _("Throttled")
    CONNECTION_LOST = "connection_lost", _("Connection lost")
    BIND_FAILED = "bind_failed", _("Bind refused")
    UNBOUND = "unbound", _("Unbound")
