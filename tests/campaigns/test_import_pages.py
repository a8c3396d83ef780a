"""The import in the console, step by step, as a marketer and as a stranger."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.constants import ImportStatus
from campaigns.models import Contact, ContactImport
from campaigns.services.imports import import_run
from compliance.constants import Role
from compliance.models import ConsentState
from compliance.services.access import role_grant
from tests.campaigns.building import imported, start, upload
from tests.factories import make_list

pytestmark = pytest.mark.django_db

CSV = (
    "STT,Họ và tên,SĐT,Mã đơn,Đồng ý\n"
    "1,An,0912345671,DH1,Có\n"
    "2,Bình,0912345672,DH2,\n"
    "3,Chi,8.49E+10,=1+1,x\n"
)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def page(name: str, *arguments: object) -> str:
    return reverse(f"admin:campaigns_contactimport_{name}", args=arguments)


def send_file(client: Client, content: bytes | str = CSV, **values: Any) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile("contacts.csv", raw, "text/csv")
    return client.post(page("add"), {"file": file} | values)


def column_values(found: ContactImport, **changes: str) -> dict[str, str]:
    """What the columns page sends when nothing is touched, but for the changes."""
    values = {}
    for index, target in found.mapping.items():
        name, _colon, key = target.partition(":")
        values |= {f"column_{index}-field": name, f"column_{index}-key": key}
    return values | {"default_country": "VN", "purpose": "marketing"} | changes


def test_from_the_file_to_the_result(world, browse):
    client = browse(world.alice)
    answer = send_file(client, account=world.account.pk)
    found = ContactImport.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == page("change", found.pk)
    shown = text(client.get(page("change", found.pk)))
    assert "Mã đơn" in shown
    assert "its last digits are lost" in shown
    values = column_values(found, new_list_name="Orders", start="1")
    values |= {"advertiser": str(world.advertiser.pk), "source": "shop"}
    assert client.post(page("change", found.pk), values).status_code == 302
    assert 'id="import-progress"' in text(client.get(page("change", found.pk)))
    import_run(found.pk)
    result = text(client.get(page("change", found.pk)))
    assert "3 rows read = 2 new + 0 known + 0 merged + 1 bad." in result
    assert "1 consent record added for Sao Mai." in result
    assert "Orders" in result
    assert ConsentState.objects.get().msisdn == "84912345671"


def test_the_guess_is_preselected_and_the_only_advertiser_too(world, browse):
    found = upload(world.account, CSV)
    shown = text(browse(world.alice).get(page("change", found.pk)))
    selected = re.findall(r'<option value="([^"]*)" selected', shown)
    assert selected[1:6] == ["ignore", "name", "number", "attribute", "consent"]
    assert str(world.advertiser.pk) in selected


def test_checking_again_marks_the_cells_of_the_new_mapping(world, browse):
    found = upload(world.account, CSV)
    changes = {"column_2-field": "ignore", "column_0-field": "number"}
    values = column_values(found, check="1") | changes
    shown = text(browse(world.alice).post(page("change", found.pk), values))
    assert shown.count("short code") == 3
    found.refresh_from_db()
    assert found.status == ImportStatus.UPLOADED


def test_a_mapping_without_number_is_refused_on_the_page(world, browse):
    found = upload(world.account, CSV)
    values = column_values(found, start="1") | {"column_2-field": "ignore"}
    shown = text(browse(world.alice).post(page("change", found.pk), values))
    assert "No column holds the number" in shown
    found.refresh_from_db()
    assert found.status == ImportStatus.UPLOADED


def test_another_way_of_reading(world, browse):
    found = upload(world.account, CSV)
    values = {"reread": "1", "delimiter": ";"}
    browse(world.alice).post(page("change", found.pk), values)
    found.refresh_from_db()
    assert (len(found.titles), found.dialect["has_header"]) == (1, False)


def test_a_file_that_is_no_csv_is_explained(world, browse):
    answer = send_file(browse(world.alice), b"PK\x03\x04", account=world.account.pk)
    assert "The file is an Excel workbook" in text(answer)
    assert not ContactImport.objects.exists()


def test_a_legacy_file_is_shown_with_a_warning(world, browse):
    found = upload(world.account, b"ten,sdt\nNguy\xea\xden Thi\xf2 Ngo\xf2c,0912345671\n")
    shown = text(browse(world.alice).get(page("change", found.pk)))
    assert "The file is not UTF-8" in shown
    assert "Windows-1258" in shown


def test_a_list_says_where_the_contacts_go(world, browse):
    orders = make_list(world.account, name="Orders")
    client = browse(world.alice)
    address = f"{page('add')}?list={orders.pk}"
    assert "Orders" in text(client.get(address))
    file = SimpleUploadedFile("contacts.csv", CSV.encode())
    client.post(address, {"file": file, "account": world.account.pk})
    assert ContactImport.objects.get().contact_list == orders


def test_the_list_of_others_is_not_offered(world, browse):
    theirs = make_list(world.other_account, name="Theirs")
    assert "Theirs" not in text(browse(world.alice).get(f"{page('add')}?list={theirs.pk}"))


def test_nobody_uploads_for_another_account(world, browse):
    answer = send_file(browse(world.alice), account=world.other_account.pk)
    assert answer.status_code == 200
    assert not ContactImport.objects.exists()


def test_with_two_accounts_one_is_chosen(world, browse):
    role_grant(user=world.alice, role=Role.MARKETER, account=world.other_account, actor=None)
    client = browse(world.alice)
    assert "Other Company" in text(client.get(page("add")))
    send_file(client, account=world.other_account.pk)
    assert ContactImport.objects.get().account == world.other_account


def test_progress_is_told_as_json(world, browse):
    found = start(upload(world.account, CSV), mapping={2: "number"})
    client = browse(world.alice)
    before = client.get(page("progress", found.pk)).json()
    assert (before["is_over"], before["percent"], before["rows_total"]) == (False, 0, 3)
    import_run(found.pk)
    after = client.get(page("progress", found.pk)).json()
    assert (after["is_over"], after["percent"], after["rows_created"]) == (True, 100, 2)
    assert after["label"] == "Completed"


def test_bad_lines_are_downloaded_without_formulas(world, browse):
    found = imported(world.account, CSV, mapping={2: "number", 3: "attribute:order"})
    answer = browse(world.alice).get(page("bad_lines", found.pk))
    assert answer["Content-Disposition"].startswith("attachment")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "\ufeffLine,Field,Reason,STT,Họ và tên,SĐT,Mã đơn,Đồng ý"
    assert lines[1].startswith("4,SĐT,")
    assert lines[1].endswith(",3,Chi,8.49E+10,'=1+1,x")


def test_a_run_is_canceled_by_a_button(world, browse):
    found = start(upload(world.account, CSV), mapping={2: "number"})
    client = browse(world.alice)
    assert client.get(page("cancel", found.pk)).status_code == 405
    client.post(page("cancel", found.pk))
    found.refresh_from_db()
    assert found.status == ImportStatus.CANCELED
    assert "was canceled" in text(client.get(page("change", found.pk)))


def test_a_failed_import_is_tried_again(world, browse):
    found = start(upload(world.account, CSV), mapping={2: "number"})
    ContactImport.objects.filter(pk=found.pk).update(status="failed", error="unexpected")
    client = browse(world.alice)
    assert "Something went wrong" in text(client.get(page("change", found.pk)))
    client.post(page("retry", found.pk))
    found.refresh_from_db()
    assert found.status == ImportStatus.QUEUED


def test_sending_the_columns_twice_starts_once(world, browse):
    found = upload(world.account, "phone\n0912345671\n")
    client = browse(world.alice)
    values = column_values(found, start="1")
    client.post(page("change", found.pk), values)
    assert client.post(page("change", found.pk), values).status_code == 302
    import_run(found.pk)
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("name", ["change", "progress", "bad_lines", "cancel", "retry"])
@pytest.mark.parametrize("person", ["charlie", "bob", "olga"])
def test_others_find_no_import(world, browse, name, person):
    found = start(upload(world.account, CSV), mapping={2: "number"})
    client = browse(getattr(world, person))
    for answer in (client.get(page(name, found.pk)), client.post(page(name, found.pk))):
        assert answer.status_code in {302, 403, 404, 405}
        assert "0912345671" not in text(answer)
    found.refresh_from_db()
    assert found.status == ImportStatus.QUEUED


def test_the_pages_speak_vietnamese_dates_and_all(world, browse):
    world.alice.language = "vi"
    world.alice.save()
    found = upload(world.account, CSV)
    assert browse(world.alice).get(page("change", found.pk)).status_code == 200
    assert browse(world.alice).get(page("changelist")).status_code == 200


def test_empty_lists_say_what_to_do(world, browse):
    client = browse(world.alice)
    for name, sentence in (
        ("contactimport", "Nothing has been imported yet"),
        ("contact", "No contacts yet"),
        ("contactlist", "No lists yet"),
    ):
        address = reverse(f"admin:campaigns_{name}_changelist")
        assert sentence in text(client.get(address))
        assert sentence not in text(client.get(address, {"q": "something"}))


def test_a_vanished_file_is_explained(world, browse):
    found = upload(world.account, CSV)
    found.file.delete(save=False)
    ContactImport.objects.filter(pk=found.pk).update(file="imports/gone.csv")
    assert "no longer there" in text(browse(world.alice).get(page("change", found.pk)))
