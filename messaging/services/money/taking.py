"""Money is taken as messages are accepted: one statement per message, batch or slice.

An account with a limit gets it from its balance's row, by one conditional UPDATE that nobody can
pass twice; the row stays locked until the commit, so it is the last statement before events. An
account without limit adds a delta and waits for nobody.
"""

from collections.abc import Sequence
from datetime import datetime

from compliance.models import Account
from config.common import clock
from config.common.database import prepared
from messaging.money.limits import fitting, is_enough
from messaging.selectors.money.positions import positions_of
from messaging.selectors.money.standing import standing_of
from messaging.services.drafts import Draft
from messaging.services.money.errors import CreditExhaustedError
from messaging.services.money.folding import account_fold

_DAY_MILLISECONDS = 86_400_000

# `today` in the account's zone; a day that has begun for one process has begun for all.
_TAKE = """
WITH free AS (
    SELECT FROM messaging_balance WHERE account_id = %(account)s AND mode = 'unlimited'
), took AS (
    UPDATE messaging_balance b SET
        taken_micros = b.taken_micros + %(price)s,
        day_micros = CASE WHEN b.day >= t.today THEN b.day_micros ELSE 0 END + %(price)s,
        month_micros = CASE WHEN b.month >= t.month THEN b.month_micros ELSE 0 END + %(price)s,
        day = greatest(b.day, t.today), month = greatest(b.month, t.month),
        unit_micros = %(unit)s
    FROM (
        SELECT (%(now)s::timestamptz AT TIME ZONE timezone)::date AS today,
            date_trunc('month', %(now)s::timestamptz AT TIME ZONE timezone)::date AS month
        FROM compliance_account WHERE id = %(account)s
    ) t
    WHERE b.account_id = %(account)s AND b.mode <> 'unlimited' AND (
        %(is_owed)s::bool
        OR ((b.mode <> 'prepaid' OR b.taken_micros + %(price)s <= b.funds_micros)
            AND (b.day_limit_micros IS NULL OR %(price)s
                + CASE WHEN b.day >= t.today THEN b.day_micros ELSE 0 END <= b.day_limit_micros)
            AND (b.month_limit_micros IS NULL OR %(price)s
                + CASE WHEN b.month >= t.month THEN b.month_micros ELSE 0 END
                <= b.month_limit_micros)))
    RETURNING 1
)
INSERT INTO messaging_moneydelta (account_id, day, accepted_at, booked_at, network_id, sender_id,
    message_class, accepted, messages, segments, taken_micros, reserved_micros, charged_micros)
SELECT %(account)s, d.day, date_bin('15 min', %(now)s, '2000-01-01Z'), %(now)s, d.network,
    d.sender, d.class, d.n, 0, 0,
    CASE WHEN EXISTS (SELECT FROM free) THEN d.price ELSE 0 END, d.price, 0
FROM unnest(%(days)s::int[], %(networks)s::bigint[], %(senders)s::bigint[], %(classes)s::text[],
    %(counts)s::int[], %(prices)s::bigint[]) AS d(day, network, sender, class, n, price)
WHERE EXISTS (SELECT FROM free) OR EXISTS (SELECT FROM took)
"""


def credit_take(drafts: Sequence[Draft], now: datetime, *, is_owed: bool = False) -> None:
    """Reserves what drafts of one account cost, in the transaction that stores them and as late
    in it as possible. `is_owed`: what the law has the account send is never refused.

    Raises CreditExhaustedError where it is not covered; nothing is reserved then, and the
    caller's transaction may not keep the messages.
    """
    billed = [draft for draft in drafts if draft.charge_terms is not None]
    if not billed:
        return
    if _taken(billed, now, is_owed=is_owed):
        return
    account_id = billed[0].account_id
    # What was given back since the last fold counts too; the row is ours from here on.
    account_fold(account_id, now)
    if _taken(billed, now, is_owed=is_owed):
        return
    standing = standing_of(account_id, now)
    raise CreditExhaustedError(
        needed_micros=sum(draft.price_micros for draft in billed),
        available_micros=standing.available_micros or 0,
        currency=billed[0].currency,
    )


def credit_fitting(drafts: Sequence[Draft], now: datetime) -> list[CreditExhaustedError | None]:
    """For each draft of one account, in order, why it cannot be paid for. The account's row stays
    locked in the caller's transaction, so that `credit_take` of the others succeeds."""
    if not drafts:
        return []
    account_fold(drafts[0].account_id, now)
    room = standing_of(drafts[0].account_id, now).available_micros
    if room is None:
        return [None] * len(drafts)
    prices = [0 if one.charge_terms is None else one.price_micros for one in drafts]
    found: list[CreditExhaustedError | None] = []
    for draft, price, fits in zip(drafts, prices, fitting(prices, room), strict=True):
        found.append(
            None
            if fits
            else CreditExhaustedError(
                needed_micros=price, available_micros=room, currency=draft.currency
            )
        )
        room -= price if fits else 0
    return found


def room_require(account: Account, needed_micros: int) -> None:
    """Raises CreditExhaustedError where a message of that price could not be accepted now."""
    now = clock.now()
    room = positions_of([account.pk], now)[account.pk].standing.available_micros
    if room is not None and not is_enough(room, needed_micros):
        raise CreditExhaustedError(
            needed_micros=needed_micros, available_micros=room, currency=account.currency
        )


def _taken(drafts: Sequence[Draft], now: datetime, *, is_owed: bool) -> bool:
    lines: dict[tuple[int, int | None, int, str], list[int]] = {}
    for draft in drafts:
        day = (draft.id.int >> 80) // _DAY_MILLISECONDS
        key = (day, draft.network_id, draft.sender.id, draft.message_class)
        line = lines.setdefault(key, [0, 0])
        line[0] += 1
        line[1] += draft.price_micros
    days, networks, senders, classes = zip(*lines, strict=True)
    counts, prices = zip(*lines.values(), strict=True)
    _rows, count = prepared(
        _TAKE,
        {
            "account": drafts[0].account_id,
            "price": sum(prices),
            "unit": min(draft.price_micros for draft in drafts),
            "now": now,
            "days": list(days),
            "networks": list(networks),
            "senders": list(senders),
            "classes": list(classes),
            "counts": list(counts),
            "prices": list(prices),
            "is_owed": is_owed,
        },
    )
    return bool(count)
