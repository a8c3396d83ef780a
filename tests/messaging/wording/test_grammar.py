import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.wording.grammar import GrammarError, MissingSlotError, parse

RETRIEVER = "MAX sign-in. Don't share this code with anyone: {code}\n+QyYAqib1U4"
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("body", "values", "text"),
    [
        ("", {}, ""),
        ("no slot", {}, "no slot"),
        (
            RETRIEVER,
            {"code": "529420"},
            "MAX sign-in. Don't share this code with anyone: 529420\n+QyYAqib1U4",
        ),
        (
            "Mã xác thực HFM của bạn là : {code}",
            {"code": "240389"},
            "Mã xác thực HFM của bạn là : 240389",
        ),
        ("{a}{b2}{a_}", {"a": "1", "b2": "2", "a_": "3"}, "123"),
        ("{a} and {a}", {"a": "x"}, "x and x"),
        ("{{code}}", {"code": "1"}, "{code}"),
        ("{{{code}}}", {"code": "1"}, "{1}"),
        ("{a}}}{{{a}", {"a": "1"}, "1}{1"),
        ("\r\n{a}\r\n\n", {"a": "dòng\n2"}, "\r\ndòng\n2\r\n\n"),
        ("{a}", {"a": "{b} }} {{ %s \\1"}, "{b} }} {{ %s \\1"),
        ("{a}", {"a": "", "unused": "x"}, ""),
        ("100% \\1 {a}", {"a": "x"}, "100% \\1 x"),
    ],
)
def test_rendered_text(body, values, text):
    assert parse(body).render(values) == text


def test_slots_are_named_once_in_order():
    template = parse("{b} {a} {b} {{c}}")
    assert template.slots == ("b", "a")
    assert template.parts == ("", "b", " ", "a", " ", "b", " {c}")


@pytest.mark.parametrize(
    ("body", "position", "code", "name"),
    [
        ("a {code", 2, "unclosed_brace", ""),
        ("{a} {", 4, "unclosed_brace", ""),
        ("{a{b}", 0, "unclosed_brace", ""),
        ("{{{a}}", 5, "unopened_brace", ""),
        ("code}", 4, "unopened_brace", ""),
        ("{a}}", 3, "unopened_brace", ""),
        ("x{}", 1, "bad_slot_name", ""),
        ("x{ code }", 1, "bad_slot_name", " code "),
        ("{Code}", 0, "bad_slot_name", "Code"),
        ("{1st}", 0, "bad_slot_name", "1st"),
        ("{_a}", 0, "bad_slot_name", "_a"),
        ("{mã}", 0, "bad_slot_name", "mã"),
        ("{a\n}", 0, "bad_slot_name", "a\n"),
        ("{a٣}", 0, "bad_slot_name", "a٣"),
        ("😀ế{a-b}", 2, "bad_slot_name", "a-b"),
    ],
)
def test_body_that_is_no_template(body, position, code, name):
    with pytest.raises(GrammarError) as caught:
        parse(body)
    assert (caught.value.position, caught.value.code, caught.value.name) == (position, code, name)


def test_every_missing_slot_is_named_once_in_order():
    with pytest.raises(MissingSlotError) as caught:
        parse("{c} {a} {b} {c}").render({"a": "1"})
    assert caught.value.slots == ("c", "b")


@given(st.text())
@settings(deadline=None)
def test_doubled_braces_keep_any_text(text):
    template = parse(text.replace("{", "{{").replace("}", "}}"))
    assert template.slots == ()
    assert template.render({}) == text


@given(st.lists(st.tuples(st.text(), NAMES, st.text())), st.text())
@settings(deadline=None)
def test_rendering_is_literals_and_values_in_order(pieces, tail):
    values = {name: value for _, name, value in pieces}

    def escaped(text):
        return text.replace("{", "{{").replace("}", "}}")

    body = "".join(f"{escaped(literal)}{{{name}}}" for literal, name, _ in pieces) + escaped(tail)
    text = "".join(literal + values[name] for literal, name, _ in pieces) + tail
    assert parse(body).render(values) == text


@given(st.text(st.sampled_from("{}ab_1 \n")))
@settings(deadline=None)
def test_any_body_parses_or_says_where_it_is_wrong(body):
    try:
        template = parse(body)
    except GrammarError as error:
        assert body[error.position] in "{}"  # noqa: PT017
    else:
        assert len(template.parts) % 2 == 1
        assert set(template.slots) == set(template.parts[1::2])
