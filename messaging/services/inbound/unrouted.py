"""The queue of unrouted replies: each is given to a sender once, or dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from compliance import keywords
from compliance.models import User
from config.common import audit, clock
from config.common.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
)
from messaging.constants import UnroutedReason, UnroutedState
from messaging.models import InboundMessage, ReplyOutcome, UnroutedReply
from messaging.services.inbound.acting import arrivals_act
from messaging.services.replies import Addressees, addressees_of, meaning_for
from messaging.services.replies.acting import replies_lock
from messaging.services.replies.addressees import Addressee, addressees_of_all
from messaging.services.replies.arrival import Arrival
from routing.models import Sender

_PERMISSION = "messaging.decide_unroutedreply"
_MOST_NOTE = 300


@dataclass(frozen=True, slots=True)
class RoutedReply:
    """What became of a reply that was to be routed: whose it is now, or why it is not."""

    message_id: UUID
    sender: Sender | None = None
    refusal: DomainError | None = None


@transaction.atomic
def unrouted_assign(
    *, message_id: UUID, sender: Sender, actor: User | None, by_scope: bool = False
) -> InboundMessage:
    """Gives a waiting reply to a sender: it acts as if it came now, once. `by_scope`: a key of the
    platform does it, which has been asked for its scope; `actor` is who made it.

    Raises NotAllowedError, and ConflictError where somebody has decided it already.
    """
    if not by_scope:
        _permit(actor)
    row = _waiting(message_id)
    message = row.message
    holder = Sender.objects.select_related("account", "advertiser").get(pk=sender.pk)
    addressees = Addressees(holder, (Addressee(holder),))
    known = addressees_of(message.destination, message.msisdn, clock.now()).acting
    own = tuple(one for one in known if one.sender.pk == holder.pk)
    if own:
        addressees = Addressees(holder, own)
    match = meaning_for(keywords.match(message.text, country=addressees.country), addressees)
    message.account, message.sender = holder.account, holder
    message.keyword, message.action = match.keyword[:40], match.action
    message.grade = "" if match.grade == "none" else match.grade
    message.save(update_fields=["account", "sender", "keyword", "action", "grade"])
    # Of an address that several hold, it has acted for every holder when it came.
    outcomes = ReplyOutcome.objects.filter(message=message, account=holder.account)
    is_obeyed = row.reason == UnroutedReason.SHARED and outcomes.exists()
    came_at, message.received_at = message.received_at, clock.now()
    arrivals_act([Arrival(message, match, addressees, is_obeyed=is_obeyed, came_at=came_at)])
    message.received_at = came_at
    _decide(row, UnroutedState.ROUTED, actor, f"{holder.address} · {holder.account.name}")
    audit.record(
        action="inbound.routed",
        actor=actor,
        account_id=holder.account_id,
        subject=f"inboundmessage:{message.pk}",
        detail={"sender": holder.address, "to": message.destination},
    )
    return message


def unrouted_route(
    *, message_ids: Sequence[UUID], actor: User | None, by_scope: bool = False
) -> list[RoutedReply]:
    """Gives each waiting reply to the sender that has its address now, each in a transaction of its
    own: what became of them, in their order. `by_scope` as in `unrouted_assign`.

    Raises NotAllowedError.
    """
    if not by_scope:
        _permit(actor)
    rows = UnroutedReply.objects.select_related("message").in_bulk(message_ids)
    asked = [(row.message.destination, row.message.msisdn) for row in rows.values()]
    known = dict(zip(rows, addressees_of_all(asked, clock.now()), strict=True))
    routed = []
    for message_id in message_ids:
        try:
            owner = _owner(rows.get(message_id), known.get(message_id))
            unrouted_assign(message_id=message_id, sender=owner, actor=actor, by_scope=by_scope)
        except DomainError as error:
            routed.append(RoutedReply(message_id, refusal=error))
        else:
            routed.append(RoutedReply(message_id, sender=owner))
    return routed


def _owner(row: UnroutedReply | None, known: Addressees | None) -> Sender:
    """Whose the reply is now. Raises NotFoundError, and ConflictError where it is no one's."""
    if row is None or known is None:
        raise NotFoundError("unknown_reply", _("There is no such reply in the queue."))
    if row.state != UnroutedState.WAITING:
        raise _decided()
    if known.owner is not None:
        return known.owner
    to = {"address": row.message.destination}
    if not row.message.destination:
        code, sentence = UnroutedReason.UNREADABLE, _("The PDU could not be read: dismiss it.")
    elif known.acting:
        code = UnroutedReason.SHARED
        sentence = _(
            "Several senders have the address “%(address)s”, and none wrote to the number lately:"
            " give the reply to one of them."
        )
    else:
        code = UnroutedReason.UNKNOWN
        sentence = _(
            "No sender has the address “%(address)s”: add the sender first, or dismiss the reply."
        )
    raise ConflictError(code.value, sentence % to)


@transaction.atomic
def unrouted_dismiss(
    *, message_id: UUID, note: str, actor: User | None, by_scope: bool = False
) -> UnroutedReply:
    """Nobody is meant. Raises NotAllowedError, InvalidError without a note, and ConflictError where
    somebody has decided it already."""
    if not by_scope:
        _permit(actor)
    note = note.strip()[:_MOST_NOTE]
    if not note:
        raise InvalidError(
            "note_required",
            _("Say why nobody is meant: whoever looks for this reply later reads it."),
            field="note",
        )
    row = _waiting(message_id)
    _decide(row, UnroutedState.DISMISSED, actor, note)
    audit.record(
        action="inbound.dismissed",
        actor=actor,
        subject=f"inboundmessage:{message_id}",
        detail={"note": note, "to": row.message.destination},
    )
    return row


@transaction.atomic
def unrouted_restore(
    *, message_id: UUID, actor: User | None, by_scope: bool = False
) -> UnroutedReply:
    """Takes a dismissal back: the reply waits again. Raises NotAllowedError, and ConflictError
    where it is not dismissed."""
    if not by_scope:
        _permit(actor)
    changed = UnroutedReply.objects.filter(pk=message_id, state=UnroutedState.DISMISSED).update(
        state=UnroutedState.WAITING, note="", decided_at=None, decided_by=None
    )
    if not changed:
        raise ConflictError("not_dismissed", _("This reply is not dismissed."))
    audit.record(
        action="inbound.restored", actor=actor, subject=f"inboundmessage:{message_id}", detail={}
    )
    return UnroutedReply.objects.get(pk=message_id)


def _permit(actor: User | None) -> None:
    if actor is None or not actor.has_perm(_PERMISSION):
        raise NotAllowedError(
            "not_allowed", _("Operators of the platform decide unrouted replies.")
        )


def _waiting(message_id: UUID) -> UnroutedReply:
    """The row, held: of two who decide it at once the second is told."""
    rows = UnroutedReply.objects.select_related("message", "message__bind")
    found = rows.filter(pk=message_id).first()
    if found is not None:
        replies_lock(found.message.msisdn)
        found = rows.select_for_update(of=("self",)).get(pk=message_id)
    if found is None or found.state != UnroutedState.WAITING:
        raise _decided()
    return found


def _decided() -> ConflictError:
    return ConflictError("unrouted_decided", _("Somebody has decided this reply already."))


def _decide(row: UnroutedReply, state: UnroutedState, actor: User | None, note: str) -> None:
    row.state, row.note = state, note[:_MOST_NOTE]
    row.decided_at, row.decided_by = clock.now(), actor
    row.save(update_fields=["state", "note", "decided_at", "decided_by"])
