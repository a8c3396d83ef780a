"""The sender's address as one bind writes it: policy, form, characters, type of number."""

from typing import NamedTuple

from carriers.addresses import kind_of, writer
from carriers.constants import AddressCharset, SourcePolicy
from carriers.models import Bind
from messaging.encoding import gsm7
from messaging.pump.refusals import ComposeError
from messaging.selectors.snapshot import SenderCard

# Usual type of number and numbering plan per kind of sender (SMPP 3.4 §5.2.5, §5.2.6).
USUAL_TON = {"alphanumeric": (5, 0), "short_code": (3, 0), "long_code": (1, 1)}
_CODECS = {
    AddressCharset.LATIN1: "latin-1",
    AddressCharset.ASCII: "ascii",
    AddressCharset.CP1252: "cp1252",
    AddressCharset.UTF8: "utf-8",
}


class Source(NamedTuple):
    """source_addr with its TON and NPI; each character of `address` is one octet."""

    address: str
    ton: int
    npi: int


def address_of(bind: Bind, sender: SenderCard) -> tuple[str, str]:
    """The address that leaves, and its kind. Raises ComposeError where it may not."""
    address = sender.address
    if bind.source_policy == SourcePolicy.FIXED:
        return bind.fixed_source, kind_of(bind.fixed_source)
    if bind.source_policy == SourcePolicy.ALLOWED and address not in bind.allowed_sources:
        raise ComposeError(f"sender {address} is not on the bind's list")
    return address, sender.kind


def source_of(bind: Bind, sender: SenderCard) -> Source:
    """How the sender is named. Raises ComposeError where it may not leave over this bind."""
    address, kind = address_of(bind, sender)
    ton, npi = bind.source_ton.get(kind) or USUAL_TON[kind]
    if kind == "long_code":
        write = writer(bind.source_form, bind.country_code)
        address = write(address.lstrip("+")) if write else address
    elif kind == "alphanumeric":
        address = _written(address, bind.address_charset)
    return Source(address, ton, npi)


def _written(address: str, charset: str) -> str:
    """The octets of the charset, as Latin-1 characters that a C-octet string takes one by one."""
    if charset == AddressCharset.GSM7:
        octets = gsm7.encode(address)
        if octets is None:
            raise ComposeError(f"sender {address} is not GSM 03.38")
        return octets.replace(b"\0", b"?").decode("latin-1")  # @ is 0 and would end the string
    try:
        return address.encode(_CODECS[AddressCharset(charset)]).decode("latin-1")
    except UnicodeEncodeError as error:
        raise ComposeError(f"sender {address} is not {charset}") from error
