"""What a reply does while it is acted upon: shared by refusals, consents and calls for help."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from compliance.keywords import KeywordMatch
from compliance.rule_packs.packs import Rules
from messaging.models import InboundMessage, ReplyOutcome
from messaging.selectors.snapshot import Snapshot
from messaging.services.replies.addressees import Addressee
from messaging.services.replies.answers import (
    Answer,
    answer_language,
    answer_store,
    answer_text,
    wording_language,
)


@dataclass(frozen=True, slots=True)
class News:
    """An event that the reply brings about; appended last, accounts in order."""

    account_id: int
    event_type: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Reply:
    """A reply with its meaning, at the moment it is acted upon."""

    message: InboundMessage
    match: KeywordMatch
    snapshot: Snapshot
    now: datetime
    reader: str = ""  # the officer who read it
    news: list[News] = field(default_factory=list)

    def rules(self, one: Addressee) -> Rules:
        """The rules of the addressee's country, as they hold for its account."""
        return self.snapshot.rulebook.rules_for(
            one.sender.country, self.message.received_at, one.sender.account_id
        )

    @property
    def evidence(self) -> dict[str, Any]:
        """What the ledger keeps of the reply."""
        return {
            **({"read_by": self.reader} if self.reader else {}),
            "inbound": str(self.message.pk),
            "text": self.message.text[:500],
            "keyword": self.match.keyword,
            "grade": self.match.grade,
            "to": self.message.destination,
        }

    def note(self, one: Addressee, deed: str, answer: Answer | None = None, **what: Any) -> None:
        """Keeps what the reply did for an addressee."""
        ReplyOutcome.objects.create(
            message=self.message,
            account=one.sender.account,
            advertiser=what.pop("advertiser", None) or one.sender.advertiser,
            msisdn=self.message.msisdn,
            deed=deed,
            answer_id=answer.message_id if answer else None,
            unanswered=answer.reason if answer else "",
            created_at=self.now,
            **what,
        )

    def answer(self, one: Addressee, texts: Mapping[str, str], **values: str) -> Answer:
        """Answers in the person's language with a pack's text."""
        if not texts:
            return Answer(None, "no_text")
        spoken = wording_language(self.snapshot, one.version_id, one.text)
        pack = self.rules(one).pack
        language = answer_language(self.match.language, spoken, pack.languages, texts)
        sender = one.sender
        received = _clock_time(self.message.received_at, self.rules(one))
        known = {
            "brand": sender.advertiser.name,
            "contact": sender.advertiser.contact,
            "number": sender.address,
            "received_at": received,
            "stops_at": _clock_time(self.now, self.rules(one)),
        }
        return answer_store(
            self.snapshot,
            sender_id=sender.pk,
            msisdn=self.message.msisdn,
            text=answer_text(texts[language], known | values),
            received_at=self.message.received_at,
            now=self.now,
        )


def _clock_time(at: datetime, rules: Rules) -> str:
    """Hour and day where the person lives, as short as a segment wants it."""
    return timezone.localtime(at, rules.pack.zone).strftime("%H:%M %d/%m/%Y")
