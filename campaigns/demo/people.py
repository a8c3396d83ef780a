"""The rows of the demo's files, in the state in which such files arrive."""

import csv
import io
import unicodedata
from datetime import date, timedelta
from itertools import count
from random import Random

from campaigns.demo import names, numbers
from campaigns.imports.text import fold
from routing.numbers.plan import shipped_plans

ROWS = 5_000
SECOND_MARKET_ROWS = 300
_DUPLICATES = 150
_BROKEN_NUMBERS = 110
_UNCLOSED_QUOTES = 6
_SHIFTED = 6  # an address whose commas are not quoted moves every column behind it
_FIRST_DAY = date(2025, 1, 6)
_DAYS = 600
_SEED = 53849

HEADER = [
    "Họ và tên",
    "Số điện thoại",
    "Mã đơn hàng",
    "Số tiền",
    "Địa chỉ",
    "Đồng ý nhận tin",
    "Ngày đồng ý",
    "Ngôn ngữ",
]
_ONE_LINE = "12 Lê Lợi, P. Bến Nghé, Q.1"
_AMERICAN = ("({area}) 555-{last}", "+1 {area} 555 {last}", "{area}-555-{last}", "1{area}555{last}")
_LANGUAGES = {"": 60, "Tiếng Việt": 20, "không dấu": 12, "English": 8}
_ANSWERS = {"Có": 70, "có": 6, "x": 2, "": 12, "Không": 6, "Từ chối": 4}


class _Sheet:
    """Draws people, orders and their consent; the order numbers count up."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._tongues = Random(_SEED)  # noqa: S311  the same file each time
        self._orders = count(2026_0001)

    def row(self, number: str, address: str = "") -> list[str]:
        """A row for whatever stands in the number's column."""
        random = self._random
        answer = random.choices(list(_ANSWERS), weights=list(_ANSWERS.values()))[0]
        given = _FIRST_DAY + timedelta(days=random.randrange(_DAYS))
        is_dated = answer not in {"", "Không"} and random.random() < 0.95
        return [
            self._name(),
            number,
            f"SM{next(self._orders)}",
            _amount(random),
            address or names.address(random),
            answer,
            _written(given, random) if is_dated else "",
            self._tongues.choices(list(_LANGUAGES), weights=list(_LANGUAGES.values()))[0],
        ]

    def _name(self) -> str:
        random = self._random
        name = names.vietnamese(random)
        kind = random.random()
        if kind < 0.10:
            return unicodedata.normalize("NFD", name)
        if kind < 0.15:
            return name.upper()
        if kind < 0.18:
            return fold(name).title()
        if kind < 0.21:
            return f" {name.replace(' ', '  ', 1)} "
        return "" if kind > 0.985 else name


def contacts_csv() -> str:
    """5,000 rows as a spreadsheet saves them: byte order mark, CRLF, quoted line ends."""
    random = Random(_SEED)  # noqa: S311  the same file each time
    plan = next(plan for plan in shipped_plans() if plan.country == "VN")
    source = numbers.NumberSource(plan, random)
    sheet = _Sheet(random)
    good = ROWS - _DUPLICATES - _BROKEN_NUMBERS - _UNCLOSED_QUOTES - _SHIFTED
    people = [source.special(name) for name, share in numbers.SPECIAL.items() for _ in range(share)]
    people += [source.ordinary() for _ in range(good - len(people))]
    written = [numbers.write(msisdn, random) for msisdn in people]
    written += [numbers.broken(random) for _ in range(_BROKEN_NUMBERS)]
    written += [numbers.write(msisdn, random) for msisdn in random.sample(people, _DUPLICATES)]
    lines = [_line(sheet.row(number)) for number in written]
    lines += [f'"{_line(sheet.row(f"0912{n:06}", _ONE_LINE))}' for n in range(_UNCLOSED_QUOTES)]
    lines += [_line(sheet.row(f"0913{n:06}", _ONE_LINE)).replace('"', "") for n in range(_SHIFTED)]
    random.shuffle(lines)
    # What spreadsheets leave below the last row.
    return "\ufeff" + _line(HEADER) + "".join(lines) + "," * (len(HEADER) - 1) + "\r\n"


def second_market_csv() -> str:
    """300 contacts in the United States, with consent to marketing and its date."""
    random = Random(_SEED)  # noqa: S311  the same file each time
    lines = random.sample(range(100 * len(names.CITIES)), SECOND_MARKET_ROWS)
    rows = [["Name", "Phone", "City", "Opt-in", "Opt-in date"]]
    for line in lines:
        city, area = names.CITIES[line // 100]
        given = _FIRST_DAY + timedelta(days=random.randrange(_DAYS))
        agreed = random.random() < 0.92
        rows.append(
            [
                names.american(random),
                random.choice(_AMERICAN).format(area=area, last=f"01{line % 100:02}"),
                city,
                "yes" if agreed else "",
                f"{given:%m/%d/%Y}" if agreed else "",
            ]
        )
    return "".join(map(_line, rows))


def _amount(random: Random) -> str:
    thousands = random.randrange(45, 4_900)
    written = f"{thousands:,}.000đ".replace(",", ".")
    return written if random.random() < 0.9 else f"{thousands}000"


def _written(day: date, random: Random) -> str:
    style = random.random()
    if style < 0.80:
        return f"{day:%d/%m/%Y}"
    return f"{day:%Y-%m-%d}" if style < 0.9 else f"{day.day}/{day.month}/{day.year} 09:15"


def _line(row: list[str]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(row)
    return written.getvalue()
