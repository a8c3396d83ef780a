"""Texts that phones read by machine: SMS Retriever, and origin-bound codes (WebOTP).

SMS Retriever (developers.google.com, "Perform SMS verification on a server"): at most 140 bytes,
a one-time code, and the app's hash of eleven characters at the end. Origin-bound
(wicg.github.io/sms-one-time-codes): the last line is `@host #code`, with one space and nothing
after it but ` @embedded-host` for a frame. Both together: the hash before the last line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from messaging.wording.values import Params
from messaging.wording.wordings import Wording
from messaging.wording.worst import bound_of

MAX_OCTETS: Final = 140
FORMATS: Final = ("", "sms_retriever", "origin_bound", "both")

# A slot is one character here, so that positions and patterns stay simple.
_SLOT: Final = 0xE000
_ANY_SLOT = "\ue000-\uf8ff"
# No plain word: of chance hashes one in 10,000 looks like one.
_HASH = re.compile(r"(?!(?:[A-Z]?[a-z]+|[A-Z]+)\Z)[A-Za-z0-9+/]{11}")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_CODE_SETS: Final = frozenset({"digits", "alphanumeric"})


@dataclass(frozen=True, slots=True)
class FormatFinding:
    """Why a text does not have its format. `position`: code points of `Wording.shown`."""

    code: str
    position: int
    params: Params = ()


def format_findings(wording: Wording, message_format: str) -> tuple[FormatFinding, ...]:
    """What is wrong with a wording of that format; nothing for plain texts."""
    text = _Marked(wording)
    findings: list[FormatFinding] = []
    if message_format in ("sms_retriever", "both"):
        findings += _retriever(text, has_origin=message_format == "both")
    if message_format in ("origin_bound", "both"):
        findings += _origin_bound(text)
    return tuple(dict.fromkeys(findings))


class _Marked:
    """A wording's text with a private character for each slot."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.types = {spec.name: spec.type for spec in wording.specs}
        self.text = "".join(
            chr(_SLOT + wording.slots.index(part)) if index % 2 else part.translate(_NO_PRIVATE)
            for index, part in enumerate(wording.sent.parts)
        )
        cut = self.text.rfind("\n") + 1
        self.head, self.last_line, self.last_start = self.text[:cut], self.text[cut:], cut

    def type_of(self, character: str) -> str:
        """The type of the slot that a character stands for; "" for plain text."""
        at = ord(character) - _SLOT
        return self.types[self.wording.slots[at]] if 0 <= at < len(self.types) else ""

    def at(self, position: int) -> int:
        """A position of this text in `Wording.shown`, where slots have names."""
        names = (
            len(self.wording.slots[ord(character) - _SLOT]) + 1
            for character in self.text[:position]
            if self.type_of(character)
        )
        return position + sum(names)

    def finding(self, code: str, position: int, **params: str | int) -> FormatFinding:
        return FormatFinding(code, self.at(position), tuple(params.items()))

    def slots(self, slot_type: str) -> list[int]:
        """Where slots of a type stand."""
        return [at for at, one in enumerate(self.text) if self.type_of(one) == slot_type]


_NO_PRIVATE: Final = dict.fromkeys(range(_SLOT, 0xF900), "\ufffd")


def _retriever(marked: _Marked, *, has_origin: bool) -> Iterator[FormatFinding]:
    if not marked.slots("code"):
        yield marked.finding("code_missing", len(marked.text))
    yield from _hash(marked, marked.head if has_origin else marked.text)
    worst = bound_of(marked.wording)
    octets = max(worst.gsm7_units or 0, 2 * (worst.ucs2_units or 0))
    if octets > MAX_OCTETS:
        yield marked.finding("too_many_octets", len(marked.text), count=octets, limit=MAX_OCTETS)


def _hash(marked: _Marked, text: str) -> Iterator[FormatFinding]:
    """The hash is the last word of `text`, and stands nowhere else."""
    words = list(re.finditer(r"\S+", text))
    last = words[-1] if words else None
    if last is not None and _is_hash(marked, last[0]):
        others = [at for at in marked.slots("app_hash") if at != last.start()]
        if others:
            yield marked.finding("hash_twice", others[0])
        return
    places = marked.slots("app_hash")
    if last is not None and _ends_in_hash(marked, last[0]):
        yield marked.finding("hash_glued", last.start())
    elif places:
        yield marked.finding("hash_not_last", places[0])
    else:
        yield marked.finding("hash_missing", len(text))


def _is_hash(marked: _Marked, word: str) -> bool:
    if len(word) == 1:
        return marked.type_of(word) == "app_hash"
    return bool(_HASH.fullmatch(word))


def _ends_in_hash(marked: _Marked, word: str) -> bool:
    if marked.type_of(word[-1]) == "app_hash":
        return True
    before = word[-12:-11]
    return bool(before and marked.type_of(before) and _HASH.fullmatch(word[-11:]))


def _origin_bound(marked: _Marked) -> Iterator[FormatFinding]:
    line, start = marked.last_line, marked.last_start
    if not line.startswith("@"):
        yield _no_last_line(marked)
        return
    host, space, rest = line[1:].partition(" ")
    yield from _host(marked, host, start + 1)
    at = start + 1 + len(host) + len(space)
    if not space or rest.startswith(" ") or "#" not in rest[:1]:
        yield _no_code(marked, rest, at)
        return
    yield from _code(marked, rest[1:], at + 1)


def _no_last_line(marked: _Marked) -> FormatFinding:
    """There may be such a line elsewhere: before a newline at the end, or behind other words."""
    if not marked.last_line.strip() and "\n@" in "\n" + marked.head:
        return marked.finding("origin_not_last", marked.last_start)
    found = re.search(rf"@\S+ #[{_ANY_SLOT}0-9A-Za-z]", marked.text)
    if found:
        return marked.finding("origin_not_last", found.start())
    return marked.finding("origin_missing", len(marked.text))


def _host(marked: _Marked, host: str, at: int) -> Iterator[FormatFinding]:
    if "://" in host:
        yield marked.finding("origin_scheme", at)
    elif not _HOST.fullmatch(host):
        yield marked.finding("origin_host", at)


def _no_code(marked: _Marked, rest: str, at: int) -> FormatFinding:
    if rest.startswith("%"):
        return marked.finding("origin_percent", at)
    if rest.lstrip(" ").startswith("#") or rest.startswith("\u00a0"):
        return marked.finding("origin_spaces", at)
    return marked.finding("origin_code", at)


def _code(marked: _Marked, code: str, at: int) -> Iterator[FormatFinding]:
    """Exactly the slot of the code, and then nothing but a frame's host."""
    if not code or marked.type_of(code[0]) != "code":
        yield marked.finding("origin_code", at)
        return
    slot = marked.wording.slots[ord(code[0]) - _SLOT]
    spec = next(spec for spec in marked.wording.specs if spec.name == slot)
    if spec.charset_under(marked.wording.rewriting) not in _CODE_SETS:
        yield marked.finding("origin_code_set", at, slot=slot)
    after = code[1:]
    if after and not (after.startswith(" @") and _HOST.fullmatch(after[2:])):
        yield marked.finding("origin_trailing", at + 1)
