"""What replies mean, in Vietnamese and English, as people write them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.keywords import Grammar, KeywordMatch, fold, grammar_for, match
from compliance.rule_packs.vocabulary import (
    LANGUAGES,
    Keyword,
    parse_vocabulary,
    shipped_vocabulary,
)

SHIPPED = [shipped_vocabulary(path.stem) for path in sorted(LANGUAGES.glob("*.json"))]


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", "Stop.", "Stop. Thank you", "please STOP!!!", "s.t.o.p", "S T O P",
        "ＳＴＯＰ", "🛑 stop 🛑", '"STOP"', "Reply STOP", "STOP to 53849", "STOP ALL", "stopall",
        "TC", "tc.", "TC nhé", "Soạn TC gửi 1313", "nhan tin TC gui 1313", "TC2", "TCQC",
        "TC QC", "từ chối", "Từ Chối", "tu choi qc", "Từ chối quảng cáo ạ", "TUCHOI",
        "HUY", "hủy", "huỷ", "xin hủy", "Cho em hủy nhé", "cho tôi huỷ", "hủy đăng ký",
        "NO", "No thanks", "ngừng", "Ngưng lại", "Dừng", "dừng lại đi", "unsubscribe", "optout",
        "opt-out",
    ],
)  # fmt: skip
def test_vietnamese_opt_outs(text: str) -> None:
    found = match(text, country="VN")
    assert (found.action, found.grade, found.argument) == ("opt_out", "exact", "")


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("text", ["Từ chối", "hủy", "Dừng lại", "Ngừng"])
def test_normal_forms_of_marks_do_not_matter(text: str, form: str) -> None:
    assert match(unicodedata.normalize(form, text), country="VN").action == "opt_out"


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
    found = match(text, country="VN")
    assert found == KeywordMatch(action, "exact", keyword, argument)


@pytest.mark.parametrize("text", ["DK", "đk", "Đồng ý", "dong y", "YES", "Y", "ok shop", "START"])
def test_vietnamese_opt_ins(text: str) -> None:
    assert match(text, country="VN").action == "opt_in"


@pytest.mark.parametrize("text", ["HELP", "help me", "Trợ giúp", "xin trợ giúp ạ", "TG", "HD"])
def test_calls_for_help(text: str) -> None:
    assert match(text, country="VN").action == "help"


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
    "text",
    [
        "please stop texting me", "I told you to unsubscribe me from this", "don't text me again",
        "leave me alone", "wrong number", "toi khong muon nhan tin nua",
        "Đừng gửi tin nhắn cho tôi nữa", "từ chối nhận quảng cáo của shop", "spam hoài",
        "làm phiền quá", "DUNG", "STPO", "stopp", "sstop", "st0p", "UNSUBCRIBE",
        "TC cho tôi tất cả các loại tin", "cancel my subscription",
    ],
)  # fmt: skip
def test_suspected_refusals_go_to_a_person(text: str) -> None:
    found = match(text, country="VN")
    assert (found.action, found.grade) == ("review", "inferred")
    assert found.keyword


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
    ("country", "keyword"),
    [("VN", k) for k in keywords_of("vi") + keywords_of("en")]
    + [("US", k) for k in keywords_of("en") + keywords_of("es")],
    ids=lambda value: value if isinstance(value, str) else value.word,
)
def test_every_listed_keyword_is_found(country: str, keyword: Keyword) -> None:
    expected = keyword.action if keyword.is_bare_certain else "review"
    assert match(keyword.word.upper(), country=country).action == expected
    for spelling in keyword.accented or ():
        assert match(spelling, country=country).action == keyword.action


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
        phrases = [phrase for group in groups for phrase in group]
        assert [phrase for phrase in phrases if fold(phrase) != phrase] == []


@given(st.text(max_size=200))
def test_any_reply_gets_a_consistent_answer(text: str) -> None:
    found = match(text, country="VN")
    assert found.action in {"opt_out", "opt_in", "help", "review", "none"}
    assert (found.grade == "none") == (found.action == "none")
    assert (found.grade == "inferred") == (found.action == "review")


@given(
    st.sampled_from(["STOP", "TC", "TU CHOI", "UNSUBSCRIBE"]),
    st.sampled_from(["", "xin ", "please ", "  ", "'"]),
    st.sampled_from(["", ".", "!!!", " nhé", " ạ", ", thank you", "\n", " cảm ơn"]),
    st.booleans(),
)
def test_politeness_and_punctuation_never_hide_a_stop(
    word: str, before: str, after: str, is_lower: bool
) -> None:
    text = before + (word.lower() if is_lower else word) + after
    assert match(text, country="VN").action == "opt_out"


def test_grammars_are_built_once() -> None:
    assert grammar_for("VN") is grammar_for("VN")
