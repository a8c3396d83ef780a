"""People of the demo: what they agreed to, what they refused, and what they ask about their data.

Their numbers are invented. Everything is made through the services that people and phones use.
"""

from datetime import timedelta

from campaigns.services.people.requests import request_open
from compliance.constants import (
    ConsentAction,
    ConsentMethod,
    Purpose,
    SuppressionCause,
    SuppressionSource,
)
from compliance.models import Account, Program, User
from compliance.services.consent import consent_record
from compliance.services.documents import document_add
from compliance.services.suppressions import suppression_add
from config.common import clock
from config.demo import persons, world
from config.demo.sheets import sheet
from config.demo.talks import SHORT_CODE, reply_receive
from messaging.constants import Origin
from messaging.selectors.snapshot import snapshots
from messaging.services.consent_requests import ConsentAsk, consent_ask
from messaging.services.submissions import MessageRequest, messages_submit


def people_build() -> None:
    """Consents with evidence, one that waits for an answer, replies that refuse, suppressions of
    every cause, and persons' requests."""
    account = Account.objects.get(slug=world.ACCOUNTS[0]["slug"])
    officer = User.objects.get(username=world.REVIEWERS[account.slug])
    Program.objects.get_or_create(
        account=account,
        advertiser=account.advertisers.get(),
        code="SALE",
        defaults={"name": "Flash sale"},
    )
    snapshots.forget()
    _consents(account, officer)
    _orders(account)
    _asked(account)
    for number, text in persons.REPLIES:
        reply_receive(number, text)
    _suppressions(account, officer)
    _requests(account, officer)


def _consents(account: Account, officer: User) -> None:
    advertiser = account.advertisers.get()
    now = clock.now()
    for spec in persons.CONSENTS:
        form = document_add(
            account=account,
            name=f"form-{spec.number[-3:]}.pdf",
            content=sheet(f"Registration form of +{spec.number} (demo)"),
            actor=officer,
        )
        consent_record(
            account=account,
            advertiser=advertiser,
            msisdn=spec.number,
            purpose=Purpose.MARKETING,
            action=ConsentAction.GRANTED,
            method=ConsentMethod.FORM,
            source=spec.source,
            evidence={"shop": spec.shop, "form": f"PDK-{spec.number[-3:]}"},
            document=form,
            given_at=now - timedelta(days=spec.days_ago),
            expires_at=now + timedelta(days=spec.days_left) if spec.days_left else None,
            actor=officer,
            text_version="Phiếu đăng ký 2026-03",
            content="Khuyến mãi thời trang",
            form="SMS",
            frequency=spec.frequency,
        )


def _orders(account: Account) -> None:
    """Messages that the people got before they answered."""
    requests = [
        MessageRequest(
            to=f"+{spec.number}",
            sender=SHORT_CODE,
            template="order-notice",
            parameters={
                "order": f"SM2026{spec.number[-3:]}",
                "name": spec.name,
                "amount": "450.000đ",
            },
            client_reference=f"demo-{spec.number[-3:]}",
        )
        for spec in persons.CONSENTS
    ]
    for request in requests:
        messages_submit(account=account, requests=[request], origin=Origin.API)


def _asked(account: Account) -> None:
    """Asked by message for consent; the answer is still to come."""
    ask = ConsentAsk(
        advertiser=account.advertisers.get(),
        to=f"+{persons.ASKED}",
        sender="MAIFASHION",
        template="ask-consent",
        source="Number left at the till",
        evidence={"shop": "Quận 1"},
        facets={"frequency": "4/month", "content": "Khuyến mãi thời trang", "form": "SMS"},
    )
    consent_ask(account=account, ask=ask, origin=Origin.CONSOLE)


def _suppressions(account: Account, officer: User) -> None:
    advertiser = account.advertisers.get()
    for spec in persons.SUPPRESSIONS:
        suppression_add(
            account=account,
            advertiser=advertiser if spec.is_of_brand else None,
            msisdn=spec.number,
            purpose=spec.purpose,
            source=SuppressionSource(spec.source),
            cause=SuppressionCause(spec.cause),
            reason=spec.reason,
            expires_at=clock.now() + timedelta(days=spec.days) if spec.days else None,
            actor=officer if spec.source == SuppressionSource.CONSOLE else None,
        )


def _requests(account: Account, officer: User) -> None:
    today = clock.now().date()
    for number, kind, days_ago, note in persons.PERSON_REQUESTS:
        request_open(
            account=account,
            msisdn=number,
            kind=kind,
            asked_on=today - timedelta(days=days_ago),
            note=note,
            actor=officer,
        )
