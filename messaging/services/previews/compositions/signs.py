"""Characters of a text worth looking at, each kind once with all its places."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from messaging.encoding import gsm7
from messaging.encoding.analysis import culprits
from messaging.encoding.characters import Culprit, invisible
from messaging.services.network_demands import characters_refused
from messaging.services.previews.compositions.values import NetworkRefusal, Place, Sign, SignKind
from messaging.wording.rewriting import rewrite
from routing.network_texts import NetworkText

_TOKEN = re.compile(r"\{\{|\}\}|\{[^{}]*\}")


def masked(body: str) -> str:
    """`body` with spaces for its slots, and for the second of doubled braces: what is left stands
    where it stood, and is sent."""
    return _TOKEN.sub(_mask, body)


def _mask(token: re.Match[str]) -> str:
    if token[0] in ("{{", "}}"):
        return f"{token[0][0]} "
    return " " * len(token[0])


def signs_of(text: str, rewriting: str) -> tuple[Sign, ...]:
    """Signs of a masked text, by first appearance; those that are seen by nobody first."""
    hidden = invisible(text)
    unseen = {one.position for one in hidden}
    offset = _Offsets(text)
    found: dict[str, tuple[Culprit, list[Place]]] = {}
    for one in [*hidden, *(one for one in culprits(text) if one.position not in unseen)]:
        _first, places = found.setdefault(one.character, (one, []))
        places.append(offset.place(one.position, len(one.character)))
    return tuple(
        Sign(
            character=character,
            name=first.name,
            suggestion=first.suggestion,
            kind=_kind(character, first.position in unseen),
            places=tuple(places),
            is_settled=_is_settled(character, rewriting),
        )
        for character, (first, places) in found.items()
    )


def _kind(character: str, is_invisible: bool) -> SignKind:
    if is_invisible:
        return "invisible"
    return "letter" if unicodedata.category(character)[0] in "LM" else "sign"


def _is_settled(character: str, rewriting: str) -> bool:
    return rewriting != "none" and gsm7.is_gsm7(rewrite(character, rewriting))


def refusals_of(text: str, rules: Iterable[NetworkText]) -> tuple[NetworkRefusal, ...]:
    """What networks would turn down in a masked text; those that say the same together."""
    offset = _Offsets(text)
    found: dict[tuple[tuple[str, ...], tuple[int, ...], bool], list[str]] = {}
    for rule in rules:
        refused = characters_refused(rule, text)
        if refused is not None:
            key = (refused.characters, refused.positions, rule.refuses_certainly)
            found.setdefault(key, []).append(rule.network_name)
    return tuple(
        NetworkRefusal(
            networks=tuple(dict.fromkeys(names)),
            characters=characters,
            places=tuple(offset.place(position, 1) for position in positions),
            is_certain=is_certain,
        )
        for (characters, positions, is_certain), names in found.items()
    )


def rules_for(
    network_texts: Mapping[tuple[int, str], NetworkText],
    message_class: str,
    countries: Sequence[str],
) -> tuple[NetworkText, ...]:
    """The rules for a class in these countries, by network."""
    return tuple(
        sorted(
            (
                rule
                for (_network, known), rule in network_texts.items()
                if known == message_class and rule.country in countries
            ),
            key=lambda rule: rule.network_name,
        )
    )


class _Offsets:
    """Places in UTF-16 units of positions in code points."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._is_flat = text.isascii() or max(text, default="") < "\U00010000"

    def place(self, position: int, length: int) -> Place:
        return Place(self._units(position), self._units(position + length) - self._units(position))

    def _units(self, position: int) -> int:
        if self._is_flat:
            return position
        return position + sum(1 for char in self._text[:position] if char > "\uffff")
