import pytest
from smpplib import consts

from carriers.smpp import statuses
from carriers.smpp.statuses import StatusClass

CASES = {
    StatusClass.OK: [0x00],
    StatusClass.THROTTLE: [0x58],
    StatusClass.TEMPORARY: [0x08, 0x14, 0x64, 0xFE, 0xFF, 0x102],
    StatusClass.SESSION: [0x04, 0x05, 0x0D],
    StatusClass.CREDENTIALS: [0x0E, 0x0F, 0x53],
    StatusClass.PERMANENT_MESSAGE: [
        *(0x01, 0x0B, 0x15, 0x43, 0x50, 0x51, 0x61, 0x62, 0x65, 0x66),
        *(0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0x104),
    ],
    StatusClass.PERMANENT_ROUTE: [0x0A, 0x48, 0x49, 0x100, 0x101, 0x103],
    StatusClass.AMBIGUOUS: [0x45],
}


@pytest.mark.parametrize(
    ("status", "expected"), [(code, kind) for kind, codes in CASES.items() for code in codes]
)
def test_default_class_of_each_code(status, expected):
    assert statuses.classify(status) is expected


@pytest.mark.parametrize("status", [0x400, 0x4FF, 0x1234, 0xFFFFFFFF, 0x09])
def test_code_of_no_table_is_permanent_and_unknown(status):
    assert statuses.classify(status) is StatusClass.PERMANENT_MESSAGE
    assert not statuses.is_known(status)


def test_override_of_a_bind_wins_and_leaves_the_others():
    overrides = {0x14: StatusClass.THROTTLE, 0x480: StatusClass.TEMPORARY}
    assert statuses.classify(0x14, overrides) is StatusClass.THROTTLE
    assert statuses.classify(0x480, overrides) is StatusClass.TEMPORARY
    assert statuses.classify(0x58, overrides) is StatusClass.THROTTLE


def test_every_code_of_the_specification_has_its_name():
    theirs = {
        value: constant.removeprefix("SMPP_")
        for constant, value in vars(consts).items()
        if constant.startswith("SMPP_ESME_")
    }
    assert {code: statuses.name(code) for code in theirs} == theirs


def test_vendor_code_is_named_by_its_number():
    assert statuses.name(0x480) == "0x00000480"
