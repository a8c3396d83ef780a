"""What is said before and after a version changes its state."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from messaging.admin.labels import change_page, link, moment
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.findings import findings_of
from messaging.selectors.templates import approved_version, unsent_count
from messaging.selectors.version_uses import version_uses
from messaging.services.templates.withdrawals import SENT_WITH


class Stopped:
    """What is said after a withdrawal, once it is known."""

    def __init__(self, stopped: list[int]) -> None:
        self._stopped = stopped

    def __str__(self) -> str:
        return gettext("Withdrawn. %(what)s") % {"what": stopped_text(sum(self._stopped))}


class Approved:
    """What is said after an approval, once it is known."""

    def __init__(self, approved: list[TemplateVersion]) -> None:
        self._approved = approved

    def __str__(self) -> str:
        later = [one for one in self._approved if one.status == VersionStatus.STAGED]
        if not later:
            return gettext("Approved. It can be sent from now on.")
        return gettext("Approved, in force from %(time)s") % {"time": moment(later[0].activates_at)}


def submission_text(version: TemplateVersion) -> str:
    """What submitting means, with what the rules say."""
    sentences = [gettext("From now on the text stays as it is; changes go into a new version.")]
    sentences += [
        f"{one.country}: {finding.message} {finding.fix}"
        for one in findings_of(version)
        for finding in one.findings
    ]
    return " ".join(sentences)


def approval_text(version: TemplateVersion) -> str:
    """What approving means, for the version approved until now too."""
    former = approved_version(version.template)
    if former is None:
        return gettext("From now on it can be sent.")
    return gettext(
        "From now on it can be sent. Version %(number)d, approved until now, is retired."
    ) % {"number": former.number}


def activation_text(version: TemplateVersion) -> str:
    """What putting it in force before its time means."""
    return gettext("It was approved for %(time)s; now it is not waited for. %(what)s") % {
        "time": moment(version.activates_at),
        "what": approval_text(version),
    }


def withdrawal_text(version: TemplateVersion) -> str:
    """What withdrawing means, with how much it stops."""
    if version.status == VersionStatus.STAGED:
        return gettext("It does not come into force. What is sent now stays as it is.")
    if version.status not in SENT_WITH:
        return gettext("Nobody reviews it any more.")
    return gettext("Nothing is sent with it any more, at once. %(what)s") % {
        "what": stopped_text(unsent_count(version))
    }


@dataclass(frozen=True, slots=True)
class UseRow:
    """A campaign that a withdrawal stops, with a link to it."""

    link: SafeString
    status: str
    unreleased: int
    unsent: int


def use_rows(version: TemplateVersion) -> list[UseRow]:
    """What is under way with the version."""
    return [
        UseRow(
            link(use.name, change_page(use.label, use.pk)), use.status, use.unreleased, use.unsent
        )
        for use in version_uses(version.pk)
    ]


def stopped_text(count: int) -> str:
    """How many messages a withdrawal stops."""
    if not count:
        return gettext("No message of it was waiting.")
    return ngettext(
        "%(count)d message that has not left is stopped.",
        "%(count)d messages that have not left are stopped.",
        count,
    ) % {"count": count}
