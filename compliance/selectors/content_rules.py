"""The rules about texts in force, ready to be applied."""

import json
import logging
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from compliance.content_policy import PREFIX, ContentPolicy, ParamError, PolicyRule, params_of
from compliance.models import ContentRule
from config.common import versions

logger = logging.getLogger(__name__)


def content_policy() -> ContentPolicy:
    """Every active rule of every account; the same object until the configuration changes."""
    latest = ContentRule.history.aggregate(latest=Max("history_id"))["latest"]
    return _policy_of(versions.current(), latest)


@lru_cache(maxsize=1)
def _policy_of(version: int, latest_change: int | None) -> ContentPolicy:
    """What follows from a policy is remembered by its rules, so it is read once per version."""
    del version, latest_change
    return policy_with(ContentRule.objects.filter(is_active=True).order_by("pk"))


def policy_with(rules: QuerySet[ContentRule]) -> ContentPolicy:
    """A policy of these rules, whether they are active or not.

    A rule whose kind or parameters nobody understands any more is reported in the log and left
    out: it must not stop everything else from being sent.
    """
    found = [one for one in map(_policy_rule, rules) if one is not None]
    return ContentPolicy(found, ZoneInfo(settings.TIME_ZONE))


def _policy_rule(rule: ContentRule) -> PolicyRule | None:
    try:
        params = params_of(rule.kind, rule.params)
    except ParamError:
        logger.exception("content rule cannot be read", extra={"rule": rule.pk})
        return None
    return PolicyRule(
        id=rule.pk,
        name=rule.name,
        kind=rule.kind,
        params=params,
        severity=rule.severity,
        account_id=rule.account_id,
        country=rule.country,
        message_classes=frozenset(rule.message_classes),
        effective_from=rule.effective_from,
        effective_to=rule.effective_to,
        fingerprint=json.dumps(
            [rule.kind, rule.params, rule.severity, rule.message_classes], sort_keys=True
        ),
    )


def content_rule_names(rule_ids: Iterable[str]) -> dict[str, str]:
    """What findings call `content:<id>`: the present names; other ids are left out."""
    wanted = [one.removeprefix(PREFIX) for one in rule_ids if one.startswith(PREFIX)]
    if not wanted:
        return {}
    rows = ContentRule.objects.filter(pk__in=wanted).values_list("pk", "name")
    return {f"{PREFIX}{pk}": name for pk, name in rows}


def content_rules_of(account_id: int | None) -> QuerySet[ContentRule]:
    """The rules that texts of an account keep: its own and the platform's."""
    return ContentRule.objects.filter(Q(account=None) | Q(account=account_id)).order_by("pk")
