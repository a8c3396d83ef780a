"""What a sender's address may be, by kind and country, and that nobody else has it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from compliance.models import User
from compliance.rule_packs.model import SenderParams
from compliance.selectors.rules import rulebook
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from routing.constants import SenderKind
from routing.models import Sender
from routing.sender_rules import ANY_COUNTRY, FORMATS, SenderRule, sender_rules
from routing.services.kept_rows import country_of

_UNIQUE_LOCK = 0x5E4DE7  # any fixed number: one address is checked and stored at a time


def sender_check(
    *,
    kind: str,
    address: str,
    lease_start: date | None,
    lease_end: date | None,
    country: str = "",
) -> None:
    """Raises InvalidError naming the field that breaks a rule of its kind in its country."""
    if kind not in SenderKind.values:
        raise InvalidError("unknown_kind", _("Choose one of the kinds."), field="kind")
    rule = sender_rules().rule_of(country, kind)
    if not rule.is_carried or not _fits(rule, country, address):
        field = "address" if rule.is_carried else "kind"
        raise InvalidError(f"invalid_{rule.sentence}", _(FORMATS[rule.sentence]), field=field)
    if lease_start and lease_end and lease_end < lease_start:
        raise InvalidError(
            "lease_ends_before_start",
            _("The lease ends before it starts: choose a later end."),
            field="lease_end",
        )


def _fits(rule: SenderRule, country: str, address: str) -> bool:
    """By the form in the country's rule pack, or by the shipped one where it has none. A code is
    stored in one form only, so the shipped form holds besides where there is one."""
    if address != address.strip():
        return False
    forms = [] if rule.pattern is None else [rule.pattern]
    if country:
        forms += _forms_of_pack(country, rule.kind)
    return all(form.fullmatch(address) for form in forms or [_any_country(rule.kind)])


def _forms_of_pack(country: str, kind: str) -> list[re.Pattern[str]]:
    rules = rulebook().rules_for(country, clock.now())
    found = {
        rule.params.patterns[kind]
        for those in rules.recipient_rules.values()
        for rule in those
        if isinstance(rule.params, SenderParams) and kind in rule.params.patterns
    }
    # Where classes differ (36xxx for French advertising), one of the forms suffices.
    return [re.compile("|".join(f"(?:{form.pattern})" for form in found))] if found else []


def _any_country(kind: str) -> re.Pattern[str]:
    pattern = sender_rules().rule_of(ANY_COUNTRY, kind).pattern
    assert pattern is not None, "every kind has a form for any country"
    return pattern


def sender_rule(sender: Sender) -> SenderRule:
    """What holds for a sender."""
    return sender_rules().rule_of(sender.country, sender.kind)


def address_check_unique(sender: Sender) -> None:
    """Raises ConflictError where a country gives an address once, whatever its capitals, and
    another sender has it: in Vietnam whoever registers a brandname first (Decree 91/2020, Art. 23).
    """
    rule = sender_rule(sender)
    if not rule.is_unique:
        return
    others = Sender.objects.filter(country=sender.country).exclude(pk=sender.pk)
    if others.annotate(folded=Lower("address")).filter(folded=sender.address.lower()).exists():
        raise ConflictError(
            "address_taken",
            _(
                "“%(address)s” is taken: there a name is given once in the whole country, and"
                " capitals make no difference. Choose another name, or have the present holder"
                " give it up."
            )
            % {"address": sender.address},
            field="address",
        )


def sender_put(*, sender: Sender, values: Mapping[str, Any], actor: User | None) -> Sender:
    """Makes a sender or changes it; what `values` does not name stays. Raises InvalidError or
    ConflictError with the field."""
    for name, value in values.items():
        setattr(sender, name, value)
    sender.country = country_of(sender.country)
    if Sender.objects.filter(
        account_id=sender.account_id, country=sender.country, address=sender.address
    ).exclude(pk=sender.pk):
        raise ConflictError(
            "already_there", _("The account has this sender already."), field="address"
        )
    return sender_save(sender=sender, actor=actor)


@transaction.atomic
def sender_save(*, sender: Sender, actor: User | None) -> Sender:
    """Stores a new or changed sender exactly as spelt. Raises InvalidError or ConflictError of
    the field."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_UNIQUE_LOCK])
    is_new = sender.pk is None
    sender_check(
        kind=sender.kind,
        address=sender.address,
        lease_start=sender.lease_start,
        lease_end=sender.lease_end,
        country=sender.country,
    )
    address_check_unique(sender)
    sender.save()
    audit.record(
        action="sender.added" if is_new else "sender.changed",
        actor=actor,
        account_id=sender.account_id,
        subject=f"sender:{sender.pk}",
        detail={
            "address": sender.address,
            "country": sender.country,
            "status": sender.status,
            "lease_end": sender.lease_end.isoformat() if sender.lease_end else None,
        },
    )
    return sender
