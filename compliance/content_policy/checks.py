"""What each kind of rule says about a text: nothing, or what is wrong and where."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import accumulate
from typing import Any

from compliance.content_policy.data import shorteners
from compliance.content_policy.folding import Span, View, marked, marked_view, plain, plain_view
from compliance.content_policy.links import Link, find_links, is_within
from compliance.content_policy.look_alikes import picture
from compliance.content_policy.model import (
    END,
    START,
    BrandRequired,
    CapitalLetters,
    CharacterSet,
    ForbiddenPhrase,
    Hit,
    LinkCount,
    LinkDomains,
    LinkShorteners,
    RequiredPhrase,
    SegmentCount,
)

_NAMED = 3  # of many, so many are named in a sentence
_CLOSING = " .!?…"
_LONGEST_QUOTE = 60
_WORD = re.compile(r"[^\W_]+")


class Subject:
    """A text that is judged, with what several checks look at worked out once."""

    def __init__(self, text: str, brands: tuple[str, ...], segment_count: int | None) -> None:
        self.text = unicodedata.normalize("NFC", text)
        self.brands = brands
        self.segment_count = segment_count

    @cached_property
    def plain(self) -> View:
        """Without marks."""
        return plain_view(self.text)

    @cached_property
    def marked(self) -> View:
        """With marks."""
        return marked_view(self.text)

    @cached_property
    def words(self) -> list[str]:
        """Its words, folded."""
        return _WORD.findall(self.plain.text)

    @cached_property
    def letters(self) -> str:
        """The words written together."""
        return "".join(self.words)

    @cached_property
    def edges(self) -> set[int]:
        """Where in `letters` a word begins or ends."""
        return {0, *accumulate(map(len, self.words))}

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """What a phone would make links of."""
        return find_links(self.text)

    def view(self, *, marks_count: bool) -> View:
        """The view to compare in."""
        return self.marked if marks_count else self.plain


def _forbidden_phrase(params: ForbiddenPhrase, subject: Subject) -> Hit | None:
    view = subject.view(marks_count=params.marks_count)
    spans = sorted({view.span(*span) for span in params.find(view)})
    if not spans:
        return None
    return Hit("phrase_forbidden", (("found", _quoted(subject, spans)),), tuple(spans))


def _required_phrase(params: RequiredPhrase, subject: Subject) -> Hit | None:
    view = subject.view(marks_count=params.marks_count)
    fold = marked if params.marks_count else plain
    if any(_stands(view, fold(phrase), params.place) for phrase in params.phrases):
        return None
    code = {START: "phrase_not_first", END: "phrase_not_last"}.get(params.place, "phrase_missing")
    return Hit(code, (("write", _some(params.phrases)),))


def _stands(view: View, phrase: str, place: str) -> bool:
    spans = view.whole_words(phrase)
    if place == START:
        return any(not view.text[:start].strip() for start, _end in spans)
    if place == END:
        return any(not view.text[end:].strip(_CLOSING) for _start, end in spans)
    return any(True for _span in spans)


def _link_domains(params: LinkDomains, subject: Subject) -> Hit | None:
    others = [
        link
        for link in subject.links
        if not any(is_within(link.host, domain) for domain in params.domains)
    ]
    if not others:
        return None
    for link in others:
        if meant := _looks_like(link.host, params.domains):
            return Hit("link_look_alike", (("found", link.host), ("meant", meant)), _spans(others))
    values = (("found", _hosts(others)), ("allowed", _some(params.domains)))
    return Hit("link_domain_not_allowed", values, _spans(others))


def _looks_like(host: str, domains: Iterable[str]) -> str:
    """The domain that a host could be taken for; "" for none."""
    seen = picture(host)
    return next((domain for domain in domains if is_within(seen, picture(domain))), "")


def _link_shorteners(params: LinkShorteners, subject: Subject) -> Hit | None:
    if not subject.links:
        return None
    refused = (shorteners() | params.also) - params.allowed
    found = [
        link
        for link in subject.links
        if any(parent in refused for parent in _parents(link.host))
        and not any(is_within(link.host, domain) for domain in params.allowed)
    ]
    return Hit("link_shortener", (("found", _hosts(found)),), _spans(found)) if found else None


def _parents(host: str) -> Iterable[str]:
    """A host and the domains above it: at most the longest that any list has."""
    labels = host.split(".")[-4:]
    return (".".join(labels[place:]) for place in range(len(labels) - 1))


def _link_count(params: LinkCount, subject: Subject) -> Hit | None:
    count = len(subject.links)
    if count <= params.most:
        return None
    extra = subject.links[params.most :]
    if not params.most:
        return Hit("link_not_allowed", (("found", _hosts(extra)),), _spans(extra))
    return Hit("too_many_links", (("count", count), ("limit", params.most)), _spans(extra))


def _brand_required(params: BrandRequired, subject: Subject) -> Hit | None:
    names = tuple(dict.fromkeys(name for name in (*subject.brands, *params.spellings) if name))
    wanted = [letters for name in names if (letters := "".join(_WORD.findall(plain(name))))]
    if not wanted or any(_is_spelt(letters, subject) for letters in wanted):
        return None
    return Hit("brand_missing", (("write", _some(names)),))


def _is_spelt(letters: str, subject: Subject) -> bool:
    """Whether neighbouring words, written together, are these: `Sao-Mai` has `saomai` in it."""
    start = subject.letters.find(letters)
    while start >= 0:
        if {start, start + len(letters)} <= subject.edges:
            return True
        start = subject.letters.find(letters, start + 1)
    return False


def _segment_count(params: SegmentCount, subject: Subject) -> Hit | None:
    count = subject.segment_count
    if count is None or count <= params.most:
        return None
    return Hit("too_many_segments", (("segments", count), ("limit", params.most)))


def _capital_letters(params: CapitalLetters, subject: Subject) -> Hit | None:
    letters = sum(map(str.isalpha, subject.text))
    capitals = sum(map(str.isupper, subject.text))
    if letters < params.least_letters or capitals * 100 <= params.percent * letters:
        return None
    values = (("percent", capitals * 100 // letters), ("limit", params.percent))
    return Hit("too_many_capitals", values, _joined(subject.text, str.isupper))


def _character_set(params: CharacterSet, subject: Subject) -> Hit | None:
    if params.characters.isdisjoint(subject.text):
        return None
    found = " ".join(c for c in dict.fromkeys(subject.text) if c in params.characters)
    spans = _joined(subject.text, params.characters.__contains__)
    return Hit("characters_refused", (("found", found),), spans)


def _joined(text: str, is_meant: Callable[[str], bool]) -> tuple[Span, ...]:
    """Runs of such characters."""
    spans: list[Span] = []
    for place, character in enumerate(text):
        if not is_meant(character):
            continue
        if spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return tuple(spans)


def _spans(links: Iterable[Link]) -> tuple[Span, ...]:
    return tuple(link.span for link in links)


def _hosts(links: Iterable[Link]) -> str:
    return _some(dict.fromkeys(link.host for link in links))


def _quoted(subject: Subject, spans: Iterable[Span]) -> str:
    texts = (" ".join(subject.text[start:end].split()) for start, end in spans)
    return _some(dict.fromkeys(text[:_LONGEST_QUOTE] for text in texts))


def _some(words: Iterable[str]) -> str:
    every = list(words)
    return ", ".join(every[:_NAMED]) + (" …" if len(every) > _NAMED else "")


# Any: each check gets the parameters of its own kind, which `kinds` has made sure of.
CHECKS: Mapping[str, Callable[[Any, Subject], Hit | None]] = {
    "brand_required": _brand_required,
    "capital_letters": _capital_letters,
    "character_set": _character_set,
    "forbidden_phrase": _forbidden_phrase,
    "link_count": _link_count,
    "link_domains": _link_domains,
    "link_shorteners": _link_shorteners,
    "required_phrase": _required_phrase,
    "segment_count": _segment_count,
}
