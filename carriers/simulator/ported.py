"""Who has a number: the simulated operators' shared register of ported numbers.

By the last three digits, as behaviours are; an operator refuses numbers that moved to another with
ESME_RINVDSTADR (0x0B), and `POST /lookup` of the control endpoint says where they are.
"""

from collections.abc import Mapping
from typing import Final

from carriers.simulator.behaviours import ESME_RINVDSTADR, Behaviour, gettext_noop

HOMES: Final[Mapping[str, str]] = {"921": "viettel", "922": "vinaphone", "923": "mobifone"}
ABSENT_SUFFIX: Final = "924"
_OPERATORS: Final = frozenset(HOMES.values())
# Vietnamese prefixes of the three, as E.164 digits (facts 1.2).
_PREFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "viettel": ("843", "8486", "8496", "8497", "8498"),
    "vinaphone": ("8481", "8482", "8483", "8484", "8485", "8488", "8491", "8494"),
    "mobifone": ("8470", "8476", "8477", "8478", "8479", "8489", "8490", "8493"),
}

PORTED: Final = Behaviour(
    "ported",
    "",
    gettext_noop("Ported away"),
    gettext_noop("Refused with ESME_RINVDSTADR (0x0B) by all operators but the number's own."),
    refusal_status=ESME_RINVDSTADR,
    refusals=None,
    receipts=(),
)


def home_of(msisdn: str) -> str:
    """The operator that has the number now, "" where the register does not know it."""
    home = HOMES.get(msisdn[-3:])
    if home is not None:
        return home
    for operator, prefixes in _PREFIXES.items():
        if msisdn.startswith(prefixes):
            return operator
    return ""


def is_elsewhere(operator: str, destination: str) -> bool:
    """Whether this operator would have to say that the number is not its subscriber's."""
    home = HOMES.get(destination[-3:])
    return home is not None and operator in _OPERATORS and operator != home


def looked_up(msisdn: str) -> dict[str, object]:
    """The register's answer about a number."""
    if msisdn.endswith(ABSENT_SUFFIX):
        return {"msisdn": msisdn, "status": "absent", "network": None}
    return {"msisdn": msisdn, "status": "active", "network": home_of(msisdn) or None}
