"""Which rule a reply fits, whatever its case, marks, width and punctuation."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import keywords
from messaging.keyword_rules import Book
from messaging.keyword_rules.words import Text
from tests.messaging.keyword_rules.making import AT, reply, rule, winner

GIFT = rule("exact", "quà tặng", name="gift")


@pytest.mark.parametrize(
    "text",
    [
        "quà tặng",
        "QUÀ TẶNG",
        "qua tang",
        "  Quà   tặng!! ",
        "\u201cQuà tặng\u201d.",
        "ＱＵＡ ＴＡＮＧ",
        "Qua\u0300 ta\u0323\u0306ng",  # decomposed
        "qua\u200b tang",
        "quà\ntặng",
        "quà tặng 🎁",
    ],
)
def test_a_word_is_the_same_in_every_dress(text):
    assert winner(text, GIFT) == "gift"


@pytest.mark.parametrize("text", ["quà", "quà tặng nhé", "quá tạng", "tặng quà", "", "!!"])
def test_the_whole_reply_is_another_one(text):
    assert winner(text, GIFT) is None


def test_a_word_without_marks_fits_any_marks():
    plain = rule("exact", "ban", name="ban")
    assert {winner(text, plain) for text in ("ban", "bán", "bạn", "BAN")} == {"ban"}


def test_a_word_with_marks_fits_none_or_its_own():
    marked = rule("exact", "bán", name="sell")
    assert [winner(text, marked) for text in ("bán", "ban", "bạn")] == ["sell", "sell", None]


@pytest.mark.parametrize(
    ("kind", "word", "text", "rest"),
    [
        ("first_word", "DH", "dh 123-A giao nhanh!", "123-A giao nhanh"),
        ("first_word", "đơn hàng", "Don hang: 77", "77"),
        ("first_word", "DH", "DH", ""),
        ("prefix", "DH", "dh123-A giao", "123-A giao"),
        ("prefix", "DH", "ĐH９９", "99"),
        ("prefix", "mua sim", "mua sim5G loại 2", "5G loại 2"),
        ("any", None, " hello there ", "hello there"),
    ],
)
def test_what_stands_behind_the_word(kind, word, text, rest):
    found = Book([rule(kind, *([word] if word else []))]).read(reply(text)).winner
    assert found is not None
    assert found.values["rest"] == rest


@pytest.mark.parametrize(
    ("kind", "word", "text"),
    [
        ("first_word", "DH", "dh123"),
        ("first_word", "don hang", "don"),
        ("prefix", "DH", "gui DH123"),
        ("prefix", "mua sim", "mua si"),
        ("pattern", r"DH\d+", "DH12 nhanh"),
        ("pattern", r"DH\d+", "gui DH12"),
    ],
)
def test_what_does_not_fit(kind, word, text):
    assert winner(text, rule(kind, word)) is None


def test_a_pattern_gives_its_groups_and_does_not_mind_case_marks_or_blanks():
    order = rule("pattern", r"ma (?P<order>[a-z]+\d+)(?: (.*))?")
    found = Book([order]).read(reply("  MÃ   DH77  gấp ")).winner
    assert found is not None
    assert (found.values["order"], found.values["1"], found.values["2"]) == ("DH77", "DH77", "gap")


def test_a_pattern_written_with_marks_reads_them():
    assert winner("Có 12", rule("pattern", r"có \d+", name="yes")) == "yes"


def test_the_smaller_priority_acts_then_the_more_exact_kind_then_the_older():
    rules = [
        rule("any", id=1, name="any", priority=5),
        rule("first_word", "gift", id=2, name="first"),
        rule("exact", "gift", id=3, name="exact"),
        rule("exact", "gift", id=4, name="newer"),
    ]
    assert winner("gift", *rules[1:]) == "exact"
    assert winner("gift 1", *rules[1:]) == "first"
    assert winner("gift", *rules) == "any"


def test_rules_of_another_sender_time_or_language_are_not_asked():
    hour = timedelta(hours=1)
    for closed in (
        {"sender_id": 2},
        {"valid_from": AT + hour},
        {"valid_until": AT},
        {"languages": frozenset({"en"})},
        {"is_active": False},
    ):
        assert winner("gift", rule("exact", "gift", **closed)) is None
    open_ = rule(
        "exact",
        "gift",
        sender_id=1,
        valid_from=AT,
        valid_until=AT + hour,
        languages=frozenset({"vi"}),
    )
    assert winner("gift", open_, language="vi") == "rule 1"


def test_a_rule_in_shadow_is_seen_and_lets_the_next_one_act():
    shadow = rule("exact", "gift", id=1, name="shadow", is_shadow=True)
    late = rule("any", id=3, name="late shadow", is_shadow=True, priority=500)
    reading = Book([shadow, rule("any", id=2, name="all"), late]).read(reply("gift"))
    assert reading.winner is not None
    assert reading.winner.rule.name == "all"
    assert [one.rule.name for one in reading.shadows] == ["shadow"]


def test_every_rule_is_judged_with_its_reason():
    rules = [
        rule("exact", "gift", id=1, is_active=False),
        rule("exact", "gift", id=2, is_shadow=True),
        rule("exact", "gifts", id=3),
        rule("first_word", "gift", id=4),
        rule("any", id=5, priority=900),
    ]
    judged = Book(rules).judge(reply("gift"))
    assert [(one.rule.id, one.why) for one in judged] == [
        (1, "off"),
        (2, "shadow"),
        (3, "no_exact"),
        (4, "wins"),
        (5, "comes_later"),
    ]


texts = st.text(
    alphabet=st.sampled_from("aAăâđĐ qQuÀà1２ﬁß.,\u0300\u200b\ufe0f中\u0e01\u0e34\U0001f381"),
    max_size=30,
)


@given(texts)
def test_words_are_cut_and_folded_as_compliance_keywords_are(text):
    ours = list(Text(text).folded)
    theirs = [keywords.fold(word) for word in keywords._words(Text(text).raw)]
    assert ours == theirs


@given(
    texts, st.sampled_from(["exact", "first_word", "prefix"]), st.sampled_from(["qua", "a1", "đà"])
)
def test_looking_up_and_judging_agree(text, kind, word):
    book = Book([rule(kind, word, id=1), rule("any", id=2, priority=900)])
    read = book.read(reply(text)).winner
    (judged,) = [one for one in book.judge(reply(text)) if one.why == "wins"]
    assert read == judged.fit


@given(st.text(max_size=200))
def test_no_text_breaks_the_rules(text):
    book = Book(
        [rule("pattern", r"(\w+) (.*)", id=1), rule("prefix", "a", id=2), rule("any", id=3)]
    )
    assert book.read(reply(text)).winner is not None
