"""What is missing before a certificate, registration or program is handed in: pure.

Codes and values; `LINES[code]` is the sentence. A line that stops handing in is `is_required`;
the others are what an examiner is likely to ask for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from routing.sender_rules import ProgramRule

MOST_SAMPLES = 5
_STOP = re.compile(r"\b(?:stop|tc|tu choi|huy|cancel|unsubscribe|opt[ -]?out)\b")
_CONTACT = re.compile(r"\S+@\S+\.\S+|https?://|www\.|\w\.(?:com|vn|org|net)\b|\d{3}[\d .\-]{3,}")
_DIGIT = re.compile(r"\d|\b(?:recurring|daily|weekly|monthly|once|mot|hang)\b")


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


LINES: Mapping[str, str] = {
    "reference_missing": gettext_noop("Its number is missing."),
    "authority_missing": gettext_noop("The authority that grants it is missing."),
    "valid_from_missing": gettext_noop("The day it was issued is missing."),
    "valid_until_missing": gettext_noop("Its last day is missing."),
    "document_missing": gettext_noop("No document is attached."),
    "certificate_missing": gettext_noop("The sender has no certificate in order."),
    "class_not_allowed": gettext_noop("The sender is not allowed to carry this class."),
    "call_to_action_missing": gettext_noop("The call to action is missing."),
    "opt_in_flow_missing": gettext_noop("The way of opting in is missing."),
    "terms_url_missing": gettext_noop("The address of the terms is missing."),
    "privacy_url_missing": gettext_noop("The address of the privacy policy is missing."),
    "help_text_missing": gettext_noop("The answer to HELP is missing."),
    "stop_text_missing": gettext_noop("The answer to STOP is missing."),
    "frequency_missing": gettext_noop("The sentence on the frequency is missing."),
    "samples_missing": gettext_noop("There is no sample: give one to five."),
    "too_many_samples": gettext_noop("There are %(count)s samples: give five at most."),
    "sample_without_brand": gettext_noop("Sample %(number)s does not name the brand (%(brand)s)."),
    "samples_without_stop": gettext_noop("No sample says how to stop the messages."),
    "call_to_action_without_brand": gettext_noop(
        "The call to action does not name the brand (%(brand)s)."
    ),
    "help_without_brand": gettext_noop("The answer to HELP does not name the brand (%(brand)s)."),
    "help_without_contact": gettext_noop(
        "The answer to HELP has no telephone number, e-mail address or web page."
    ),
    "stop_without_brand": gettext_noop("The answer to STOP does not name the brand (%(brand)s)."),
    "frequency_vague": gettext_noop(
        "The sentence on the frequency has no number: say how many messages in what time."
    ),
    "same_pages": gettext_noop("Terms and privacy policy have the same address."),
    "page_not_secure": gettext_noop("%(url)s does not begin with https://."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is missing or weak."""

    code: str
    is_required: bool = True
    values: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class ProgramTexts:
    """What the registration of a program says."""

    call_to_action: str
    opt_in_flow: str
    terms_url: str
    privacy_url: str
    help_text: str
    stop_text: str
    frequency: str
    samples: tuple[str, ...]


def certificate_lines(
    *,
    is_granted: bool,
    reference: str,
    authority: str,
    valid_from: date | None,
    valid_until: date | None,
    files: int,
) -> list[Line]:
    """What an application needs, and once it is granted the entry in the register itself."""
    given: dict[str, object] = {"authority_missing": authority, "document_missing": files}
    if is_granted:
        given |= {
            "reference_missing": reference,
            "valid_from_missing": valid_from,
            "valid_until_missing": valid_until,
        }
    return [Line(code) for code, value in given.items() if not value]


def registration_lines(
    *, lacks_certificate: bool, is_class_allowed: bool, files: int
) -> list[Line]:
    """What networks ask before they register a sender for a class."""
    found = []
    if lacks_certificate:
        found.append(Line("certificate_missing"))
    if not is_class_allowed:
        found.append(Line("class_not_allowed"))
    if not files:
        found.append(Line("document_missing", is_required=False))
    return found


def program_lines(rule: ProgramRule, texts: ProgramTexts, brands: Sequence[str]) -> list[Line]:
    """What the country asks and is missing, then what an examiner would object to."""
    found = [Line(f"{name}_missing") for name in rule.required if not getattr(texts, name)]
    if len(texts.samples) > MOST_SAMPLES:
        found.append(Line("too_many_samples", values=(("count", len(texts.samples)),)))
    return [*found, *_samples(rule, texts, brands), *_answers(texts, brands), *_pages(texts)]


def _samples(rule: ProgramRule, texts: ProgramTexts, brands: Sequence[str]) -> list[Line]:
    found = []
    if rule.asks_brand_in_samples:
        found = [
            Line("sample_without_brand", values=(("number", number), ("brand", _shown(brands))))
            for number, sample in enumerate(texts.samples, 1)
            if not _names(sample, brands)
        ]
    says_stop = any(_STOP.search(sample.casefold()) for sample in texts.samples)
    if rule.asks_stop_in_samples and texts.samples and not says_stop:
        found.append(Line("samples_without_stop"))
    return found


def _answers(texts: ProgramTexts, brands: Sequence[str]) -> list[Line]:
    brand = (("brand", _shown(brands)),)
    named = {
        "call_to_action_without_brand": texts.call_to_action,
        "help_without_brand": texts.help_text,
        "stop_without_brand": texts.stop_text,
    }
    found = [
        Line(code, is_required=False, values=brand)
        for code, text in named.items()
        if text and not _names(text, brands)
    ]
    if texts.help_text and not _CONTACT.search(texts.help_text):
        found.append(Line("help_without_contact"))
    if texts.frequency and not _DIGIT.search(texts.frequency.casefold()):
        found.append(Line("frequency_vague", is_required=False))
    return found


def _pages(texts: ProgramTexts) -> list[Line]:
    pages = [page for page in (texts.terms_url, texts.privacy_url) if page]
    found = [
        Line("page_not_secure", is_required=False, values=(("url", page),))
        for page in pages
        if not page.startswith("https://")
    ]
    if len(pages) != len(set(pages)):
        found.append(Line("same_pages", is_required=False))
    return found


def _names(text: str, brands: Sequence[str]) -> bool:
    """Whether one of the brand's spellings stands in it, whatever the capitals and spaces."""
    folded = _folded(text)
    return not brands or any(_folded(brand) in folded for brand in brands)


def _folded(text: str) -> str:
    return re.sub(r"[\s\-]+", "", text.casefold())


def _shown(brands: Sequence[str]) -> str:
    return brands[0] if brands else ""
