"""What a command_status means for the message that met it (SMPP 3.4 §5.1.3, 5.0 §4.7.6).

The default classes are common practice of SMSCs; each bind may override single codes, because the
same number means different things at different carriers.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

ESME_ROK: Final = 0x00
ESME_RINVMSGLEN: Final = 0x01
ESME_RINVCMDLEN: Final = 0x02
ESME_RINVCMDID: Final = 0x03
ESME_RINVBNDSTS: Final = 0x04
ESME_RALYBND: Final = 0x05
ESME_RSYSERR: Final = 0x08
ESME_RINVSRCADR: Final = 0x0A
ESME_RINVDSTADR: Final = 0x0B
ESME_RBINDFAIL: Final = 0x0D
ESME_RINVPASWD: Final = 0x0E
ESME_RINVSYSID: Final = 0x0F
ESME_RMSGQFUL: Final = 0x14
ESME_RSUBMITFAIL: Final = 0x45
ESME_RINVSYSTYP: Final = 0x53
ESME_RTHROTTLED: Final = 0x58
ESME_RX_T_APPN: Final = 0x64
ESME_RX_P_APPN: Final = 0x65
ESME_RUNKNOWNERR: Final = 0xFF


class StatusClass(StrEnum):
    """What to do about a status."""

    OK = "ok"
    THROTTLE = "throttle"  # slow down and send again; no attempt counted
    TEMPORARY = "temporary"  # again later, then another route
    SESSION = "session"  # rebind; the message goes back to the queue
    CREDENTIALS = "credentials"  # stop the bind and tell a person: retrying locks accounts
    PERMANENT_MESSAGE = "permanent_message"  # this message fails
    PERMANENT_ROUTE = "permanent_route"  # another route, if it has the same registered sender
    AMBIGUOUS = "ambiguous"  # content filter, credit, duplicate: per carrier


_PERMANENT: Final = StatusClass.PERMANENT_MESSAGE
_ROUTE: Final = StatusClass.PERMANENT_ROUTE
_TEMPORARY: Final = StatusClass.TEMPORARY

# code → (name, class). Codes up to 0xFF are SMPP 3.4, 0x100.. are SMPP 5.0 and seen on 3.4 links.
_TABLE: Final[dict[int, tuple[str, StatusClass]]] = {
    0x00: ("ESME_ROK", StatusClass.OK),
    0x01: ("ESME_RINVMSGLEN", _PERMANENT),
    0x02: ("ESME_RINVCMDLEN", _PERMANENT),
    0x03: ("ESME_RINVCMDID", _PERMANENT),
    0x04: ("ESME_RINVBNDSTS", StatusClass.SESSION),
    0x05: ("ESME_RALYBND", StatusClass.SESSION),
    0x06: ("ESME_RINVPRTFLG", _PERMANENT),
    0x07: ("ESME_RINVREGDLVFLG", _PERMANENT),
    0x08: ("ESME_RSYSERR", _TEMPORARY),
    0x0A: ("ESME_RINVSRCADR", _ROUTE),
    0x0B: ("ESME_RINVDSTADR", _PERMANENT),
    0x0C: ("ESME_RINVMSGID", _PERMANENT),
    0x0D: ("ESME_RBINDFAIL", StatusClass.SESSION),
    0x0E: ("ESME_RINVPASWD", StatusClass.CREDENTIALS),
    0x0F: ("ESME_RINVSYSID", StatusClass.CREDENTIALS),
    0x11: ("ESME_RCANCELFAIL", _PERMANENT),
    0x13: ("ESME_RREPLACEFAIL", _PERMANENT),
    # "Queue full" may mean the bind's queue or one subscriber's; taken for a throttle it would let
    # one full mailbox stop the bind, so that is an override for carriers known to mean the bind.
    0x14: ("ESME_RMSGQFUL", _TEMPORARY),
    0x15: ("ESME_RINVSERTYP", _PERMANENT),
    0x33: ("ESME_RINVNUMDESTS", _PERMANENT),
    0x34: ("ESME_RINVDLNAME", _PERMANENT),
    0x40: ("ESME_RINVDESTFLAG", _PERMANENT),
    0x42: ("ESME_RINVSUBREP", _PERMANENT),
    0x43: ("ESME_RINVESMCLASS", _PERMANENT),
    0x44: ("ESME_RCNTSUBDL", _PERMANENT),
    0x45: ("ESME_RSUBMITFAIL", StatusClass.AMBIGUOUS),
    0x48: ("ESME_RINVSRCTON", _ROUTE),
    0x49: ("ESME_RINVSRCNPI", _ROUTE),
    0x50: ("ESME_RINVDSTTON", _PERMANENT),
    0x51: ("ESME_RINVDSTNPI", _PERMANENT),
    0x53: ("ESME_RINVSYSTYP", StatusClass.CREDENTIALS),
    0x54: ("ESME_RINVREPFLAG", _PERMANENT),
    0x55: ("ESME_RINVNUMMSGS", _PERMANENT),
    0x58: ("ESME_RTHROTTLED", StatusClass.THROTTLE),
    0x61: ("ESME_RINVSCHED", _PERMANENT),
    0x62: ("ESME_RINVEXPIRY", _PERMANENT),
    0x63: ("ESME_RINVDFTMSGID", _PERMANENT),
    0x64: ("ESME_RX_T_APPN", _TEMPORARY),
    0x65: ("ESME_RX_P_APPN", _PERMANENT),
    0x66: ("ESME_RX_R_APPN", _PERMANENT),
    0x67: ("ESME_RQUERYFAIL", _PERMANENT),
    0xC0: ("ESME_RINVOPTPARSTREAM", _PERMANENT),
    0xC1: ("ESME_ROPTPARNOTALLWD", _PERMANENT),
    0xC2: ("ESME_RINVPARLEN", _PERMANENT),
    0xC3: ("ESME_RMISSINGOPTPARAM", _PERMANENT),
    0xC4: ("ESME_RINVOPTPARAMVAL", _PERMANENT),
    0xFE: ("ESME_RDELIVERYFAILURE", _TEMPORARY),
    0xFF: ("ESME_RUNKNOWNERR", _TEMPORARY),
    0x100: ("ESME_RSERTYPUNAUTH", _ROUTE),
    0x101: ("ESME_RPROHIBITED", _ROUTE),
    0x102: ("ESME_RSERTYPUNAVAIL", _TEMPORARY),
    0x103: ("ESME_RSERTYPDENIED", _ROUTE),
    0x104: ("ESME_RINVDCS", _PERMANENT),
}

DEFAULT_CLASSES: Final[Mapping[int, StatusClass]] = {
    code: status_class for code, (_, status_class) in _TABLE.items()
}


def classify(status: int, overrides: Mapping[int, StatusClass] | None = None) -> StatusClass:
    """Return the class of a command_status; a code in nobody's table is permanent."""
    if overrides and status in overrides:
        return overrides[status]
    return DEFAULT_CLASSES.get(status, _PERMANENT)


# Answers of carriers over HTTP stand beside these codes, far above what SMSCs use: their HTTP
# status from the first, their own code from the second.
HTTP_BASE: Final = 0x48000000
CODE_BASE: Final = 0x49000000
LAST_CODE: Final = 0x49FFFFFF


def is_known(status: int) -> bool:
    """Tell whether the code is in the specifications; one that is not deserves an alert."""
    return status in _TABLE or HTTP_BASE <= status <= LAST_CODE


def name(status: int) -> str:
    """Return the specification's name, or the number for vendor codes."""
    entry = _TABLE.get(status)
    if entry:
        return entry[0]
    if HTTP_BASE <= status <= LAST_CODE:
        is_code = status >= CODE_BASE
        return f"code {status - CODE_BASE}" if is_code else f"HTTP {status - HTTP_BASE}"
    return f"0x{status:08X}"
