"""The demo's templates with their versions, from a draft's words to what became of each.

Slots are typed and held to sets of characters, so that the worst case a reviewer reads is met by
no value: a slot that takes any character makes every text UCS-2.
"""

from dataclasses import dataclass, field
from typing import Any

from messaging.constants import VersionStatus

Slot = dict[str, Any]
_STOP = "Từ chối, soạn TC MAIFASHION gửi 53849"


@dataclass(frozen=True, slots=True)
class DemoVersion:
    """A version in the state it is shown in; `variants` are (tag, text, letters)."""

    body: str
    slots: tuple[Slot, ...] = ()
    rewriting: str = "none"
    variants: tuple[tuple[str, str, str], ...] = ()
    message_format: str = ""
    status: VersionStatus = VersionStatus.APPROVED
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DemoTemplate:
    """A template; each approved version retires the one before."""

    account: str
    slug: str
    name: str
    message_class: str
    language: str
    versions: tuple[DemoVersion, ...] = field(default=())
    asks_consent: bool = False


def _slot(name: str, slot_type: str, longest: int, example: str, **more: str) -> Slot:
    return {"name": name, "type": slot_type, "max_length": longest, "example": example, **more}


_CODE = _slot("code", "code", 8, "529420", charset="digits")
_ORDER = _slot("order", "code", 12, "SM20261029")
_NAME = _slot("name", "name", 24, "Nguyễn Thị Mai")
_UNTIL = _slot("until", "date", 5, "30/11")

_ORDER_NOTICE = (
    "MAI Fashion: Đơn {order} của quý khách {name} trị giá {amount} đang được giao."
    " Cần hỗ trợ, trả lời HOTRO."
)

# One offer through its life: too bold, then short and in force, now waiting in a dearer form.
_AUTUMN_SALE = (
    DemoVersion(
        "[QC] MAI Fashion giảm 20% áo khoác đến {until}. Xem mai.example.vn. " + _STOP,
        (_UNTIL,),
        "unmarked",
    ),
    DemoVersion(
        "[QC] MAI Fashion rẻ nhất Việt Nam: giảm 30% đồ thu đông đến {until}. " + _STOP,
        (_UNTIL,),
        "unmarked",
        status=VersionStatus.REJECTED,
        comment="“Rẻ nhất” cannot be proven: say what is reduced, by how much and until when.",
    ),
    DemoVersion(
        "[QC] MAI Fashion giảm 30% đồ thu đông đến {until} cho {name}. " + _STOP,
        (_UNTIL, _NAME | {"fallback": "khách quen"}),
        "unmarked",
    ),
    DemoVersion(
        "[QC] MAI Fashion giảm 30% bộ sưu tập thu đông đến {until} cho {name}. Mã {voucher}."
        " Xem mai.example.vn. " + _STOP,
        (
            _UNTIL,
            _NAME | {"fallback": "khách quen"},
            _slot("voucher", "code", 8, "THU30"),
        ),
        status=VersionStatus.SUBMITTED,
    ),
)

TEMPLATES = (
    DemoTemplate(
        "mai-fashion", "max-sign-in", "MAX sign-in code", "otp", "en",
        (
            DemoVersion(
                "MAX sign-in. Don't share this code with anyone: {code}\n{app}",
                # Builds for testers have another hash; the shop's is the fallback.
                (_CODE, _slot("app", "app_hash", 11, "+QyYAqib1U4", fallback="+QyYAqib1U4")),
                message_format="sms_retriever",
            ),
        ),
    ),
    DemoTemplate(
        "mai-fashion", "hfm-code", "Mã xác thực HFM", "otp", "vi",
        (DemoVersion("Mã xác thực HFM của bạn là : {code}", (_CODE,)),),
    ),
    DemoTemplate(
        "mai-fashion", "web-sign-in", "Mã đăng nhập trang web", "otp", "vi",
        (
            DemoVersion(
                "{code} là mã đăng nhập MAI Fashion.\n\n@mai.example.vn #{code}",
                (_CODE,),
                message_format="origin_bound",
            ),
        ),
    ),
    DemoTemplate(
        "mai-fashion", "order-notice", "Thông báo đơn hàng", "care", "vi",
        (
            DemoVersion(
                _ORDER_NOTICE,
                (
                    _ORDER,
                    _NAME,
                    _slot("amount", "amount", 12, "450.000đ", currency="VND"),
                ),
                variants=(
                    (
                        "vi-x-plain",
                        _ORDER_NOTICE,
                        "unmarked",
                    ),
                    (
                        "en",
                        "MAI Fashion: {name}, your order {order} for {amount} is on its way."
                        " Need help? Reply HELP.",
                        "unmarked",
                    ),
                ),
            ),
        ),
    ),
    DemoTemplate(
        "mai-fashion", "parcel-today", "Giao hàng hôm nay", "transactional", "vi",
        (
            DemoVersion(
                "MAI Fashion: Đơn {order} giao ngày {day} khoảng {hour}. Theo dõi: {link}",
                (
                    _ORDER,
                    _slot("day", "date", 10, "30/11/2026"),
                    _slot("hour", "time", 8, "14:30"),
                    # An address in ASCII may hold “~”, which counts twice.
                    _slot(
                        "link",
                        "url",
                        48,
                        "https://mai.example.vn/d/SM20261029",
                        charset="gsm7_basic",
                    ),
                ),
                "unmarked",
            ),
        ),
    ),
    DemoTemplate(
        "mai-fashion", "autumn-sale", "Khuyến mãi mùa thu", "marketing", "vi", _AUTUMN_SALE
    ),
    DemoTemplate(
        "mai-fashion", "ask-consent", "Xin phép gửi khuyến mãi", "marketing", "vi",
        (
            DemoVersion(
                "[QC] MAI Fashion gửi tối đa 4 tin khuyến mãi mỗi tháng. Đồng ý, soạn DK MAIFASHION"
                " gửi 53849. " + _STOP,
                (),
                "unmarked",
            ),
        ),
        asks_consent=True,
    ),
    DemoTemplate(
        "mai-fashion", "order-status", "Trả lời tình trạng đơn", "care", "vi",
        (
            DemoVersion(
                "MAI Fashion: đơn {order} đang được xử lý. Nhân viên sẽ nhắn lại trong giờ làm việc.",
                (_ORDER,),
            ),
        ),
    ),
    DemoTemplate(
        "mai-fashion", "opening-hours", "Giờ mở cửa", "care", "vi",
        (DemoVersion("MAI Fashion mở cửa 8:00-21:30 mỗi ngày, 12 Lê Lợi, Đà Nẵng.", (), "unmarked"),),
    ),
    DemoTemplate(
        "mai-fashion", "confirm-return", "Hỏi xác nhận đổi trả", "care", "vi",
        (
            DemoVersion(
                "MAI Fashion: bạn muốn đổi trả đơn {order}? Trả lời 1 để xác nhận, 2 để bỏ qua.",
                (_ORDER,),
            ),
        ),
    ),
    DemoTemplate(
        "mai-fashion", "return-noted", "Đã nhận đổi trả", "care", "vi",
        (DemoVersion("MAI Fashion đã nhận yêu cầu đổi trả. Nhân viên sẽ gọi cho bạn.", (), "unmarked"),),
    ),
    DemoTemplate(
        "mai-fashion", "number-verified", "Số đã xác minh", "care", "vi",
        (DemoVersion("MAI Fashion: số điện thoại của bạn đã được xác minh. Cảm ơn bạn!", (), "unmarked"),),
    ),
    DemoTemplate(
        "harbor-coffee", "happy-hour", "Happy hour", "marketing", "en",
        (
            DemoVersion(
                "Harbor Coffee: {name}, lattes are half price today 2-4 pm. Reply STOP to opt"
                " out, HELP for help. Msg&data rates may apply.",
                (_slot("name", "name", 30, "Alex", fallback="neighbor"),),
                "unmarked",
            ),
        ),
    ),
    DemoTemplate(
        "harbor-coffee", "pickup", "Order ready", "transactional", "en",
        (
            DemoVersion(
                "Harbor Coffee: your order {order} is ready for pickup until {until}.",
                (
                    _slot("order", "code", 12, "A-1042", charset="plain_letters"),
                    _slot("until", "time", 8, "6:30 pm"),
                ),
            ),
        ),
    ),
)  # fmt: skip

# What officers of an account forbid beside the rules that ship, as services take it.
CONTENT_RULES: tuple[dict[str, Any], ...] = (
    {
        "account": "mai-fashion",
        "kind": "forbidden_phrase",
        "name": "No superlatives without proof",
        "params": {
            "phrases": ["rẻ nhất", "tốt nhất", "duy nhất", "số một", "số 1 Việt Nam"],
            "match": "words",
            "marks": "ignored",
        },
        "message_classes": ["marketing"],
        "source": "customer",
        "note": "The brand's own guide to style: nobody can prove such words.",
    },
)
