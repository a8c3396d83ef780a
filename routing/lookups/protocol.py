"""What every kind of provider answers, and how one is made from its row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from routing.models import LookupProvider


@dataclass(frozen=True, slots=True)
class Answered:
    """What a provider says of a number: the code of its network, or that it is nobody's.

    With neither, the provider knew the number and named a network that nobody here knows.
    """

    msisdn: str
    network_code: str = ""
    is_absent: bool = False
    detail: str = ""


class LookupFailedError(Exception):
    """The provider could not be asked; the message is one stable word, such as `timeout`."""


class Provider(Protocol):
    """Asks about at most `LookupProvider.batch_size` numbers at once, on any thread."""

    def ask(self, msisdns: Sequence[str], *, seconds: float) -> list[Answered]:
        """What it knows of these numbers, within so many seconds. Raises LookupFailedError."""
        ...


# By kind what people read, and where its class is: it takes the row and the codes of networks.
KINDS: Mapping[str, tuple[Promise, str]] = {
    "http": (cast(Promise, _("A service over HTTP")), "routing.lookups.http.HttpProvider"),
    "file": (
        cast(Promise, _("Files that are loaded now and then")),
        "routing.lookups.files.FileProvider",
    ),
}
KIND_CHOICES = [(kind, words) for kind, (words, _path) in KINDS.items()]


def provider_of(row: LookupProvider, codes: Mapping[str, str]) -> Provider:
    """The provider of a row; `codes`: our networks' codes by what others call them."""
    made: Provider = import_string(KINDS[row.kind][1])(row, codes)
    return made
