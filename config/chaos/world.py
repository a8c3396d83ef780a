"""Who sends what while it is hurt: campaigns to new people, and one-time codes beside them."""

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction

from campaigns.models import Campaign
from campaigns.services.campaigns import campaign_launch
from campaigns.services.lists import list_create
from campaigns.services.preflight import preflight_run
from carriers.models import Bind, Carrier
from carriers.simulator.operators import default_profiles
from config.bench.audience import Audience, campaign_draft
from config.bench.client import Client
from config.bench.latency import Sender as CodeSender
from config.bench.world import World, world_make
from config.chaos.rig import ChaosError, wait_until
from messaging.models import WebhookEndpoint
from messaging.selectors.snapshot import snapshots
from routing.models import Route, Sender

OPERATORS = ("fast", "viettel")
# What the two binds of the first carrier may send together: slow enough to be hit on the way.
CONTRACT = 400.0
SENDER_CONTRACT = 360.0  # over all carriers
_RESERVE_CONTRACT = 300.0
_RESPONSE_SECONDS = 5.0
_CODE_EVERY_SECONDS = 0.1
_FIRST_CODE = 84_909_000_000
_indexes = itertools.count(1)
# No number ends with 9xx: to some of those the reserve's operator never sends a receipt.
_numbers = (number for number in itertools.count(_FIRST_CODE) if number % 1000 < 900)

_CONTACTS = """
WITH made AS (
    INSERT INTO campaigns_contact
        (account_id, msisdn, country, name, language, attributes, created_at, updated_at)
    SELECT %(account)s,
        %(prefix)s || lpad((i / 900 * 1000 + i %% 900)::text, 11 - length(%(prefix)s), '0'),
        %(country)s,
        'Thi Mai', '', jsonb_build_object('code', 'MAI' || i), now(), now()
    FROM generate_series(%(first)s, %(last)s) AS i
    RETURNING id, msisdn
), listed AS (
    INSERT INTO campaigns_listmembership (contact_list_id, contact_id)
    SELECT %(list)s, id FROM made
), given AS (
    INSERT INTO compliance_consentrecord (account_id, advertiser_id, msisdn, purpose, action,
        method, source, evidence, text_version, content, form, frequency, given_at, recorded_at)
    SELECT %(account)s, %(advertiser)s, msisdn, 'marketing', 'granted', 'import', '', '{}', '', '',
        '', '', now(), now()
    FROM made RETURNING id, msisdn, given_at
)
INSERT INTO compliance_consentstate
    (account_id, advertiser_id, msisdn, purpose, state, since, record_id)
SELECT %(account)s, %(advertiser)s, msisdn, 'marketing', 'granted', given_at, id FROM given
"""


@dataclass(slots=True)
class Scene:
    """The world of all scenarios of a run."""

    world: World
    first: Carrier
    reserve: Carrier

    def launch(self, count: int, name: str) -> Campaign:
        """A campaign to so many new people, under way."""
        campaign = campaign_draft(self.world, self._people(count), name)
        preflight_run(campaign.pk)  # which long lists need
        return campaign_launch(campaign=campaign, actor=None)

    @transaction.atomic
    def _people(self, count: int) -> Audience:
        first = next(_indexes)
        for _ in range(count - 1):
            last = next(_indexes)
        account = self.world.account
        contact_list = list_create(account=account, name=f"from {first}", actor=None)
        with connection.cursor() as cursor:
            cursor.execute(
                _CONTACTS,
                {
                    "account": account.pk,
                    "advertiser": account.advertisers.get().pk,
                    "country": self.world.market.country,
                    "prefix": self.world.market.prefixes[0],
                    "list": contact_list.pk,
                    "first": first,
                    "last": last if count > 1 else first,
                },
            )
        return Audience(contact_list, count)


def scene_make() -> Scene:
    """An account, two carriers and three binds on an empty database, bound. Raises ChaosError."""
    world = world_make(None, "http://127.0.0.1:9/")
    WebhookEndpoint.objects.all().delete()
    first = world.bind.carrier
    Carrier.objects.filter(pk=first.pk).update(throughput=CONTRACT)
    Sender.objects.filter(pk=world.sender.pk).update(throughput=SENDER_CONTRACT)
    usual = {"response_timer_seconds": _RESPONSE_SECONDS, "window": 50}
    Bind.objects.filter(pk=world.bind.pk).update(**usual)
    profile = default_profiles(settings.SIMULATOR_PORT)["fast"]
    _bind(first, "bench-2", "fast", **usual)
    reserve = Carrier.objects.create(
        code="reserve", name="Reserve", currency="VND", throughput=_RESERVE_CONTRACT
    )
    _bind(reserve, "reserve-1", "viettel", **usual)
    Route.objects.create(name="reserve", carrier=reserve, tier=2)
    snapshots.forget()
    if not wait_until(lambda: len(bound()) == 3, 60):
        raise ChaosError(f"bound are {sorted(bound())} of three binds at port {profile.port}")
    return Scene(world, Carrier.objects.get(pk=first.pk), reserve)


def _bind(carrier: Carrier, name: str, operator: str, **values: float) -> None:
    profile = default_profiles(settings.SIMULATOR_PORT)[operator]
    login = profile.accounts[0]
    Bind.objects.create(
        carrier=carrier,
        name=name,
        host="127.0.0.1",
        port=profile.port,
        system_id=login.system_id,
        password=login.password,
        response_id_form=profile.response_id.bind_form,
        receipt_id_form=profile.receipt_id.bind_form,
        **values,
    )


def bound() -> dict[str, str]:
    """Holder by name of the binds that are bound now; none while the database is away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT b.name, l.holder FROM carriers_bindlease l JOIN carriers_bind b"
                " ON b.id = l.bind_id WHERE l.state = 'bound' AND l.expires_at > now()"
            )
            return dict(cursor.fetchall())
    except DatabaseError:
        connection.close()
        return {}


@dataclass(slots=True)
class Codes:
    """One-time codes by the API, one each tenth of a second, as long as it is used.

    `accepted` are those for which the API answered 201; `tried` all that were asked for.
    """

    api_key: str
    tried: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Codes":
        self._thread = threading.Thread(target=self._run, name="codes", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.set()
        assert self._thread is not None
        self._thread.join(60)

    def _run(self) -> None:
        sender = CodeSender(Client(self.api_key), self._noted())
        while not self._ending.wait(_CODE_EVERY_SECONDS):
            try:
                sample = sender.send()
            except (OSError, HTTPException):
                continue  # not accepted, for all the client knows
            if sample.status == 201:
                self.accepted.append(sample.msisdn)

    def _noted(self) -> Iterator[int]:
        for number in _numbers:
            self.tried.append(str(number))
            yield number
