import codecs

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from campaigns.constants import ImportStatus
from campaigns.models import ContactImport
from campaigns.services.imports import import_cancel, import_reread, import_upload
from config.common.errors import ConflictError, InvalidError
from tests.campaigns.building import start, upload

pytestmark = pytest.mark.django_db

CSV = "Họ và tên,SĐT,Mã đơn\nNguyễn Thị Bích Ngọc,0912345678,DH1\n"
IN_1258 = b"Ho\xf2 t\xean,S\xd0T\nNguy\xea\xden Thi\xf2 B\xedch Ngo\xf2c,0912345678\n"


@pytest.mark.parametrize(
    "raw",
    [
        CSV.encode(),
        codecs.BOM_UTF8 + CSV.encode(),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode("utf-16"),
        b"sep=|\r\n" + CSV.replace(",", "|").replace("\n", "\r\n").encode(),
    ],
)
def test_what_the_file_is_gets_found_out(world, raw):
    found = upload(world.account, raw)
    assert found.titles == ["Họ và tên", "SĐT", "Mã đơn"]
    assert found.mapping == {"0": "name", "1": "number", "2": "attribute:ma_don"}
    assert (found.status, found.rows_total, found.bytes_total) == ("uploaded", 1, len(raw))


def test_the_uploaded_name_is_only_shown(world):
    found = upload(world.account, CSV, file_name="../../etc/cron.d\\evil\0name.csv")
    assert found.file_name == "evil␀name.csv"
    assert found.file.name == f"imports/{world.account.pk}/{found.token}.csv"


@pytest.mark.parametrize(("raw", "code"), [(b"", "file_empty"), (b"PK\x03\x04rest", "file_excel")])
def test_a_file_that_is_no_csv_is_refused_and_not_kept(world, raw, code):
    with pytest.raises(InvalidError) as refusal:
        upload(world.account, raw)
    assert (refusal.value.code, refusal.value.field) == (code, "file")
    assert not ContactImport.objects.exists()


def test_a_file_too_large_is_refused_before_it_is_read(world):
    file = ContentFile(b"x", name="large.csv")
    file.size = (50 << 20) + 1
    with pytest.raises(InvalidError) as refusal:
        import_upload(account=world.account, file=file, file_name="large.csv", user=None)
    assert refusal.value.code == "file_too_large"
    assert "50 MB" in str(refusal.value)


def test_a_legacy_file_is_read_as_guessed_until_told_otherwise(world):
    found = upload(world.account, IN_1258)
    assert (found.dialect["codec"], found.dialect["is_certain"]) == ("cp1258", False)
    assert import_reread(found, codec="windows-1252").dialect["codec"] == "cp1252"


def test_another_delimiter_gives_other_columns(world):
    found = import_reread(upload(world.account, CSV), delimiter=";")
    assert len(found.titles) == 1


@pytest.mark.parametrize(
    ("given", "field"), [({"delimiter": "~"}, "delimiter"), ({"codec": "koi8-r"}, "encoding")]
)
def test_an_unknown_way_of_reading_is_refused(world, given, field):
    found = upload(world.account, IN_1258)
    with pytest.raises(InvalidError) as refusal:
        import_reread(found, **given)
    assert refusal.value.field == field


def test_a_started_import_is_not_read_anew(world):
    found = start(upload(world.account, CSV))
    with pytest.raises(ConflictError):
        import_reread(found, delimiter=";")


def test_canceling_an_upload_deletes_the_file(world, django_capture_on_commit_callbacks):
    found = upload(world.account, CSV)
    with django_capture_on_commit_callbacks(execute=True):
        import_cancel(found, actor=world.alice)
    found.refresh_from_db()
    assert found.status == ImportStatus.CANCELED
    assert not default_storage.exists(found.file.name)
