"""A code made and sent: which text, from which sender, and what is kept of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from compliance.models import Account
from config.common.errors import InvalidError
from config.common.secrets import keyed_digests
from messaging.constants import Origin
from messaging.models import Verification, VerificationText
from messaging.selectors.snapshot import ApprovedText, Snapshot
from messaging.services.submissions import MessageRequest, Rejected, messages_submit
from messaging.verification import codes

PURPOSE: Final = "signalbox verification code"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request wants of the text."""

    locale: str = ""
    template: str = ""
    app_hash: str = ""
    web_otp_domain: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A code on its way: its digest, and the message that carries it."""

    digest: bytes
    message_id: uuid.UUID


def code_sent(
    *,
    account: Account,
    verification: Verification,
    approved: ApprovedText,
    app_hash: str,
) -> Sent:
    """Sends a new code in the caller's transaction, before the send is counted. Raises what
    sending raises."""
    code = _code(verification)
    request = MessageRequest(
        to=f"+{verification.msisdn}",
        sender=verification.sender_address,
        template=approved.slug,
        parameters=_parameters(approved, code, app_hash),
        language=verification.locale,
        expires_at=verification.expires_at,
        metadata={"verification_id": str(verification.pk)},
        secret=code,
        is_test=verification.is_test,
    )
    result = messages_submit(account=account, requests=[request], origin=Origin.VERIFY)[0]
    if isinstance(result, Rejected):
        raise result.error
    digest = keyed_digests(PURPOSE, codes.bound(verification.pk, code))[0]
    return Sent(digest, result.message_id)


def _code(verification: Verification) -> str:
    if verification.is_test:
        return codes.sandbox_code(verification.code_length, verification.sends + 1)
    return codes.new_code(verification.code_length)


def _parameters(approved: ApprovedText, code: str, app_hash: str) -> dict[str, str]:
    values = {"code": code, "app_hash": app_hash}
    return {
        spec.name: values[spec.type]
        for spec in approved.wordings.default.specs
        if values.get(spec.type)
    }


def text_chosen(
    snapshot: Snapshot, account_id: int, texts: Sequence[VerificationText], wish: Wish
) -> ApprovedText:
    """The approved text for the request: of its template, else its language; with its app hash
    and domain. Raises InvalidError naming the field that nothing fits."""
    approved = _approved(snapshot, account_id, texts, wish)
    for one in approved:
        if _takes_hash(one, wish) and _has_domain(one, wish):
            return one
    if not any(_takes_hash(one, wish) for one in approved):
        raise InvalidError(
            "app_hash_without_slot",
            _("No text of the service has a slot for an app hash: leave it out, or add one."),
            field="app_hash",
        )
    raise InvalidError(
        "web_otp_domain_unknown",
        _("No text of the service ends with “@%(domain)s #…”: add one to its template.")
        % {"domain": wish.web_otp_domain},
        field="web_otp_domain",
    )


def _approved(
    snapshot: Snapshot, account_id: int, texts: Sequence[VerificationText], wish: Wish
) -> list[ApprovedText]:
    """In the order in which they would do; at least one."""
    named = [one for one in texts if wish.template in ("", one.template.slug)]
    if not named:
        raise InvalidError(
            "template_not_of_service",
            _("“%(template)s” is none of the service's templates: %(known)s.")
            % {
                "template": wish.template,
                "known": ", ".join(sorted({one.template.slug for one in texts})),
            },
            field="template",
        )
    slugs = [one.template.slug for one in sorted(named, key=lambda one: _distance(one, wish))]
    found = [snapshot.texts_by_slug.get((account_id, slug)) for slug in dict.fromkeys(slugs)]
    approved = [one for one in found if one is not None]
    if not approved:
        raise InvalidError(
            "template_not_approved",
            _("“%(template)s” is not an approved template of this account.")
            % {"template": slugs[0]},
            field="template",
        )
    return approved


def _distance(text: VerificationText, wish: Wish) -> int:
    """0: the very language, 1: its primary one, 2: any other."""
    wanted, has = wish.locale.casefold(), text.locale.casefold()
    if wanted == has:
        return 0
    return 1 if wanted.partition("-")[0] == has.partition("-")[0] else 2


def _takes_hash(approved: ApprovedText, wish: Wish) -> bool:
    has_slot = any(spec.type == "app_hash" for spec in approved.wordings.default.specs)
    return has_slot or not wish.app_hash


def _has_domain(approved: ApprovedText, wish: Wish) -> bool:
    if not wish.web_otp_domain:
        return True
    line = approved.wordings.choose(wish.locale).shown.rpartition("\n")[2]
    return line.casefold().startswith(f"@{wish.web_otp_domain.casefold()} #")


def code_slot_required(approved: ApprovedText) -> None:
    """Raises InvalidError where a text has no place for the code."""
    if not any(spec.type == "code" for spec in approved.wordings.default.specs):
        raise InvalidError(
            "template_without_code",
            _("Template “%(template)s” has no slot of type “code”: add one.")
            % {"template": approved.slug},
            field="template",
        )


def lives_until(now: datetime, seconds: int) -> datetime:
    """Until when a code sent now is good."""
    return now + timedelta(seconds=seconds)
