"""What a person's own page shows, and what its buttons do."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from compliance.constants import ConsentAction, ConsentMethod, Purpose, SuppressionSource
from compliance.models import Advertiser, ConsentState, Program, Suppression
from config.common import clock
from config.common.errors import NotFoundError
from messaging.selectors.snapshot import snapshots
from messaging.services.preferences import preference_read
from messaging.services.replies.wishes import BY_THE_PERSON, consent_return, refusal_record

# What the person saw: it changes with the words of the page and goes into the evidence.
PAGE_VERSION = "preferences 2026-11-22"
_SHOWN_DIGITS = 3
_PURPOSES = (Purpose.MARKETING, Purpose.ALL)


@dataclass(frozen=True, slots=True)
class Subject:
    """A line of the page: all advertising (`program` None) or one subject of it."""

    program: Program | None
    is_on: bool

    @property
    def key(self) -> str:
        """As the form names it."""
        return str(self.program.pk) if self.program else "marketing"


@dataclass(frozen=True, slots=True)
class PreferencePage:
    """Whose page it is, and how everything stands.

    `has_stopped`: the person refused every message. `may_return`: advertising may be switched on
    here; otherwise by the brand's contact alone.
    """

    advertiser: Advertiser
    msisdn: str
    marketing: Subject
    programs: tuple[Subject, ...]
    has_stopped: bool
    may_return: bool

    @property
    def masked(self) -> str:
        """The number as much as its owner needs to know it."""
        return f"+{self.msisdn[:2]} ••• {self.msisdn[-_SHOWN_DIGITS:]}"


def page_of(token: str) -> PreferencePage:
    """The page behind a link. Raises NotFoundError for whatever is no link of ours; a link of
    ours has a page whether anybody knows the number or not."""
    key, msisdn = preference_read(token) or (0, "")
    advertiser = Advertiser.objects.select_related("account").filter(pk=key).first()
    if advertiser is None:
        raise NotFoundError("no_page", "no page has this address")
    rows = list(_refusals(advertiser, msisdn))
    whole = [row for row in rows if row.program_id is None]
    programs = tuple(
        Subject(one, not whole and all(row.program_id != one.pk for row in rows))
        for one in advertiser.programs.filter(is_active=True).order_by("name")
    )
    is_on = not whole and _has_consent(advertiser, msisdn)
    return PreferencePage(
        advertiser=advertiser,
        msisdn=msisdn,
        marketing=Subject(None, is_on),
        programs=programs,
        has_stopped=any(row.purpose == Purpose.ALL for row in whole),
        may_return=_may_return(advertiser, whole),
    )


@transaction.atomic
def page_stop(page: PreferencePage, key: str, evidence: Mapping[str, Any]) -> None:
    """Refuses one line of the page, or with `all` every message of the brand."""
    program = _program(page, key)
    refusal_record(
        account=page.advertiser.account,
        advertiser=page.advertiser,
        msisdn=page.msisdn,
        purpose=Purpose.ALL if key == "all" else Purpose.MARKETING,
        source=SuppressionSource.LINK,
        evidence=evidence,
        program=program,
    )


@transaction.atomic
def page_start(page: PreferencePage, key: str, evidence: Mapping[str, Any]) -> None:
    """Switches a line on again, where the country's rules know consent by form."""
    if not page.may_return:
        return
    consent_return(
        advertiser=page.advertiser,
        msisdn=page.msisdn,
        method=ConsentMethod.FORM,
        source=PAGE_VERSION,
        evidence=evidence,
        program=_program(page, key),
    )


def page_evidence(address: str, language: str) -> dict[str, Any]:
    """What proves a click: when, on which page, and from where without keeping where."""
    digest = hmac.new(settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256)
    return {
        "page": PAGE_VERSION,
        "language": language,
        "at": clock.now().isoformat(timespec="seconds"),
        "address_digest": digest.hexdigest()[:24],
    }


def _refusals(advertiser: Advertiser, msisdn: str) -> Any:
    rows = Suppression.objects.filter(
        account=advertiser.account_id, msisdn=msisdn, lifted_at=None, sender=""
    )
    return [
        row
        for row in rows
        if row.advertiser_id in (None, advertiser.pk) and row.purpose in _PURPOSES
    ]


def _has_consent(advertiser: Advertiser, msisdn: str) -> bool:
    latest = (
        ConsentState.objects.filter(advertiser=advertiser, msisdn=msisdn, purpose__in=_PURPOSES)
        .order_by("-since")
        .first()
    )
    return latest is not None and latest.state == ConsentAction.GRANTED


def _may_return(advertiser: Advertiser, whole: list[Suppression]) -> bool:
    """Whether a form is consent there, and nobody else has stopped the number."""
    rules = snapshots.current().rulebook.rules_for(
        advertiser.country, clock.now(), advertiser.account_id
    )
    by_others = any(row.source not in BY_THE_PERSON for row in whole)
    return ConsentMethod.FORM.value in rules.pack.optin.methods and not by_others


def _program(page: PreferencePage, key: str) -> Program | None:
    """The line that the form names. Raises NotFoundError for one that is not on the page."""
    if key in ("marketing", "all"):
        return None
    for subject in page.programs:
        if subject.key == key:
            return subject.program
    raise NotFoundError("no_line", "no line of the page has this name")
