"""A market to launch campaigns in: networks, a carrier, a route, a price, a sender, a text."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections

from campaigns.models import AudienceEntry, Campaign, Contact, ContactList, ListMembership
from campaigns.services.campaigns import campaign_create, campaign_launch
from campaigns.services.release import campaign_slice_release
from compliance.models import Account, Suppression
from config.common import clock
from messaging.models import Dispatch, Message, TemplateVersion
from messaging.selectors.snapshot import snapshots
from routing.models import Network, Sender
from tests.factories import (
    make_account,
    make_advertiser,
    make_carrier,
    make_list,
    make_network,
    make_number_plan,
    make_rate,
    make_route,
    make_sender,
    make_template_version,
    serial,
)

BODY = "Hello {name}, order {order_code} is on its way."
SLOTS = [{"name": "name", "max_length": 200}, {"name": "order_code", "max_length": 500}]
VALUES = {"name": {"attribute": "name"}, "order_code": {"attribute": "order_code"}}


@dataclass(frozen=True, slots=True)
class Market:
    """What a campaign of the account needs; care messages may be sent at any hour."""

    account: Account
    version: TemplateVersion
    sender: Sender

    def campaign(self, contacts: int | ContactList = 3, **overrides: Any) -> Campaign:
        """A draft to so many new contacts, or to a list."""
        audience = contacts if isinstance(contacts, ContactList) else self.audience(contacts)
        fields: dict[str, Any] = {
            "name": f"Campaign {serial()}",
            "contact_list": audience,
            "template_version": self.version,
            "sender": self.sender,
            "values": VALUES,
        }
        snapshots.forget()
        return campaign_create(account=self.account, actor=None, **(fields | overrides))

    def launched(self, contacts: int | ContactList = 3, **overrides: Any) -> Campaign:
        """A running campaign of which nothing is released yet."""
        return campaign_launch(campaign=self.campaign(contacts, **overrides), actor=None)

    def audience(self, count: int, **overrides: Any) -> ContactList:
        """A list of new contacts with a name and an order code."""
        now = clock.now()
        made = Contact.objects.bulk_create(
            Contact(
                account=self.account,
                **{
                    "msisdn": f"8498{serial():07d}",
                    "country": "VN",
                    "name": f"Nguyễn Văn {index}",
                    "attributes": {"order_code": f"DH{index:05d}"},
                    "created_at": now,
                    "updated_at": now,
                }
                | overrides,
            )
            for index in range(count)
        )
        return make_list(self.account, tuple(made))


def make_market(account: Account | None = None) -> Market:
    """An account that can send care messages to Vietnam for 300 VND a segment."""
    account = account or make_account()
    if not account.advertisers.exists():
        make_advertiser(account)
    network = Network.objects.filter(code="viettel-test").first()
    if network is None:
        network = make_network("viettel-test")
        make_number_plan({"8498": network})
        make_route(make_carrier())
        make_rate()
    sender = make_sender(account, registered=(network,))
    version = make_template_version(account, body=BODY, slots=SLOTS)
    snapshots.forget()
    return Market(account, version, sender)


def contacts_of(contact_list: ContactList) -> list[Contact]:
    """The members in the order of the list."""
    rows = ListMembership.objects.filter(contact_list=contact_list).order_by("id")
    return [row.contact for row in rows.select_related("contact")]


def opt_out(contact: Contact) -> None:
    """The contact takes no message of any kind."""
    Suppression.objects.create(
        account=contact.account,
        msisdn=contact.msisdn,
        purpose="all",
        source="console",
        created_at=clock.now(),
    )


def release_all(campaign: Campaign, limit: int = 1000) -> None:
    """Releases slice by slice until the campaign stops or ends."""
    while campaign_slice_release(campaign_id=campaign.pk, limit=limit).turn == "again":
        pass
    campaign.refresh_from_db()


def ledger(campaign: Campaign) -> dict[str, tuple[str, str]]:
    """Outcome and reason by number."""
    rows = AudienceEntry.objects.filter(campaign_id=campaign.pk)
    return {row.msisdn: (row.outcome, row.reason) for row in rows}


def messages(campaign: Campaign) -> int:
    return Message.objects.filter(campaign_id=campaign.pk).count()


def queued(campaign: Campaign) -> int:
    return Dispatch.objects.filter(campaign_id=campaign.pk).count()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Runs the acts in threads of their own, all beginning together; results or exceptions."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(60)
            results[index] = act()
        except Exception as error:  # noqa: BLE001  the test looks at it
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
