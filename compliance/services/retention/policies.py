"""Policies of retention: set and removed by people who say why."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import DataKind
from compliance.models import Account, RetentionPolicy, User
from compliance.retention import least_days
from compliance.rule_packs import ANY_COUNTRY
from compliance.selectors.rules import rulebook
from compliance.services.checks import check_choice, country_checked
from config.common import audit, clock
from config.common.errors import InvalidError

_LONGEST_DAYS = 36_500


@transaction.atomic
def policy_set(
    *,
    account: Account | None,
    country: str,
    kind: str,
    days: int,
    note: str,
    actor: User | None,
) -> RetentionPolicy:
    """Keeps a kind of data for `days`, in place of what was said before for account and country.

    `account` None: every account without a policy of its own. Raises InvalidError naming the
    field: evidence of consent is owed at least as long as the country's pack says.
    """
    check_choice("kind", kind, DataKind.values)
    country = country_checked(country)
    if not note.strip():
        raise InvalidError(
            "note_missing", _("Say why: the law or the person that asks for it."), field="note"
        )
    _check_days(kind, country, days)
    found, is_new = RetentionPolicy.objects.update_or_create(
        account=account,
        country=country,
        kind=kind,
        defaults={"days": days, "note": note.strip()[:200]},
    )
    _record("retention_policy.set", found, actor, is_new=is_new)
    return found


@transaction.atomic
def policy_remove(*, policy: RetentionPolicy, actor: User | None) -> None:
    """Goes back to what the platform or the country's pack says."""
    _record("retention_policy.removed", policy, actor)
    policy.delete()


def _check_days(kind: str, country: str, days: int) -> None:
    packs = rulebook()
    now = clock.now()
    countries = [country] if country else sorted(packs.countries | {ANY_COUNTRY})
    least, where = max((least_days(kind, packs.rules_for(one, now).pack), one) for one in countries)
    if days < least:
        raise InvalidError(
            "retention_too_short",
            _("The rules of %(country)s ask for at least %(least)d days: write more.")
            % {"country": where, "least": least},
            field="days",
        )
    if days > _LONGEST_DAYS:
        raise InvalidError(
            "retention_too_long", _("Write at most 36500 days, which is a century."), field="days"
        )


def _record(action: str, policy: RetentionPolicy, actor: User | None, **more: bool) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=policy.account_id,
        subject=f"retentionpolicy:{policy.pk}",
        detail={
            "kind": policy.kind,
            "country": policy.country,
            "days": policy.days,
            "note": policy.note,
        }
        | more,
    )
