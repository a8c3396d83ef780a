"""What a rule does, as data: read, or refused with the place."""

import copy

import pytest

from messaging.keyword_rules import PlanError, plan_of

QUESTION = {
    "template": "sure",
    "answers": [
        {"name": "yes", "words": ["1", "có"], "actions": [{"do": "add_to_list", "list": 7}]},
        {"name": "no", "words": ["2"]},
    ],
    "timeout_minutes": 30,
    "repeats": 2,
    "timeout_actions": [{"do": "escalate"}],
}
REPLY = {"do": "reply", "template": "gift", "parameters": {"name": "{rest}"}}


def broken(question=None, **changes):
    return copy.deepcopy(QUESTION) | changes


def test_a_plan_is_read():
    plan = plan_of([REPLY], QUESTION)
    assert [step.do for step in plan.all_steps] == ["reply", "add_to_list", "escalate"]
    assert plan.question is not None
    assert (plan.question.timeout_minutes, plan.question.repeats) == (30, 2)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1", "yes"),
        ("1.", "yes"),
        ("CÓ", "yes"),
        ("co ạ", "yes"),
        ("2 nhé", "no"),
        ("12", None),
        ("", None),
        ("cọ", None),
    ],
)
def test_an_answer_is_known_by_its_words(text, answer):
    question = plan_of(None, QUESTION).question
    assert question is not None
    found = question.answer_of(text)
    assert (found.name if found else None) == answer


@pytest.mark.parametrize(
    ("actions", "question", "path", "code"),
    [
        ([], None, "actions", "nothing_done"),
        ({}, None, "actions", "not_list"),
        ([REPLY] * 11, None, "actions", "too_many"),
        (["reply"], None, "actions.0", "not_object"),
        ([{"template": "x"}], None, "actions.0.do", "missing"),
        ([{"do": "dance"}], None, "actions.0.do", "unknown_step"),
        ([REPLY, {"do": "reply"}], None, "actions.1.template", "missing"),
        ([{"do": "add_to_list", "list": "7"}], None, "actions.0.list", "wrong_type"),
        ([{"do": "add_to_list", "list": True}], None, "actions.0.list", "wrong_type"),
        ([{**REPLY, "to": "x"}], None, "actions.0.to", "unknown_member"),
        ([{**REPLY, "parameters": {"a b": "x"}}], None, "actions.0.parameters.a b", "not_name"),
        ([{**REPLY, "parameters": {"a": 1}}], None, "actions.0.parameters.a", "wrong_type"),
        ([{"do": "escalate", "note": "x" * 161}], None, "actions.0.note", "too_long"),
        (None, [], "question", "not_object"),
        (None, broken(answers=[]), "question.answers", "missing"),
        (None, broken(template=""), "question.template", "missing"),
        (None, broken(timeout_minutes=0), "question.timeout_minutes", "out_of_range"),
        (None, broken(repeats=6), "question.repeats", "out_of_range"),
        (None, broken(again=1), "question.again", "unknown_member"),
        (None, broken(answers=[{"name": "a", "words": ["!"]}]), "question.answers.0.words.0", "no_word"),
        (
            None,
            broken(answers=[{"name": "a", "words": ["Có"]}, {"name": "b", "words": ["co"]}]),
            "question.answers.1.words",
            "answer_twice",
        ),
        (
            None,
            broken(answers=[{"name": "a", "words": ["1"]}, {"name": "a", "words": ["2"]}]),
            "question.answers.1.name",
            "name_twice",
        ),
        (
            None,
            broken(answers=[{"name": "a", "words": ["1"], "actions": [{"do": "ask"}]}]),
            "question.answers.0.actions.0.do",
            "unknown_step",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_its_place(actions, question, path, code):
    with pytest.raises(PlanError) as refused:
        plan_of(actions, question)
    assert (refused.value.path, refused.value.code) == (path, code)
