"""How an account pays: in advance, afterwards up to a limit, or without one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.models import Account, User
from config.common import audit, clock
from config.common.errors import InvalidError
from messaging.constants import BillingMode
from messaging.models import Balance
from messaging.money.amounts import amount_text
from messaging.services.money.folding import fold

_MOST_ALERTS = 10


@dataclass(frozen=True, slots=True)
class BillingTerms:
    """A limit None: there is none. `alert_percents`: told when so much of one is used, and to
    `alert_emails` too. `resumes_campaigns`: what stopped for want of money goes on by itself."""

    mode: str
    day_limit_micros: int | None = None
    month_limit_micros: int | None = None
    alert_percents: Sequence[int] = (80, 95, 100)
    alert_emails: Sequence[str] = ()
    resumes_campaigns: bool = True


def billing_set(*, account: Account, terms: BillingTerms, actor: User | None) -> Balance:
    """Sets how an account pays from now on; what it has on its way stays paid for.

    Raises InvalidError naming the field.
    """
    percents = _checked(terms)
    is_unlimited = terms.mode == BillingMode.UNLIMITED
    with transaction.atomic():
        with connection.cursor() as cursor:
            fold(cursor, account.pk, clock.now())
        found = Balance.objects.select_related("account").get(pk=account.pk)
        before = _facts(found)
        found.mode = terms.mode
        found.day_limit_micros = None if is_unlimited else terms.day_limit_micros
        found.month_limit_micros = None if is_unlimited else terms.month_limit_micros
        found.alert_percents = percents
        found.alert_emails = list(terms.alert_emails)
        found.resumes_campaigns = terms.resumes_campaigns
        found.mark_micros = max(0, found.funds_micros - found.taken_micros)
        found.save(
            update_fields=[
                "mode",
                "day_limit_micros",
                "month_limit_micros",
                "alert_percents",
                "alert_emails",
                "resumes_campaigns",
                "mark_micros",
            ]
        )
        after = _facts(found)
        if after != before:
            audit.record(
                action="balance.terms",
                actor=actor,
                account_id=account.pk,
                subject=f"balance:{account.pk}",
                detail={"before": before, "after": after, "mode": after["mode"]},
            )
    return found


def _checked(terms: BillingTerms) -> list[int]:
    if terms.mode not in BillingMode.values:
        raise InvalidError(
            "mode_unknown",
            _("“mode” is one of %(modes)s.") % {"modes": ", ".join(BillingMode.values)},
            field="mode",
        )
    limits = {
        "day_limit": terms.day_limit_micros,
        "month_limit": terms.month_limit_micros,
    }
    for name, micros in limits.items():
        if micros is not None and micros < 0:
            raise InvalidError(
                "limit_below_zero", _("A limit is not below zero: empty it for none."), field=name
            )
    if terms.mode == BillingMode.POSTPAID and all(one is None for one in limits.values()):
        raise InvalidError(
            "limit_missing",
            _("Give a limit per day or per month, or choose “without a limit”."),
            field="month_limit",
        )
    percents = sorted(set(terms.alert_percents))
    if len(percents) > _MOST_ALERTS or any(not 1 <= one <= 100 for one in percents):
        raise InvalidError(
            "alerts_wrong", _("Write up to ten percentages from 1 to 100."), field="alert_percents"
        )
    if len(terms.alert_emails) > _MOST_ALERTS:
        raise InvalidError("too_many_emails", _("Write up to ten addresses."), field="alert_emails")
    return percents


def _facts(found: Balance) -> dict[str, object]:
    return {
        "mode": found.mode,
        "day_limit": _written(found.day_limit_micros),
        "month_limit": _written(found.month_limit_micros),
        "alert_percents": list(found.alert_percents),
        "alert_emails": list(found.alert_emails),
        "resumes_campaigns": found.resumes_campaigns,
    }


def _written(micros: int | None) -> str | None:
    return None if micros is None else amount_text(micros)
