"""What a rule does, as data: steps in order, and a question that waits for its answer.

    {"actions": [{"do": "reply", "template": "gift", "parameters": {"name": "{rest}"}}],
     "question": {"template": "sure", "answers": [{"name": "yes", "words": ["1"], "actions": []}],
                  "timeout_minutes": 60, "timeout_actions": [], "repeats": 1,
                  "unclear_actions": []}}

Instead of asking by a template, a question may verify the number: a code is sent, and the next
reply with a code is held against it.

    {"question": {"verification": "sign-in", "approved_actions": [], "failed_actions": []}}

A new kind of step is an entry in `STEP_FIELDS` and its doing in the service.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from compliance.findings import gettext_noop
from messaging.keyword_rules.phrases import Phrase, PhraseError, phrase_of
from messaging.keyword_rules.words import Text

MOST_STEPS, MOST_ANSWERS, MOST_WORDS = 10, 9, 20
LONGEST_WAIT_MINUTES, MOST_REPEATS = 7 * 24 * 60, 5
_LONGEST = 160
_NAME = re.compile(r"[A-Za-z0-9_]{1,30}")

# Members of a step by its kind: name → (type, whether it must be there).
STEP_FIELDS: Final[Mapping[str, Mapping[str, tuple[type, bool]]]] = {
    "reply": {"template": (str, True), "parameters": (dict, False)},
    "add_to_list": {"list": (int, True)},
    "remove_from_list": {"list": (int, True)},
    "record_consent": {"template": (str, False), "parameters": (dict, False)},
    "record_refusal": {},
    "forward": {"fields": (dict, False)},
    "escalate": {"note": (str, False)},
}

PLAN_ERRORS = {
    "not_list": gettext_noop("Write a list."),
    "not_object": gettext_noop("Write an object."),
    "too_many": gettext_noop("At most %(most)d are allowed here: leave some out."),
    "unknown_step": gettext_noop("There is no step “%(entry)s”: choose one of %(known)s."),
    "unknown_member": gettext_noop("“%(entry)s” is nothing of this: leave it out."),
    "missing": gettext_noop("This is missing: add it."),
    "wrong_type": gettext_noop("This is of another type: write %(wanted)s."),
    "too_long": gettext_noop("This is too long: at most %(most)d characters are allowed."),
    "not_name": gettext_noop("Names have letters, digits and “_” only, at most 30 of them."),
    "out_of_range": gettext_noop("Write a whole number from %(least)d to %(most)d."),
    "answer_twice": gettext_noop("“%(entry)s” is a word of two answers: take it from one."),
    "name_twice": gettext_noop("Two answers are called “%(entry)s”: give them names of their own."),
    "nothing_done": gettext_noop("The rule does nothing: add a step or a question."),
}
_TYPES = {
    str: gettext_noop("a text"),
    int: gettext_noop("a number"),
    dict: gettext_noop("an object"),
}


class PlanError(ValueError):
    """What is wrong, and where: `path` as `question.answers.0.words`; `code` of PLAN_ERRORS, or
    of PHRASE_ERRORS for the words of an answer."""

    def __init__(self, path: str, code: str, **values: Any) -> None:
        super().__init__(f"{path}: {code} {values}")
        self.path = path
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done; `path` says where it stands."""

    do: str
    path: str
    template: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    list_id: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of a question's answers: the words for it, and what follows."""

    name: str
    phrases: tuple[Phrase, ...]
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A template that asks, and the answers that are waited for."""

    template: str
    parameters: Mapping[str, str]
    answers: tuple[Answer, ...]
    timeout_minutes: int
    repeats: int
    timeout_steps: tuple[Step, ...] = ()
    unclear_steps: tuple[Step, ...] = ()

    @property
    def all_steps(self) -> Iterator[Step]:
        """Whatever may follow."""
        for answer in self.answers:
            yield from answer.steps
        yield from self.timeout_steps
        yield from self.unclear_steps

    def answer_of(self, text: str) -> Answer | None:
        """The answer that a reply gives: its word alone, or as the first with others behind."""
        said = Text(text)
        if not said.words:
            return None
        for is_whole in (True, False):
            for answer in self.answers:
                for phrase in answer.phrases:
                    if _is_said(phrase, said, is_whole=is_whole):
                        return answer
        return None


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """A verification that is started, by its service's short name, and what follows from it: once
    the code is right, or once it cannot be any more."""

    service: str
    approved_steps: tuple[Step, ...] = ()
    failed_steps: tuple[Step, ...] = ()

    @property
    def all_steps(self) -> Iterator[Step]:
        """Whatever may follow."""
        yield from self.approved_steps
        yield from self.failed_steps


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rule does at once, and what it asks afterwards."""

    steps: tuple[Step, ...] = ()
    question: Question | CodeQuestion | None = None
    stored_question: Mapping[str, Any] | None = None  # as JSON, for those who keep what is asked

    @property
    def all_steps(self) -> Iterator[Step]:
        """Those of answers, timeout and unclear answers too."""
        yield from self.steps
        if self.question is not None:
            yield from self.question.all_steps


def plan_of(actions: Any, question: Any) -> Plan:
    """The plan of a rule. Raises PlanError."""
    steps = _steps(actions, "actions")
    asked = None if question is None else _question(question)
    if not steps and asked is None:
        raise PlanError("actions", "nothing_done")
    return Plan(steps, asked, question)


def question_of(question: Any) -> Question | CodeQuestion:
    """A question as it was stored. Raises PlanError."""
    return _question(question)


def _is_said(phrase: Phrase, said: Text, *, is_whole: bool) -> bool:
    count = len(phrase.words)
    if said.folded[:count] != phrase.words or (is_whole and len(said.words) != count):
        return False
    return phrase.has_marks_of(tuple(word.marked for word in said.words[:count]))


def _steps(given: Any, path: str) -> tuple[Step, ...]:
    if given is None:
        return ()
    _check(isinstance(given, list), path, "not_list")
    _check(len(given) <= MOST_STEPS, path, "too_many", most=MOST_STEPS)
    return tuple(_step(one, f"{path}.{place}") for place, one in enumerate(given))


def _step(given: Any, path: str) -> Step:
    _check(isinstance(given, dict), path, "not_object")
    do = given.get("do")
    known = ", ".join(STEP_FIELDS)
    _check(isinstance(do, str), f"{path}.do", "missing")
    _check(do in STEP_FIELDS, f"{path}.do", "unknown_step", entry=str(do)[:40], known=known)
    members = STEP_FIELDS[do]
    for name in given:
        _check(name in members or name == "do", f"{path}.{name}", "unknown_member", entry=name)
    for name, (kind, is_needed) in members.items():
        _member(given.get(name), f"{path}.{name}", kind, is_needed=is_needed)
    return Step(
        do,
        path,
        template=given.get("template") or "",
        parameters=_texts(given.get("parameters"), f"{path}.parameters"),
        list_id=given.get("list") or 0,
        fields=_texts(given.get("fields"), f"{path}.fields"),
        note=given.get("note") or "",
    )


def _member(value: Any, path: str, kind: type, *, is_needed: bool) -> None:
    if value is None or value == "":
        _check(not is_needed, path, "missing")
        return
    is_right = isinstance(value, kind) and not isinstance(value, bool)
    _check(is_right, path, "wrong_type", wanted=_TYPES[kind])
    if kind is str:
        _check(len(value) <= _LONGEST, path, "too_long", most=_LONGEST)


def _texts(given: Any, path: str) -> dict[str, str]:
    """Texts by names, with places for what the reply gives."""
    found: dict[str, str] = {}
    for name, text in (given or {}).items():
        _check(_NAME.fullmatch(name) is not None, f"{path}.{name}", "not_name")
        _check(isinstance(text, str), f"{path}.{name}", "wrong_type", wanted=_TYPES[str])
        _check(len(text) <= _LONGEST, f"{path}.{name}", "too_long", most=_LONGEST)
        found[name] = text
    return found


_QUESTION = frozenset(
    {
        "template",
        "parameters",
        "answers",
        "timeout_minutes",
        "timeout_actions",
        "repeats",
        "unclear_actions",
    }
)
_CODE_QUESTION = frozenset({"verification", "approved_actions", "failed_actions"})
_ANSWER = frozenset({"name", "words", "actions"})


def _question(given: Any) -> Question | CodeQuestion:
    path = "question"
    _check(isinstance(given, dict), path, "not_object")
    if "verification" in given:
        return _code_question(given, path)
    _only(given, _QUESTION, path)
    _member(given.get("template"), f"{path}.template", str, is_needed=True)
    _member(given.get("parameters"), f"{path}.parameters", dict, is_needed=False)
    return Question(
        template=given["template"],
        parameters=_texts(given.get("parameters"), f"{path}.parameters"),
        answers=_answers(given.get("answers"), f"{path}.answers"),
        timeout_minutes=_whole(given, path, "timeout_minutes", 60, 1, LONGEST_WAIT_MINUTES),
        repeats=_whole(given, path, "repeats", 1, 0, MOST_REPEATS),
        timeout_steps=_steps(given.get("timeout_actions"), f"{path}.timeout_actions"),
        unclear_steps=_steps(given.get("unclear_actions"), f"{path}.unclear_actions"),
    )


def _code_question(given: Mapping[str, Any], path: str) -> CodeQuestion:
    _only(given, _CODE_QUESTION, path)
    _member(given["verification"], f"{path}.verification", str, is_needed=True)
    return CodeQuestion(
        given["verification"],
        approved_steps=_steps(given.get("approved_actions"), f"{path}.approved_actions"),
        failed_steps=_steps(given.get("failed_actions"), f"{path}.failed_actions"),
    )


def _answers(given: Any, path: str) -> tuple[Answer, ...]:
    _check(given is not None and given != [], path, "missing")
    _check(isinstance(given, list), path, "not_list")
    _check(len(given) <= MOST_ANSWERS, path, "too_many", most=MOST_ANSWERS)
    answers = tuple(_answer(one, f"{path}.{place}") for place, one in enumerate(given))
    words: set[str] = set()
    names: set[str] = set()
    for place, answer in enumerate(answers):
        _check(answer.name not in names, f"{path}.{place}.name", "name_twice", entry=answer.name)
        names.add(answer.name)
        for phrase in answer.phrases:
            is_new = phrase.folded not in words
            _check(is_new, f"{path}.{place}.words", "answer_twice", entry=phrase.written)
        words |= {phrase.folded for phrase in answer.phrases}
    return answers


def _answer(given: Any, path: str) -> Answer:
    _check(isinstance(given, dict), path, "not_object")
    _only(given, _ANSWER, path)
    name = given.get("name")
    is_name = isinstance(name, str) and _NAME.fullmatch(name) is not None
    _check(name is not None, f"{path}.name", "missing")
    _check(is_name, f"{path}.name", "not_name")
    words = given.get("words")
    _check(words is not None and words != [], f"{path}.words", "missing")
    _check(isinstance(words, list), f"{path}.words", "not_list")
    _check(len(words) <= MOST_WORDS, f"{path}.words", "too_many", most=MOST_WORDS)
    phrases = tuple(_phrase(word, f"{path}.words.{place}") for place, word in enumerate(words))
    return Answer(str(name), phrases, _steps(given.get("actions"), f"{path}.actions"))


def _phrase(word: Any, path: str) -> Phrase:
    _check(isinstance(word, str), path, "wrong_type", wanted=_TYPES[str])
    try:
        return phrase_of("exact", word)
    except PhraseError as error:
        raise PlanError(path, error.code, **error.values) from error


def _whole(given: Any, path: str, name: str, default: int, least: int, most: int) -> int:
    value = given.get(name)
    if value is None:
        return default
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    is_right = is_whole and least <= value <= most
    _check(is_right, f"{path}.{name}", "out_of_range", least=least, most=most)
    return int(value)


def _only(given: Mapping[str, Any], known: frozenset[str], path: str) -> None:
    for name in given:
        _check(name in known, f"{path}.{name}", "unknown_member", entry=str(name)[:40])


def _check(is_right: bool, path: str, code: str, **values: Any) -> None:
    if not is_right:
        raise PlanError(path, code, **values)
