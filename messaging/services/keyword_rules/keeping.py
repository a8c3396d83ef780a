"""Keyword rules are made and changed here alone: what cannot work is refused, with the place."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance import keywords
from compliance.models import User
from config.common.errors import ConflictError, InvalidError
from messaging.constants import MatchKind
from messaging.keyword_rules import (
    Conflict,
    Phrase,
    PhraseError,
    Plan,
    PlanError,
    Question,
    Rule,
    conflicts_of,
    phrase_of,
    plan_of,
)
from messaging.keyword_rules.phrases import PHRASE_ERRORS
from messaging.keyword_rules.plans import PLAN_ERRORS
from messaging.keyword_rules.values import ALWAYS, places_in
from messaging.models import KeywordRule
from messaging.selectors.keyword_rules import compiled, troubles_of
from messaging.selectors.keyword_rules.troubles import TROUBLES, Trouble
from messaging.selectors.snapshot import snapshots
from messaging.services.keyword_rules.sentences import KEYWORD_MEANINGS
from messaging.services.locks import KEYWORD_RULES
from messaging.services.templates.records import permission_required
from routing.models import Sender
from routing.services.kept_rows import row_delete, row_save

MOST_WORDS: Final = 200
MOST_RULES: Final = 500


@transaction.atomic
def keyword_rule_save(
    rule: KeywordRule, values: Mapping[str, Any], *, actor: User
) -> tuple[KeywordRule, list[Conflict]]:
    """Makes or changes a rule; what `values` does not name stays. With it, where it and others
    get in each other's way.

    Raises NotAllowedError, InvalidError with the field (`question.answers.0.words.1`),
    ConflictError for a name that is taken.
    """
    is_new = rule.pk is None
    permission_required(actor, f"messaging.{'add' if is_new else 'change'}_keywordrule", rule)
    with connection.cursor() as cursor:  # two at once would not see each other's conflicts
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [KEYWORD_RULES, rule.account_id % 2**31]
        )
    rule._history_user = actor  # type: ignore[attr-defined]  # noqa: SLF001 simple-history's
    row_save(rule, _tidy(values), actor=actor, check=_check)
    return rule, keyword_rule_conflicts(rule)


@transaction.atomic
def keyword_rule_delete(*, rule: KeywordRule, actor: User) -> None:
    """Deletes a rule; what it did stays, under its name, and its open questions go on."""
    permission_required(actor, "messaging.delete_keywordrule", rule)
    rule._history_user = actor  # type: ignore[attr-defined]  # noqa: SLF001 simple-history's
    row_delete(rule, actor=actor)


def keyword_rule_conflicts(rule: KeywordRule) -> list[Conflict]:
    """Where a rule and the account's others get in each other's way."""
    others = KeywordRule.objects.filter(account=rule.account_id, is_active=True).exclude(pk=rule.pk)
    return conflicts_of(compiled(rule), [compiled(one) for one in others])


def keyword_rules_conflicts(rules: Sequence[KeywordRule]) -> dict[int, list[Conflict]]:
    """The same of many rules by their ids: each account's are read and compiled once. Rules that
    cannot be read are left out."""
    rows = KeywordRule.objects.filter(
        account__in={rule.account_id for rule in rules}, is_active=True
    )
    books: dict[int, dict[int, Rule]] = defaultdict(dict)
    for row in rows:
        with suppress(PhraseError, PlanError):
            books[row.account_id][row.pk] = compiled(row)
    return {
        rule.pk: conflicts_of(own, books[rule.account_id].values())
        for rule in rules
        if (own := books[rule.account_id].get(rule.pk)) is not None
    }


def _tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without blanks around, and without repeats."""
    tidy = dict(values)
    if "name" in tidy:
        tidy["name"] = " ".join(str(tidy["name"]).split())
    if "words" in tidy:
        words = (" ".join(str(word).split()) for word in tidy["words"] or ())
        tidy["words"] = list(dict.fromkeys(word for word in words if word))
    if "languages" in tidy:
        spoken = (str(one).strip().casefold() for one in tidy["languages"] or ())
        tidy["languages"] = list(dict.fromkeys(one for one in spoken if one))
    return tidy


def _check(rule: KeywordRule) -> None:
    _check_frame(rule)
    phrases = _phrases(rule)
    try:
        plan = plan_of(rule.actions, rule.question)
    except PlanError as error:
        raise _told(error.path, error.code, error.values) from error
    countries = _countries(rule)
    for place, phrase in enumerate(phrases):
        _check_keyword(phrase, countries, f"words.{place}", rule.match_kind)
    _check_answers(plan, countries)
    _check_places(rule, plan, phrases)
    if rule.is_active:
        for trouble in troubles_of(rule, snapshots.latest(), plan):
            raise InvalidError(trouble.code, trouble_sentence(trouble), field=trouble.path)


def trouble_sentence(trouble: Trouble) -> str:
    """What is wrong, in the reader's language."""
    return _(TROUBLES[trouble.code]) % trouble.values


def _check_frame(rule: KeywordRule) -> None:
    named = KeywordRule.objects.filter(account=rule.account_id, name__iexact=rule.name)
    if named.exclude(pk=rule.pk).exists():
        raise ConflictError(
            "rule_name_taken", _("A rule of this name exists: choose another name."), field="name"
        )
    if rule.sender is not None and rule.sender.account_id != rule.account_id:
        raise InvalidError("unknown_sender", _("Choose a sender of the account."), field="sender")
    if rule.valid_from and rule.valid_until and rule.valid_until <= rule.valid_from:
        raise InvalidError(
            "ends_before_start", _("The rule must end after it begins."), field="valid_until"
        )
    if rule.pk is None and KeywordRule.objects.filter(account=rule.account).count() >= MOST_RULES:
        raise InvalidError(
            "too_many_rules",
            _("An account has at most %(most)d keyword rules: delete some that are over.")
            % {"most": MOST_RULES},
            field="name",
        )


def _phrases(rule: KeywordRule) -> list[Phrase]:
    if rule.match_kind == MatchKind.ANY:
        if rule.words:
            raise InvalidError(
                "words_without_use",
                _("A rule for any reply has no words: leave them out, or choose another kind."),
                field="words",
            )
        return []
    if not rule.words:
        raise InvalidError("words_missing", _("Write at least one word."), field="words")
    if len(rule.words) > MOST_WORDS:
        raise InvalidError(
            "too_many_words",
            _("A rule has at most %(most)d words: make another one for the rest.")
            % {"most": MOST_WORDS},
            field="words",
        )
    found = []
    for place, word in enumerate(rule.words):
        try:
            found.append(phrase_of(rule.match_kind, word))
        except PhraseError as error:
            raise _told(f"words.{place}", error.code, error.values) from error
    return found


def _told(path: str, code: str, values: Mapping[str, Any]) -> InvalidError:
    sentence = PHRASE_ERRORS.get(code) or PLAN_ERRORS[code]
    words = {name: _(one) if name == "wanted" else one for name, one in values.items()}
    return InvalidError(code, _(sentence) % words, field=path)


def _countries(rule: KeywordRule) -> tuple[str, ...]:
    """Where the words are heard."""
    if rule.sender is not None:
        return (rule.sender.country,)
    senders = Sender.objects.filter(account=rule.account_id, receives_replies=True)
    found = senders.order_by("country").values_list("country", flat=True).distinct()
    return tuple(found) or (rule.account.country,)


def _check_keyword(phrase: Phrase, countries: Iterable[str], path: str, kind: str) -> None:
    """A compliance keyword acts before any rule: a rule for it would never be asked."""
    if phrase.pattern is not None:
        return
    tries = [phrase.written] if kind == MatchKind.EXACT else [phrase.written, f"{phrase.written} x"]
    for country in countries:
        for text in tries:
            meant = keywords.match(text, country=country)
            if meant.action != "none":
                raise _taken(phrase, meant.action, country, path)


def _check_answers(plan: Plan, countries: Iterable[str]) -> None:
    """A plain “yes” may answer a question; STOP may not."""
    if not isinstance(plan.question, Question):
        return
    for place, answer in enumerate(plan.question.answers):
        for number, phrase in enumerate(answer.phrases):
            for country in countries:
                meant = keywords.match(phrase.written, country=country)
                if meant.action != "none" and not meant.is_answer:
                    path = f"question.answers.{place}.words.{number}"
                    raise _taken(phrase, meant.action, country, path)


def _taken(phrase: Phrase, action: str, country: str, path: str) -> InvalidError:
    return InvalidError(
        "compliance_keyword",
        _(
            "“%(word)s” is %(meaning)s in %(country)s, and that always comes first: a rule for it"
            " would never act. Choose another word."
        )
        % {"word": phrase.written, "meaning": _(KEYWORD_MEANINGS[action]), "country": country},
        field=path,
        meaning=action,
    )


def _check_places(rule: KeywordRule, plan: Plan, phrases: Sequence[Phrase]) -> None:
    known = set(ALWAYS)
    if phrases and all(phrase.pattern is not None for phrase in phrases):
        groups = [phrase.pattern for phrase in phrases]
        least = min(one.groups for one in groups)
        known |= {str(number) for number in range(1, least + 1)}
        known |= set.intersection(*(set(one.groupindex) for one in groups))
    for path, text in _texts_of(plan):
        for name in places_in(text):
            if name not in known:
                raise InvalidError(
                    "unknown_place",
                    _("“{%(place)s}” is nothing that the reply gives: use one of %(known)s.")
                    % {"place": name, "known": ", ".join(f"{{{one}}}" for one in sorted(known))},
                    field=path,
                )


def _texts_of(plan: Plan) -> Iterable[tuple[str, str]]:
    for step in plan.all_steps:
        for member, texts in (("parameters", step.parameters), ("fields", step.fields)):
            yield from ((f"{step.path}.{member}.{name}", text) for name, text in texts.items())
        yield f"{step.path}.note", step.note
    if isinstance(plan.question, Question):
        for name, text in plan.question.parameters.items():
            yield f"question.parameters.{name}", text
