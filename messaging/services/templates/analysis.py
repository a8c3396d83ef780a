"""What a wording would be, before it is saved: the live counter and the review page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from config.common.errors import DomainError
from messaging.encoding import analysis, segmentation
from messaging.encoding.analysis import Culprit
from messaging.encoding.errors import EncodingError
from messaging.encoding.replacements import strip_marks
from messaging.models import Template
from messaging.selectors.templates import CountryFindings, text_findings
from messaging.services.templates.versions import SlotList, template_parsed, wording_checked
from messaging.wordings import Cost, Figures, SlotSpec, cost_of, example_of, figures_of


@dataclass(frozen=True, slots=True)
class CountedCulprit:
    """A character outside GSM-7 with how often it stands in the text."""

    character: str
    name: str
    suggestion: str | None
    count: int


@dataclass(frozen=True, slots=True)
class WordingAnalysis:
    """A wording as it would be stored and sent; `plain` are the figures of the example without
    the characters that make it expensive, where there is such a way."""

    body: str
    specs: tuple[SlotSpec, ...]
    example: str
    segments: tuple[segmentation.SegmentText, ...]
    cost: Cost
    culprits: tuple[CountedCulprit, ...]
    plain: Figures | None
    findings: tuple[CountryFindings, ...]


def wording_analyse(*, body: str, slots: SlotList, template: Template | None) -> WordingAnalysis:
    """What saving and sending would make of this text; findings where a template says the class.

    Raises DomainError as saving would.
    """
    body, specs = wording_checked(body, slots)
    parsed = template_parsed(body)
    text = example_of(parsed, specs)
    try:
        found = analysis.analyse(text)
    except EncodingError as error:
        raise DomainError(
            "too_long", _("The text is too long for a message: shorten it.")
        ) from error
    return WordingAnalysis(
        body=body,
        specs=specs,
        example=text,
        segments=found.segments,
        cost=cost_of(parsed, specs),
        culprits=_counted(found.culprits),
        plain=_plain(text) if found.culprits else None,
        findings=text_findings(template.account, body, template.message_class) if template else (),
    )


def _counted(culprits: tuple[Culprit, ...]) -> tuple[CountedCulprit, ...]:
    first = {one.character: one for one in reversed(culprits)}
    counts: dict[str, int] = {}
    for one in culprits:
        counts[one.character] = counts.get(one.character, 0) + 1
    return tuple(
        CountedCulprit(character, first[character].name, first[character].suggestion, count)
        for character, count in counts.items()
    )


def _plain(text: str) -> Figures | None:
    figures = figures_of(strip_marks(text))
    return figures if figures.encoding == "gsm7" else None
