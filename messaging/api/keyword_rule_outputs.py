"""Keyword rules as callers see them, with figures, and what gets in their way."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import Moment, OutputSerializer
from config.common.api.problems import pointer
from messaging.constants import KeywordOutcome, MatchKind
from messaging.models import KeywordHit, KeywordRule
from messaging.selectors.keyword_rules import Figures, troubles_of
from messaging.selectors.snapshot import Snapshot
from messaging.services.keyword_rules import Trial, keyword_rule_conflicts
from messaging.services.keyword_rules.keeping import trouble_sentence
from messaging.services.keyword_rules.sentences import conflict_sentence, judgement_sentence
from messaging.services.keyword_rules.trying import Planned


class KeywordFiguresOutput(OutputSerializer):
    """What a rule did in the last 30 days."""

    matches = serializers.IntegerField()
    shadow_matches = serializers.IntegerField(help_text=_("Those of them in shadow."))
    answers = serializers.IntegerField(help_text=_("Messages that it sent."))
    failures = serializers.IntegerField(help_text=_("Steps that could not be done."))
    last_match_at = Moment(allow_null=True)


class KeywordTroubleOutput(OutputSerializer):
    """What would keep the rule from its work now."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class KeywordConflictOutput(OutputSerializer):
    """Another rule that gets in its way: `shadowed` (the rule `id` never acts) or `overlap`."""

    kind = serializers.CharField()
    rule = serializers.IntegerField(help_text=_("The rule that suffers."))
    other = serializers.IntegerField(help_text=_("The rule that acts."))
    example = serializers.CharField(allow_null=True, help_text=_("A reply that fits both."))
    detail = serializers.CharField()


class KeywordRuleOutput(OutputSerializer):
    """A keyword rule."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    sender = serializers.CharField(allow_null=True, help_text=_("Null: every sender."))
    priority = serializers.IntegerField()
    match_kind = serializers.ChoiceField(MatchKind.choices)
    words = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    valid_from = Moment(allow_null=True)
    valid_until = Moment(allow_null=True)
    is_active = serializers.BooleanField()
    is_shadow = serializers.BooleanField()
    actions = serializers.ListField(child=serializers.DictField())
    question = serializers.DictField(allow_null=True)
    figures = KeywordFiguresOutput()
    troubles = KeywordTroubleOutput(many=True)
    created_at = Moment()


class KeywordRuleDetailOutput(KeywordRuleOutput):
    """With the rules that get in its way."""

    conflicts = KeywordConflictOutput(many=True)


class KeywordHitOutput(OutputSerializer):
    """What a rule did with one reply."""

    id = serializers.IntegerField()
    inbound_id = serializers.UUIDField()
    from_ = serializers.CharField()
    to = serializers.CharField()
    outcome = serializers.ChoiceField(KeywordOutcome.choices)
    matched = serializers.CharField()
    results = serializers.ListField(child=serializers.DictField())
    answers = serializers.IntegerField()
    failures = serializers.IntegerField()
    at = Moment()


class KeywordJudgementOutput(OutputSerializer):
    """One rule about the reply."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    why = serializers.CharField()
    detail = serializers.CharField()


class KeywordPlannedOutput(OutputSerializer):
    """A step as it would be done."""

    do = serializers.CharField()
    template = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_null=True, help_text=_("What would be sent."))
    segment_count = serializers.IntegerField(allow_null=True)
    decision = serializers.CharField(allow_null=True, help_text=_("allowed, delayed or blocked."))
    error = serializers.CharField(allow_null=True, help_text=_("Why it could not be done."))
    list = serializers.CharField(allow_null=True)
    fields_ = serializers.DictField(child=serializers.CharField())
    verification = serializers.CharField(
        allow_null=True, help_text=_("The service whose code would be sent.")
    )


class KeywordTestOutput(OutputSerializer):
    """What the rules would make of the reply."""

    keyword = serializers.CharField(
        allow_null=True, help_text=_("The compliance keyword, which acts before any rule.")
    )
    action = serializers.CharField(help_text=_("opt_out, opt_in, help, review or none."))
    is_answered = serializers.BooleanField(
        help_text=_("False for short codes, words and senders of this platform.")
    )
    language = serializers.CharField(allow_null=True)
    answer = serializers.CharField(
        allow_null=True, help_text=_("The answer that it is to a question that waits.")
    )
    winner = serializers.IntegerField(allow_null=True)
    values = serializers.DictField(child=serializers.CharField())
    rules = KeywordJudgementOutput(many=True)
    steps = KeywordPlannedOutput(many=True)


def shown_rule(
    rule: KeywordRule, snapshot: Snapshot, figures: Figures | None, *, is_detail: bool
) -> dict[str, Any]:
    """A rule, in its output's shape."""
    done = figures or Figures()
    value = {
        "id": rule.pk,
        "name": rule.name,
        "sender": rule.sender.address if rule.sender else None,
        "priority": rule.priority,
        "match_kind": rule.match_kind,
        "words": rule.words,
        "languages": rule.languages,
        "valid_from": rule.valid_from,
        "valid_until": rule.valid_until,
        "is_active": rule.is_active,
        "is_shadow": rule.is_shadow,
        "actions": rule.actions,
        "question": rule.question,
        "figures": {
            "matches": done.matches,
            "shadow_matches": done.shadow_matches,
            "answers": done.answers,
            "failures": done.failures,
            "last_match_at": done.last_at,
        },
        "troubles": [
            {
                "pointer": pointer(*one.path.split(".")),
                "code": one.code,
                "detail": trouble_sentence(one),
            }
            for one in troubles_of(rule, snapshot)
        ],
        "created_at": rule.created_at,
    }
    if not is_detail:
        return dict(_RULE.to_representation(value))
    value["conflicts"] = [
        {
            "kind": one.kind,
            "rule": one.rule.id,
            "other": one.other.id,
            "example": one.example or None,
            "detail": conflict_sentence(one),
        }
        for one in keyword_rule_conflicts(rule)
    ]
    return dict(_DETAIL.to_representation(value))


def shown_hit(hit: KeywordHit) -> dict[str, Any]:
    """What a rule did, in its output's shape."""
    return dict(
        _HIT.to_representation(
            {
                "id": hit.pk,
                "inbound_id": hit.message_id,
                "from": f"+{hit.msisdn}",
                "from_": f"+{hit.msisdn}",
                "to": hit.sender.address,
                "outcome": hit.outcome,
                "matched": hit.matched,
                "results": hit.results,
                "answers": hit.answers,
                "failures": hit.failures,
                "at": hit.created_at,
            }
        )
    )


def shown_trial(trial: Trial) -> dict[str, Any]:
    """What the rules would do, in its output's shape."""
    winner = trial.winner
    return dict(
        _TEST.to_representation(
            {
                "keyword": trial.keyword.keyword or None,
                "action": trial.keyword.action,
                "is_answered": trial.is_person,
                "language": trial.language or None,
                "answer": trial.answer or None,
                "winner": winner.rule.id if winner else None,
                "values": dict(winner.values) if winner else {},
                "rules": [
                    {
                        "id": one.rule.id,
                        "name": one.rule.name,
                        "why": one.why,
                        "detail": judgement_sentence(one),
                    }
                    for one in trial.judgements
                ],
                "steps": [_planned(one) for one in trial.steps],
            }
        )
    )


def _planned(step: Planned) -> dict[str, Any]:
    preview = step.preview
    error = step.error or (preview.refusal if preview else None)
    ruling = preview.ruling if preview else None
    return {
        "do": step.do,
        "template": step.template or None,
        "text": preview.text if preview else None,
        "segment_count": preview.segment_count if preview else None,
        "decision": ruling.compliance.decision if ruling else None,
        "error": str(error) if error else None,
        "list": step.list_name or None,
        "fields": dict(step.fields),
        "verification": step.service or None,
    }


_RULE, _DETAIL = KeywordRuleOutput(), KeywordRuleDetailOutput()
_HIT, _TEST = KeywordHitOutput(), KeywordTestOutput()
