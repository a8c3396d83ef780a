"""What a person may do with a version now, as buttons near the top and at the end of its page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from messaging.constants import VERSION_TRANSITIONS, VersionStatus
from messaging.models import TemplateVersion

SENDING = frozenset({"approve", "activate"})  # nothing for a text that rules forbid
# In the order of the page: name of the action, words, look.
_BUTTONS: tuple[tuple[str, Any, str], ...] = (
    ("submit", _("Submit"), "primary"),
    ("approve", _("Approve"), "success"),
    ("activate", _("Put in force now"), "success"),
    ("reject", _("Reject"), "danger"),
    ("withdraw", _("Withdraw"), "default"),
    ("roll_back", _("Roll back to this wording"), "default"),
    ("new_version", _("New version from this"), "default"),
)


@dataclass(frozen=True, slots=True)
class Button:
    """A link to an action's page."""

    title: Any
    url: str
    variant: str


def buttons(person: User, version: TemplateVersion, *, seen: str, is_blocked: bool) -> list[Button]:
    """Only what this person may do; `seen` says what their page showed."""
    allowed = allowed_actions(person, version) - (SENDING if is_blocked else frozenset())
    return [
        Button(title, f"{_address(version, name)}?{urlencode({'seen': seen})}", variant)
        for name, title, variant in _BUTTONS
        if name in allowed
    ]


def _address(version: TemplateVersion, name: str) -> str:
    return reverse(f"admin:messaging_templateversion_{name}", args=[version.pk])


def allowed_actions(person: User, version: TemplateVersion) -> frozenset[str]:
    """What the person may do with the version in its present state."""
    leads_to = VERSION_TRANSITIONS[version.status]
    may = {
        name: person.has_perm(f"messaging.{name}_templateversion", version)
        for name in ("submit", "review", "add")
    }
    may_review = may["review"] and version.author_id != person.pk
    is_staged = version.status == VersionStatus.STAGED
    is_past = version.status == VersionStatus.RETIRED
    allowed = {
        "submit": VersionStatus.SUBMITTED in leads_to and may["submit"],
        "approve": VersionStatus.STAGED in leads_to and may_review,
        "activate": is_staged and may_review,
        "reject": VersionStatus.REJECTED in leads_to and may_review,
        "withdraw": VersionStatus.WITHDRAWN in leads_to and may_withdraw(person, version),
        "roll_back": is_past and may["add"],
        "new_version": version.status != VersionStatus.DRAFT and not is_past and may["add"],
    }
    return frozenset(name for name, is_allowed in allowed.items() if is_allowed)


def may_withdraw(person: User, version: TemplateVersion) -> bool:
    """Officers of the account, and the author while they write its templates."""
    if person.has_perm("messaging.withdraw_templateversion", version):
        return True
    is_author = version.author_id == person.pk
    return is_author and person.has_perm("messaging.submit_templateversion", version)
