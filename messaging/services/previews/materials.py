"""What a preview looks at: the text, and the configuration it would be sent under.

A wording that is still being written becomes an approved one in a snapshot of its own, so that
everything after it goes the way of sending.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from messaging import slots
from messaging.models import TemplateVersion
from messaging.selectors.snapshot import AccountCard, ApprovedText, Snapshot
from messaging.services.drafts import text_checked, text_rendered
from messaging.services.previews.values import DraftWording, PreviewRequest
from messaging.services.requests import approved_required
from messaging.services.templates.versions import template_parsed, wording_checked
from messaging.wordings import Cost, SlotSpec, cost_of, specs_of

# No short name and no version can be these.
DRAFT_SLUG = "\0draft"
DRAFT_ID = -1


@dataclass(frozen=True, slots=True)
class Material:
    """`text` is what would be sent; `body` what rules about the text look at; `snapshot` knows
    the wording as `slug`, with `values` in its slots."""

    snapshot: Snapshot
    text: str
    body: str
    is_nfc: bool
    message_class: str | None
    approved: ApprovedText | None = None
    slug: str | None = None
    values: Mapping[str, str] | None = None
    worst: Cost | None = None


def material_of(snapshot: Snapshot, account: AccountCard, request: PreviewRequest) -> Material:
    """The material of a request. Raises InvalidError for what sending could not read."""
    given = [request.text is not None, request.template is not None, request.wording is not None]
    if sum(given) != 1:
        raise InvalidError(
            "text_or_template", _("Give either “text” or “template”, not both."), field="text"
        )
    if request.text is not None:
        return _of_text(snapshot, request, request.text)
    if request.wording is not None:
        return _of_wording(snapshot, account, request, request.wording)
    return _of_template(snapshot, account, request, request.template or "")


def _of_text(snapshot: Snapshot, request: PreviewRequest, given: str) -> Material:
    checked = text_checked(given, field_name="text")
    text = checked if request.normalize else given
    is_nfc = unicodedata.is_normalized("NFC", given)
    return Material(snapshot, text, text, is_nfc, request.message_class)


def _of_template(
    snapshot: Snapshot, account: AccountCard, request: PreviewRequest, slug: str
) -> Material:
    approved = approved_required(snapshot, account, slug)
    stored = TemplateVersion.objects.get(pk=approved.version_id)
    specs = specs_of(approved.template, stored.slots)
    return _of_approved(snapshot, request, approved, specs)


def _of_wording(
    snapshot: Snapshot, account: AccountCard, request: PreviewRequest, wording: DraftWording
) -> Material:
    body, specs = wording_checked(wording.body, wording.slots)
    approved = ApprovedText(
        version_id=DRAFT_ID,
        account_id=account.id,
        advertiser_id=wording.advertiser_id or _advertiser(snapshot, account, request),
        slug=DRAFT_SLUG,
        message_class=request.message_class or "",
        body=body,
        template=template_parsed(body),
        is_current=True,
    )
    own = replace(
        snapshot,
        texts={**snapshot.texts, DRAFT_ID: approved},
        texts_by_slug={**snapshot.texts_by_slug, (account.id, DRAFT_SLUG): approved},
    )
    is_nfc = unicodedata.is_normalized("NFC", wording.body)
    return replace(_of_approved(own, request, approved, specs), is_nfc=is_nfc)


def _advertiser(snapshot: Snapshot, account: AccountCard, request: PreviewRequest) -> int:
    """The sender's, for consent and caps are asked per advertiser; 0 where no sender is named."""
    card = snapshot.senders_by_address.get((account.id, (request.sender or "").strip().casefold()))
    return 0 if card is None else card.advertiser_id


def _of_approved(
    snapshot: Snapshot,
    request: PreviewRequest,
    approved: ApprovedText,
    specs: tuple[SlotSpec, ...],
) -> Material:
    values = request.parameters
    if values is None:
        values = {spec.name: spec.example or spec.name for spec in specs}
    parsed: slots.Template = approved.template
    return Material(
        snapshot=snapshot,
        text=text_rendered(approved, values),
        body=approved.body,
        is_nfc=all(unicodedata.is_normalized("NFC", value) for value in values.values()),
        message_class=approved.message_class or None,
        approved=approved,
        slug=approved.slug,
        values=values,
        worst=cost_of(parsed, specs),
    )
