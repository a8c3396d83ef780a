"""Answers of ours to a reply: a message of its own, stored with what it confirms.

They are service traffic (Decree 91/2020/ND-CP, Art. 16.3; 47 CFR 64.1200(a)(12)): from the
sender that got the reply, exempt from window, cap, consent and suppression. Whatever stands in
the way of one leaves what the reply did as it is, and is kept as the reason.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from config.common.errors import DomainError
from config.common.ids import uuid7
from messaging.constants import MessageStatus, Origin
from messaging.encoding import gsm7
from messaging.models import ReplyOutcome
from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services import drafts as drafting
from messaging.services.drafts import Draft
from messaging.services.money.taking import credit_take
from messaging.services.requests import drafts_locate
from messaging.services.rows import Fate, rows_store
from messaging.services.submissions import UNROUTED_CHANNEL
from messaging.wording.matching import Matcher
from messaging.wording.rewriting import rewrite
from routing.numbers import NumberError, shipped_normalizer

# 47 CFR 64.1200(a)(12): a confirmation within five minutes of the request is presumed to be
# within the scope of the consent (memory). Elsewhere it is useful for a day.
_WITHIN = {"US": timedelta(minutes=5)}
_WITHIN_ELSEWHERE = timedelta(days=1)
# Two machines that answer each other must come to an end.
_MOST_A_DAY = 5
_CLASSES = ("transactional", "care", "otp", "marketing")


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored answer, or why there is none."""

    message_id: uuid.UUID | None
    reason: str = ""


def answer_language(
    match_language: str,
    wording_languages: Sequence[str],
    pack_languages: Sequence[str],
    texts: Mapping[str, str],
) -> str:
    """The person's language among those that the pack has: that of the keyword, then that of the
    message answered, then the pack's first. English keywords are used everywhere and say
    nothing."""
    spoken = [match_language] if match_language not in ("", "en") else []
    known = (*spoken, *wording_languages, *pack_languages)
    primary = [language.partition("-")[0] for language in known]
    return next((language for language in primary if language in texts), next(iter(texts), ""))


def answer_text(text: str, values: Mapping[str, str]) -> str:
    """A pack's text with its places filled. Values lose their marks where the text has none, so
    that an accented brand does not double the price."""
    plain = gsm7.encode(text) is not None
    for name, value in values.items():
        fits = gsm7.encode(value) is not None
        text = text.replace(
            f"{{{name}}}", value if fits or not plain else rewrite(value, "unmarked")
        )
    return text


def answer_store(
    snapshot: Snapshot,
    *,
    sender_id: int,
    msisdn: str,
    text: str,
    received_at: datetime,
    now: datetime,
) -> Answer:
    """Stores an answer and queues it, in the caller's transaction; never raises for what may
    stand in its way."""
    card = snapshot.senders.get(sender_id)
    if card is None:
        return Answer(None, "sender_unknown")
    deadline = _deadline(card.country, received_at, now)
    if deadline <= now:
        return Answer(None, "too_late")
    if _is_too_many(card.advertiser_id, msisdn, now):
        return Answer(None, "too_many")
    try:
        with transaction.atomic():
            draft = _draft(snapshot, card, msisdn, text, deadline)
            (error,) = drafts_locate(snapshot, [draft])
            if error is not None:
                raise error
            accepted = Fate(MessageStatus.ACCEPTED.value)
            rows_store([(draft, accepted)], now=now, rules_version=snapshot.version)
            credit_take([draft], now, is_owed=True)
    except (DomainError, NumberError) as error:
        return Answer(None, error.code[:32])
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {UNROUTED_CHANNEL}")
    return Answer(draft.id)


def _deadline(country: str, received_at: datetime, now: datetime) -> datetime:
    if country in _WITHIN:
        return received_at + _WITHIN[country]
    return now + _WITHIN_ELSEWHERE


def _is_too_many(advertiser_id: int, msisdn: str, now: datetime) -> bool:
    answered = ReplyOutcome.objects.filter(
        msisdn=msisdn,
        advertiser=advertiser_id,
        created_at__gt=now - timedelta(days=1),
        answer_id__isnull=False,
    )
    return answered.count() >= _MOST_A_DAY


def _draft(
    snapshot: Snapshot, card: SenderCard, msisdn: str, text: str, not_after: datetime
) -> Draft:
    account = snapshot.accounts.get(card.account_id)
    if account is None or not account.is_active:
        raise _refused("account_suspended")
    drafting.sender_usable(card, snapshot)
    message_class = next((one for one in _CLASSES if one in card.message_classes), None)
    if message_class is None:
        raise _refused("no_class")
    count = drafting.segments_counted(drafting.text_checked(text, field_name="text"))
    number = shipped_normalizer()(f"+{msisdn}")
    return Draft(
        id=uuid7(),
        account_id=card.account_id,
        advertiser_id=card.advertiser_id,
        sender=card,
        message_class=message_class,
        msisdn=number.msisdn,
        country=number.country,
        text=text,
        encoding=count.encoding,
        segment_count=count.segment_count,
        currency=account.currency,
        origin=Origin.SYSTEM.value,
        not_after=not_after,
    )


def _refused(code: str) -> DomainError:
    return DomainError(code, code)


def wording_language(snapshot: Snapshot, version_id: int | None, text: str) -> tuple[str, ...]:
    """The language in which a template's message was written, where that can be told."""
    approved = snapshot.texts.get(version_id) if version_id is not None else None
    if approved is None:
        return ()
    if len(approved.wordings.languages) == 1:
        return approved.wordings.languages
    found = Matcher([(0, approved.wordings)]).find(text)
    return (found.wording.language,) if found else ()
