"""Which column of a price file holds what, told by its first line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


class LayoutError(ValueError):
    """The first line does not say where country or network and price stand; `code` tells which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# What carriers and people call the columns, without spaces, signs and capitals.
_NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("country", "countrycode", "iso", "iso2", "countryiso", "quocgia"), "country"),
    **dict.fromkeys(("mccmnc", "plmn", "hni", "imsi", "networkmccmnc"), "mccmnc"),
    **dict.fromkeys(("mcc",), "mcc"),
    **dict.fromkeys(("mnc",), "mnc"),
    **dict.fromkeys(
        ("network", "networkcode", "networkname", "operator", "operatorname", "mang", "carrier"),
        "network",
    ),
    **dict.fromkeys(("class", "messageclass", "type", "traffictype", "loai"), "class"),
    **dict.fromkeys(
        ("price", "cost", "rate", "amount", "newprice", "pricepersms", "persegment", "gia"),
        "price",
    ),
    **dict.fromkeys(("currency", "curr", "ccy", "tiente"), "currency"),
    **dict.fromkeys(("sender", "senderid", "from", "brandname", "shortcode"), "sender"),
}
_SIGNS: Final = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class Layout:
    """The place of each column that is read, and the names of those that are not."""

    columns: Mapping[str, int]
    ignored: tuple[str, ...]


def layout_of(heads: Sequence[str]) -> Layout:
    """The layout that a first line gives. Raises LayoutError (`no_price`, `no_place`)."""
    columns: dict[str, int] = {}
    ignored: list[str] = []
    for place, head in enumerate(heads):
        name = _NAMES.get(_SIGNS.sub("", head.strip().casefold().replace("_", "")))
        if name is None or name in columns:
            ignored += [head.strip()] if head.strip() else []
        else:
            columns[name] = place
    if "price" not in columns:
        raise LayoutError("no_price")
    if not columns.keys() & {"country", "network", "mccmnc", "mcc"}:
        raise LayoutError("no_place")
    return Layout(columns, tuple(ignored))
