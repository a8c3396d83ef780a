"""Keyword rules as callers write them; what steps need is judged by the service, with the place."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import Moment, StrictSerializer, Text, Truth, Whole, Word
from messaging.constants import MatchKind
from messaging.keyword_rules.plans import STEP_FIELDS

_PLACES = _("Values may have places for what the reply gives: `{rest}`, `{first_word}`, `{1}`.")


class KeywordStepInput(StrictSerializer):
    """One step; which members it has depends on `do`."""

    do = Word(choices=[(one, one) for one in STEP_FIELDS])
    template = Text(max_length=160, required=False, help_text=_("Of `reply`, `record_consent`."))
    parameters = serializers.DictField(
        child=Text(max_length=160, allow_blank=True), required=False, help_text=_PLACES
    )
    list = Whole(min_value=1, required=False, help_text=_("Of `add_to_list`, `remove_from_list`."))
    fields_ = serializers.DictField(
        child=Text(max_length=160, allow_blank=True),
        required=False,
        help_text=_("Of `forward`: what the event tells."),
    )
    note = Text(max_length=160, required=False, help_text=_("Of `escalate`."))


class KeywordAnswerInput(StrictSerializer):
    """An answer that is waited for."""

    name = Text(max_length=30)
    words = serializers.ListField(child=Text(max_length=120))
    actions = KeywordStepInput(many=True, required=False)


class KeywordQuestionInput(StrictSerializer):
    """Asked after the steps; the next reply of the number to the sender answers it. With
    `verification` instead of `template` and `answers` a code is sent, and the next reply with a
    code is held against it."""

    template = Text(max_length=160, required=False)
    parameters = serializers.DictField(
        child=Text(max_length=160, allow_blank=True), required=False, help_text=_PLACES
    )
    answers = KeywordAnswerInput(many=True, required=False)
    timeout_minutes = Whole(min_value=1, max_value=10_080, required=False)
    timeout_actions = KeywordStepInput(many=True, required=False)
    repeats = Whole(min_value=0, max_value=5, required=False, help_text=_("Of an unclear answer."))
    unclear_actions = KeywordStepInput(many=True, required=False)
    verification = Text(
        max_length=40, required=False, help_text=_("A verification service's short name.")
    )
    approved_actions = KeywordStepInput(
        many=True, required=False, help_text=_("Once the code is right.")
    )
    failed_actions = KeywordStepInput(
        many=True, required=False, help_text=_("After too many wrong codes, or in time none.")
    )


class KeywordRuleChangeInput(StrictSerializer):
    """What of a rule changes."""

    name = Text(max_length=80, required=False)
    sender_ = Text(
        max_length=21,
        required=False,
        allow_null=True,
        help_text=_("A sender's address; null: replies to every sender of the account."),
    )
    priority = Whole(
        min_value=1, max_value=1000, required=False, help_text=_("Small numbers come first.")
    )
    match_kind = Word(choices=MatchKind.choices, required=False)
    words = serializers.ListField(
        child=Text(max_length=120), required=False, help_text=_("Patterns (RE2) for `pattern`.")
    )
    languages = serializers.ListField(child=Text(max_length=16), required=False)
    valid_from = Moment(required=False, allow_null=True)
    valid_until = Moment(required=False, allow_null=True)
    is_active = Truth(required=False)
    is_shadow = Truth(required=False, help_text=_("Matches are recorded, nothing is done."))
    actions = KeywordStepInput(many=True, required=False)
    question = KeywordQuestionInput(required=False, allow_null=True)


class KeywordRuleInput(KeywordRuleChangeInput):
    """A rule."""

    name = Text(max_length=80)


class KeywordTestInput(StrictSerializer):
    """A reply as it might come in."""

    from_ = Text(max_length=25, help_text=_("The person's number."))
    to = Text(max_length=21, help_text=_("A sender of the account."))
    text = Text(max_length=2000, allow_blank=True, trim_whitespace=False)
    language = Text(
        max_length=16,
        required=False,
        help_text=_("Absent: that in which the number was written to last."),
    )


def plain(value: Any) -> Any:
    """Validated input as JSON, for columns that hold it."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value
