import json

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.models import Contact, ContactImport
from campaigns.services.imports import import_run
from compliance.models import ConsentState
from tests.campaigns.building import imported, upload
from tests.factories import make_list

pytestmark = pytest.mark.django_db

CSV = "Họ tên,SĐT,Mã đơn,Đồng ý\nAn,0912345671,DH1,Có\nBình,0912345672,DH2,\nChi,12,DH3,x\n"


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def file(content=CSV, name="contacts.csv"):
    raw = content.encode() if isinstance(content, str) else content
    return SimpleUploadedFile(name, raw, "text/csv")


def send(api, content=CSV, **options):
    return api.send("/imports", file=file(content), options=json.dumps(options))


def test_a_file_is_imported_by_its_titles(api, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = api.send("/imports", file=file())
    assert answer.status_code == 202
    shown = answer.json()
    assert (shown["status"], shown["rows_total"], shown["file_name"]) == (
        "queued",
        3,
        "contacts.csv",
    )
    assert shown["mapping"] == {
        "0": "name",
        "1": "number",
        "2": "attribute:ma_don",
        "3": "ignore",
    }
    assert published == [("campaigns.tasks.run_import", (shown["id"],))]


def test_an_import_is_followed_to_its_bad_lines(api):
    shown = send(api, new_list="Orders").json()
    import_run(shown["id"])
    done = api.get(f"/imports/{shown['id']}").json()
    keys = ("status", "percent", "rows_done", "created", "updated", "duplicates", "bad_lines")
    assert [done[key] for key in keys] == ["completed", 100, 3, 2, 0, 0, 1]
    assert done["list"]["name"] == "Orders"
    lines = api.get(f"/imports/{shown['id']}/bad-lines").json()["data"]
    assert [(one["line"], one["field"], one["column"], one["code"]) for one in lines] == [
        (4, "number", "SĐT", "short_code")
    ]
    assert lines[0]["content"] == "Chi,12,DH3,x"
    assert api.get("/imports").json()["data"][0]["id"] == shown["id"]


def test_options_say_everything(api, world):
    contact_list = make_list(api.account)
    shown = send(
        api,
        mapping={"sdt": "number", "0": "name", "Mã đơn": "attribute:order", "Đồng ý": "consent"},
        list=contact_list.pk,
        default_country="VN",
        consent={"advertiser": world.advertiser.name, "source": "shop"},
    ).json()
    import_run(shown["id"])
    assert contact_list.memberships.count() == 2
    assert Contact.objects.get(msisdn="84912345671").attributes == {"order": "DH1"}
    assert ConsentState.objects.get().msisdn == "84912345671"


@pytest.mark.parametrize(
    ("content", "options", "code", "pointer"),
    [
        (CSV, {"mapping": {"Phone": "number"}}, "column_unknown", "#/options/mapping/Phone"),
        (CSV, {"mapping": {"SĐT": "phone"}}, "field_unknown", "#/options/mapping"),
        (CSV, {"mapping": {"SĐT": "name"}}, "number_column_missing", "#/options/mapping"),
        (CSV, {"list": 99999999}, "unknown_list", "#/options/list"),
        (CSV, {"delimiter": "~"}, "delimiter_unknown", "#/options/delimiter"),
        (CSV, {"lists": 1}, "invalid_request", "#/options/lists"),
        (CSV, {"consent": {}}, "invalid_request", "#/options/consent/advertiser"),
        (
            CSV,
            {"consent": {"advertiser": "Nobody"}},
            "unknown_advertiser",
            "#/options/consent/advertiser",
        ),
        ("", {}, "file_empty", "#/file"),
        (b"PK\x03\x04", {}, "file_excel", "#/file"),
        ("ten,sdt\nNgoüc,0912345671\n".encode("cp1252"), {}, "file_not_utf8", "#/options/encoding"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(api, content, options, code, pointer):
    answer = send(api, content, **options)
    assert answer.status_code == 422
    body = answer.json()
    assert (body["code"], [one["pointer"] for one in body["errors"]]) == (code, [pointer])
    assert not ContactImport.objects.exists()
    assert not default_storage.exists(f"imports/{api.account.pk}") or not any(
        default_storage.listdir(f"imports/{api.account.pk}")[1]
    )


def test_a_legacy_file_needs_its_encoding(api):
    raw = b"ten,sdt\nNguy\xea\xden Thi\xf2 Ngo\xf2c,0912345671\n"
    shown = send(api, raw, encoding="windows-1258").json()
    import_run(shown["id"])
    assert Contact.objects.get().name == "Nguyễn Thị Ngọc"


@pytest.mark.parametrize("options", ["{", "[1]", "null", '"x"'])
def test_options_that_are_no_object_are_refused(api, options):
    assert api.send("/imports", file=file(), options=options).status_code == 422


def test_the_file_must_be_there(api):
    assert api.send("/imports", options="{}").json()["errors"][0]["pointer"] == "#/file"


def test_json_is_the_wrong_content_type(api):
    assert api.post("/imports", {}).status_code == 415


def test_an_import_is_canceled_once(api):
    shown = send(api).json()
    path = f"/imports/{shown['id']}/cancel"
    assert api.post(path).json()["status"] == "canceled"
    assert api.post(path).json()["code"] == "import_ended"


def test_bad_lines_come_in_pages(api):
    found = imported(api.account, "phone\n" + "".join(f"x{n}\n" for n in range(5)))
    first = api.get(f"/imports/{found.pk}/bad-lines?limit=3").json()
    second = api.get(f"/imports/{found.pk}/bad-lines?limit=3&cursor={first['next_cursor']}").json()
    assert [one["line"] for one in first["data"] + second["data"]] == [2, 3, 4, 5, 6]


def test_a_stranger_finds_nothing(api, stranger):
    found = upload(api.account, CSV)
    paths = [f"/imports/{found.pk}", f"/imports/{found.pk}/bad-lines"]
    assert [stranger.get(path).status_code for path in paths] == [404, 404]
    assert stranger.post(f"/imports/{found.pk}/cancel").status_code == 404
    assert stranger.get("/imports").json()["data"] == []
    found.refresh_from_db()
    assert found.status == "uploaded"
