import json

import pytest

from carriers.simulator.operators import (
    IdFormat,
    ProfileError,
    default_profiles,
    read_profiles,
)
from carriers.smpp.receipts import canonical_id


def written(tmp_path, value):
    path = tmp_path / "profiles.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_ports_count_from_the_base():
    ports = {name: profile.port for name, profile in default_profiles(5000).items()}
    assert ports == {
        "viettel": 5000,
        "vinaphone": 5001,
        "mobifone": 5002,
        "intl": 5003,
        "fast": 5004,
        "sandbox": 5005,
    }
    assert {profile.port for profile in default_profiles(0).values()} == {0}


@pytest.mark.parametrize(
    ("form", "text"),
    [("hex", "ab"), ("hex_upper", "AB"), ("decimal", "171"), ("padded", "0000000000000171")],
)
def test_ids_are_written_the_operators_way(form, text):
    assert IdFormat(form).write(171) == text


@pytest.mark.parametrize("response", IdFormat)
@pytest.mark.parametrize("receipt", IdFormat)
def test_the_platform_can_match_every_pair_of_formats(response, receipt):
    for serial in (7, 596_623_580_001):
        assert canonical_id(response.write(serial), response.bind_form) == canonical_id(
            receipt.write(serial), receipt.bind_form
        )


def test_operators_use_different_forms_of_ids():
    forms = {(item.response_id, item.receipt_id) for item in default_profiles().values()}
    assert len(forms) >= 4


def test_a_file_changes_profiles_and_adds_some(tmp_path):
    path = written(
        tmp_path,
        {
            "viettel": {"throughput": 7, "receipt_id": "hex"},
            "extra": {"port": 9000, "accounts": [{"system_id": "a", "password": "b"}]},
        },
    )
    profiles = read_profiles(path, 5000)
    assert (profiles["viettel"].throughput, profiles["viettel"].port) == (7, 5000)
    assert profiles["viettel"].receipt_id is IdFormat.HEX
    assert profiles["extra"].accounts[0].system_id == "a"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{", "not a readable JSON file"),
        ([], "object of operators"),
        ({"viettel": 5}, "viettel must hold an object"),
        ({"viettel": {"speed": 5}}, "unknown settings: speed"),
        ({"viettel": {"receipt_id": "octal"}}, "viettel cannot be used"),
        ({"viettel": {"accounts": [{"system_id": "a"}]}}, "viettel cannot be used"),
        ({"extra": {"port": 9000}}, "extra cannot be used"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(tmp_path, value, words):
    with pytest.raises(ProfileError, match=words):
        read_profiles(written(tmp_path, value))


def test_passwords_are_not_shown():
    assert "sim-vtl" not in repr(default_profiles()["viettel"])
