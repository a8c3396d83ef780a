"""The demo's shop: a source of the order platform preset, and what it has told so far."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from campaigns.models import TriggerSource
from campaigns.selectors.trigger_presets import presets
from campaigns.services.triggers.presets import preset_use
from campaigns.services.triggers.receiving import event_receive
from campaigns.triggers.signatures import signature_make
from compliance.models import Account, User
from config.common import clock
from config.common.errors import DomainError
from config.demo import world
from config.demo.templates import version_register
from messaging.models import TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.templates import (
    template_create,
    version_approve,
    version_create,
    version_submit,
)

_SENDER: Final = "53849"
_INTEGRATOR: Final = "integrator"
_CODE: Final = "order-platform"


def triggers_build() -> dict[str, str]:
    """Makes source, texts and events through the services; what a platform needs to post:
    the path of the address, and the secret."""
    account = Account.objects.get(slug=world.ACCOUNTS[0]["slug"])
    snapshots.forget()
    for version in _texts(account):
        version_register(version)
    snapshots.forget()
    made = preset_use(
        account=account,
        code=_CODE,
        name="MAI online shop",
        advertiser=account.advertisers.get(),
        sender=_SENDER,
        actor=User.objects.get(username=_INTEGRATOR),
    )
    source = made.made.source
    _refused(source)
    for body in _bodies():
        _told(source, body)
    return {"address": source.address, "secret": source.secret}


def _texts(account: Account) -> list[TemplateVersion]:
    """Those of the preset, approved."""
    advertiser = account.advertisers.get()
    author = User.objects.get(username=world.AUTHORS[account.slug])
    reviewer = User.objects.get(username=world.REVIEWERS[account.slug])
    versions = []
    for one in presets()[_CODE].templates:
        body, variants = one.worded(advertiser.name)
        head = template_create(
            account=account,
            advertiser=advertiser,
            name=one.name,
            slug=one.slug,
            message_class=one.message_class,
            language=one.language,
            actor=author,
        )
        version = version_create(
            template=head,
            body=body,
            slots=[dict(slot) for slot in one.slots],
            rewriting=one.rewriting,
            variants=variants,
            author=author,
        )
        version_submit(version=version, actor=author)
        version_approve(version=version, reviewer=reviewer, comment="")
        versions.append(version)
    return versions


def _bodies() -> list[bytes]:
    """The preset's samples, one of them twice, and what goes wrong with shops: an order without a
    price, a fixed line, an event that no mapping is for, a body that was cut."""
    paid, shipped, delivered = (dict(one.sample) for one in presets()[_CODE].mappings)
    told = [paid, paid, shipped, delivered]
    told.append(_order(paid, "evt_paid_1002", number="DH-1002", total="0"))
    told.append(_order(paid, "evt_paid_1003", number="DH-1003", phone="024 3825 1234"))
    told.append(_order(paid, "evt_returned_1001") | {"type": "order.returned"})
    whole = [json.dumps(one, ensure_ascii=False).encode() for one in told]
    return [*whole, whole[0][:60]]


def _order(event: Mapping[str, Any], event_id: str, **changes: str) -> dict[str, Any]:
    phone = changes.pop("phone", None)
    order = {**event["order"], **changes}
    if phone is not None:
        order["customer"] = {**order["customer"], "phone": phone}
    return {**event, "id": event_id, "order": order}


def _told(source: TriggerSource, body: bytes, secret: str = "") -> None:
    headers = signature_make(source.scheme, secret or source.secret, body, at=clock.now())
    event_receive(
        key=source.key,
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
        address="127.0.0.1",
    )


def _refused(source: TriggerSource) -> None:
    """Before the secret was copied right."""
    with suppress(DomainError):
        _told(source, b"{}", secret="not the secret that was shown")  # noqa: S106
