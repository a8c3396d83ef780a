"""A wording that is being written, as it would be stored, judged, sent and billed."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from config.common.errors import DomainError, InvalidError
from messaging.encoding.ambiguity import word_warnings
from messaging.models import Template
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.selectors.templates import CountryFindings, text_findings
from messaging.services.drafts import text_checked
from messaging.services.previews.compositions.costs import (
    Market,
    Terms,
    network_costs,
    networks_of,
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
    rules_for,
    signs_of,
)
from messaging.services.previews.compositions.values import (
    Choice,
    Composition,
    CompositionRequest,
    LanguageState,
)
from messaging.services.templates.wordings import (
    DEFAULT_LANGUAGE,
    MAX_CHARACTERS,
    template_parsed,
    wording_checked,
)
from messaging.wording.grammar import Template as Grammar
from messaging.wording.rewriting import REWRITINGS
from messaging.wording.slots import SlotSpec
from messaging.wording.wordings import Wording, wording_of
from messaging.wording.worst import bound_of, extremes_of, figures_of


class _Text(NamedTuple):
    """A language's text as it would be stored."""

    language: str
    body: str
    rewriting: str
    is_nfc: bool


def composition_made(request: CompositionRequest) -> Composition:
    """What saving and sending would make of the wording; nothing is stored.

    Raises InvalidError for a text that is no template: `field` "body", with `position` (UTF-16
    units of the text in NFC) and `language` in its context where there is a place.
    """
    own = _text("", request.body, request.rewriting)
    others = [_given(one) for one in request.variants]
    parsed = _parsed(own)
    letters = tuple(dict.fromkeys(text.rewriting for text in (own, *others)))
    written, specs, problems = specs_judged(parsed, request.slots, letters)
    view = next((one for one in others if one.language == request.language), own)
    grammar = parsed if view is own else _parsed(view, parsed)
    snapshot = snapshots.current()
    market = _market(snapshot, request.template)
    terms = terms_of(market)
    choices = tuple(
        _choice(_wording(request, view, grammar, specs, rewriting), terms, request, view.body)
        for rewriting in REWRITINGS
    )
    wording = _wording(request, view, grammar, specs, view.rewriting)
    extremes = extremes_of(wording)
    text = masked(view.body)
    return Composition(
        body=view.body,
        specs=written,
        slot_problems=problems,
        is_composed=view.is_nfc,
        signs=signs_of(text, view.rewriting),
        refusals=refusals_of(text, market.rules if market else ()),
        choices=choices,
        chosen=next(one for one in choices if one.rewriting == view.rewriting),
        shortest=shown(extremes.shortest),
        typical=shown(extremes.typical),
        longest=shown(extremes.longest),
        worst_with_plain_values=plain_bound(wording),
        languages=_states(request, [own, *others], parsed, specs),
        checks=format_checks(wording, request.message_format),
        findings=_findings(request.template, wording),
        refusal=_refusal(request),
        currency=request.template.account.currency if request.template else "",
        audience_size=request.audience_size,
    )


def _given(one: object) -> _Text:
    if not isinstance(one, dict):
        raise InvalidError("bad_variants", _("A language needs a tag and a text."))
    values = [one.get(key, default) for key, default in _VARIANT]
    if not all(isinstance(value, str) for value in values):
        raise InvalidError("bad_variants", _("A language needs a tag and a text."))
    return _text(*values)


_VARIANT = (("language", ""), ("body", ""), ("rewriting", "none"))


def _text(language: str, given: str, rewriting: str) -> _Text:
    body = given.replace("\r\n", "\n").replace("\r", "\n")
    chosen = rewriting if rewriting in REWRITINGS else "none"
    composed = unicodedata.normalize("NFC", body)
    return _Text(language, composed, chosen, composed == body)


def _parsed(text: _Text, own: Grammar | None = None) -> Grammar:
    """The grammar of a text; a variant has the slots of the body and no others."""
    try:
        text_checked(text.body, field_name="body")
        if len(text.body) > MAX_CHARACTERS:
            raise InvalidError(
                "text_too_long",
                _("The text has %(count)d characters; at most %(limit)d are allowed: shorten it.")
                % {"count": len(text.body), "limit": MAX_CHARACTERS},
                field="body",
                position=MAX_CHARACTERS,
            )
        parsed = template_parsed(text.body)
    except DomainError as error:
        raise _placed(error, text) from error
    foreign = [name for name in parsed.slots if own is not None and name not in own.slots]
    if foreign:
        raise InvalidError(
            "unknown_slot",
            _("The slot “%(slot)s” is not in the first text: use its slots, or write it there too.")
            % {"slot": foreign[0]},
            field="body",
            language=text.language,
            position=text.body.find(f"{{{foreign[0]}}}"),
        )
    return parsed


def _placed(error: DomainError, text: _Text) -> DomainError:
    """The same with its language, and its place as browsers count."""
    position = error.context.get("position")
    place = {}
    if isinstance(position, int):
        place["position"] = len(text.body[:position].encode("utf-16-le", "surrogatepass")) // 2
    return type(error)(
        error.code, error.message, field=error.field, language=text.language, **place
    )


def _wording(
    request: CompositionRequest,
    text: _Text,
    grammar: Grammar,
    specs: Sequence[SlotSpec],
    rewriting: str,
) -> Wording:
    own = request.template.language if request.template else ""
    return wording_of(text.language or own, grammar, rewriting, specs)


def _market(snapshot: Snapshot, template: Template | None) -> Market | None:
    if template is None:
        return None
    account = template.account
    return Market(
        account_id=account.pk,
        country=account.country,
        message_class=template.message_class,
        networks=networks_of(account.country),
        rules=rules_for(snapshot.network_texts, template.message_class, [account.country]),
        routing=snapshot.routing,
    )


def _choice(
    wording: Wording, terms: Sequence[Terms], request: CompositionRequest, body: str
) -> Choice:
    text = extremes_of(wording).typical
    networks = network_costs(terms, wording, text)
    return Choice(
        rewriting=wording.rewriting,
        text=text,
        figures=figures_of(text),
        worst=bound_of(wording),
        networks=networks,
        cost=typical_span(networks, request.audience_size),
        worst_cost=worst_span(networks, request.audience_size),
        warnings=word_warnings(masked(body)) if wording.rewriting == "unmarked" else (),
    )


def _states(
    request: CompositionRequest,
    texts: Sequence[_Text],
    own: Grammar,
    specs: Sequence[SlotSpec],
) -> tuple[LanguageState, ...]:
    states = []
    for text in texts:
        count = None
        try:
            if text.body.strip():
                grammar = _parsed(text, own)
                wording = _wording(request, text, grammar, specs, text.rewriting)
                count = bound_of(wording).segment_count
        except DomainError:
            count = None
        states.append(LanguageState(text.language, count))
    return tuple(states)


def _findings(template: Template | None, wording: Wording) -> tuple[CountryFindings, ...]:
    if template is None:
        return ()
    return text_findings(template.account, wording.shown, template.message_class)


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
