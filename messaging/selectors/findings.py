"""What the rules say about texts, in the reader's language: at review, in previews, in lists."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from compliance.content_policy import SEGMENT_COUNT
from compliance.findings import FIXES, MESSAGES, Finding
from compliance.models import Account, Advertiser
from compliance.readable_findings import readable_values
from compliance.selectors.content_rules import content_policy
from compliance.selectors.rules import rulebook
from compliance.texts import text_findings as rules_findings
from config.common import clock
from messaging.models import TemplateVersion
from messaging.selectors.snapshot import version_wordings
from messaging.wording.wordings import Wording
from messaging.wording.worst import bound_of
from routing.constants import SenderStatus
from routing.models import Sender

BLOCK = "block"


@dataclass(frozen=True, slots=True)
class TextFinding:
    """What a rule says about a text, in the reader's language."""

    rule_id: str
    severity: str
    message: str
    fix: str
    citation: str

    @property
    def is_blocking(self) -> bool:
        """Whether such a text may not be sent."""
        return self.severity == BLOCK


@dataclass(frozen=True, slots=True)
class CountryFindings:
    """What the rules of one country say."""

    country: str
    findings: tuple[TextFinding, ...]

    @property
    def is_blocked(self) -> bool:
        """Whether the text may not be sent there."""
        return any(finding.is_blocking for finding in self.findings)


def unknown_count() -> None:
    """Of a text whose segments nobody counted."""


@dataclass(frozen=True, slots=True)
class JudgedText:
    """A text in all its languages, and what rules ask about it."""

    texts: tuple[str, ...]
    message_class: str
    advertiser_id: int | None
    is_template: bool
    most_segments: Callable[[], int | None]
    is_paid: bool = False


class Judge:
    """What the rules say about texts of these accounts: asked once for all of them, so that a
    list of versions costs as many queries as one."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._rules, self._policy, self._now = rulebook(), content_policy(), clock.now()
        ids = {account.pk for account in accounts}
        self._countries = sender_countries(ids)
        self._brands = {row.pk: row.names for row in Advertiser.objects.filter(account__in=ids)}

    def findings(self, account: Account, judged: JudgedText) -> tuple[CountryFindings, ...]:
        """As `text_findings` says."""
        message_class = judged.message_class
        countries = self._countries.get((account.pk, message_class)) or [account.country]
        return tuple(
            CountryFindings(country, self._in(country, account, judged)) for country in countries
        )

    def _in(self, country: str, account: Account, judged: JudgedText) -> tuple[TextFinding, ...]:
        policy = self._policy.rules_for(account.pk, country, self._now)
        is_counted = any(rule.kind == SEGMENT_COUNT for rule in policy)
        found = rules_findings(
            self._rules.rules_for(country, self._now, account.pk, judged.advertiser_id or 0),
            policy,
            judged.texts,
            judged.message_class,
            is_template=judged.is_template,
            brands=self._brands.get(judged.advertiser_id or 0, ()),
            segment_count=judged.most_segments() if is_counted else None,
            is_paid=judged.is_paid,
        )
        return tuple(finding_readable(finding) for finding in found)


def findings_of(
    version: TemplateVersion, judge: Judge | None = None
) -> tuple[CountryFindings, ...]:
    """What the rules say about a version, in all its languages and in the letters it is sent
    in, in every country its account writes to: the same as when it is sent."""
    template = version.template
    judge = judge or Judge([template.account])
    about = (template.message_class, template.advertiser_id)
    try:
        judged = wordings_judged(tuple(version_wordings(version)), *about, is_paid=template.is_paid)
    except (ValueError, KeyError):  # a draft that cannot be read yet
        judged = JudgedText((version.body,), *about, True, unknown_count, template.is_paid)
    return judge.findings(template.account, judged)


def text_findings(
    account: Account,
    text: str,
    message_class: str,
    *,
    advertiser_id: int | None = None,
    is_template: bool = True,
    most_segments: Callable[[], int | None] = unknown_count,
) -> tuple[CountryFindings, ...]:
    """What the rules say about a text in each country where the account has an active sender for
    the class; in its own where there is none. A recipient is judged by their own country.

    `is_template`: it shows `{slot}` where values go. Without advertiser rules about the brand
    say nothing, without `most_segments` (asked only if a rule wants it) those about length.
    """
    judged = JudgedText((text,), message_class, advertiser_id, is_template, most_segments)
    return Judge([account]).findings(account, judged)


def wordings_judged(
    wordings: Sequence[Wording],
    message_class: str,
    advertiser_id: int | None,
    *,
    is_paid: bool = False,
) -> JudgedText:
    """A template in all its languages, as it is sent; its length is that of the worst case."""

    def most_segments() -> int:
        return max(bound_of(one).segment_count for one in wordings)

    texts = tuple(dict.fromkeys(wording.shown for wording in wordings))
    return JudgedText(texts, message_class, advertiser_id, True, most_segments, is_paid)


def is_blocked_everywhere(findings: Sequence[CountryFindings]) -> bool:
    """Whether a text could be sent nowhere, and so must not be approved."""
    return all(one.is_blocked for one in findings)


def sender_countries(account_ids: Collection[int]) -> dict[tuple[int, str], list[str]]:
    """By account and class: where its active senders are."""
    rows = (
        Sender.objects.filter(account__in=account_ids, status=SenderStatus.ACTIVE)
        .order_by("country")
        .values_list("account_id", "country", "allowed_classes")
        .distinct()
    )
    found: dict[tuple[int, str], list[str]] = {}
    for account_id, country, classes in rows:
        for message_class in classes:
            countries = found.setdefault((account_id, message_class), [])
            if country not in countries:
                countries.append(country)
    return found


def finding_readable(finding: Finding) -> TextFinding:
    """The finding in the reader's language."""
    values = readable_values(finding.params)
    return TextFinding(
        rule_id=finding.rule_id,
        severity=finding.severity,
        message=gettext(MESSAGES[finding.message_code]) % values,
        fix=gettext(FIXES[finding.fix_code]) % values,
        citation=finding.citation,
    )
