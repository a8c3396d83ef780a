"""Lines of a price file, read one by one."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from routing.price_files.layout import Layout


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


_ = gettext_noop
BAD_LINES: Final[Mapping[str, str]] = {
    "price_missing": _("There is no price in this line."),
    "price_wrong": _("The price is no number: write 0.0075 or 820."),
    "price_below_zero": _("A price is not below zero."),
    "price_too_fine": _("The price has more than six places behind the point."),
    "price_too_large": _("The price is too large: is it in the list's currency?"),
    "currency_other": _("The line is in another currency than the list: make a list for it."),
    "country_unknown": _("This is not a country: write two letters, such as VN."),
    "place_missing": _("The line names neither a country nor a network."),
    "network_unknown": _("Nobody here knows this network: add it under Networks first."),
    "network_unclear": _("Several networks are called so: name one by its code or MCC-MNC."),
    "network_abroad": _("The network is in another country than the line says."),
    "class_unknown": _("This is no class: write otp, transactional, care or marketing."),
    "sender_unknown": _("The account has no sender of this name."),
    "sender_unclear": _("The account has this sender in several countries: name the line's."),
    "sender_not_here": _("Only an account's own prices can be a sender's: leave it empty."),
    "columns_missing": _("The line has fewer columns than the first one."),
    "twice": _("An earlier line has the price of the same network and class."),
}
_MICROS: Final = Decimal(1_000_000)
_LARGEST: Final = 10**15  # a billion units; behind it somebody slipped
_EVERY: Final = frozenset({"", "*", "all", "any", "-"})
_CUT: Final = 300


class PriceRow(NamedTuple):
    """A rate as a line says it; no network: the whole country; no class, no sender: every one."""

    line: int
    country: str
    network_id: int | None
    message_class: str
    amount_micros: int
    sender_id: int | None = None

    @property
    def key(self) -> tuple[str, int | None, str, int | None]:
        """What it is the rate of."""
        return self.country, self.network_id, self.message_class, self.sender_id


class BadLine(NamedTuple):
    """A line that was set aside: `code` is one of BAD_LINES, `content` how it stands."""

    line: int
    code: str
    content: str


class _RefusedError(ValueError):
    """What is wrong with a line."""


@dataclass(frozen=True, slots=True)
class KnownNetwork:
    """A network that files may name."""

    id: int
    code: str
    name: str
    country: str
    mcc_mnc: str = ""
    is_own: bool = True  # not a virtual one on another's masts


class RowReader:
    """Reads lines by a layout; every rate is given once, a second line for it is bad."""

    def __init__(
        self,
        layout: Layout,
        networks: Iterable[KnownNetwork],
        *,
        currency: str,
        classes: Sequence[str],
        is_country: Callable[[str], bool],
        senders: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        """`senders`: the account's, by address in small letters and then country; None where
        prices are of no account."""
        self._senders = senders
        self._layout, self._currency, self._classes = layout, currency, frozenset(classes)
        self._is_country = is_country
        self._widest = max(layout.columns.values())
        known = list(networks)
        self._networks = {one.id: one for one in known}
        self._by_code = {one.code.casefold(): one.id for one in known}
        self._by_name = _sharing((one.name.casefold(), one.id) for one in known)
        self._by_plmn: dict[str, list[int]] = _sharing(
            (digits, one.id)
            for one in sorted(known, key=lambda one: not one.is_own)
            if (digits := _digits(one.mcc_mnc))
        )
        self._mccs = _countries_of_mccs(known)
        self._seen: set[tuple[str, int | None, str, int | None]] = set()

    def read(self, number: int, cells: Sequence[str]) -> PriceRow | BadLine | None:
        """The line's rate, what is wrong with it, or None for an empty line."""
        if not any(cell.strip() for cell in cells):
            return None
        try:
            row = self._row(number, cells)
        except _RefusedError as refused:
            return BadLine(number, str(refused), ",".join(cells)[:_CUT])
        if row.key in self._seen:
            return BadLine(number, "twice", ",".join(cells)[:_CUT])
        self._seen.add(row.key)
        return row

    def _row(self, number: int, cells: Sequence[str]) -> PriceRow:
        if len(cells) <= self._widest:
            raise _RefusedError("columns_missing")
        amount = micros_of(self._cell(cells, "price"))
        currency = self._cell(cells, "currency").upper()
        if currency and currency != self._currency:
            raise _RefusedError("currency_other")
        country, network_id = self._place(cells)
        message_class = self._cell(cells, "class").casefold()
        message_class = "" if message_class in _EVERY else message_class
        if message_class and message_class not in self._classes:
            raise _RefusedError("class_unknown")
        sender_id = self._sender(self._cell(cells, "sender"), country)
        return PriceRow(number, country, network_id, message_class, amount, sender_id)

    def _sender(self, address: str, country: str) -> int | None:
        if address.casefold() in _EVERY:
            return None
        if self._senders is None:
            raise _RefusedError("sender_not_here")
        found = self._senders.get(address.casefold())
        if not found:
            raise _RefusedError("sender_unknown")
        if len(found) > 1 and country not in found:
            raise _RefusedError("sender_unclear")
        return found[country] if country in found else next(iter(found.values()))

    def _cell(self, cells: Sequence[str], name: str) -> str:
        place = self._layout.columns.get(name)
        return "" if place is None else cells[place].strip()

    def _place(self, cells: Sequence[str]) -> tuple[str, int | None]:
        country = self._cell(cells, "country").upper()
        if country and not self._is_country(country):
            raise _RefusedError("country_unknown")
        network_id = self._by_numbers(cells, country)
        if network_id is None:
            network_id = self._by_words(self._cell(cells, "network"), country)
        if network_id is not None:
            home = self._networks[network_id].country
            if country and country != home:
                raise _RefusedError("network_abroad")
            return home, network_id
        country = country or self._mccs.get(self._mcc(cells), "")
        if not country:
            raise _RefusedError("place_missing")
        return country, None

    def _mcc(self, cells: Sequence[str]) -> str:
        return _digits(self._cell(cells, "mcc")) or _digits(self._cell(cells, "mccmnc"))[:3]

    def _by_numbers(self, cells: Sequence[str], country: str) -> int | None:
        """By MCC and MNC; the MCC alone is the whole country."""
        mnc = self._cell(cells, "mnc").casefold()
        plmn = _digits(self._cell(cells, "mccmnc"))
        if not plmn and mnc not in _EVERY:
            plmn = _digits(self._cell(cells, "mcc")) + _digits(mnc).zfill(2)
        if len(plmn) <= len("452"):
            return None
        found = self._by_plmn.get(plmn) or self._by_plmn.get(
            plmn[:3] + plmn[3:].lstrip("0").zfill(2)
        )
        if not found:
            raise _RefusedError("network_unknown")
        at_home = [one for one in found if self._networks[one].country == country]
        return (at_home or found)[0]  # virtual ones behind the network that carries them

    def _by_words(self, words: str, country: str) -> int | None:
        name = words.casefold()
        if name in _EVERY:
            return None
        if name in self._by_code:
            return self._by_code[name]
        found = self._by_name.get(name, [])
        if country:
            found = [one for one in found if self._networks[one].country == country]
        if not found:
            raise _RefusedError("network_unknown")
        if len(found) > 1:
            raise _RefusedError("network_unclear")
        return found[0]


def micros_of(text: str) -> int:
    """An amount in millionths, exactly; a comma may stand for the point. Raises ValueError."""
    if not text:
        raise _RefusedError("price_missing")
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        micros = Decimal(text) * _MICROS
    except InvalidOperation:
        raise _RefusedError("price_wrong") from None
    if not micros.is_finite():
        raise _RefusedError("price_wrong")
    if micros < 0:
        raise _RefusedError("price_below_zero")
    if micros > _LARGEST:
        raise _RefusedError("price_too_large")
    if micros != micros.to_integral_value():
        raise _RefusedError("price_too_fine")
    return int(micros)


def file_rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Cells by the number of their line, with the delimiter that the first line shows."""
    source = iter(lines)
    first = next(source, "")
    delimiter = max(",;\t|", key=first.count)

    def again() -> Iterator[str]:
        yield first
        yield from source

    reader = csv.reader(again(), delimiter=delimiter)
    for cells in reader:
        yield reader.line_num, cells


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isascii() and one.isdecimal())


def _sharing(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, number in pairs:
        found.setdefault(key, []).append(number)
    return found


def _countries_of_mccs(networks: Iterable[KnownNetwork]) -> dict[str, str]:
    """Countries by the MCC of a network in them, where all networks agree."""
    found: dict[str, set[str]] = {}
    for one in networks:
        if mcc := _digits(one.mcc_mnc)[:3]:
            found.setdefault(mcc, set()).add(one.country)
    return {mcc: next(iter(those)) for mcc, those in found.items() if len(those) == 1}
