"""A refusal by reply: as far as the law, the account and the person's words reach."""

from datetime import timedelta
from typing import Any

from compliance.constants import Purpose, Reach, SuppressionCause, SuppressionSource
from compliance.models import Advertiser, Program, Suppression
from compliance.reach import Aim, aim_of, named
from compliance.services.consent import opt_out
from messaging.constants import EventType, ReplyDeed
from messaging.models import ReplyOutcome
from messaging.services.replies.addressees import Addressee
from messaging.services.replies.effects import News, Reply
from messaging.services.replies.wishes import reviews_settle
from routing.models import Sender

# A repeated refusal is confirmed anew after this time only.
_ACKNOWLEDGED_FOR = timedelta(days=30)


def refuse(reply: Reply, one: Addressee, *, argument: str) -> None:
    """The person refuses: suppressed and confirmed in the caller's transaction."""
    advertiser, program = _named(one, argument)
    policy = reply.rules(one).optout
    aim = aim_of(
        policy.reach,
        account_reach=one.sender.account.refusal_reach,
        keyword_reach=reply.match.reach,
        named_program=program.pk if program else None,
        answered_program=_answered_program(reply, one),
        is_brand_named=advertiser is not None,
    )
    purpose = policy.purpose if policy.purpose in Purpose.values else Purpose.MARKETING.value
    refusal_apply(reply, one, aim, purpose=purpose, advertiser=advertiser or one.sender.advertiser)


def refusal_apply(
    reply: Reply, one: Addressee, aim: Aim, *, purpose: str, advertiser: Advertiser
) -> None:
    """Writes a refusal of a known reach, confirms it once and tells the account."""
    place = place_of(one.sender, aim, advertiser) | {"purpose": purpose}
    is_known = _stands(reply.message.msisdn, place)
    opt_out(
        **place,
        msisdn=reply.message.msisdn,
        source=SuppressionSource.MO,
        evidence=reply.evidence,
        at=reply.message.received_at,
    )
    reviews_settle(aim.reach, advertiser, reply.message.msisdn)
    answer = None
    policy = reply.rules(one).optout
    if not (is_known and policy.ack_once and _was_acknowledged(reply, advertiser)):
        answer = reply.answer(one, policy.ack_texts, brand=advertiser.name)
    deed = ReplyDeed.REFUSED_AGAIN if is_known else ReplyDeed.REFUSED
    what: dict[str, Any] = {"purpose": purpose, "reach": aim.reach, "advertiser": advertiser}
    reply.note(one, deed, answer, program_id=aim.program_id, **what)
    _tell(reply, one, place, aim)


def place_of(sender: Sender, aim: Aim, advertiser: Advertiser) -> dict[str, Any]:
    """Where a suppression of this reach stands."""
    program = None
    if aim.program_id is not None:
        program = Program.objects.get(pk=aim.program_id, account=sender.account)
    return {
        "account": sender.account,
        "advertiser": None if aim.reach == Reach.ACCOUNT else advertiser,
        "program": program,
        "sender": sender.address if aim.reach == Reach.SENDER else "",
    }


def _named(one: Addressee, argument: str) -> tuple[Advertiser | None, Program | None]:
    """The brand or the program that the word behind the keyword names, in the account."""
    if not argument:
        return None, None
    account = one.sender.account
    programs = {p.pk: p for p in account.programs.select_related("advertiser")}
    own = {pk: p for pk, p in programs.items() if p.advertiser_id == one.sender.advertiser_id}
    for group in (own, programs):
        found = named(argument, {pk: (p.code, p.name) for pk, p in group.items()})
        if found is not None:
            return programs[found].advertiser, programs[found]
    brands = {brand.pk: brand for brand in account.advertisers.all()}
    addresses = account.senders.values_list("advertiser_id", "address")
    names = {
        pk: (*brand.names, *(address for owner, address in addresses if owner == pk))
        for pk, brand in brands.items()
    }
    found = named(argument, names)
    return (brands[found], None) if found is not None else (None, None)


def is_named(one: Addressee, argument: str) -> bool:
    """Whether the argument is a brand or a program of the addressee's account."""
    return any(_named(one, argument))


def is_brand(one: Addressee, argument: str) -> bool:
    """Whether the argument names the addressee's own brand."""
    advertiser, _one_of_them = _named(one, argument)
    return advertiser is not None and advertiser.pk == one.sender.advertiser_id


def _answered_program(reply: Reply, one: Addressee) -> int | None:
    approved = reply.snapshot.texts.get(one.version_id or 0)
    if approved is None or approved.advertiser_id != one.sender.advertiser_id:
        return None
    return approved.program_id


def _standing(msisdn: str, place: dict[str, Any]) -> Any:
    return Suppression.objects.filter(msisdn=msisdn, lifted_at=None, **place)


def _stands(msisdn: str, place: dict[str, Any]) -> bool:
    return bool(_standing(msisdn, place).filter(cause=SuppressionCause.REFUSAL).exists())


def _was_acknowledged(reply: Reply, advertiser: Advertiser) -> bool:
    return ReplyOutcome.objects.filter(
        msisdn=reply.message.msisdn,
        advertiser=advertiser,
        deed__in=(ReplyDeed.REFUSED, ReplyDeed.REFUSED_AGAIN),
        answer_id__isnull=False,
        created_at__gt=reply.now - _ACKNOWLEDGED_FOR,
    ).exists()


def _tell(reply: Reply, one: Addressee, place: dict[str, Any], aim: Aim) -> None:
    program: Program | None = place["program"]
    advertiser: Advertiser | None = place["advertiser"]
    data = {
        "number": f"+{reply.message.msisdn}",
        "advertiser": advertiser.name if advertiser else None,
        "purpose": place["purpose"],
        "reach": aim.reach,
        "program": program.code if program else None,
        "source": SuppressionSource.MO.value,
    }
    reply.news.append(News(one.sender.account_id, EventType.CONSENT_REVOKED, data))
