"""Values that read as links or labels, and those that only look a little like it."""

import pytest

from messaging.wording.impostors import imitates_label, reads_as_link

LINKS = [
    "http://a.b",
    "HTTPS://EXAMPLE.COM",
    "https:evil",
    "javascript:alert(1)",
    "mailto:a@b.c",
    "www.x",
    "bit.ly/abc",
    "bit.ly",
    "vcb-digibank.com",
    "see evil.top now",
    "evil.com.",
    "evil.com, thanks",
    "t.me/x",
    "goo.gl/x",
    "abc.in/x",
    "abc.is?x=1",
    "abc.to:8080",
    "shop.vn",
    "tiki.vn/khuyen-mai",
    "đăng-nhập.vn",
    "xn--abc.com",
    "ｅｖｉｌ．ｃｏｍ",
    "evil。com",
    "evil․com/x",
    "mai@gmail.com",
    "192.168.1.1/x",
    "10.0.0.1:8080",
    "ftp://x",
    "sub.domain.example.co.uk/path",
]
NO_LINKS = [
    "Cty. TNHH Mai",
    "v1.2",
    "v1.2.3-beta",
    "1.250.000",
    "1.250.000.000",
    "1.250.000đ",
    "TP.HCM",
    "Q.1/P.2",
    "Q.BinhThanh/HCM",
    "Mr.Nguyen",
    "N.V.An",
    "St. Mary",
    "a.m.",
    "30.11.2026",
    "14:30",
    "No.5",
    "it is ready.It works",
    "and/or",
    "Nguyen Van A",
    "ratio 3:4",
    "Dr.Lan",
    "S.A.",
    "co.",
    "99.9%",
    "...",
    "e.g. this",
    "P.101, 25.6 m2",
    "file.txt",
]
LABELS = [
    "[QC] x",
    "(QC) x",
    "x [QC]",
    "x (qc) y",
    "[AD]",
    "(QC-Mai) x",
    "[ Q C ]",
    "[Q.C]",
    "QC: x",
    "qc : x",
    "AD: x",
    "Ads - x",
    "Quảng cáo: x",
    "[quang cao]",
    "【QC】",
    "［ＱＣ］",
    "<QC>",
    "  QC: x",
    "QC",
    "ad",
    "Quảng cáo",
    "(광고) x",
]
NO_LABELS = [
    "QC 12",
    "AD-1234",
    "ADIDAS: shoes",
    "(Anh) x",
    "[A]",
    "Adam: hi",
    "(admin)",
    "Quy cách: to",
    "phòng QC",
    "(5)",
]


@pytest.mark.parametrize("text", LINKS)
def test_reads_as_a_link(text):
    assert reads_as_link(text)


@pytest.mark.parametrize("text", NO_LINKS)
def test_reads_as_no_link(text):
    assert not reads_as_link(text)


@pytest.mark.parametrize("text", LABELS)
def test_imitates_a_label(text):
    assert imitates_label(text)


@pytest.mark.parametrize("text", NO_LABELS)
def test_imitates_no_label(text):
    assert not imitates_label(text)
