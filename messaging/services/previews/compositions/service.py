"""A wording that is being written, as it would be stored, judged, sent and billed."""

from collections.abc import Mapping, Sequence

from config.common.errors import DomainError, InvalidError
from messaging.encoding.ambiguity import word_warnings
from messaging.models import Template
from messaging.selectors.findings import CountryFindings, Judge, wordings_judged
from messaging.selectors.snapshot import snapshots
from messaging.services.previews.compositions.costs import (
    Terms,
    market_of,
    network_costs,
    terms_of,
    typical_span,
    worst_span,
)
from messaging.services.previews.compositions.shapes import (
    format_checks,
    plain_bound,
    shown,
    specs_judged,
)
from messaging.services.previews.compositions.signs import (
    masked,
    refusals_of,
    signs_of,
)
from messaging.services.previews.compositions.stand_ins import stand_ins_of
from messaging.services.previews.compositions.texts import (
    LanguageText,
    language_text,
    text_given,
    text_parsed,
)
from messaging.services.previews.compositions.values import (
    Choice,
    Composition,
    CompositionRequest,
    LanguageState,
)
from messaging.services.templates.languages import MAX_VARIANTS
from messaging.services.templates.wordings import DEFAULT_LANGUAGE, wording_checked
from messaging.wording.grammar import Template as Grammar
from messaging.wording.rewriting import REWRITINGS
from messaging.wording.slots import SlotSpec
from messaging.wording.wordings import Wording, wording_of
from messaging.wording.worst import bound_of, extremes_of, figures_of, typical_of


def composition_made(request: CompositionRequest) -> Composition:
    """What saving and sending would make of the wording; nothing is stored.

    Raises InvalidError for a text that is no template: `field` "body", with `position` (UTF-16
    units of the text in NFC) and `language` in its context where there is a place.
    """
    own = language_text("", request.body, request.rewriting)
    others = [text_given(one) for one in request.variants[:MAX_VARIANTS]]
    parsed = text_parsed(own)
    letters = tuple(dict.fromkeys(text.rewriting for text in (own, *others)))
    written, specs, problems = specs_judged(parsed, request.slots, letters)
    view = next((one for one in others if one.language == request.language), own)
    grammar = parsed if view is own else text_parsed(view, parsed)
    snapshot = snapshots.current()
    market = market_of(snapshot, request.template)
    terms = terms_of(market)
    text = masked(view.body)
    ways = {one: _wording(request, view, grammar, specs, one) for one in REWRITINGS}
    choices = {rewriting: _choice(one, terms, request, text) for rewriting, one in ways.items()}
    wording = ways[view.rewriting]
    languages = _languages(request, [own, *others], parsed, specs)
    extremes = extremes_of(wording)
    return Composition(
        body=view.body,
        specs=written,
        slot_problems=problems,
        is_composed=view.is_nfc,
        signs=signs_of(text, view.rewriting),
        refusals=refusals_of(text, market.rules if market else ()),
        choices=tuple(choices.values()),
        chosen=choices[view.rewriting],
        shortest=shown(extremes.shortest),
        typical=shown(extremes.typical),
        longest=shown(extremes.longest),
        worst_with_plain_values=plain_bound(wording),
        languages=_states(languages),
        checks=format_checks(wording, request.message_format),
        registering_networks=market.registers if market else (),
        findings=_findings(request.template, languages),
        stand_ins=stand_ins_of(snapshot, market),
        refusal=_refusal(request),
        currency=request.template.account.currency if request.template else "",
        audience_size=request.audience_size,
    )


def _wording(
    request: CompositionRequest,
    text: LanguageText,
    grammar: Grammar,
    specs: Sequence[SlotSpec],
    rewriting: str,
) -> Wording:
    own = request.template.language if request.template else ""
    return wording_of(text.language or own, grammar, rewriting, specs)


def _choice(
    wording: Wording, terms: Sequence[Terms], request: CompositionRequest, written: str
) -> Choice:
    text = typical_of(wording)
    networks = network_costs(terms, wording, text)
    return Choice(
        rewriting=wording.rewriting,
        text=text,
        figures=figures_of(text),
        worst=bound_of(wording),
        networks=networks,
        cost=typical_span(networks, request.audience_size),
        worst_cost=worst_span(networks, request.audience_size),
        warnings=word_warnings(written) if wording.rewriting == "unmarked" else (),
    )


def _languages(
    request: CompositionRequest,
    texts: Sequence[LanguageText],
    own: Grammar,
    specs: Sequence[SlotSpec],
) -> dict[str, Wording | None]:
    """The wording of each language by its tag; None where the text is empty or not right."""
    return {text.language: _wording_if_right(request, text, own, specs) for text in texts}


def _wording_if_right(
    request: CompositionRequest, text: LanguageText, own: Grammar, specs: Sequence[SlotSpec]
) -> Wording | None:
    if not text.body.strip():
        return None
    try:
        return _wording(request, text, text_parsed(text, own), specs, text.rewriting)
    except DomainError:
        return None


def _states(languages: Mapping[str, Wording | None]) -> tuple[LanguageState, ...]:
    return tuple(
        LanguageState(tag, None if wording is None else bound_of(wording).segment_count)
        for tag, wording in languages.items()
    )


def _findings(
    template: Template | None, languages: Mapping[str, Wording | None]
) -> tuple[CountryFindings, ...]:
    """What a review would be told: of all languages, each as it is sent."""
    if template is None:
        return ()
    wordings = [wording for wording in languages.values() if wording is not None]
    judged = wordings_judged(
        wordings, template.message_class, template.advertiser_id, is_paid=template.is_paid
    )
    return Judge([template.account]).findings(template.account, judged) if wordings else ()


def _refusal(request: CompositionRequest) -> InvalidError | None:
    """What saving would answer, where it is not about a slot or a text that is still empty."""
    try:
        wording_checked(
            body=request.body,
            slots=request.slots,
            rewriting=request.rewriting,
            variants=request.variants,
            message_format=request.message_format,
            language=request.template.language if request.template else DEFAULT_LANGUAGE,
        )
    except InvalidError as error:
        is_known = error.field == "slots" or error.code == "empty_text"
        return None if is_known else error
    return None
