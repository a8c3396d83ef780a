"""A source of account A with a mapping that sends, and posts signed as a platform would."""

import json
from datetime import datetime
from typing import Any

from django.test import Client

from campaigns.models import TriggerMapping, TriggerSource
from campaigns.services.triggers.mappings import draft_activate, mapping_create
from campaigns.services.triggers.sources import source_create
from campaigns.triggers.signatures import signature_make
from compliance.constants import Role
from compliance.models import Account, User
from compliance.services.access import role_grant
from config.common import clock
from messaging.selectors.snapshot import snapshots
from tests.factories import (
    make_account,
    make_advertiser,
    make_bind,
    make_network,
    make_number_plan,
    make_rate,
    make_route,
    make_sender,
    make_template,
    make_template_version,
    make_user,
    serial,
)

BODY: dict[str, Any] = {
    "id": "evt-1",
    "type": "order.paid",
    "order": {
        "number": "DH-1001",
        "total": 450000,
        "customer": {"name": "Nguyễn Thị Lan", "phone": "0981 234 567"},
    },
}


def spec(**changes: Any) -> dict[str, Any]:
    """A mapping for orders that are paid."""
    return {
        "events": ["order.paid"],
        "number": "$.order.customer.phone",
        "from": "53849",
        "template": "order-paid",
        "slots": {"order": "$.order.number"},
    } | changes


class Scene:
    """An account that can send, its integrator, a source and its mappings."""

    def __init__(
        self, account: Account | None = None, *, slug: str = "order-paid", **source: Any
    ) -> None:
        self.account = account or make_account(free_text_classes=["care"])
        advertiser = make_advertiser(self.account)
        self.actor: User = make_user(f"ines-{serial()}")
        for role in (Role.INTEGRATOR, Role.MARKETER):
            role_grant(user=self.actor, role=role, account=self.account, actor=None)
        network = make_network("viettel")
        make_number_plan({"8498": network})
        make_rate()
        make_route(make_bind().carrier)
        sender = make_sender(
            self.account,
            advertiser=advertiser,
            address="53849",
            allowed_classes=["care", "transactional"],
            registered=(network,),
        )
        self.sender = sender
        template = make_template(
            self.account, advertiser=advertiser, slug=slug, message_class="care"
        )
        self.version = make_template_version(
            template=template,
            body="Order {order} is paid.",
            slots=[{"name": "order", "max_length": 20}],
        )
        snapshots.forget()
        values = {"name": f"Shop {serial()}", "name_at": "$.type", "key_from": "path"}
        made = source_create(
            account=self.account,
            values=values | {"key_at": "$.id"} | source,
            actor=self.actor,
        )
        self.source: TriggerSource = made.source

    def mapping(self, name: str = "Order paid", **changes: Any) -> TriggerMapping:
        """An active mapping."""
        found = mapping_create(
            source=self.source, name=name, spec=spec(**changes), actor=self.actor
        )
        draft_activate(mapping=found, actor=self.actor)
        return found

    def post(
        self,
        body: Any = BODY,
        *,
        at: datetime | None = None,
        secret: str = "",
        **headers: str,
    ) -> Any:
        """What the platform posts, signed."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        source = TriggerSource.objects.get(pk=self.source.pk)
        signed = signature_make(
            source.scheme,
            secret or source.secret,
            raw,
            at=at or clock.now(),
            message_id=headers.pop("message_id", "msg-1"),
        )
        return Client().post(
            source.address, raw, content_type="application/json", headers=signed | headers
        )
