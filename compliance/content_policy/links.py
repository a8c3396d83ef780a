"""Finds links in a text, as a phone would make them to tap on.

With a scheme or `www.` anything that looks like a host is one. Without, the host must end in a
top-level domain, and not look like an abbreviation (`TP.HN`), a number (`1.000.la`) or a
sentence that ended without a space (`nay.La`). E-mail addresses and the `@host` of origin-bound
codes are no links. One pass over the text; no pattern here can backtrack over it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from compliance.content_policy.data import SURE_ENDINGS, shorteners, top_level_domains
from compliance.content_policy.folding import Span, is_invisible, visible

_WORD = re.compile(r"\S+")
_SCHEME = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_RUN = re.compile(r"[^\W_](?:[\w.\-]*[^\W_])?")
_HOST = re.compile(r"\[[^\]\s]*\]|[\w.\-]*[^\W_]")
_DOTTED = re.compile(r"[^.]+(?:\.[^.]+)*")
_AUTHORITY_END = re.compile(r"[/?#\\]")
_PORT_AND_PATH = re.compile(r"(?::[0-9]{1,5})?(?:[/?#]\S*)?")
_TRAILING = ".,;:!?…\"'”’»>)]}*"
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_DOTS = str.maketrans("．。｡", "...")
_SHORT_LABEL = 3


@dataclass(frozen=True, slots=True)
class Link:
    """`host` in small letters, Unicode; `start` and `end` in the text."""

    host: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.start, self.end


def find_links(text: str) -> tuple[Link, ...]:
    """The links of a text in order. Texts should be NFC."""
    seen = visible(text)
    places: Sequence[int] = range(len(text))
    if len(seen) != len(text):
        places = [place for place, character in enumerate(text) if not is_invisible(character)]
    if not seen.isascii():
        seen = seen.translate(_DOTS)
    return tuple(
        Link(host, places[start], places[end - 1] + 1)
        for word in _WORD.finditer(seen)
        if "." in word[0] or "://" in word[0]
        for host, start, end in _links_of(word[0], word.start())
    )


def readable_host(host: str) -> str:
    """A host in small letters and Unicode: `XN--…` labels are decoded where they can be."""
    if host.isascii():
        plain = host.lower().strip(".")
    else:
        plain = unicodedata.normalize("NFKC", host).casefold().strip(".")
    return ".".join(_readable_label(label) for label in plain.split("."))


def is_within(host: str, domain: str) -> bool:
    """Whether the host is the domain or below it."""
    return host == domain or host.endswith(f".{domain}")


@lru_cache(maxsize=4096)
def _readable_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").casefold()
    except UnicodeError:
        return label


def _links_of(word: str, offset: int) -> Iterator[tuple[str, int, int]]:
    place = 0
    while place < len(word):
        scheme = _SCHEME.search(word, place)
        before = scheme.start() if scheme else len(word)
        for host, start, end in _bare_links(word, place, before):
            yield host, offset + start, offset + end
            place = max(place, end)
        if scheme is None or place > scheme.start():
            return
        host, end = _with_scheme(word, scheme.end())
        if host:
            yield host, offset + scheme.start(), offset + end
        place = max(end, scheme.end())


def _with_scheme(word: str, start: int) -> tuple[str, int]:
    """Host and end of what follows `http://`; "" where there is no host."""
    cut = _AUTHORITY_END.search(word, start)
    named = word.rfind("@", start, cut.start() if cut else len(word))
    host = _HOST.match(word, named + 1 or start)  # http://shop.vn@evil.com opens evil.com
    if host is None:
        return "", start
    return readable_host(host[0]), _end_of(word, host.end(), len(word))


def _end_of(word: str, place: int, before: int) -> int:
    """Where a link ends whose host ends at `place`."""
    rest = _PORT_AND_PATH.match(word, place, before)
    return place + len(rest[0].rstrip(_TRAILING)) if rest else place


def _bare_links(word: str, place: int, before: int) -> Iterator[tuple[str, int, int]]:
    while place < before:
        run = _RUN.search(word, place, before)
        if run is None:
            return
        place = run.end()
        if _is_mail(word, run):
            continue
        for host, start, end in _hosts_of(run[0], run.start()):
            stop = _end_of(word, end, before) if end == run.end() else end
            if _is_believed(host, has_path=stop > end):
                yield readable_host(host), start, stop
                place = max(place, stop)


def _is_mail(word: str, run: re.Match[str]) -> bool:
    after = word[run.end() : run.end() + 1]
    return after == "@" or word[max(0, run.start() - 1) : run.start()] == "@"


def _hosts_of(run: str, offset: int) -> Iterator[tuple[str, int, int]]:
    """Parts of a run that may be hosts: between runs of dots, up to a known ending."""
    for part in _DOTTED.finditer(run):
        labels = part[0].split(".")
        count = _host_labels(labels, part[0])
        if count > 1 and not any(label.startswith("-") for label in labels[:count]):
            host = ".".join(labels[:count])
            start = offset + part.start()
            yield host, start, start + len(host)


def _host_labels(labels: list[str], whole: str) -> int:
    """How many of the labels make a host; 0 for none."""
    if _is_address(whole):
        return len(labels)
    for count in range(len(labels), 1, -1):
        if readable_host(labels[count - 1]) in top_level_domains():
            return count
    is_web = labels[0].casefold() == "www" and len(labels) > 2
    return len(labels) if is_web else 0


def _is_address(host: str) -> bool:
    found = _ADDRESS.fullmatch(host)
    return found is not None and all(int(one) < 256 for one in host.split("."))


def _is_believed(host: str, *, has_path: bool) -> bool:
    """Whether something that ends in a top-level domain, or is an address, is a link."""
    readable = readable_host(host)
    if _is_address(host):
        return has_path  # 192.168.1.1 alone may be a version or a date
    *labels, ending = host.split(".")
    if has_path or labels[0].casefold() == "www" or readable in shorteners():
        return True
    if ending.casefold() in SURE_ENDINGS:
        return True
    if all(label.isdecimal() for label in labels):
        return False
    if ending[:1].isupper() and not ending.isupper():
        return False  # the first word of the next sentence
    is_abbreviation = len(labels) == 1 and len(labels[0]) <= _SHORT_LABEL
    return not (is_abbreviation and labels[0][:1].isupper())
