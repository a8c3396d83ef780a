"""Vietnamese and American names and addresses to draw from, with rough weights."""

from collections.abc import Mapping
from random import Random

FAMILIES: Mapping[str, int] = {
    "Nguyễn": 38, "Trần": 11, "Lê": 10, "Phạm": 7, "Huỳnh": 3, "Hoàng": 3, "Phan": 4, "Vũ": 3,
    "Võ": 3, "Đặng": 2, "Bùi": 2, "Đỗ": 2, "Hồ": 1, "Ngô": 1, "Dương": 1, "Lý": 1, "Đinh": 1,
    "Trịnh": 1, "Lương": 1, "Mai": 1, "Tôn Nữ": 1, "Tô": 1, "Quách": 1,
}  # fmt: skip
WOMEN = (
    "Thị Bích Ngọc", "Thị Hồng Nhung", "Thu Hà", "Thị Mỹ Duyên", "Ngọc Ánh", "Thùy Dương",
    "Thị Kim Oanh", "Phương Thảo", "Thị Diễm Quỳnh", "Thanh Trúc", "Bảo Ngọc", "Thị Lệ Hằng",
    "Khánh Linh", "Thị Yến Nhi", "Thị Hường", "Minh Châu", "Quỳnh Như", "Thị Út", "Hoài Thương",
    "Tường Vy", "Thị Xuân", "Ái Vân", "Thị Thắm", "Gia Hân",
)  # fmt: skip
MEN = (
    "Văn An", "Minh Tuấn", "Quốc Bảo", "Hữu Phước", "Văn Đức", "Đình Khôi", "Thành Đạt",
    "Hoàng Long", "Văn Hùng", "Anh Dũng", "Trung Kiên", "Nhật Huy", "Văn Lộc", "Công Phượng",
    "Xuân Trường", "Hải Đăng", "Thế Vinh", "Văn Toản", "Tấn Tài", "Ngọc Sơn", "Đức Thịnh",
    "Phúc Hậu", "Văn Cường", "Quang Vinh",
)  # fmt: skip
STREETS = (
    "Lê Lợi", "Nguyễn Huệ", "Trần Hưng Đạo", "Hai Bà Trưng", "Điện Biên Phủ", "Lý Thường Kiệt",
    "Cách Mạng Tháng Tám", "Nguyễn Trãi", "Phan Đình Phùng", "Võ Văn Kiệt", "Hoàng Diệu",
    "Lạc Long Quân", "Quang Trung", "Ngô Quyền",
)  # fmt: skip
PLACES = (
    "P. Bến Nghé, Q.1, TP. Hồ Chí Minh", "P. Thảo Điền, TP. Thủ Đức", "Q. Hoàn Kiếm, Hà Nội",
    "Q. Cầu Giấy, Hà Nội", "Q. Hải Châu, Đà Nẵng", "Q. Ninh Kiều, Cần Thơ", "TP. Huế",
    "Q. Lê Chân, Hải Phòng", "TP. Biên Hòa, Đồng Nai", "TP. Thủ Dầu Một, Bình Dương",
    "TP. Nha Trang, Khánh Hòa", "TP. Vinh, Nghệ An", "TP. Đà Lạt, Lâm Đồng",
    "TP. Buôn Ma Thuột, Đắk Lắk",
)  # fmt: skip
AMERICAN_FIRST = (
    "Olivia", "Liam", "Emma", "Noah", "Ava", "Mateo", "Sofía", "James", "Mia", "José", "Chloë",
    "Ethan", "Grace", "Renée", "Daniel", "Linh", "Minh", "Aaliyah", "Jamal", "Priya",
)  # fmt: skip
AMERICAN_LAST = (
    "Smith", "Johnson", "García", "Nguyen", "Tran", "O'Brien", "Williams", "Brown", "Martínez",
    "Lee", "Davis", "Müller", "Kowalski", "Robinson", "Núñez", "Patel", "Kim", "Jackson",
)  # fmt: skip
# City, state and area code; 555-0100 to 555-0199 belong to nobody in each of them.
CITIES = (
    ("Los Angeles, CA", "213"), ("San Francisco, CA", "415"), ("Houston, TX", "713"),
    ("Dallas, TX", "214"), ("New York, NY", "212"), ("Brooklyn, NY", "718"),
    ("Chicago, IL", "312"), ("Seattle, WA", "206"), ("Atlanta, GA", "404"),
    ("Orlando, FL", "407"), ("Phoenix, AZ", "602"), ("Boston, MA", "617"),
    ("San Jose, CA", "408"), ("Denver, CO", "303"), ("Portland, OR", "503"),
)  # fmt: skip


def vietnamese(random: Random) -> str:
    """A full name: family, middle and given name."""
    family = random.choices(list(FAMILIES), weights=list(FAMILIES.values()))[0]
    return f"{family} {random.choice(random.choice((WOMEN, MEN)))}"


def address(random: Random) -> str:
    """A street and a place; now and then on two lines."""
    number = f"{random.randrange(1, 400)}{random.choice(('', '', '', 'A', '/12', ' ngõ 5'))}"
    line_end = "\n" if random.random() < 0.03 else ", "
    return f"{number} {random.choice(STREETS)}{line_end}{random.choice(PLACES)}"


def american(random: Random) -> str:
    """A first and a last name."""
    return f"{random.choice(AMERICAN_FIRST)} {random.choice(AMERICAN_LAST)}"
