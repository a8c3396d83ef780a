"""How one HTTP carrier is spoken to. Pure values; the admin's form and the API check them here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Method = Literal["POST", "PUT", "GET"]
Format = Literal["json", "form"]
Authentication = Literal["none", "bearer", "basic", "header"]
SignatureForm = Literal["hex", "base64"]

# What a template may name. Those in NUMBERS and FLAGS keep their JSON type where the
# placeholder stands alone.
TEXTS: Final = frozenset(
    {
        "from",  # the sender's address
        "to",  # the number in digits
        "to_plus",  # the number with a plus
        "text",  # the text, or this segment's part of it
        "encoding",  # gsm7, ucs2 or latin1
        "data",  # the segment's octets without header, in hexadecimal
        "udh",  # its user data header, in hexadecimal
        "reference",  # ours; the same for each try of a segment
        "class",  # otp, transactional, care or marketing
        "receipt_url",  # where this bind's receipts are expected
    }
)
NUMBERS: Final = frozenset({"segment", "segments", "validity_seconds"})
FLAGS: Final = frozenset({"wants_receipt"})
PLACEHOLDERS: Final = TEXTS | NUMBERS | FLAGS


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """One carrier's way of taking messages.

    `body` is a JSON value with placeholders, flat for forms. `error_classes` maps an HTTP status
    ("429") or a code of the carrier's own ("code:1707") to a status class or to "unknown".
    """

    url: str
    method: Method = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    format: Format = "json"
    body: object = field(default_factory=dict)
    authentication: Authentication = "none"
    authentication_name: str = ""
    secret: str = field(default="", repr=False)
    connect_seconds: float = 5.0
    success_path: str = ""
    success_values: tuple[str, ...] = ()
    id_path: str = ""
    error_path: str = ""
    error_classes: Mapping[str, str] = field(default_factory=dict)
    receipt_url: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an option: its name, the rule it breaks, and the mend."""

    field: str
    rule: str
    fix: str
