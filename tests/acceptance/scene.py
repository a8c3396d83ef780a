"""What the tests send, and the judge of what came of it.

Marketing goes to Hong Kong: a country without a pack of its own, where it needs consent and no
hour, so that the tests run at any time of the day.
"""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns.models import AudienceEntry, Campaign, Contact
from campaigns.services.campaigns import campaign_create, campaign_launch
from carriers.models import Bind, Carrier
from compliance.models import Account
from compliance.services.consent_imports import ConsentGiven, consents_import
from config.common import clock
from messaging.constants import TERMINAL, MessageStatus, Origin
from messaging.models import Dispatch, Event, Message, TemplateVersion, Waiting
from messaging.selectors.snapshot import snapshots
from messaging.selectors.tallies import campaign_counts
from messaging.services.submissions import Accepted, MessageRequest, messages_submit
from routing.models import Route, Sender
from tests.acceptance.running import Platform
from tests.factories import make_list, make_rate, make_sender, make_template_version
from tests.messaging.orphans import orphans

COUNTRY = "HK"
BODY = "Acme: {name}, everything is half price today. Reply STOP to opt out."
S = MessageStatus
_numbers = itertools.count(1)


def numbers(count: int, prefix: str = "85298") -> list[str]:
    """New Hong Kong numbers that operators simply deliver to: none ends with 9xx."""
    indexes = (next(_numbers) for _ in range(count))
    return [f"{prefix}{index // 900:03d}{index % 900:03d}" for index in indexes]


def special(suffix: str) -> str:
    """A new number that operators treat as the suffix says (carriers.simulator.behaviours)."""
    return f"85297{next(_numbers) % 1000:03d}{suffix}"


@dataclass(frozen=True, slots=True)
class Scene:
    """An account that may advertise in Hong Kong."""

    platform: Platform
    account: Account
    sender: Sender
    version: TemplateVersion

    def campaign(
        self, audience: int | list[str], *, languages: Mapping[str, str] = {}, **fields: Any
    ) -> Campaign:
        """A launched marketing campaign to so many new people, who agreed to it, or to these;
        `languages` by number."""
        msisdns = audience if isinstance(audience, list) else numbers(audience)
        contacts = self.people(msisdns, languages)
        snapshots.forget()
        values: dict[str, Any] = {
            "name": f"Sale {next(_numbers)}",
            "contact_list": make_list(self.account, tuple(contacts)),
            "template_version": self.version,
            "sender": self.sender,
            "values": {"name": {"attribute": "name"}},
        }
        made = campaign_create(account=self.account, actor=None, **(values | fields))
        return campaign_launch(campaign=made, actor=None)

    def people(self, msisdns: Sequence[str], languages: Mapping[str, str] = {}) -> list[Contact]:
        now = clock.now()
        consents_import(
            account=self.account,
            advertiser=self.sender.advertiser,
            rows=[ConsentGiven(msisdn, "marketing", now) for msisdn in msisdns],
            source="acceptance",
            actor=None,
        )
        return Contact.objects.bulk_create(
            Contact(
                account=self.account,
                msisdn=msisdn,
                country=COUNTRY,
                name="Mai",
                language=languages.get(msisdn, ""),
                created_at=now,
                updated_at=now,
            )
            for msisdn in msisdns
        )

    def submit(self, *msisdns: str, message_class: str = "otp", **fields: Any) -> list[Any]:
        """Free texts by the service behind the API; a single one takes the fast way."""
        snapshots.forget()
        values: dict[str, Any] = {
            "sender": self.sender.address,
            "message_class": message_class,
            "text": "4711",
        }
        requests = [MessageRequest(to=f"+{msisdn}", **(values | fields)) for msisdn in msisdns]
        results = messages_submit(account=self.account, requests=requests, origin=Origin.API)
        accepted = [result.message_id for result in results if isinstance(result, Accepted)]
        assert len(accepted) == len(msisdns), results
        return accepted

    def status(self, message_id: Any) -> str:
        """State and reason of a message."""
        message = Message.objects.get(pk=message_id)
        return f"{message.status} {message.failure_reason}".strip()


def route(code: str, prefix: str = "", **bind: Any) -> None:
    """Hong Kong, or numbers that begin so, over a carrier of the demo."""
    carrier = Carrier.objects.get(code=code)
    Bind.objects.filter(carrier=carrier).update(**bind)
    Route.objects.create(name=f"{prefix} {code}", carrier=carrier, country=COUNTRY, prefix=prefix)


def make_scene(platform: Platform) -> Scene:
    """An account with a sender, an approved text and a price for Hong Kong; no routes."""
    account = Account.objects.get(slug="mai-fashion")
    make_rate(country=COUNTRY, currency=account.currency)
    advertiser = account.advertisers.get()
    version = make_template_version(
        account,
        body=BODY,
        message_class="marketing",
        advertiser=advertiser,
        slots=[{"name": "name", "max_length": 30, "example": "Mai"}],
    )
    sender = make_sender(account, advertiser=advertiser, address="78600", country=COUNTRY)
    snapshots.forget()
    return Scene(platform, account, sender, version)


# The judge.


def settled(campaign: Campaign) -> bool:
    """Whether nothing more is expected of the campaign."""
    campaign.refresh_from_db()
    return campaign.status == "completed"


def progress(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    return f"{campaign.status} {campaign_counts([campaign.pk])[campaign.pk]}"


def left(platform: Platform, campaign: Campaign) -> int:
    """How many of the campaign's messages operators have, by their own books."""
    since = campaign.launched_at.timestamp() if campaign.launched_at else 0.0
    return sum(platform.report(since=since).taken.values())


def end_connections() -> int:
    """The database ends all others' connections; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def finished(campaign: Campaign) -> bool:
    """Whether each message has its outcome, whoever looks after campaigns."""
    counts = campaign_counts([campaign.pk])[campaign.pk]
    return counts.accepted > 0 and counts.open == 0


def judge(platform: Platform, campaign: Campaign, *, most_unknown: int) -> Counter[str]:
    """Holds our tables against the operators' books: invariants 1 and 2."""
    taken = platform.report().taken
    found = dict(Message.objects.filter(campaign_id=campaign.pk).values_list("msisdn", "status"))
    by_status = Counter(found.values())
    twice = {msisdn: taken[msisdn] for msisdn in found if taken[msisdn] > 1}
    assert twice == {}, "marketing left twice"
    assert {msisdn for msisdn, status in found.items() if status in _ARRIVED} <= taken.keys()
    never = [m for m, status in found.items() if status in _NEVER_LEFT and taken[m]]
    assert never == [], "called not sent, but an operator has it"
    assert set(by_status) <= set(TERMINAL), "still under way"
    assert ever_unknown(campaign) <= most_unknown
    _audience_is_accounted_for(campaign, by_status)
    assert orphans() == {}
    return by_status


_ARRIVED = {S.SENT, S.DELIVERED, S.UNDELIVERED}
_NEVER_LEFT = {S.FAILED, S.BLOCKED, S.CANCELED, S.EXPIRED}


def ever_unknown(campaign: Campaign) -> int:
    """How many of its messages were `unknown` at some time."""
    own = Message.objects.filter(campaign_id=campaign.pk).values_list("id", flat=True)
    return Event.objects.filter(type="message.unknown", message_id__in=list(own)).count()


def _audience_is_accounted_for(campaign: Campaign, by_status: Counter[str]) -> None:
    campaign.refresh_from_db()
    entries = AudienceEntry.objects.filter(campaign_id=campaign.pk)
    assert entries.count() == campaign.audience_size
    released = set(entries.filter(outcome="released").values_list("message_id", flat=True))
    assert released == set(
        Message.objects.filter(campaign_id=campaign.pk).values_list("id", flat=True)
    )
    counts = campaign_counts([campaign.pk])[campaign.pk]
    assert counts.accepted == len(released)
    assert {status: counts.of(status) for status in TERMINAL if counts.of(status)} == by_status
    assert not Dispatch.objects.filter(campaign_id=campaign.pk).exists()
    assert not Waiting.objects.filter(campaign_id=campaign.pk).exists()
