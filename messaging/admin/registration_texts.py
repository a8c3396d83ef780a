"""What a network is given to register, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.common.console.labels import label
from messaging.models import TemplateRegistration, TemplateVersion
from messaging.selectors.registration_standing import REGISTRABLE, Standing, standings_of
from messaging.wording.grammar import GrammarError
from messaging.wording.wordings import wording_set
from routing.constants import RegistrationState


@dataclass(frozen=True, slots=True)
class SentText:
    """A text as it is sent, with its slots shown."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Who changed a registration, to what, and why."""

    at: datetime
    who: str
    what: str


def texts_context(version: TemplateVersion) -> dict[str, Any]:
    """The texts of a version as networks see them."""
    return {
        "sent_texts": _sent(version),
        "registered_version": version,
        "registered_slots": version.slots,
    }


def _sent(version: TemplateVersion) -> list[SentText]:
    try:
        wordings = wording_set(
            body=version.body,
            slots=version.slots,
            rewriting=version.rewriting,
            variants=version.variants,
            language=version.template.language,
        )
    except (GrammarError, ValueError, KeyError):  # older than today's checks
        return [SentText(version.template.language, version.body)]
    return [SentText(one.language, one.shown) for one in wordings]


def registration_rows(row: TemplateRegistration) -> list[HistoryRow]:
    """What happened, newest first."""
    rows = row.history.select_related("history_user").order_by("-history_date", "-history_id")
    return [
        HistoryRow(
            at=one.history_date,
            who=one.history_user.get_username() if one.history_user else _("system"),
            what=_what(one),
        )
        for one in rows
    ]


def _what(one: Any) -> str:
    _state, _separator, reason = (one.history_change_reason or "").partition(": ")
    facts = [
        str(RegistrationState(one.state).label),
        one.reference,
        one.expires_on.isoformat() if one.expires_on else "",
        reason,
    ]
    return " · ".join(fact for fact in facts if fact)


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A network on a version's page."""

    standing: Standing
    label: SafeString
    note: str


def network_rows(version: TemplateVersion) -> list[NetworkRow]:
    """Where the version stands with each network that matters to it."""
    return [NetworkRow(one, _label(one), _note(one)) for one in standings_of(version)]


def register_url(user: Any, version: TemplateVersion) -> str:
    """Where a registration of the version is recorded; "" where this person may not, or none of
    it can be."""
    if version.status not in REGISTRABLE:
        return ""
    if not user.has_perm("messaging.add_templateregistration", version.template.account):
        return ""
    return f"{reverse('admin:messaging_templateregistration_add')}?version={version.pk}"


def _label(one: Standing) -> SafeString:
    if one.registration is None:
        return label(_("Not registered"), "danger" if one.stops_messages else "")
    if one.days_left is not None and one.days_left < 0:
        return label(_("Expired"), "danger" if one.is_demanded else "warning")
    state = RegistrationState(one.registration.state)
    colours = {
        RegistrationState.PENDING: "info",
        RegistrationState.REGISTERED: "warning" if one.expires_soon else "success",
        RegistrationState.REJECTED: "danger",
        RegistrationState.EXPIRED: "danger",
    }
    return label(state.label, colours[state])


def _note(one: Standing) -> str:
    notes = []
    if one.stops_messages:
        notes.append(_("Nothing is sent there until it is registered."))
    elif one.expires_soon:
        notes.append(_("Ends within 30 days: renew it, or messages stop."))
    if one.from_number is not None:
        notes.append(
            _("Registered as version %(number)d, the same text.") % {"number": one.from_number}
        )
    return " ".join(notes)
