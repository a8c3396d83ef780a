"""What a preview looks at: the text, and the configuration it would be sent under.

A wording that is still being written becomes an approved one in a snapshot of its own, so that
everything after it goes the way of sending.
"""

import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from messaging.selectors.snapshot import AccountCard, ApprovedText, Snapshot
from messaging.services.drafts import Draft, text_checked, text_rendered
from messaging.services.previews.values import DraftWording, PreviewRequest
from messaging.services.requests import approved_required
from messaging.services.templates.versions import wording_checked
from messaging.wording.samples import sample_value
from messaging.wording.values import RefusedValueError
from messaging.wording.wordings import Wording
from messaging.wording.worst import Cost, cost_of

# No short name and no version can be these.
DRAFT_SLUG = "\0draft"
DRAFT_ID = -1


@dataclass(frozen=True, slots=True)
class Material:
    """`text` is what would be sent; `snapshot` knows the wording as `slug`, with `values` in its
    slots."""

    snapshot: Snapshot
    text: str
    is_nfc: bool
    message_class: str | None
    approved: ApprovedText | None = None
    slug: str | None = None
    values: Mapping[str, str] | None = None
    wording: Wording | None = None
    message_format: str = ""
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
    return Material(snapshot, text, is_nfc, request.message_class)


def _of_template(
    snapshot: Snapshot, account: AccountCard, request: PreviewRequest, slug: str
) -> Material:
    return _of_approved(snapshot, request, approved_required(snapshot, account, slug))


def _of_wording(
    snapshot: Snapshot, account: AccountCard, request: PreviewRequest, wording: DraftWording
) -> Material:
    checked = wording_checked(
        body=wording.body,
        slots=wording.slots,
        rewriting=wording.rewriting,
        variants=wording.variants,
        message_format=wording.message_format,
    )
    approved = ApprovedText(
        version_id=DRAFT_ID,
        account_id=account.id,
        advertiser_id=wording.advertiser_id or _advertiser(snapshot, account, request),
        slug=DRAFT_SLUG,
        message_class=request.message_class or "",
        body=checked.body,
        wordings=checked.wordings,
        is_current=True,
    )
    own = replace(
        snapshot,
        texts={**snapshot.texts, DRAFT_ID: approved},
        texts_by_slug={**snapshot.texts_by_slug, (account.id, DRAFT_SLUG): approved},
    )
    is_nfc = unicodedata.is_normalized("NFC", wording.body)
    return replace(
        _of_approved(own, request, approved), is_nfc=is_nfc, message_format=checked.message_format
    )


def _advertiser(snapshot: Snapshot, account: AccountCard, request: PreviewRequest) -> int:
    """The sender's, for consent and caps are asked per advertiser; 0 where no sender is named."""
    card = snapshot.senders_by_address.get((account.id, (request.sender or "").strip().casefold()))
    return 0 if card is None else card.advertiser_id


def _of_approved(snapshot: Snapshot, request: PreviewRequest, approved: ApprovedText) -> Material:
    language = request.language or ""
    wording = approved.wordings.choose(language)
    values = request.parameters
    if values is None:
        values = _without_parameters(request, approved, wording)
    return Material(
        snapshot=snapshot,
        text=text_rendered(approved, values, language=language),
        is_nfc=all(unicodedata.is_normalized("NFC", value) for value in values.values()),
        message_class=approved.message_class or None,
        approved=approved,
        slug=approved.slug,
        values=values,
        wording=wording,
        worst=cost_of(wording),
    )


def _without_parameters(
    request: PreviewRequest, approved: ApprovedText, wording: Wording
) -> Mapping[str, str]:
    """The examples; for a message to somebody nothing, where the fallbacks suffice."""
    if request.to is not None and request.template is not None:
        with suppress(RefusedValueError):
            wording.render({})
            return {}
    return {check.spec.name: sample_value(check) for check in wording.checks}


def material_sent(material: Material, draft: Draft | None) -> Material:
    """The material as the draft has it: a plain text may turn out to come from a template."""
    if draft is None:
        return material
    approved = material.snapshot.texts.get(draft.template_version_id or 0, material.approved)
    return replace(
        material,
        text=draft.text,
        message_class=draft.message_class,
        approved=approved,
    )
