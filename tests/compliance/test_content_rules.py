"""Rules about texts: label first, way out last, price where it costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.decision import Rules, content_findings
from compliance.rule_packs import shipped_packs

RULES = {pack.country: Rules(pack, pack.effective_from) for pack in shipped_packs()}
VN = RULES["VN"]
US = RULES["US"]
WAY_OUT = "De tu choi, soan TC gui 1313"


def failed(text: str, message_class: str = "marketing", **options: bool) -> list[str]:
    return [f.rule_id for f in content_findings(VN, text, message_class, **options)]


@pytest.mark.parametrize(
    "label", ["[QC]", "[AD]", "(QC)", "[qc]", "(QC-VTL2)", "(QC VMA2)", "[QC]Giảm giá:"]
)
def test_accepted_labels(label: str) -> None:
    assert failed(f"{label} Giam 30%. {WAY_OUT}") == []


@pytest.mark.parametrize(
    "text", ["Giam 30% [QC].", " [QC] Giam 30%.", "QC: Giam 30%.", "[ QC ] Giam 30%.", "(QC-)"]
)
def test_a_label_elsewhere_or_otherwise_is_none(text: str) -> None:
    assert failed(f"{text} {WAY_OUT}") == ["vn.ads.label"]


@pytest.mark.parametrize(
    "way_out",
    [
        "De tu choi, soan TC gui 1313",
        "Để từ chối, soạn TC gửi 1313",
        "Để từ chối QC soạn TC MKTAMDUC gửi 1313.",
        "Tu choi QC soan TC gui 1551",
        "Tu choi QC,soan NO gui 9241",
        "De tu choi QC, Soan TC MKTAMDUC gui 1313",
        "Tu choi QC, soan TC2 gui 199",
        "Tu choi: TC gui 53849",
        "Hủy: soạn HUY VIP gửi 53849",
        "Soan TC gui 1313 de tu choi nhan tin",
        "Từ chối gọi 1800 1234",
        "De tu choi, soan TC {brand} gui {optout_number}",
        "To opt out text TC to 1313",
        "Text TC to 1313 to unsubscribe",
        "De tu choi,\nsoan TC gui 1313\n",
    ],
)
def test_ways_out_that_name_word_and_number(way_out: str) -> None:
    assert failed(f"[QC] Giam 30%. {way_out}") == []


@pytest.mark.parametrize(
    "text",
    [
        "[QC] Giam 30% toan bo ao khoac",
        "[QC] De tu choi, soan TC gui 1313. Giam 30% toan bo ao khoac tai cua hang",
        "[QC] Giam 30%. Reply STOP to opt out",  # a brandname gets no replies
        "[QC] Giam 30%. Khong tu choi duoc gia nay!",
        "[QC] Giam 30%. Soan MUA gui 8088",
        "[QC] Giam 30%. De tu choi, truy cap shop.vn/huy",
    ],
)
def test_no_clear_way_out_at_the_end(text: str) -> None:
    assert failed(text) == ["vn.ads.opt_out_text"]


def test_the_finding_says_what_to_write() -> None:
    finding = content_findings(VN, "Giam 30%", "marketing")[1]
    assert finding.message_code == "opt_out_text_not_last"
    assert dict(finding.params) == {"write": WAY_OUT}
    assert finding.citation == "Decree 91/2020/ND-CP, Art. 16"


@pytest.mark.parametrize(
    "price", ["5.000d", "5000 đồng/tháng", "10k", "15.000 VND", "2 triệu", "$3"]
)
def test_a_paid_service_names_its_price(price: str) -> None:
    assert failed(f"[QC] Goi VIP {price}. {WAY_OUT}", is_paid=True) == []


def test_a_paid_service_without_price() -> None:
    text = f"[QC] Goi VIP. {WAY_OUT}"
    assert failed(text, is_paid=True) == ["vn.ads.price"]
    assert failed(text) == []


@pytest.mark.parametrize("message_class", ["otp", "transactional", "care"])
def test_other_classes_need_neither_label_nor_way_out(message_class: str) -> None:
    assert failed("Mã xác thực của bạn là 123456", message_class) == []


@pytest.mark.parametrize(
    ("text", "is_clear"),
    [
        ("Acme: 20% off. Reply STOP to opt out", True),
        ("Acme: reply STOP to end. 20% off today only", True),
        ("Acme: 20% off. STOP to quit", True),
        ("Acme: 20% off. Stop2end", True),
        ("Acme: 20% off. Responda ALTO para salir", True),
        ("Acme: don't stop shopping", False),
        ("Acme: 20% off", False),
    ],
)
def test_united_states_way_out_may_stand_anywhere(text: str, is_clear: bool) -> None:
    assert (content_findings(US, text, "marketing") == ()) is is_clear


@given(st.text(max_size=500))
def test_any_text_is_judged(text: str) -> None:
    assert set(failed(text)) <= {
        "vn.ads.label",
        "vn.ads.opt_out_text",
        "vn.ads.links",
        "vn.ads.characters",
    }
    assert set(failed(f"[QC] {text} {WAY_OUT}")) <= {"vn.ads.links", "vn.ads.characters"}


@given(st.text("tuchoisangTC 1234.,:", max_size=500))
def test_near_misses_do_not_blow_up_the_patterns(text: str) -> None:
    assert "vn.ads.label" in failed(text)
