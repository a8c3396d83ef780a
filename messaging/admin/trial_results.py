"""What a trial found, in words and with links."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.constants import MessageClass
from compliance.selectors.rules import account_rule_names
from messaging.constants import MessageStatus
from messaging.models import PolicyTrial
from messaging.services.trials.runs import CHANGES

WORDS: Mapping[str, tuple[Any, str]] = {
    "blocked": (gettext_lazy("Would have been blocked"), "danger"),
    "delayed": (gettext_lazy("Would have waited"), "warning"),
    "allowed": (gettext_lazy("Would have been sent"), "success"),
}
_OUTCOMES = {
    "allowed": gettext_lazy("sent"),
    "delayed": gettext_lazy("waits"),
    "blocked": gettext_lazy("blocked"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of counts."""

    name: str
    link: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A message that would have fared otherwise."""

    word: str
    colour: str
    name: str
    link: str
    at: datetime
    kind: str
    was: str
    until: str
    rules: str


@dataclass(frozen=True, slots=True)
class Results:
    """The tables of a trial's page."""

    changes: tuple[tuple[str, str, int], ...]
    campaigns: tuple[Row, ...]
    rules: tuple[Row, ...]
    samples: tuple[Sample, ...]
    is_running: bool
    share: int


def results_of(trial: PolicyTrial) -> Results:
    """The results of a trial so far."""
    names = account_rule_names(trial.rules) | _citations(trial)
    return Results(
        changes=tuple(
            (str(WORDS[name][0]), WORDS[name][1], trial.totals.get(name, 0)) for name in CHANGES
        ),
        campaigns=tuple(
            Row(_campaign(key), _campaign_link(key), _counts(counts))
            for key, counts in _largest_first(trial.campaigns)
        ),
        rules=tuple(
            Row(f"{rule_id}: {names[rule_id]}" if rule_id in names else rule_id, "", _counts(found))
            for rule_id, found in _largest_first(trial.rules)
        ),
        samples=tuple(
            _sample(name, one) for name in CHANGES for one in trial.samples.get(name, ())
        ),
        is_running=trial.status == PolicyTrial.Status.RUNNING,
        share=min(100, 100 * trial.judged // max(1, trial.messages)),
    )


def _citations(trial: PolicyTrial) -> dict[str, str]:
    rules = trial.version.data.get("rules", []) if trial.version else []
    return {rule["id"]: rule.get("citation", "") for rule in rules}


def _counts(found: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(found.get(name, 0) for name in CHANGES)


def _largest_first(table: Mapping[str, Mapping[str, int]]) -> list[tuple[str, Mapping[str, int]]]:
    return sorted(table.items(), key=lambda item: -sum(item[1].values()))[:200]


def _campaign(key: str) -> str:
    return _("Single messages") if key == "0" else _("Campaign %(id)s") % {"id": key}


def _campaign_link(key: str) -> str:
    """The campaign's page, by its address alone: campaigns are above messaging."""
    if key == "0":
        return ""
    try:
        return reverse("admin:campaigns_campaign_change", args=[key])
    except NoReverseMatch:
        return ""


def _sample(name: str, one: Mapping[str, Any]) -> Sample:
    word, colour = WORDS[name]
    message = one["message"]
    was = one["was"]
    return Sample(
        word=str(word),
        colour=colour,
        name=one["number"],
        link=reverse("admin:messaging_message_change", args=[message]) if message else "",
        at=datetime.fromisoformat(one["at"]),
        kind=str(MessageClass(one["class"]).label),
        was=_("kept out of the campaign")
        if was == "excluded"
        else str(MessageStatus(was).label)
        + (f" ({_OUTCOMES[one['before']]})" if one["before"] != "allowed" else ""),
        until=date_format(
            timezone.localtime(datetime.fromisoformat(one["until"])), "SHORT_DATETIME_FORMAT"
        )
        if one["until"]
        else "",
        rules=", ".join(one["rules"]),
    )
