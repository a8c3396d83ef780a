"""An officer has read a reply that reads like a refusal: it is one, or it is none."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.constants import Purpose
from compliance.keywords import KeywordMatch
from compliance.models import User
from compliance.reach import aim_of
from compliance.services.suppressions import suppression_lift
from config.common import audit, clock
from config.common.errors import ConflictError
from messaging.constants import ReviewState
from messaging.models import RefusalReview
from messaging.selectors.snapshot import snapshots
from messaging.services.events import event_append
from messaging.services.replies.acting import replies_lock
from messaging.services.replies.addressees import Addressee, addressees_of
from messaging.services.replies.effects import Reply
from messaging.services.replies.refusing import refusal_apply
from messaging.services.templates.records import permission_required
from routing.models import Sender

_PERMISSION = "messaging.decide_refusalreview"


@transaction.atomic
def review_decide(
    *, review: RefusalReview, is_refusal: bool, note: str = "", actor: User
) -> RefusalReview:
    """Makes the hold a refusal, or lifts it where nothing else of the person waits to be read.

    Raises NotAllowedError, and ConflictError where it was decided already.
    """
    permission_required(actor, _PERMISSION, review)
    replies_lock(review.msisdn)
    _decided(review, is_refusal, note.strip()[:200], actor)
    if is_refusal:
        _refuse(review, actor)
    else:
        _lift(review, note, actor)
    audit.record(
        action="refusal.confirmed" if is_refusal else "refusal.dismissed",
        actor=actor,
        account_id=review.account_id,
        subject=f"refusalreview:{review.pk}",
        detail={"inbound": str(review.message_id), "note": review.note},
    )
    return review


def reviews_decide(
    *, reviews: Sequence[RefusalReview], is_refusal: bool, note: str = "", actor: User
) -> tuple[int, int]:
    """Decides several alike; how many were decided, and how many somebody had decided before."""
    decided = skipped = 0
    for review in reviews:
        try:
            review_decide(review=review, is_refusal=is_refusal, note=note, actor=actor)
            decided += 1
        except ConflictError:
            skipped += 1
    return decided, skipped


def _decided(review: RefusalReview, is_refusal: bool, note: str, actor: User) -> None:
    review.state = ReviewState.CONFIRMED if is_refusal else ReviewState.DISMISSED
    review.decided_at, review.decided_by, review.note = clock.now(), actor, note
    changed = RefusalReview.objects.filter(pk=review.pk, state=ReviewState.WAITING).update(
        state=review.state, decided_at=review.decided_at, decided_by=actor, note=note
    )
    if not changed:
        raise ConflictError("review_decided", _("Somebody has decided this reply already."))


def _refuse(review: RefusalReview, actor: User) -> None:
    """As if the person had written a keyword, with who read it in the evidence."""
    message = review.message
    match = KeywordMatch("opt_out", "inferred", review.phrase)
    reply = Reply(message, match, snapshots.current(), clock.now(), reader=actor.get_username())
    one = _addressee(review)
    policy = reply.rules(one).optout
    aim = aim_of(policy.reach, account_reach=review.account.refusal_reach)
    purpose = policy.purpose if policy.purpose in Purpose.values else Purpose.MARKETING.value
    refusal_apply(reply, one, aim, purpose=purpose, advertiser=review.advertiser)
    with connection.cursor() as cursor:
        for news in reply.news:
            event_append(
                cursor,
                account_id=news.account_id,
                event_type=news.event_type,
                at=reply.now,
                data=news.data,
            )


def _addressee(review: RefusalReview) -> Addressee:
    message = review.message
    known = addressees_of(message.destination, review.msisdn, message.received_at).acting
    of_account = [one for one in known if one.sender.account_id == review.account_id]
    own = [one for one in of_account if one.sender.advertiser_id == review.advertiser_id]
    if own:
        return own[0]
    senders = Sender.objects.filter(account=review.account, address=message.destination)
    return Addressee(senders.select_related("account", "advertiser").earliest("pk"))


def _lift(review: RefusalReview, note: str, actor: User) -> None:
    hold = review.hold
    if hold is None or hold.lifted_at is not None:
        return
    others = RefusalReview.objects.filter(hold=hold, state=ReviewState.WAITING)
    if not others.exists():
        reason = note.strip() or _("An officer has read the reply: it is no refusal.")
        suppression_lift(suppression=hold, reason=reason, actor=actor)
