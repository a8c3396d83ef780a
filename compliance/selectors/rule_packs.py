"""Countries and versions of rule packs as pages show them: what holds, since when, what comes."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compliance.constants import PLATFORM_ROLES
from compliance.models import RulePackActivation, RulePackVersion, User
from compliance.readable_changes import ComingChange, coming_rules
from compliance.rule_packs.packs import Rulebook
from compliance.selectors.access import access_of, accounts_for, platform_roles
from compliance.selectors.rules import Term, terms_by_country, today_of
from config.common import clock

Status = RulePackVersion.Status
_UNSEEN = (Status.DRAFT, Status.SUBMITTED, Status.REJECTED, Status.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class CountryStanding:
    """What decides for a country today, what comes, and what waits for approval."""

    country: str
    today: date
    present: Term | None
    coming: tuple[ComingChange, ...]
    shipped: RulePackVersion | None
    submitted: int

    @property
    def version(self) -> RulePackVersion | None:
        """The version in force."""
        return self.present.activation.version if self.present else None

    @property
    def since(self) -> date | None:
        """The day it was put in force; that of the first run where it always was."""
        if self.present is None:
            return None
        return self.present.active_from or self.present.activation.approved_at.date()


def country_standings() -> list[CountryStanding]:
    """Every country that has a version, by code: a handful of queries."""
    terms = terms_by_country()
    versions: dict[str, list[RulePackVersion]] = {}
    for row in RulePackVersion.objects.order_by("country", "-pk"):
        versions.setdefault(row.country, []).append(row)
    return [_standing(country, rows, terms.get(country, [])) for country, rows in versions.items()]


def country_standing(country: str) -> CountryStanding:
    """The same of one country."""
    rows = list(RulePackVersion.objects.filter(country=country).order_by("-pk"))
    return _standing(country, rows, terms_by_country([country]).get(country, []))


def _standing(country: str, rows: list[RulePackVersion], terms: list[Term]) -> CountryStanding:
    today = today_of(rows[0])
    present = next((term for term in reversed(terms) if term.holds(today)), None)
    full = {row.pk: row for row in rows}
    coming = [
        _staged(term, today) for term in terms if term.active_from and term.active_from > today
    ]
    if present is not None:
        own = coming_rules(full[present.activation.version_id].data, today)
        coming += [one for one in own if present.active_to is None or one.day < present.active_to]
    return CountryStanding(
        country=country,
        today=today,
        present=present,
        coming=tuple(sorted(coming, key=lambda one: one.day)),
        shipped=_newer_shipped(rows, present),
        submitted=sum(row.status == Status.SUBMITTED for row in rows),
    )


def _staged(term: Term, today: date) -> ComingChange:
    assert term.active_from is not None
    return ComingChange(
        day=term.active_from,
        days=(term.active_from - today).days,
        title=_("Version %(version)s comes in force")
        % {"version": term.activation.version.version},
        detail=term.activation.reason,
        version_id=term.activation.version_id,
    )


def _newer_shipped(rows: list[RulePackVersion], present: Term | None) -> RulePackVersion | None:
    """The latest version that ships with the product, where nobody has approved it yet."""
    shipped = [row for row in rows if row.origin == RulePackVersion.Origin.SHIPPED]
    newest = max(shipped, key=lambda row: row.pk, default=None)
    if newest is None or present is None or newest.status != Status.SUBMITTED:
        return None
    return newest if newest.pk != present.activation.version_id else None


def coming_changes(book: Rulebook) -> tuple[tuple[str, ComingChange], ...]:
    """What changes in any country, soonest first; asked of the database once per configuration,
    day and language."""
    now = clock.now()
    days = tuple(book.rules_for(country, now).on for country in sorted(book.countries))
    return _coming_changes(book, days, get_language())


@lru_cache(maxsize=8)
def _coming_changes(
    _book: Rulebook, _days: tuple[date, ...], _language: str | None
) -> tuple[tuple[str, ComingChange], ...]:
    found = [(one.country, change) for one in country_standings() for change in one.coming]
    return tuple(sorted(found, key=lambda one: one[1].day))


def activations_of(version: RulePackVersion) -> list[RulePackActivation]:
    """Its activations, latest first."""
    rows = version.activations.select_related("approved_by", "canceled_by", "author")
    return list(rows.order_by("-pk"))


def versions_for(user: Any, rows: QuerySet[RulePackVersion]) -> QuerySet[RulePackVersion]:
    """Versions a person may see: what was in force is everybody's; drafts and what waits are for
    the platform's people, the author, and people of the author's accounts."""
    if not isinstance(user, User) or user.is_superuser or platform_roles(user):
        return rows
    return rows.exclude(
        Q(status__in=_UNSEEN) & Q(author__isnull=False) & ~Q(author__in=colleagues(user))
    )


def colleagues(user: User) -> list[int]:
    """Ids of people with a role on an account of this person's, and of the platform's people."""
    from_accounts = [str(one) for one in accounts_for(user)]
    roles = [f"act_as_{role.value}" for role in PLATFORM_ROLES]
    rows = User.objects.filter(
        Q(
            userobjectpermission__content_type__model="account",
            userobjectpermission__object_pk__in=from_accounts,
        )
        | Q(userobjectpermission__permission__codename__in=roles)
    )
    return [user.pk, *rows.values_list("pk", flat=True).distinct()]


def name_for(viewer: Any, person: User | None) -> str:
    """Whose name to show: people of other accounts are not named."""
    if person is None:
        return _("system")
    if not isinstance(viewer, User) or viewer.is_superuser or platform_roles(viewer):
        return person.get_username()
    if person.pk == viewer.pk or platform_roles(person):
        return person.get_username()
    mine = accounts_for(viewer)
    if any(account_id in mine for _role, account_id in access_of(person).roles):
        return person.get_username()
    return _("an officer of another account")
