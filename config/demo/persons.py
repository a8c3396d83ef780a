"""The demo's people and the register they may stand on. Data only; every number is invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoConsent:
    """Consent by form at a till; `days_left` 0: without an end."""

    number: str
    name: str
    shop: str
    source: str
    days_ago: int
    days_left: int
    frequency: str


@dataclass(frozen=True, slots=True)
class DemoSuppression:
    """`days` 0: as the policy has it. `is_of_brand` False: of every brand of the account."""

    number: str
    cause: str
    source: str
    purpose: str
    reason: str
    days: int = 0
    is_of_brand: bool = True


@dataclass(frozen=True, slots=True)
class DemoTalk:
    """What a person wrote, and what became of it; with a note it is somebody's."""

    number: str
    name: str
    text: str
    answer: str = ""
    note: str = ""
    is_closed: bool = False


CONSENTS = (
    DemoConsent("84900000101", "Lan", "Quận 1", "Form at the till", 240, 0, "4/month"),
    DemoConsent("84900000102", "Minh", "Quận 3", "Form at the till", 180, 0, "2/week"),
    DemoConsent("84900000103", "Hoa", "Thủ Đức", "Form at the fair", 700, 0, ""),
    DemoConsent("84900000104", "Tuấn", "Quận 1", "Form at the till", 345, 20, "4/month"),
)
ASKED = "84900000105"

# In the order in which they came: one to be read by an officer, a clear one, one that wants help.
REPLIES = (
    ("84900000101", "Shop ơi đừng gửi nữa, nhắn nhiều quá"),
    ("84900000103", "TC MAIFASHION"),
    ("84900000102", "HOTRO"),
)

# Answered and closed, taken care of, asking for a person (a keyword rule hands that over), waiting.
TALKS = (
    DemoTalk(
        "84900000111", "Hạnh", "Shop còn áo sơ mi trắng size M không?",
        answer="Dạ còn ạ, mời bạn ghé MAI Quận 1 hoặc nhắn lại tại đây.", is_closed=True,
    ),
    DemoTalk(
        "84900000112", "Quang", "Mình đặt 3 ngày rồi chưa thấy giao?",
        answer="Đơn của bạn đang trên đường, dự kiến giao chiều mai ạ.",
        note="Kho xác nhận đã xuất hàng, gọi lại nếu mai chưa tới.",
    ),
    DemoTalk("84900000113", "Thảo", "NHAN VIEN mình nhận nhầm size L"),
    DemoTalk("84900000114", "Dũng", "Cửa hàng Thủ Đức mở cửa tới mấy giờ?"),
    DemoTalk("84900000104", "Tuấn", "Cảm ơn shop, áo đẹp lắm"),
)  # fmt: skip

# Number, address, text: no sender has these addresses.
MISTYPED = (
    ("84900000115", "53894", "Cho mình hỏi bảng giá áo khoác"),
    ("84900000116", "53894", "TC"),
)

SUPPRESSIONS = (
    DemoSuppression(
        "84900000106", "complaint", "console", "all",
        "Complained to customer care by telephone", is_of_brand=False,
    ),
    DemoSuppression(
        "84900000107", "manual", "console", "marketing", "Works for a competitor", days=60,
    ),
    DemoSuppression(
        "84900000108", "bounce", "receipt", "marketing", "The number does not exist", days=90,
    ),
    DemoSuppression(
        "84900000109", "refusal", "operator", "marketing", "MobiFone, opt-outs by 9241",
    ),
)  # fmt: skip

# Number, what is asked for, days ago, how.
PERSON_REQUESTS = (
    ("84900000104", "copy", 6, "E-mail from the address on the customer card"),
    ("84900000103", "erasure", 2, "In the shop in Thủ Đức, showed the phone"),
)

# Name of the file, id of the list, its lines: number, flags (S messages, V calls).
REGISTER_FILE = "demo_dnc.csv"
REGISTER_LIST = "DEMO (invented numbers)"
REGISTERED = (
    ("0900000201", "S"), ("0900000202", "S"), ("0900000203", "V"), ("0900000204", "SV"),
    ("0900000205", "S"), ("0900000206", "SV"), ("0900000207", "V"), ("0900000208", "S"),
)  # fmt: skip

# Contacts of the second market who agreed; a US rule on trial is held against what they got.
GUESTS = (
    ("+16025550122", "Liam"), ("+12125550102", "Emma"), ("+12125550199", "Priya"),
    ("+16175550144", "Chloe"), ("+13125550118", "Minh"), ("+12145550143", "Renee"),
    ("+14155550199", "Mateo"), ("+14085550123", "Renee"),
)  # fmt: skip
