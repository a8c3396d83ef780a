"""A rule at work on one reply: what its steps share, and what is kept of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Sum

from compliance.services.checks import is_msisdn
from messaging.constants import EventType, KeywordOutcome
from messaging.models import InboundMessage, KeywordHit, KeywordQuestion
from messaging.selectors.snapshot import Snapshot
from messaging.services.conversations import conversation_settle
from messaging.services.keyword_rules.loops import HOUR, is_own_sender, was_stopped_lately
from messaging.services.replies.effects import News
from routing.models import Sender


@dataclass(slots=True)
class Results:
    """What came of the steps: `entries` as they are kept, counts of answers and failures."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    answers: int = 0
    failures: int = 0
    is_loop: bool = False

    @property
    def asks_for_a_person(self) -> bool:
        """Whether somebody is to answer beside what was answered by itself."""
        return any(one["do"] == "escalate" for one in self.entries)

    def done(self, do: str, **facts: Any) -> None:
        """A step that went well."""
        self.entries.append({"do": do, "result": "done", **facts})

    def skipped(self, do: str, why: str) -> None:
        """A step that was left out on purpose."""
        self.entries.append({"do": do, "result": "skipped", "why": why})

    def failed(self, do: str, why: str, detail: str) -> None:
        """A step that should have been done: it is told, and a person is asked for."""
        self.failures += 1
        self.entries.append({"do": do, "result": "failed", "why": why, "detail": detail})


@dataclass
class Deed:
    """One rule, one reply, one moment. `message` is the reply that the rule acts on, of a timeout
    the one that led to the question; `rule_id` None: the rule is deleted."""

    message: InboundMessage
    sender: Sender
    snapshot: Snapshot
    now: datetime
    rule_id: int | None
    rule_name: str
    values: Mapping[str, str]
    language: str = ""
    matched: str = ""
    question: KeywordQuestion | None = None
    results: Results = field(default_factory=Results)
    news: list[News] = field(default_factory=list)

    @property
    def msisdn(self) -> str:
        """Whose reply it is."""
        return self.message.msisdn

    @cached_property
    def is_person(self) -> bool:
        """Whether it came from a number that a person may hold: no short code, no letters, and
        none of our own senders, which would answer back."""
        return is_msisdn(self.msisdn) and not is_own_sender(self.snapshot, self.msisdn)

    @cached_property
    def _answered_before(self) -> int:
        recent = KeywordHit.objects.filter(
            account=self.sender.account_id, msisdn=self.msisdn, created_at__gt=self.now - HOUR
        )
        return int(recent.aggregate(answers=Sum("answers"))["answers"] or 0)

    @property
    def is_silenced(self) -> bool:
        """Whether the number had its automatic answers of this hour."""
        answered = self._answered_before + self.results.answers
        return answered >= settings.KEYWORD_ANSWERS_PER_HOUR

    def tell(self, event_type: str, **facts: Any) -> None:
        """An event of the account; written with the reply's own."""
        data = {
            "rule": self.rule_name,
            "rule_id": self.rule_id,
            "inbound_id": str(self.message.pk),
            "from": f"+{self.msisdn}",
            "to": self.sender.address,
            **facts,
        }
        self.news.append(News(self.sender.account_id, event_type, data))

    def keep(self, outcome: KeywordOutcome) -> KeywordHit:
        """Keeps what was done, and tells what went wrong: nothing is lost with a step."""
        results = self.results
        if results.is_loop and not was_stopped_lately(
            self.sender.account_id, self.msisdn, self.now
        ):
            self.tell(EventType.KEYWORD_LOOP_STOPPED, limit=settings.KEYWORD_ANSWERS_PER_HOUR)
        if results.failures:
            self.tell(
                EventType.KEYWORD_FAILED,
                text=self.message.text,
                failures=[one for one in results.entries if one["result"] == "failed"],
            )
        if results.answers and not results.failures and not results.asks_for_a_person:
            conversation_settle(self.message)
        return KeywordHit.objects.create(
            account_id=self.sender.account_id,
            rule_id=self.rule_id,
            rule_name=self.rule_name,
            message=self.message,
            question=self.question,
            sender=self.sender,
            msisdn=self.msisdn,
            outcome=outcome,
            matched=self.matched[:120],
            results=results.entries,
            answers=results.answers,
            failures=results.failures,
            created_at=self.now,
        )
