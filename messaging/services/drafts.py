"""From what a customer asks for to a message that could be stored: one path for every door."""

import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from compliance.constants import LANES
from config.common.errors import DomainError, InvalidError, NotAllowedError
from messaging.constants import Priority
from messaging.encoding import segmentation, validity
from messaging.selectors.snapshot import AccountCard, ApprovedText, SenderCard, Snapshot
from messaging.services.counting import Counted, text_counted_by
from messaging.services.network_demands import characters_refused, is_too_long, rule_of
from messaging.wording.sentences import VALUES
from messaging.wording.values import RefusedValueError, ValueProblem
from routing.constants import FallbackCause, NetworkSource, SenderStatus
from routing.network_texts import NetworkText

MAX_SEGMENTS = 10


@dataclass(slots=True)
class Draft:
    """A message before it is stored; `id` sorts by time."""

    id: uuid.UUID
    account_id: int
    advertiser_id: int
    sender: SenderCard
    message_class: str
    msisdn: str
    country: str
    text: str
    encoding: str
    segment_count: int
    currency: str
    origin: str
    template_version_id: int | None = None
    campaign_id: int | None = None
    contact_id: int | None = None
    network_id: int | None = None
    network_source: str = NetworkSource.NONE.value
    price_micros: int = 0
    charge_terms: int | None = None  # of its price; nothing: not billed
    client_reference: str = ""
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    send_at: datetime | None = None
    not_after: datetime | None = None
    segment_reference: int | None = None
    billed_segments: int | None = None  # where it is not `segment_count`
    recipient_zone: str | None = None
    priority: int = Priority.NORMAL.value
    pool_id: int = 0
    is_test: bool = False
    sealed: str = field(default="", repr=False)  # the text as it leaves, where `text` has stars

    @property
    def lane(self) -> int:
        return LANES.index(self.message_class)


def sender_required(
    snapshot: Snapshot, account: AccountCard, address: str, *, field_name: str = "from"
) -> SenderCard:
    """The account's sender of that address, usable today. Raises DomainError."""
    card = sender_named(snapshot, account, address, field_name=field_name)
    sender_usable(card, snapshot, field_name=field_name)
    return card


def sender_named(
    snapshot: Snapshot, account: AccountCard, address: str, *, field_name: str = "from"
) -> SenderCard:
    """The account's sender of that address. Raises InvalidError."""
    card = snapshot.senders_by_address.get((account.id, address.strip().casefold()))
    if card is None:
        raise InvalidError(
            "unknown_sender",
            _("“%(sender)s” is not a sender of this account: use one of its senders.")
            % {"sender": address},
            field=field_name,
        )
    return card


def sender_usable(card: SenderCard, snapshot: Snapshot, *, field_name: str = "from") -> None:
    """Raises NotAllowedError where the sender is not active or out of lease, and no rule of the
    account names another for that."""
    if not card.is_usable and any(
        FallbackCause.UNAVAILABLE in rule.causes
        and rule.sender_id in (None, card.id)
        and rule.sender_kind in ("", card.kind)
        for rule in snapshot.stand_ins.fallbacks.get(card.account_id, ())
    ):
        return
    if card.status != SenderStatus.ACTIVE:
        raise NotAllowedError(
            "sender_not_active",
            _("Sender %(sender)s is not active: an operator can activate it.")
            % {"sender": card.address},
            field=field_name,
        )
    if not card.is_usable:
        raise NotAllowedError(
            "sender_out_of_lease",
            _("Sender %(sender)s is out of lease (%(start)s to %(end)s): renew the lease first.")
            % {"sender": card.address, "start": card.lease_start, "end": card.lease_end or "…"},
            field=field_name,
        )


def class_allowed(card: SenderCard, message_class: str, *, field_name: str = "class") -> None:
    """Raises NotAllowedError where the sender may not carry this class."""
    if message_class not in card.message_classes:
        raise NotAllowedError(
            "class_not_allowed_for_sender",
            _("Sender %(sender)s may not send class “%(class)s”: it may send %(allowed)s.")
            % {
                "sender": card.address,
                "class": message_class,
                "allowed": ", ".join(sorted(card.message_classes)),
            },
            field=field_name,
        )


def text_checked(text: str, *, field_name: str) -> str:
    """The text in NFC. Raises InvalidError for what no phone or database can hold; its position
    counts from 1."""
    error = validity.text_error(text)
    if error is not None:
        raise InvalidError(
            error.code,
            _("The text has a character that cannot be sent at position %(position)d: remove it.")
            % {"position": error.position + 1},
            field=field_name,
        )
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def text_rendered(approved: ApprovedText, values: Mapping[str, str], *, language: str = "") -> str:
    """The approved text in the wording for `language`, with its slots filled.

    Raises InvalidError naming the slot: `unknown_parameter`, `missing_parameter`, or
    `value_<code>` of a value that its slot does not take (messaging.wording.values).
    """
    clean = {
        name: text_checked(value, field_name=f"parameters.{name}") for name, value in values.items()
    }
    known = approved.wordings.slots
    unknown = sorted(set(clean) - set(known))
    if unknown:
        raise InvalidError(
            "unknown_parameter",
            _("The template has no slot “%(slot)s”: its slots are %(slots)s.")
            % {"slot": unknown[0], "slots": ", ".join(known) or "—"},
            field=f"parameters.{unknown[0]}",
        )
    try:
        return approved.wordings.choose(language).render(clean)
    except RefusedValueError as error:
        raise value_refused(error.problem, f"parameters.{error.problem.slot}") from error


def value_refused(problem: ValueProblem, field_name: str) -> InvalidError:
    """The refusal of a value in the reader's language."""
    return InvalidError(
        "missing_parameter" if problem.code == "missing" else f"value_{problem.code}",
        value_sentence(problem),
        field=field_name,
    )


def value_sentence(problem: ValueProblem) -> str:
    """What is wrong with a value, in the reader's language; positions count from 1."""
    values = {"slot": problem.slot, **dict(problem.params)}
    if "position" in values:
        values["position"] = int(values["position"]) + 1
    return _(VALUES[problem.code]) % values


def segments_counted(text: str, *, field_name: str = "text") -> segmentation.SegmentCount:
    """What the text costs. Raises InvalidError where it is empty or too long."""
    if not text.strip():
        raise InvalidError("empty_text", _("The text is empty: write one."), field=field_name)
    count = segmentation.segment_count(text)
    if count.segment_count > MAX_SEGMENTS:
        raise InvalidError(
            "too_long",
            _("The text needs %(count)d segments; at most %(limit)d are allowed: shorten it.")
            % {"count": count.segment_count, "limit": MAX_SEGMENTS},
            field=field_name,
        )
    return count


def drafts_price(snapshot: Snapshot, drafts: list[Draft]) -> list[DomainError | None]:
    """Sets each draft's price; an error where the account has no price for the destination."""
    return [_price(snapshot, draft) for draft in drafts]


def _price(snapshot: Snapshot, draft: Draft) -> DomainError | None:
    if draft.is_test:  # costs nothing, whether or not the destination has a price
        return None
    rate = snapshot.routing.price_rate(
        draft.account_id,
        draft.country,
        draft.network_id,
        draft.message_class,
        draft.sender.id,
    )
    if rate is None:
        return NotAllowedError(
            "no_price",
            _("There is no price for %(country)s: ask your operator to open this destination.")
            % {"country": draft.country},
            field="to",
        )
    price, draft.charge_terms = rate.amount_micros, rate.charge_terms
    rule = rule_of(snapshot, draft.network_id, draft.message_class)
    if rule is None:
        draft.price_micros = price * draft.segment_count
        return None
    counted = text_counted_by(rule, draft.text)
    draft.billed_segments = counted.billed_column
    draft.price_micros = price * counted.billed_segments
    return network_refusal(rule, draft.text, counted)


def network_refusal(rule: NetworkText, text: str, counted: Counted) -> InvalidError | None:
    """What the recipient's network would not carry, with the network named."""
    refused = characters_refused(rule, text) if rule.refuses_certainly else None
    if refused is not None:
        return InvalidError(
            "characters_refused",
            _("%(network)s refuses texts with %(characters)s (at %(position)d): leave it out.")
            % {
                "network": rule.network_name,
                "characters": " ".join(refused.characters),
                "position": refused.positions[0] + 1,
            },
            field="text",
            position=refused.positions[0],
        )
    if is_too_long(rule, counted):
        return InvalidError(
            "too_long",
            _(
                "On %(network)s the text needs %(count)d segments with what the network adds; it"
                " carries %(limit)d: shorten it."
            )
            % {
                "network": rule.network_name,
                "count": counted.billed_segments,
                "limit": rule.max_segments,
            },
            field="text",
        )
    return None
