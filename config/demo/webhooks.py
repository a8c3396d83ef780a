"""A webhook of the demo with what it delivered: switched off, so that nothing leaves for it."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction

from compliance.models import Account, User
from config.common import clock
from config.demo import world
from messaging.models import WebhookDelivery, WebhookEndpoint
from messaging.services.webhook_planning import deliveries_plan
from messaging.services.webhook_results import Result, results_settle
from messaging.services.webhooks import webhook_add, webhook_change
from messaging.webhooks import schedule
from messaging.webhooks.client import Answer

# RFC 2606: no name below it ever leads anywhere.
_URL: Final = "https://crm.example/signalbox/events"
_NAME: Final = "CRM"
_JSON: Final = {"content-type": "application/json"}
_TAKEN = Answer(200, headers=_JSON, body='{"ok":true}', milliseconds=64)
_BUSY = Answer(503, headers={"retry-after": "5"}, body="Try again later", milliseconds=212)
_LATE = Answer(None, "timeout", milliseconds=10_000)


def webhook_open() -> None:
    """Made first, so that what happens in the demo is for it."""
    account, actor = _whose()
    values = {"name": _NAME, "url": _URL, "country": account.country, "is_enabled": False}
    webhook_add(account=account, values=values, actor=actor)


@transaction.atomic
def webhook_deliver() -> None:
    """What happened is delivered, but for the last: given up, failing, and delivered at the third
    attempt. No other process sees it switched on."""
    account, actor = _whose()
    endpoint = WebhookEndpoint.objects.get(account=account, name=_NAME)
    _switch(endpoint, actor, is_enabled=True)
    deliveries_plan()
    rows = list(WebhookDelivery.objects.filter(endpoint=endpoint).order_by("-sequence"))
    given_up, failing, late, *others = rows
    _attempt(endpoint, others, [_TAKEN])
    _attempt(endpoint, [given_up], [_BUSY] * len(schedule.WAITS))
    _attempt(endpoint, [failing], [_LATE, _BUSY])
    _attempt(endpoint, [late], [_BUSY, _LATE, _TAKEN])
    _switch(endpoint, actor, is_enabled=False)


def _whose() -> tuple[Account, User]:
    account = Account.objects.get(slug=world.ACCOUNTS[0]["slug"])
    return account, User.objects.get(username="integrator")


def _switch(endpoint: WebhookEndpoint, actor: User, *, is_enabled: bool) -> None:
    webhook_change(
        account=endpoint.account,
        endpoint_id=endpoint.pk,
        values={"is_enabled": is_enabled},
        actor=actor,
    )


def _attempt(
    endpoint: WebhookEndpoint, rows: Sequence[WebhookDelivery], answers: Iterable[Answer]
) -> None:
    for number, answer in enumerate(answers):
        results_settle(
            [
                Result(
                    delivery_id=row.pk,
                    endpoint_id=endpoint.pk,
                    attempts=number,
                    answer=answer,
                    url=endpoint.url,
                    signed_at=int(clock.now().timestamp()),
                    signatures=1,
                )
                for row in rows
            ]
        )
