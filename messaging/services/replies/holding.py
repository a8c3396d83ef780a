"""A reply that reads like a refusal: held until an officer has read it."""

from datetime import timedelta

from django.utils.translation import gettext as _

from compliance.constants import Purpose, SuppressionCause, SuppressionSource
from compliance.models import Suppression
from compliance.reach import Aim, widest
from compliance.services.suppressions import suppression_add
from messaging.constants import ReplyDeed
from messaging.models import RefusalReview
from messaging.services.replies.addressees import Addressee
from messaging.services.replies.effects import Reply
from messaging.services.replies.refusing import place_of


def hold(reply: Reply, one: Addressee) -> None:
    """Advertising to the person stops for the brand, or wider where the rules reach wider, and an
    officer gets the reply to read within the country's time."""
    sender = one.sender
    policy = reply.rules(one).optout
    aim = Aim(widest("brand", policy.reach, sender.account.refusal_reach))
    place = place_of(sender, aim, sender.advertiser)
    if _is_refused(reply.message.msisdn, sender.account_id, sender.advertiser_id):
        reply.note(one, ReplyDeed.REFUSED_AGAIN, purpose=Purpose.MARKETING, reach=aim.reach)
        return
    standing = suppression_add(
        **place,
        msisdn=reply.message.msisdn,
        purpose=Purpose.MARKETING,
        source=SuppressionSource.MO,
        cause=SuppressionCause.HOLD,
        reason=_("A reply that reads like a refusal waits to be read."),
        actor=None,
    )
    RefusalReview.objects.create(
        account=sender.account,
        advertiser=sender.advertiser,
        message=reply.message,
        hold=standing if standing.cause == SuppressionCause.HOLD else None,
        msisdn=reply.message.msisdn,
        phrase=reply.match.keyword[:80],
        received_at=reply.message.received_at,
        due_at=reply.message.received_at + timedelta(hours=policy.review_hours),
    )
    reply.note(one, ReplyDeed.HELD, purpose=Purpose.MARKETING, reach=aim.reach)


def _is_refused(msisdn: str, account_id: int, advertiser_id: int) -> bool:
    """Whether the person refused the brand's advertising as a whole already."""
    found = Suppression.objects.filter(
        msisdn=msisdn,
        account=account_id,
        lifted_at=None,
        cause=SuppressionCause.REFUSAL,
        program=None,
        sender="",
        purpose__in=(Purpose.MARKETING, Purpose.ALL),
    )
    return found.filter(advertiser=None).exists() or found.filter(advertiser=advertiser_id).exists()
