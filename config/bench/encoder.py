"""How many texts a core encodes: counting them, as accepting does, and cutting them, as sending
does."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from config.bench.figures import Figure
from messaging.encoding.segmentation import segment, segment_count

_TEXTS = 1_000  # of each mix, all different
_ROUND_SECONDS = 0.5
_ROUNDS = 5
_FUNCTIONS: Mapping[str, Callable[[str], Any]] = {"count": segment_count, "segment": segment}

_GSM7 = (
    "{n:06} is your MAX sign-in code. Don't share it with anyone.\n+QyYAqib1U4",
    "Dear Nguyen Thi Mai, order MAI{n:07} is on its way and arrives tomorrow between 9:00 and"
    " 12:00. Questions? Call 1900 1234 or see shop.example.vn",
    "[QC] GIAM 50% tat ca san pham tu 20/11 den 25/11 voi ma MAI{n:07}. Tu choi: soan TC gui 53849",
)
_UCS2 = (
    "Mã xác thực HFM của bạn là : {n:06}",
    "Đơn hàng MAI{n:07} đang được giao. Cảm ơn bạn đã mua sắm!",
)
_LONG = (
    "[QC] Mừng sinh nhật chị Nguyễn Thị Mai! Tặng voucher MAI{n:07} giảm 30% cho đơn từ 500.000đ"
    " tại mọi cửa hàng đến hết tháng này. Từ chối: TC",
    "Dear customer, your card ending {n:04} was charged. If this was not you, call 1900 1234 at"
    " once, day or night, and do not tell anybody the code that we sent you before. We never ask"
    " for it by telephone.",
)
_MIXES: Mapping[str, tuple[Sequence[str], str]] = {
    "common": (_GSM7 + _UCS2, "single segments: 3 GSM-7 texts to 2 Vietnamese ones in UCS-2"),
    "gsm7": (_GSM7, "single segments in GSM-7, 72 to 145 septets"),
    "ucs2": (_UCS2, "single segments of Vietnamese in UCS-2, 35 to 58 code units"),
    "long": (_LONG, "2 segments of GSM-7, 3 of Vietnamese in UCS-2, in turn"),
}


def encoder() -> Iterator[Figure]:
    """A figure per way and mix: texts per second of CPU time, of this one process."""
    for mix, (patterns, words) in _MIXES.items():
        texts = [patterns[n % len(patterns)].format(n=n) for n in range(_TEXTS)]
        for way, function in _FUNCTIONS.items():
            seconds = _seconds_per_text(function, texts)
            values = {
                "way": way,
                "mix": mix,
                "texts_per_second": round(1 / seconds),
                "cpu_us_per_text": round(seconds * 1_000_000, 3),
            }
            settings = {"texts": _TEXTS, "mix": words, "rounds": _ROUNDS, "best_of": "rounds"}
            yield Figure("encoder", values, settings)


def _seconds_per_text(function: Callable[[str], Any], texts: Sequence[str]) -> float:
    """CPU seconds, the best round's: what others do on the machine only ever slows one down."""
    return min(_round(function, texts) for _ in range(_ROUNDS))


def _round(function: Callable[[str], Any], texts: Sequence[str]) -> float:
    began, done = time.process_time(), 0
    while (spent := time.process_time() - began) < _ROUND_SECONDS or not done:
        for text in texts:
            function(text)
        done += len(texts)
    return spent / done
