"""What replies mean, in Vietnamese and English, as people write them."""

import unicodedata
from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.keywords import Grammar, fold, grammar_for, grammar_of, match
from compliance.rule_packs.vocabulary import (
    LANGUAGES,
    Keyword,
    parse_vocabulary,
    shipped_vocabulary,
)
from tests.compliance import replies

VIETNAMESE = grammar_of(("vi", "en"))
SINGAPORE = ("en", "ms", "zh", "ta")
MARKED = ["Từ chối", "hủy", "huỷ", "Dừng lại", "Ngừng", "từ chối quảng cáo"]
REFUSING = ["STOP", "TC", "TU CHOI", "UNSUBSCRIBE", "Từ chối", "HUY", "STOP ALL", "opt out", "NO"]
SHIPPED = [shipped_vocabulary(path.stem) for path in sorted(LANGUAGES.glob("*.json"))]


CASES = [
    (languages, text, action)
    for action, table in (
        ("opt_out", replies.OUT),
        ("opt_in", replies.IN),
        ("help", replies.HELP),
        ("review", replies.REVIEW),
        ("none", replies.NOTHING),
    )
    for languages, texts in table.items()
    for text in texts
]


def test_there_are_many_replies_to_read() -> None:
    assert len(CASES) >= 250


@pytest.mark.parametrize(("languages", "text", "action"), CASES)
def test_replies_as_people_write_them(languages: tuple[str, ...], text: str, action: str) -> None:
    found = grammar_of(languages).match(text)
    assert found.action == action
    assert (found.grade == "suspected") == (action == "review")
    assert bool(found.keyword) == (action != "none")


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("STOP", "exact"), ("s t o p!", "exact"), ("TC SALE", "exact"), ("từ chối", "exact"),
        ("please stop", "inferred"), ("soạn TC gửi 1313", "inferred"), ("xin hủy ạ", "inferred"),
        ("stop stop", "inferred"), ("stop it already please", "inferred"),
        ("stopp", "suspected"), ("stop the 10 pm messages", "suspected"), ("hi", "none"),
    ],
)  # fmt: skip
def test_grade_says_how_sure_it_is(text: str, grade: str) -> None:
    assert VIETNAMESE.match(text).grade == grade


@pytest.mark.parametrize(
    ("text", "languages", "language"),
    [
        ("STOP", ("vi", "en"), "en"), ("TC", ("vi", "en"), "vi"), ("arrêt", ("fr", "en"), "fr"),
        ("STOP", ("fr", "en"), "fr"), ("请退订", ("en", "zh"), "zh"), ("बंद करो", ("en", "hi"), "hi"),
        ("tolong berhenti", ("en", "ms"), "ms"), ("நிறுத்து", ("en", "ta"), "ta"),
    ],
)  # fmt: skip
def test_language_is_the_keywords(text: str, languages: tuple[str, ...], language: str) -> None:
    found = grammar_of(languages).match(text)
    assert (found.action, found.language) == ("opt_out", language)


@pytest.mark.parametrize("text", ["STOP ALL", "stopall", "please STOP ALL", "hủy tất cả", "TC ALL"])
def test_all_reaches_the_whole_account(text: str) -> None:
    found = VIETNAMESE.match(text)
    assert (found.action, found.reach) == ("opt_out", "account")


@pytest.mark.parametrize(
    ("text", "is_answer"),
    [("YES", True), ("ok", True), ("Đồng ý", True), ("START", False), ("DK", False)],
)
def test_yes_is_an_answer_and_start_is_a_wish(text: str, is_answer: bool) -> None:
    assert VIETNAMESE.match(text).is_answer is is_answer


def test_word_behind_a_stop_is_kept_for_whoever_knows_the_programs() -> None:
    found = grammar_of(("en",)).match("Stop SALE")
    assert (found.action, found.argument) == ("review", "sale")


@pytest.mark.parametrize(
    "text", ["STOP\u200b", "S\u200bTOP", "stop\ufe0f", "\ufeffstop", "st\u00adop"]
)
def test_signs_that_nobody_sees_do_not_hide_a_stop(text: str) -> None:
    assert grammar_of(("en",)).match(text).action == "opt_out"


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("text", ["Từ chối", "hủy", "Dừng lại", "Ngừng"])
def test_normal_forms_of_marks_do_not_matter(text: str, form: str) -> None:
    assert VIETNAMESE.match(unicodedata.normalize(form, text)).action == "opt_out"


@pytest.mark.parametrize(
    ("text", "action", "keyword", "argument"),
    [
        ("TC MKTAMDUC", "opt_out", "tc", "mktamduc"),
        ("Soạn TC MKTAMDUC gửi 1313", "opt_out", "tc", "mktamduc"),
        ("HUY VIP", "opt_out", "huy", "vip"),
        ("huỷ dịch vụ", "opt_out", "huy", "dich vu"),
        ("HUY DNC S", "opt_out", "huy", "dnc s"),
        ("DK DNC S", "opt_in", "dk", "dnc s"),
        ("đăng ký VIP", "opt_in", "dang ky", "vip"),
        ("tro giup VIP", "help", "tro giup", "vip"),
    ],
)
def test_keywords_with_an_argument(text: str, action: str, keyword: str, argument: str) -> None:
    found = VIETNAMESE.match(text)
    assert (found.action, found.keyword, found.argument) == (action, keyword, argument)


@pytest.mark.parametrize(
    "text",
    [
        "Hủy đơn hàng", "huy don 12345", "Huy lich hen ngay mai giup em nhe", "huỷ vé",
        "Đúng", "đúng rồi", "dung roi", "dùng", "nợ", "Nó", "đông y", "ý",
        "cảm ơn", "ok cam on ban nhieu lam", "Bao giờ giao hàng?", "shop", "", "!!!", "🙂",
    ],
)  # fmt: skip
def test_what_is_no_keyword(text: str) -> None:
    assert match(text, country="VN").action == "none"


def test_a_name_that_is_a_keyword_too_is_read_as_the_keyword() -> None:
    assert match("Huy", country="VN").action == "opt_out"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("STOP", "opt_out"), ("QUIT", "opt_out"), ("END", "opt_out"), ("REVOKE", "opt_out"),
        ("OPT OUT", "opt_out"), ("CANCEL", "opt_out"), ("UNSUBSCRIBE", "opt_out"),
        ("STOPALL", "opt_out"), ("OPTOUT", "opt_out"), ("ALTO", "opt_out"),
        ("START", "opt_in"), ("UNSTOP", "opt_in"), ("YES", "opt_in"), ("Yes please", "opt_in"),
        ("HELP", "help"), ("INFO", "help"), ("Ayuda", "help"),
        ("no", "none"), ("TC", "none"), ("HUY", "none"), ("DK", "none"),
        ("I want to cancel my order", "none"), ("the end", "none"),
    ],
)  # fmt: skip
def test_words_of_the_united_states(text: str, action: str) -> None:
    assert match(text, country="US").action == action


def test_a_language_can_be_added_to_a_country() -> None:
    assert match("từ chối", country="US").action == "none"
    assert match("từ chối", country="US", language="vi").action == "opt_out"
    assert match("STOP", country="US", language="vi").action == "opt_out"


@pytest.mark.parametrize(("country", "language"), [("XX", None), ("XX", "tlh"), ("XX", "../vn")])
def test_stop_is_understood_everywhere(country: str, language: str | None) -> None:
    assert match("STOP", country=country, language=language).action == "opt_out"


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Từ Chối ĐƯỢC", "tu choi duoc"), ("ＴＣ", "tc"), ("huỷ", "huy"), ("Straße", "strasse")],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def keywords_of(language: str) -> list[Keyword]:
    vocabulary = shipped_vocabulary(language)
    assert vocabulary is not None
    return list(vocabulary.keywords)


@pytest.mark.parametrize(
    ("languages", "keyword"),
    [
        (languages, keyword)
        for languages in (("vi", "en"), ("en", "es"), ("fr", "en"), ("en", "hi"), SINGAPORE)
        for language in languages
        for keyword in keywords_of(language)
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else value.word,
)
def test_every_listed_keyword_is_found(languages: tuple[str, ...], keyword: Keyword) -> None:
    grammar = grammar_of(languages)
    expected = keyword.action if keyword.is_bare_certain else "review"
    assert grammar.match(keyword.word.upper()).action == expected
    for spelling in keyword.accented or ():
        assert grammar.match(spelling).action == keyword.action


def test_two_meanings_of_one_word_are_refused() -> None:
    document = {
        "language": "xx",
        "version": "1",
        "sources": [{"id": "s", "title": "t", "kind": "memory", "read_on": "2026-11-22"}],
        "keywords": [
            {"word": "STOP", "action": "help", "source": "s", "confidence": "memory"},
        ],
        "polite": [],
        "before_number": [],
        "not_arguments": [],
        "refusals": [],
        "not_typos": [],
    }
    english = shipped_vocabulary("en")
    assert english is not None
    with pytest.raises(ValueError, match="stop"):
        Grammar([english, parse_vocabulary(document)])


def test_phrases_are_written_folded() -> None:
    for vocabulary in SHIPPED:
        assert vocabulary is not None
        groups = (vocabulary.polite, vocabulary.not_arguments, vocabulary.refusals)
        phrases = [phrase for group in groups for phrase in group if phrase.isascii()]
        assert [phrase for phrase in phrases if fold(phrase) != phrase] == []


@given(st.text(max_size=200))
def test_any_reply_gets_a_consistent_answer(text: str) -> None:
    found = VIETNAMESE.match(text)
    assert found.action in {"opt_out", "opt_in", "help", "review", "none"}
    assert (found.grade == "none") == (found.action == "none")
    assert (found.grade == "suspected") == (found.action == "review")


@given(st.text(max_size=60) | st.text("abcdefghinopstuy ", max_size=30))
def test_nothing_opts_out_without_a_keyword(text: str) -> None:
    found = VIETNAMESE.match(text)
    if found.action == "opt_out":
        letters = "".join(c for c in fold(text) if c.isalnum())
        assert found.keyword.replace(" ", "") in letters


BEFORE = st.sampled_from(["", "xin ", "please ", "  ", "'", "Soạn ", "Hi, ", "🙏 "])
AFTER = st.sampled_from(
    ["", ".", "!!!", " nhé", " ạ", ", thank you", "\n", " cảm ơn", " 🙏", "\nSent from my iPhone"]
)


@given(st.sampled_from(REFUSING), BEFORE, AFTER, st.sampled_from([str.lower, str.upper, str.title]))
def test_politeness_case_and_punctuation_never_change_the_meaning(
    word: str, before: str, after: str, cased: Callable[[str], str]
) -> None:
    bare = VIETNAMESE.match(word)
    found = VIETNAMESE.match(before + cased(word) + after)
    assert (found.action, found.reach) == (bare.action, bare.reach)


@given(st.sampled_from(MARKED), st.sampled_from(["NFC", "NFD", "NFKD"]), BEFORE, AFTER)
def test_marks_may_be_written_in_any_form(
    word: str, form: Literal["NFC", "NFD", "NFKD"], before: str, after: str
) -> None:
    text = unicodedata.normalize(form, before + word + after)
    assert VIETNAMESE.match(text).action == "opt_out"


def test_grammars_are_built_once() -> None:
    assert grammar_for("VN") is grammar_for("VN")
