import struct
import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg.adapt import PyFormat, Transformer

from config.common import database
from config.common.arrays import Int2s, Int4s, Texts, Times, UuidOctets, Uuids

A, B = uuid.UUID(int=1), uuid.UUID("018f4c2e-7b1a-7c3d-9e4f-a1b2c3d4e5f6")
NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
SAMPLES = {
    "uuids": (Uuids([A, B]), "uuid[]", [A, B]),
    "uuid octets": (UuidOctets([A.bytes, B.bytes]), "uuid[]", [A, B]),
    "smallints": (Int2s([0, -1, 32767]), "smallint[]", [0, -1, 32767]),
    "integers": (Int4s([0, None, -(2**31)]), "integer[]", [0, None, -(2**31)]),
    "texts": (Texts(["", "Mã {1}", 'a"b\\c,', "NULL"]), "text[]", ["", "Mã {1}", 'a"b\\c,', "NULL"]),
    "times": (Times([0.0, NOON.timestamp()]), "timestamptz[]", [datetime(1970, 1, 1, tzinfo=UTC), NOON]),
    "no uuids": (Uuids(), "uuid[]", []),
    "no texts": (Texts(), "text[]", []),
    "no integers": (Int4s(), "integer[]", []),
}  # fmt: skip


def packed(values):
    return bytes(Transformer().get_dumper(values, PyFormat.AUTO).dump(values))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.django_db
def test_an_array_arrives_as_it_was_where_the_server_binds(name):
    values, kind, expected = SAMPLES[name]
    with database.connect("test") as link:
        row = link.execute(f"SELECT %s::{kind}", [values]).fetchone()
    assert row[0] == expected


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.django_db
def test_an_array_arrives_as_it_was_where_the_client_binds(name):
    values, kind, expected = SAMPLES[name]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}", [values])
        assert cursor.fetchone()[0] == expected


@given(st.lists(st.uuids(), min_size=1))
def test_uuids_are_packed_as_psycopg_packs_them(values):
    plain = Transformer().get_dumper(values, PyFormat.BINARY).dump(values)
    assert packed(Uuids(values)) == bytes(plain)


@given(st.lists(st.none() | st.integers(-(2**15), 2**15 - 1), min_size=1))
def test_the_head_says_whether_there_are_nulls(values):
    dimensions, has_nulls, element, length, first = struct.unpack_from(
        ">iiIii", packed(Int2s(values))
    )
    assert (dimensions, element, length, first) == (1, 21, len(values), 1)
    assert bool(has_nulls) == (None in values)
