"""What verifications need: a market with an otp template, a service, and a way to see codes."""

import re
from dataclasses import dataclass
from typing import Any

from compliance.models import Account
from messaging.models import (
    SealedText,
    VerificationService,
    VerificationText,
)
from messaging.selectors.snapshot import snapshots
from messaging.services.verification.starting import Start, verification_start
from routing.models import Network, NumberPlan
from tests.factories import (
    make_network,
    make_number_plan,
    make_rate,
    make_sender,
    make_template,
    make_template_version,
)

CODE_SLOT = {"name": "code", "type": "code", "example": "240389", "charset": "digits"}


@dataclass(frozen=True, slots=True)
class Scene:
    """An account's service, ready to send."""

    account: Account
    service: VerificationService

    def start(self, to: str = "+84981234567", **more: Any) -> Any:
        return verification_start(account=self.account, start=Start(to=to, **more))


def make_otp_template(account: Account, advertiser: Any, **overrides: Any) -> Any:
    """An approved template with a code."""
    version = {
        "body": "Your code is {code}. Never share it.",
        "slots": [CODE_SLOT],
    } | {key: overrides.pop(key) for key in ("body", "slots") if key in overrides}
    template = make_template(
        account,
        advertiser=advertiser,
        message_class="otp",
        **({"slug": "sign-in-code", "language": "en"} | overrides),
    )
    make_template_version(template=template, **version)
    return template


def make_scene(account: Account, advertiser: Any, **overrides: Any) -> Scene:
    """A service with one English text and no limit that a test would meet by chance."""
    if not NumberPlan.objects.exists():
        make_number_plan({"8498": Network.objects.first() or make_network("viettel")})
        make_rate(amount_micros=350_000_000)
    values = {
        "name": "Sign-in",
        "slug": "sign-in",
        "countries": ["VN"],
        "limit_number": "",
        "limit_ip": "",
        "limit_device": "",
        "limit_prefix": "",
        "limit_service": "",
    } | overrides
    if "sender" not in values:
        values["sender"] = make_sender(account, advertiser=advertiser)
    service = VerificationService.objects.create(account=account, **values)
    template = make_otp_template(account, advertiser, slug=f"code-{service.slug}")
    VerificationText.objects.create(service=service, locale="en", template=template)
    snapshots.forget()
    return Scene(account, service)


def code_of(message_id: Any) -> str:
    """The code in a message's sealed text: what the person would read."""
    sealed = SealedText.objects.get(message_id=message_id)
    found = re.search(r"\d{4,10}", sealed.sealed)
    assert found is not None
    return found[0]


def code_of_newest(verification: Any) -> str:
    return code_of(verification.sent.order_by("-number")[0].message_id)


__all__ = ["Scene", "code_of", "code_of_newest", "make_otp_template", "make_scene"]
