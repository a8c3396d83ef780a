"""What is said before and after a version changes its state."""

from django.utils.translation import gettext, ngettext

from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.templates import approved_version, findings_of, unsent_count


class Stopped:
    """What is said after a withdrawal, once it is known."""

    def __init__(self, stopped: list[int]) -> None:
        self._stopped = stopped

    def __str__(self) -> str:
        return gettext("Withdrawn. %(what)s") % {"what": stopped_text(sum(self._stopped))}


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


def withdrawal_text(version: TemplateVersion) -> str:
    """What withdrawing means, with how much it stops."""
    if version.status != VersionStatus.APPROVED:
        return gettext("Nobody reviews it any more.")
    return gettext("Nothing is sent with it any more, at once. %(what)s") % {
        "what": stopped_text(unsent_count(version))
    }


def stopped_text(count: int) -> str:
    """How many messages a withdrawal stops."""
    if not count:
        return gettext("No message of it was waiting.")
    return ngettext(
        "%(count)d message that has not left is stopped.",
        "%(count)d messages that have not left are stopped.",
        count,
    ) % {"count": count}
