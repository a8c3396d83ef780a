"""A message as a customer asks for it, made into a draft: sending and preview go this one way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from compliance.models import Account
from config.common.errors import DomainError, InvalidError, NotAllowedError
from config.common.ids import uuid7
from config.common.zone_checks import zone_checked
from messaging.encoding import segmentation
from messaging.selectors.snapshot import AccountCard, ApprovedText, Snapshot
from messaging.services import drafts as drafting
from messaging.services.drafts import Draft
from messaging.services.free_texts import class_differs, text_source
from messaging.services.preferences import preference_ended, preference_filled
from messaging.wording.slots import PREFERENCE_SLOT
from routing.numbers import MESSAGES, Number, NumberError, shipped_normalizer
from routing.selectors.numbers import numbers_known


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """One message as a customer asks for it; `sender` is an address, `template` a short name,
    `language` the recipient's, which chooses among the template's."""

    to: str
    sender: str
    message_class: str | None = None
    text: str | None = None
    template: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    send_at: datetime | None = None
    expires_at: datetime | None = None
    client_reference: str = ""
    metadata: Mapping[str, Any] | None = None
    time_zone: str = ""
    # What of the rendered text nobody may read: stored with stars, and sealed beside it.
    secret: str = field(default="", repr=False)
    is_test: bool = False
    pool_id: int = 0  # whose member `sender` is, where the customer named a pool


def account_required(snapshot: Snapshot, account: Account) -> AccountCard:
    """The account as it sends. Raises NotAllowedError where it is suspended."""
    card = snapshot.accounts.get(account.pk)
    if card is None or not card.is_active:
        raise NotAllowedError(
            "account_suspended", _("The account is suspended: contact the platform's operator.")
        )
    return card


Refuse = Callable[[DomainError], None]


def stop(error: DomainError) -> None:
    """How sending takes a refusal. A preview notes it and looks at the rest."""
    raise error


def request_draft(
    snapshot: Snapshot,
    account: AccountCard,
    request: MessageRequest,
    *,
    origin: str,
    now: datetime,
    refuse: Refuse = stop,
) -> Draft:
    """The draft of a request, without network and price. Raises DomainError for what cannot be
    read; what may not be sent goes to `refuse`."""
    sender = drafting.sender_named(snapshot, account, request.sender)
    _ask(refuse, drafting.sender_usable, sender, snapshot)
    approved, text = _source(snapshot, account, request, refuse)
    message_class = _class(request, approved)
    _ask(refuse, drafting.class_allowed, sender, message_class)
    number = _number(request.to, account.country)
    if approved is not None:
        text = preference_ended(account, sender, approved, text, number.msisdn)
    sealed = ""
    if request.secret:
        # Stars take as much room as digits, so all that counts or judges the text reads them.
        sealed, text = text, text.replace(request.secret, "*" * len(request.secret))
    count = _count(text, refuse)
    _ask(refuse, _times_checked, request, now)
    return Draft(
        id=uuid7(),
        account_id=account.id,
        advertiser_id=approved.advertiser_id if approved else sender.advertiser_id,
        sender=sender,
        message_class=message_class,
        msisdn=number.msisdn,
        country=number.country,
        text=text,
        encoding=count.encoding,
        segment_count=count.segment_count,
        currency=account.currency,
        origin=origin,
        template_version_id=approved.version_id if approved else None,
        client_reference=request.client_reference,
        metadata=request.metadata,
        send_at=request.send_at,
        not_after=request.expires_at,
        recipient_zone=zone_checked(request.time_zone, field="time_zone") or None,
        pool_id=request.pool_id,
        is_test=request.is_test,
        sealed=sealed,
    )


def _ask(refuse: Refuse, check: Callable[..., object], *values: object) -> None:
    try:
        check(*values)
    except DomainError as error:
        refuse(error)


def _count(text: str, refuse: Refuse) -> segmentation.SegmentCount:
    try:
        return drafting.segments_counted(text)
    except DomainError as error:
        refuse(error)
        return segmentation.segment_count(text)


def request_text(
    snapshot: Snapshot, account: AccountCard, request: MessageRequest
) -> tuple[ApprovedText | None, str]:
    """The approved wording, where one is named, and the text as it is sent. Raises InvalidError."""
    if (request.text is None) == (request.template is None):
        raise InvalidError(
            "text_or_template", _("Give either “text” or “template”, not both."), field="text"
        )
    if request.template is None:
        return None, drafting.text_checked(request.text or "", field_name="text")
    approved = approved_required(snapshot, account, request.template)
    values = _with_link(account, approved, request)
    return approved, drafting.text_rendered(approved, values, language=request.language)


def _with_link(
    account: AccountCard, approved: ApprovedText, request: MessageRequest
) -> Mapping[str, str]:
    """With the person's own link; a number that is none is refused where numbers are."""
    if PREFERENCE_SLOT not in approved.wordings.slots:
        return request.parameters
    try:
        number = shipped_normalizer()(request.to, default_country=account.country)
    except NumberError:
        return request.parameters
    return preference_filled(approved, request.parameters, number.msisdn)


def _source(
    snapshot: Snapshot, account: AccountCard, request: MessageRequest, refuse: Refuse
) -> tuple[ApprovedText | None, str]:
    """The wording and the text. A plain text of a class that the account may not write freely
    has to come from one of its approved wordings, and is then sent by that."""
    approved, text = request_text(snapshot, account, request)
    is_free = request.message_class in account.free_text_classes
    if approved is not None or is_free or not text.strip():
        return approved, text
    try:
        return _named_by_text(*text_source(snapshot, account, text, request.message_class))
    except DomainError as error:
        if request.message_class is None and account.free_text_classes:
            return None, text  # some class is missing, rather than a template
        refuse(error)
        return None, text


def _named_by_text(approved: ApprovedText, text: str) -> tuple[ApprovedText, str]:
    """Where a wording has the person's own link, a plain text could bring any other."""
    if PREFERENCE_SLOT in approved.wordings.slots:
        raise InvalidError(
            "template_required",
            _("This text holds the person's own link: send it by “template”: “%(template)s”.")
            % {"template": approved.slug},
            field="text",
        )
    return approved, text


def approved_required(snapshot: Snapshot, account: AccountCard, slug: str) -> ApprovedText:
    """What the account's template sends now. Raises InvalidError."""
    approved = snapshot.texts_by_slug.get((account.id, slug))
    if approved is None:
        raise InvalidError(
            "template_not_approved",
            _("“%(template)s” is not an approved template of this account.") % {"template": slug},
            field="template",
        )
    return approved


def _class(request: MessageRequest, approved: ApprovedText | None) -> str:
    if approved is not None:
        if request.message_class not in (None, approved.message_class):
            raise class_differs(approved)
        return approved.message_class
    if request.message_class not in MessageClass.values:
        raise InvalidError(
            "class_required",
            _("Free text needs a “class”: one of %(classes)s.")
            % {"classes": ", ".join(MessageClass.values)},
            field="class",
        )
    return str(request.message_class)


def _number(raw: str, country: str) -> Number:
    try:
        return shipped_normalizer()(raw, default_country=country)
    except NumberError as error:
        raise InvalidError(
            error.code, _(MESSAGES[error.code]) % error.params, field="to"
        ) from error


def _times_checked(request: MessageRequest, now: datetime) -> None:
    start = max(request.send_at or now, now)
    if request.expires_at is not None and request.expires_at <= start:
        raise InvalidError(
            "expires_before_sending",
            _("“expires_at” is not after the time of sending: give a later one."),
            field="expires_at",
        )


def drafts_locate(snapshot: Snapshot, drafts: list[Draft]) -> list[DomainError | None]:
    """Finds each number's network, then its price; an error where a draft has none."""
    known = numbers_known([draft.msisdn for draft in drafts])
    for draft in drafts:
        hint = snapshot.numbers.network_of(draft.msisdn, draft.country, known.get(draft.msisdn))
        draft.network_id, draft.network_source = hint.network_id, hint.source
    return drafting.drafts_price(snapshot, drafts)
