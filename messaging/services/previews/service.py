"""One preview for every door: the API, the composer, later the trace."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from compliance.models import Account
from config.common import clock
from config.common.errors import InvalidError
from messaging.encoding import analysis
from messaging.encoding.errors import EncodingError
from messaging.selectors.findings import CountryFindings, Judge, JudgedText, wordings_judged
from messaging.selectors.snapshot import (
    AccountCard,
    ApprovedText,
    Snapshot,
    snapshot_build,
    snapshots,
)
from messaging.services.drafts import Draft
from messaging.services.previews.advice import format_problems, suggestions_of
from messaging.services.previews.materials import DRAFT_SLUG, Material, material_of, material_sent
from messaging.services.previews.networks import networks_of
from messaging.services.previews.rulings import draft_of, ruling_of
from messaging.services.previews.values import Money, Preview, PreviewRequest
from messaging.services.requests import account_required
from routing.engine import price_of

_REACH = timedelta(days=3653)
_OTHER_DAYS = 2  # snapshots kept for previews of other days


def message_preview(*, account: Account, request: PreviewRequest) -> Preview:
    """What sending would make of the request; nothing is stored or counted.

    Raises DomainError for what sending could not even read (a number, a template's name, a
    character); what it would refuse is the preview's `refusal`.
    """
    now = clock.now()
    at = _moment(request, now)
    snapshot = _snapshot_on(at)
    card = account_required(snapshot, account)
    material = material_of(snapshot, card, request)
    draft, refusal = None, None
    if request.to is not None and request.sender is not None:
        draft, refusal = draft_of(card, request, material, request.at or now)
        material = material_sent(material, draft)
    preview = _preview(card, request, material, draft)
    return replace(
        preview,
        content=_content(account, material, draft, preview.segment_count),
        ruling=None if draft is None else ruling_of(material, draft, refusal, at),
        refusal=refusal,
    )


def _moment(request: PreviewRequest, now: datetime) -> datetime:
    """The time to decide about. Raises InvalidError for one that no calendar of rules reaches."""
    if request.at is None:
        return min(max(request.send_at or now, now), now + _REACH)
    if abs(request.at - now) > _REACH:
        raise InvalidError(
            "at_too_far", _("“at” is more than ten years away: give a nearer time."), field="at"
        )
    return request.at


def _preview(
    account: AccountCard, request: PreviewRequest, material: Material, draft: Draft | None
) -> Preview:
    """What there is to say about the text itself."""
    text, counted = material.text, _analysed(material.text)
    segment_count = len(counted.segments)
    network_id = None if draft is None else draft.network_id
    return Preview(
        text=text,
        template=_shown_template(material),
        is_nfc=material.is_nfc,
        encoding=counted.encoding,
        units=counted.units,
        segment_count=segment_count,
        segments=counted.segments,
        billed_segments=(draft and draft.billed_segments) or segment_count,
        culprits=counted.culprits,
        invisible=counted.invisible,
        suggestions=suggestions_of(text, segment_count),
        cost=_cost(account, request, material, draft, segment_count),
        currency=account.currency,
        networks=networks_of(account, material, network_id),
        worst=material.worst,
        format_problems=format_problems(material.wording, material.message_format),
    )


def _shown_template(material: Material) -> str | None:
    approved = material.approved
    return None if approved is None or approved.slug == DRAFT_SLUG else approved.slug


def _snapshot_on(at: datetime) -> Snapshot:
    """The configuration as it is now, with the leases, routes and rates of the moment asked
    about."""
    present = snapshots.latest()
    if present.decides(present.version, at):
        return present
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    begun = [turn for turn in present.routing_turns if turn <= at]
    other = _snapshot_of(present.version, max([midnight, *begun]))
    if other.routing.carriers == present.routing.carriers:
        return other
    carriers = present.routing.carriers
    return replace(other, routing=other.routing.with_carriers(other.version, carriers))


@lru_cache(maxsize=_OTHER_DAYS)
def _snapshot_of(version: int, at: datetime) -> Snapshot:
    return snapshot_build(version, at)


def _analysed(text: str) -> analysis.TextAnalysis:
    try:
        return analysis.analyse(text)
    except EncodingError as error:
        raise InvalidError(
            "too_long", _("The text is too long for a message: shorten it."), field="text"
        ) from error


def _cost(
    account: AccountCard,
    request: PreviewRequest,
    material: Material,
    draft: Draft | None,
    segment_count: int,
) -> Money | None:
    """With a recipient what the message costs, else what it costs in the account's country;
    None where there is no price."""
    if draft is not None:
        micros: int | None = draft.price_micros or None
    else:
        routing, message_class = material.snapshot.routing, material.message_class or ""
        price = price_of(routing, account.id, account.country, None, message_class)
        micros = None if price is None else price * segment_count
    if micros is None:
        return None
    return Money(micros, account.currency, request.audience_size)


def _content(
    account: Account, material: Material, draft: Draft | None, segment_count: int
) -> tuple[CountryFindings, ...]:
    """What rules say about the text wherever the account sends its class; a wording is judged in
    all its languages, as at review."""
    if material.message_class not in MessageClass.values:
        return ()
    approved, message_class = material.approved, str(material.message_class)
    advertiser_id = _advertiser(draft, approved)
    if approved is None:
        judged = JudgedText(
            (material.text,), message_class, advertiser_id, False, lambda: segment_count
        )
    else:
        judged = wordings_judged(
            tuple(approved.wordings), message_class, advertiser_id, is_paid=approved.is_paid
        )
    return Judge([account]).findings(account, judged)


def _advertiser(draft: Draft | None, approved: ApprovedText | None) -> int | None:
    if draft is not None:
        return draft.advertiser_id
    return None if approved is None else approved.advertiser_id
