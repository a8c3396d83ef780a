"""Links as a phone would make them, and what only looks like one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.content_policy import find_links
from compliance.content_policy.look_alikes import picture


@pytest.mark.parametrize(
    ("text", "hosts", "written"),
    [
        ("Xem https://shop.vn/a?b=c.", ["shop.vn"], ["https://shop.vn/a?b=c"]),
        ("Mua tai shop.vn, nhe", ["shop.vn"], ["shop.vn"]),
        ("(www.saomai.vn)", ["www.saomai.vn"], ["www.saomai.vn"]),
        ("HTTP://SHOP.VN:8080/X!", ["shop.vn"], ["HTTP://SHOP.VN:8080/X"]),
        ("MUA NGAY TAI SHOPEE.VN!!!", ["shopee.vn"], ["SHOPEE.VN"]),
        ("bit.ly/3xY và TINYURL.COM/a", ["bit.ly", "tinyurl.com"], ["bit.ly/3xY", "TINYURL.COM/a"]),
        ("Goi saomai.vn.Hotline 1900", ["saomai.vn"], ["saomai.vn"]),
        ("m.saomai.com.vn/khuyen-mai", ["m.saomai.com.vn"], ["m.saomai.com.vn/khuyen-mai"]),
        ("http://10.0.0.1/x", ["10.0.0.1"], ["http://10.0.0.1/x"]),
        ("10.0.0.1:8080/x", ["10.0.0.1"], ["10.0.0.1:8080/x"]),
        ("http://shop.vn@evil.com/x", ["evil.com"], ["http://shop.vn@evil.com/x"]),
        ("xn--80ak6aa92e.com", ["аррӏе.com"], ["xn--80ak6aa92e.com"]),
        ("shop。vn", ["shop.vn"], ["shop。vn"]),
        ("bit\u200b.ly/q", ["bit.ly"], ["bit\u200b.ly/q"]),
        ("a.vn...b.vn", ["a.vn", "b.vn"], ["a.vn", "b.vn"]),
        ("http://a.vn,http://b.vn", ["a.vn", "b.vn"], ["http://a.vn", "http://b.vn"]),
        ("Ưu đãi:shop.vn/Tết", ["shop.vn"], ["shop.vn/Tết"]),
        ("https://thanhtoán.vn", ["thanhtoán.vn"], ["https://thanhtoán.vn"]),
        ("http://[::1]/a", ["[::1]"], ["http://[::1]/a"]),
    ],
)
def test_links_are_found(text: str, hosts: list[str], written: list[str]) -> None:
    found = find_links(text)
    assert [link.host for link in found] == hosts
    assert [text[link.start : link.end] for link in found] == written


@pytest.mark.parametrize(
    "text",
    [
        "Cty.TNHH Sao Mai",
        "phien ban v1.2",
        "gia 1.000.000d",
        "tu 20.10.2026 den 31.10",
        "TP.HCM va TP.HN",
        "Het hang roi.La hang moi",
        "cham soc ban@saomai.vn",
        "@saomai.vn #123456",
        "192.168.1.1",
        "trợ.giúp, xin cảm ơn...",
        "node.js",
        "1.000.la",
        "http://",
        "Mr.An.Nguyen",
    ],
)
def test_what_is_no_link(text: str) -> None:
    assert find_links(text) == ()


@given(st.text(st.sampled_from("ab.vn/@:-_w ?#[]htp1À\u200b．,"), max_size=60))
@example("http://@")
def test_links_lie_in_the_text_in_order(text: str) -> None:
    end = 0
    for link in find_links(text):
        assert end <= link.start < link.end <= len(text)
        assert link.host
        end = link.end


@given(st.text(max_size=20).map(lambda text: text.replace(".", "")))
def test_known_domain_is_found_in_any_company(around: str) -> None:
    assert "saomai.vn" in [link.host for link in find_links(f"{around} saomai.vn {around}")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("saomai.vn", "sаomаi.vn"),  # Cyrillic а
        ("saomai.vn", "sa0mai.vn"),
        ("saomai.vn", "saornai.vn"),
        ("shopee.vn", "shopéé.vn"),
        ("viettel.vn", "vietteI.vn".lower()),
    ],
)
def test_look_alikes_have_one_picture(one: str, other: str) -> None:
    assert picture(one) == picture(other)
