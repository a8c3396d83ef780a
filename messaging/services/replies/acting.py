"""From the meaning of a reply to what it does, for everybody it is for."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.db import connection

from compliance.keywords import KeywordMatch
from compliance.services.checks import is_msisdn
from config.common import clock
from messaging.constants import ReplyDeed
from messaging.models import InboundMessage
from messaging.selectors.snapshot import snapshots
from messaging.services.locks import REPLIES
from messaging.services.replies.addressees import Addressee, Addressees
from messaging.services.replies.answers import Answer
from messaging.services.replies.effects import News, Reply
from messaging.services.replies.granting import grant
from messaging.services.replies.holding import hold
from messaging.services.replies.refusing import is_brand, is_named, refuse


def meaning_for(match: KeywordMatch, addressees: Addressees) -> KeywordMatch:
    """The meaning for those addressed: a suspected refusal that names one of their programs or
    brands is one (`STOP SALE`); whatever else stands behind a STOP has to be read."""
    argument = match.argument
    if match.action != "review" or not argument:
        return match
    if any(is_named(one, argument) for one in addressees.acting):
        return replace(match, action="opt_out", grade="inferred")
    return match


def reply_act(message: InboundMessage, match: KeywordMatch, addressees: Addressees) -> list[News]:
    """Does what a reply asks for, in the caller's transaction, and returns the events of it.

    An address of letters, or of four digits, gets nothing from us that it could stop.
    """
    act = _ACTS.get(match.action)
    if act is None or not is_msisdn(message.msisdn) or not addressees.acting:
        return []
    replies_lock(message.msisdn)
    reply = Reply(message, match, snapshots.current(), clock.now())
    act(reply, addressees.acting)
    return reply.news


def replies_lock(msisdn: str) -> None:
    """Two replies of a person at once: the second sees what the first has done; until the end of
    the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [REPLIES, msisdn])


def _refuse(reply: Reply, acting: Sequence[Addressee]) -> None:
    """Of several that share the address, a named brand or program decides who is meant."""
    argument = reply.match.argument
    named = [one for one in acting if is_brand(one, argument)]
    named = named or [one for one in acting if is_named(one, argument)]
    for one in named or acting:
        refuse(reply, one, argument=argument)


def _review(reply: Reply, acting: Sequence[Addressee]) -> None:
    for one in acting:
        hold(reply, one)


def _grant(reply: Reply, acting: Sequence[Addressee]) -> None:
    for one in acting:
        grant(reply, one)


def _help(reply: Reply, acting: Sequence[Addressee]) -> None:
    """Whoever asks is told, whether they get messages or not; by one of several at a time."""
    first, *_others = acting
    texts = reply.rules(first).pack.help.texts
    contact = first.sender.advertiser.contact
    answer = reply.answer(first, texts) if contact else Answer(None, "no_contact")
    reply.note(first, ReplyDeed.HELPED, answer)


_ACTS: dict[str, Callable[[Reply, Sequence[Addressee]], None]] = {
    "opt_out": _refuse,
    "review": _review,
    "opt_in": _grant,
    "help": _help,
}
