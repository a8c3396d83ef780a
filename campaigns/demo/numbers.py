"""Numbers over all networks of the plan, and the ways in which people write them."""

from collections.abc import Callable, Mapping
from random import Random

from carriers.simulator.behaviours import BY_SUFFIX
from routing.numbers import NumberError, normalize
from routing.numbers.plan import NumberPlan

# Shares of the networks in the demo, in per cent; virtual operators are a little louder than
# in life, so that each is seen.
SHARES: Mapping[str, int] = {
    "viettel": 44, "vinaphone": 22, "mobifone": 20, "vietnamobile": 5, "gmobile": 2, "itel": 2,
    "wintel": 2, "vnsky": 2, "fpt": 1,
}  # fmt: skip

# How often each ending that the simulator treats specially occurs, out of 200. Those without
# any response are few: each holds a place of a bind's window until the response timer ends.
SPECIAL: Mapping[str, int] = {
    "undeliverable": 54, "expired": 28, "rejected": 22, "throttled": 2, "no_response": 6,
    "no_receipt": 20, "duplicate_receipt": 15, "receipt_first": 12, "temporary_error": 10,
    "slow_response": 4, "lost_response": 4, "partly_rejected": 5, "intermediate_receipt": 4, "late_receipt": 4,
    "rejected_later": 3, "deleted": 3, "replies": 4,
}  # fmt: skip

Writer = Callable[[str, Random], str]


def _groups(national: str, separator: str) -> str:
    return separator.join((f"0{national[:3]}", national[3:6], national[6:]))


def _old(national: str, random: Random) -> str:
    """As before September 2018, where the number had eleven digits then."""
    old = [before for before, after in OLD_PREFIXES.items() if national.startswith(after)]
    return f"0{random.choice(sorted(old))}{national[2:]}" if old else f"0{national}"


def _full_width(national: str, _random: Random) -> str:
    return f"0{national}".translate({48 + digit: 0xFF10 + digit for digit in range(10)})


OLD_PREFIXES: Mapping[str, str] = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78", "123": "83", "124": "84",
    "125": "85", "127": "81", "129": "82", "162": "32", "163": "33", "164": "34", "165": "35",
    "166": "36", "167": "37", "168": "38", "169": "39", "186": "56", "188": "58",
}  # fmt: skip

# Ways of writing, with their weights.
WRITERS: Mapping[Writer, int] = {
    lambda n, _: f"0{n}": 36,
    lambda n, _: _groups(n, " "): 12,
    lambda n, _: _groups(n, "."): 8,
    lambda n, _: _groups(n, "-"): 3,
    lambda n, _: f"+84{n}": 8,
    lambda n, _: f"+84 {n[:3]} {n[3:6]} {n[6:]}": 5,
    lambda n, _: f"84{n}": 7,
    lambda n, _: f"0084{n}": 2,
    lambda n, _: f"084 {n}": 2,
    lambda n, _: f"+84 (0){n}": 1,
    lambda n, _: n: 6,
    lambda n, _: f"'0{n}": 4,
    lambda n, _: f" 0{n}\u200b": 1,
    lambda n, _: f"0{n[:3]}\u00a0{n[3:6]}\u00a0{n[6:]}": 1,
    lambda n, _: f"84{n}.0": 1,
    _full_width: 1,
    _old: 2,
}

# What no import can use; {digits} are nine random ones.
BROKEN = (
    "8.49E+10", "8,49123E+10", "024 3{digits}", "028 3{digits}", "09{few}", "09{digits}12", "",
    "chưa có", "0{digits} ext 12", "19001234", "0953{few}56", "0141{digits}", "09x{few}",
    "090{few}12 / 091{few}34", "113", "không cho số", "+84", "1800 6{few}",
)  # fmt: skip


def write(msisdn: str, random: Random) -> str:
    """A Vietnamese number in one of the ways, each of which an import reads back."""
    writer = random.choices(list(WRITERS), weights=list(WRITERS.values()))[0]
    written = writer(msisdn[2:], random)
    return written if _reads(written) == msisdn else f"0{msisdn[2:]}"


def broken(random: Random) -> str:
    """What stands in the number's column of a row that nobody can use."""
    while True:
        digits, few = f"{random.randrange(10**7):07}", f"{random.randrange(10**5):05}"
        text = random.choice(BROKEN).format(digits=digits, few=few)
        if _reads(text) is None:
            return text


def _reads(text: str) -> str | None:
    try:
        return normalize(text, default_country="VN").msisdn
    except NumberError:
        return None


class NumberSource:
    """Mobile numbers of a plan by the networks' shares, never the same twice."""

    def __init__(self, plan: NumberPlan, random: Random) -> None:
        self._random = random
        self._given: set[str] = set()
        self._prefixes = {
            network: [entry.prefix for entry in plan.entries if entry.network_code == network]
            for network in SHARES
        }

    def ordinary(self) -> str:
        """A number that the simulator simply delivers to."""
        while True:
            msisdn = self._draw()
            if msisdn[-3:] not in BY_SUFFIX and self._take(msisdn):
                return msisdn

    def special(self, behaviour: str) -> str:
        """A number with the ending of a behaviour of the simulator."""
        suffix = next(suffix for suffix, one in BY_SUFFIX.items() if one.name == behaviour)
        while True:
            msisdn = self._draw()[:-3] + suffix
            if self._take(msisdn):
                return msisdn

    def _draw(self) -> str:
        random = self._random
        network = random.choices(list(SHARES), weights=list(SHARES.values()))[0]
        prefix = random.choice(self._prefixes[network])
        rest = 11 - len(prefix)
        return f"{prefix}{random.randrange(10**rest):0{rest}}"

    def _take(self, msisdn: str) -> bool:
        if msisdn in self._given or _reads(msisdn) != msisdn:
            return False
        self._given.add(msisdn)
        return True
