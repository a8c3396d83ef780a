"""Pools of senders and fallback rules, kept in the name of somebody whose role allows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from compliance.models import User
from config.common.errors import DomainError
from routing.models import Sender, SenderFallback, SenderPool, SenderPoolMember
from routing.services.kept_rows import row_note, row_save
from routing.services.lookup_settings import fallback_check, member_check, pool_check
from routing.services.papers.records import role_required

Members = Sequence[tuple[Sender, int]]


@transaction.atomic
def pool_save(
    pool: SenderPool, values: Mapping[str, Any], *, members: Members | None, actor: User | None
) -> SenderPool:
    """Makes or changes a pool; `members` (sender and weight) replace those it has, None leaves
    them. Raises NotAllowedError, InvalidError with the field, ConflictError for a name taken."""
    role_required(actor, "add" if pool.pk is None else "change", pool)
    row_save(pool, values, actor=actor, check=pool_check)
    if members is not None:
        _members_put(pool, members, actor)
    return pool


def _members_put(pool: SenderPool, members: Members, actor: User | None) -> None:
    present = {row.sender_id: row for row in pool.members.all()}
    for place, (sender, weight) in enumerate(members):
        try:
            member_check(pool, sender)
        except DomainError as error:
            error.field = f"members.{place}.sender"
            raise
        row = present.pop(sender.pk, None) or SenderPoolMember(pool=pool, sender=sender)
        row_save(row, {"weight": weight}, actor=actor)
    for row in present.values():
        row_note("deleted", row, actor, [])
        row.delete()


@transaction.atomic
def fallback_save(
    rule: SenderFallback, values: Mapping[str, Any], *, actor: User | None
) -> SenderFallback:
    """Makes or changes a fallback rule. Raises NotAllowedError, InvalidError with the field."""
    role_required(actor, "add" if rule.pk is None else "change", rule)
    return row_save(rule, values, actor=actor, check=fallback_check)
