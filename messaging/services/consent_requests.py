"""Asking for consent by a message: the person is pending until they answer YES.

Double opt-in: a form at the customer's site gives the number, this sends the one message that
asks, and the reply settles it (`messaging.services.replies.granting`).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.constants import ConsentAction, Purpose
from compliance.models import Account, Advertiser, ConsentRecord, ConsentState
from compliance.rule_packs.model import Rule
from compliance.selectors.consent import suppressed
from compliance.services.consent import consent_request_note
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.selectors.snapshot import ApprovedText, Snapshot, snapshots
from messaging.services.requests import account_required, approved_required
from messaging.services.submissions import MessageRequest, Rejected, messages_submit
from routing.numbers import MESSAGES, NumberError, shipped_normalizer

_ONCE_KIND = "consent_request"


@dataclass(frozen=True, slots=True)
class ConsentAsk:
    """Whom to ask, with which approved text, and what was shown where the number was given."""

    advertiser: Advertiser
    to: str
    sender: str
    template: str
    purpose: str = Purpose.MARKETING.value
    parameters: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    source: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    facets: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def consent_ask(
    *, account: Account, ask: ConsentAsk, origin: str
) -> tuple[ConsentRecord, uuid.UUID]:
    """Notes the request in the ledger and sends the message that asks, both or neither.

    Raises DomainError: the template asks for no consent, the person agreed, refused, or was
    asked before where the country allows that once ever (with the rule in the error).
    """
    snapshot = snapshots.latest()
    card = account_required(snapshot, account)
    approved = _asking(approved_required(snapshot, card, ask.template), ask)
    try:
        number = shipped_normalizer()(ask.to, default_country=card.country)
    except NumberError as error:
        text = _(MESSAGES[error.code]) % error.params
        raise InvalidError(error.code, text, field="number") from error
    _may_be_asked(snapshot, account, ask, approved, number.msisdn, number.country)
    request = MessageRequest(
        to=ask.to,
        sender=ask.sender,
        template=ask.template,
        parameters=ask.parameters,
        language=ask.language,
    )
    (result,) = messages_submit(account=account, requests=[request], origin=origin)
    if isinstance(result, Rejected):
        raise result.error
    shown: Any = {"text_version": f"{approved.slug} #{approved.version_id}"} | dict(ask.facets)
    record = consent_request_note(
        account=account,
        advertiser=ask.advertiser,
        msisdn=number.msisdn,
        purpose=ask.purpose,
        evidence={**ask.evidence, "message": str(result.message_id)},
        source=ask.source,
        **shown,
    )
    return record, result.message_id


def _asking(approved: ApprovedText, ask: ConsentAsk) -> ApprovedText:
    if not approved.asks_consent:
        raise InvalidError(
            "template_asks_nothing",
            _("“%(template)s” does not ask for consent: choose a template that is marked so.")
            % {"template": approved.slug},
            field="template",
        )
    if approved.advertiser_id != ask.advertiser.pk:
        raise InvalidError(
            "template_of_other_brand",
            _("The template is of another advertiser: consent is asked for in a brand's own name."),
            field="template",
        )
    return approved


def _may_be_asked(
    snapshot: Snapshot,
    account: Account,
    ask: ConsentAsk,
    approved: ApprovedText,
    msisdn: str,
    country: str,
) -> None:
    if suppressed(account.pk, ask.advertiser.pk, [msisdn], approved.message_class):
        raise NotAllowedError(
            "suppressed",
            _("The person refused, or is held back: nothing may be asked of this number."),
            field="number",
        )
    states = ConsentState.objects.filter(
        account=account, advertiser=ask.advertiser, msisdn=msisdn, purpose=ask.purpose
    )
    if states.filter(state=ConsentAction.GRANTED).exists():
        raise ConflictError(
            "consented_before", _("The person has consented already."), field="number"
        )
    rule = _once_ever(snapshot, account, approved.message_class, country)
    if rule is not None and _was_asked(account, ask.advertiser, msisdn):
        raise NotAllowedError(
            "asked_before",
            _("The person was asked before, and may be asked once ever (%(rule)s, %(citation)s).")
            % {"rule": rule.id, "citation": rule.citation},
            field="number",
            rule=rule.id,
            citation=rule.citation,
        )


def _once_ever(
    snapshot: Snapshot, account: Account, message_class: str, country: str
) -> Rule | None:
    rules = snapshot.rulebook.rules_for(country, clock.now(), account.pk)
    for rule in rules.request_rules.get(message_class, ()):
        if rule.kind == _ONCE_KIND and getattr(rule.params, "once_ever", False):
            return rule
    return None


def _was_asked(account: Account, advertiser: Advertiser, msisdn: str) -> bool:
    return ConsentRecord.objects.filter(
        account=account,
        advertiser=advertiser,
        msisdn=msisdn,
        action=ConsentAction.REQUESTED,
    ).exists()
