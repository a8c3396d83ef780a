"""What a column holds, guessed from its title (English or Vietnamese) and its values."""

import re
from collections.abc import Callable, Mapping, Sequence

from campaigns.imports.columns import ATTRIBUTE, Field, attribute_key
from campaigns.imports.text import fold

# Titles as `fold` leaves them: small letters without accents.
TITLES: Mapping[Field, frozenset[str]] = {
    Field.NUMBER: frozenset(
        {
            "phone", "phones", "phone number", "phone no", "phonenumber", "mobile", "mobile number",
            "mobile phone", "mobile no", "cell", "cell phone", "cellphone", "tel", "telephone",
            "telephone number", "msisdn", "number", "contact number", "sms", "to", "recipient",
            "sdt", "so dt", "so dien thoai", "sodienthoai", "dien thoai", "dien thoai di dong",
            "so dien thoai di dong", "di dong", "so di dong", "dtdd", "so dtdd", "dt", "dt di dong",
            "sdt khach hang", "so dien thoai khach hang", "sdt kh", "sdt nguoi nhan",
            "so dien thoai nguoi nhan", "so may", "so thue bao", "thue bao",
        }
    ),
    Field.NAME: frozenset(
        {
            "name", "full name", "fullname", "customer name", "customer", "contact name", "contact",
            "first name", "firstname", "last name", "lastname", "given name", "family name",
            "surname", "middle name", "ten", "ho", "ten dem", "ho dem", "ho ten", "hoten",
            "ho va ten", "ten khach hang", "ho ten khach hang", "ho va ten khach hang",
            "khach hang", "ten kh", "ten day du", "quy khach", "nguoi nhan", "ten nguoi nhan",
            "ho ten nguoi nhan",
        }
    ),
    Field.LANGUAGE: frozenset({"language", "lang", "locale", "ngon ngu"}),
    Field.TIMEZONE: frozenset({"timezone", "time zone", "tz", "mui gio"}),
    Field.CONSENT: frozenset(
        {
            "consent", "opt in", "optin", "opted in", "subscribed", "sms consent",
            "marketing consent", "dong y", "dong y nhan tin", "dong y nhan sms",
            "dong y nhan tin nhan", "dong y nhan quang cao", "dong y quang cao", "nhan tin",
            "dong y nhan tin quang cao", "chap thuan",
        }
    ),
    Field.CONSENT_DATE: frozenset(
        {
            "consent date", "consent time", "consented at", "opt in date", "optin date",
            "opted in at", "opt in time", "ngay dong y", "thoi gian dong y", "thoi diem dong y",
            "ngay chap thuan",
        }
    ),
    Field.CONSENT_SOURCE: frozenset(
        {
            "consent source", "opt in source", "optin source", "consent evidence", "nguon dong y",
            "nguon chap thuan", "bang chung dong y", "kenh dong y",
        }
    ),
    Field.CONSENT_UNTIL: frozenset(
        {
            "consent until", "valid until", "consent expires", "expires at", "expiry date",
            "dong y den", "hieu luc den", "het han",
        }
    ),
    Field.CONSENT_TEXT: frozenset(
        {"consent text", "text shown", "text version", "noi dung hien thi", "phien ban dieu khoan"}
    ),
    Field.CONSENT_CONTENT: frozenset(
        {"consent content", "content agreed", "noi dung dong y", "noi dung dang ky"}
    ),
    Field.CONSENT_FORM: frozenset(
        {"consent form", "form agreed", "hinh thuc dong y", "hinh thuc nhan tin"}
    ),
    Field.CONSENT_FREQUENCY: frozenset(
        {"consent frequency", "frequency", "frequency agreed", "tan suat", "tan suat nhan tin"}
    ),
    Field.IGNORE: frozenset({"stt", "tt", "so tt", "so thu tu", "no", "row", "row number", ""}),
}  # fmt: skip
_FIELD_BY_TITLE = {title: field for field, titles in TITLES.items() for title in titles}
_ONLY_ONCE = frozenset(Field) - {Field.NAME, Field.IGNORE}
_IN_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")


def field_of(title: str) -> Field | None:
    """The field a title names, or None: `Số điện thoại (*)` is the number."""
    known = _FIELD_BY_TITLE.get(fold(title))
    if known is None or known == Field.IGNORE:
        return _FIELD_BY_TITLE.get(fold(_IN_BRACKETS.sub(" ", title)), known)
    return known


def is_header(cells: Sequence[str], looks_like_number: Callable[[str], bool]) -> bool:
    """Whether a first row holds titles: none of it is a number, and something in it is words."""
    if any(looks_like_number(cell) for cell in cells):
        return False
    return any(field_of(cell) not in {None, Field.IGNORE} for cell in cells) or all(
        cell.strip() and not any(map(str.isdigit, cell)) for cell in cells
    )


def guess(
    titles: Sequence[str],
    sample: Sequence[Sequence[str]],
    looks_like_number: Callable[[str], bool],
) -> dict[int, str]:
    """What each column holds, by title, and the number by its values where no title says so."""
    mapping: dict[int, str] = {}
    taken: set[str] = set()
    for index, title in enumerate(titles):
        field = field_of(title) if title.strip() else None
        if field in taken and field in _ONLY_ONCE:
            field = None
        target = field.value if field else _attribute(title, index, taken)
        taken.add(target)
        mapping[index] = target
    if Field.NUMBER not in taken:
        best = _number_column(len(titles), sample, looks_like_number)
        if best is not None:
            mapping[best] = Field.NUMBER.value
    return mapping


def _attribute(title: str, index: int, taken: set[str]) -> str:
    key = attribute_key(fold(title)) or f"column_{index + 1}"
    candidate, copy = key, 1
    while ATTRIBUTE + candidate in taken:
        copy += 1
        candidate = f"{key[:36]}_{copy}"
    return ATTRIBUTE + candidate


def _number_column(
    width: int, sample: Sequence[Sequence[str]], looks_like_number: Callable[[str], bool]
) -> int | None:
    """The column with the most numbers, if it has them in at least half of the sample."""
    counts = [
        sum(looks_like_number(row[index]) for row in sample if index < len(row))
        for index in range(width)
    ]
    best = max(range(width), key=counts.__getitem__, default=0)
    return best if counts and counts[best] * 2 >= max(len(sample), 1) else None
