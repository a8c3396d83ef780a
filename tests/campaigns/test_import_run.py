import json
import unicodedata
from datetime import UTC, datetime

import pytest
from django.core.files.storage import default_storage

from campaigns.constants import ImportStatus
from campaigns.models import BadLine, Contact, ContactList, ListMembership
from campaigns.services.imports import ConsentOptions, import_run
from compliance.models import ConsentRecord, ConsentState, Suppression
from config.common.errors import ConflictError, InvalidError
from messaging.models import Event
from tests.campaigns.building import counts, guessed, imported, start, upload
from tests.factories import make_account, make_contact, make_list

pytestmark = pytest.mark.django_db

HEAD = "Họ và tên,Số điện thoại,Mã đơn hàng,Địa chỉ\n"
MESS = (
    HEAD + f"{unicodedata.normalize('NFD', 'Nguyễn Văn An')},0912345678,DH1,\n"
    'Trần Thị Bình,+84 987 654 321,DH2,"12 Lê Lợi\nQuận 1"\n'
    ",0084912345678,,Hà Nội\n"
    "Lê Minh,8.49E+10,DH4,\n"
    '"Phạm Hà,0911111111,DH5,\n'
    "Đỗ Yến,01234567890,DH6,\n"
    "Vũ Nam,024 3825 1234,DH7,\n"
)


def test_a_file_in_the_mess_people_have(world):
    found = imported(world.account, MESS, new_list_name="Orders")
    assert found.status == ImportStatus.COMPLETED
    assert counts(found) == (3, 0, 1, 3)
    first = Contact.objects.get(account=world.account, msisdn="84912345678")
    assert (first.name, first.attributes) == (
        "Nguyễn Văn An",
        {"ma_don_hang": "DH1", "dia_chi": "Hà Nội"},
    )
    assert Contact.objects.filter(msisdn="84834567890", name="Đỗ Yến").exists()


def test_bad_lines_say_line_field_and_reason(world):
    imported(world.account, MESS)
    found = list(BadLine.objects.values_list("line", "field", "code"))
    assert found == [
        (6, "number", "damaged_scientific"),
        (7, "", "unclosed_quote"),
        (9, "number", "fixed_line"),
    ]
    line = BadLine.objects.get(line=6)
    assert "8.49E+10" in line.reason
    assert line.content == "Lê Minh,8.49E+10,DH4,"


def test_a_row_that_quotation_marks_have_mixed_up_says_so(world):
    imported(world.account, 'name,phone,address\n"An,0912345678,"1 Lê Lợi, Q.1"\n')
    assert BadLine.objects.get().code == "unclosed_quote"


def test_the_list_keeps_the_order_of_the_file(world):
    imported(world.account, MESS, new_list_name="Orders")
    members = ListMembership.objects.filter(contact_list__name="Orders").order_by("pk")
    numbers = [member.contact.msisdn for member in members.select_related("contact")]
    assert numbers == ["84912345678", "84987654321", "84834567890"]


def test_known_contacts_keep_what_the_file_does_not_say(world):
    known = make_contact(
        world.account, msisdn="84912345678", name="Old", language="vi", attributes={"a": "1"}
    )
    found = imported(world.account, "phone,name,b\n0912345678,,2\n0912345679,New,\n")
    assert counts(found) == (1, 1, 0, 0)
    known.refresh_from_db()
    assert (known.name, known.language, known.attributes) == ("Old", "vi", {"a": "1", "b": "2"})


def test_a_time_zone_is_taken_and_a_wrong_one_set_aside_with_its_reason(world):
    make_contact(world.account, msisdn="84912345679", timezone="Asia/Tokyo")
    file = "phone,múi giờ\n0912345678,asia/ho_chi_minh\n0912345679,\n0912345670,Hanoi\n"
    imported(world.account, file)
    found = dict(Contact.objects.values_list("msisdn", "timezone"))
    assert found == {"84912345678": "Asia/Ho_Chi_Minh", "84912345679": "Asia/Tokyo"}
    line = BadLine.objects.get()
    assert (line.line, line.field) == (4, "timezone")
    assert "“Hanoi” is not a time zone" in line.reason


def test_a_contact_that_says_nothing_new_is_not_written(world):
    known = make_contact(world.account, msisdn="84912345678", name="An")
    imported(world.account, "phone,name\n0912345678,An\n", new_list_name="L")
    assert Contact.objects.get(pk=known.pk).updated_at == known.updated_at
    assert ListMembership.objects.filter(contact=known).count() == 1


def test_the_same_file_again_changes_nothing(world):
    imported(world.account, MESS, new_list_name="Orders")
    before = list(Contact.objects.order_by("pk").values())
    orders = ContactList.objects.get(name="Orders")
    found = imported(world.account, MESS, contact_list=orders)
    assert counts(found) == (0, 3, 1, 3)
    assert list(Contact.objects.order_by("pk").values()) == before
    assert orders.memberships.count() == 3


def test_contacts_of_another_account_are_others(world):
    stranger = make_contact(world.other_account, msisdn="84912345678", name="Theirs")
    imported(world.account, "phone,name\n0912345678,Ours\n")
    stranger.refresh_from_db()
    assert stranger.name == "Theirs"
    assert Contact.objects.filter(msisdn="84912345678").count() == 2


def test_running_a_finished_import_again_is_harmless(world):
    found = imported(world.account, MESS)
    assert import_run(found.pk) == ImportStatus.COMPLETED
    found.refresh_from_db()
    assert counts(found) == (3, 0, 1, 3)


def test_numbers_are_read_in_the_country_that_was_chosen(world):
    content = "phone,name\n(201) 555-0123,Ann\n"
    imported(world.account, content, default_country="US")
    assert Contact.objects.get(account=world.account).msisdn == "12015550123"


def test_the_file_is_deleted_once_it_is_in(world, django_capture_on_commit_callbacks):
    found = start(upload(world.account, MESS))
    with django_capture_on_commit_callbacks(execute=True):
        import_run(found.pk)
    assert not default_storage.exists(found.file.name)


def test_a_vanished_file_fails_with_a_reason(world):
    found = start(upload(world.account, MESS))
    default_storage.delete(found.file.name)
    assert import_run(found.pk) == ImportStatus.FAILED
    found.refresh_from_db()
    assert found.error == "file_missing"


def test_the_start_names_the_task(world, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        found = start(upload(world.account, MESS))
    assert published == [("campaigns.tasks.run_import", (found.pk,))]


def test_an_import_starts_once(world):
    found = start(upload(world.account, MESS))
    with pytest.raises(ConflictError):
        start(found)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"mapping": {0: "name"}}, "number_column_missing"),
        ({"mapping": {1: "number", 0: "consent"}}, "consent_advertiser_missing"),
    ],
)
def test_options_that_cannot_work_are_refused(world, options, code):
    found = upload(world.account, MESS)
    with pytest.raises(InvalidError) as refusal:
        start(found, **options)
    assert refusal.value.code == code
    found.refresh_from_db()
    assert found.status == ImportStatus.UPLOADED


def test_lists_and_advertisers_of_others_do_not_exist(world):
    found = upload(world.account, MESS)
    with pytest.raises(InvalidError):
        start(found, contact_list=make_list(world.other_account))
    consent = ConsentOptions(world.other_advertiser, source="form", for_all=True)
    with pytest.raises(InvalidError):
        start(found, consent=consent)


def test_a_taken_list_name_is_refused(world):
    make_list(world.account, name="Orders")
    with pytest.raises(InvalidError) as refusal:
        start(upload(world.account, MESS), new_list_name="Orders")
    assert refusal.value.field == "list"


CONSENTS = (
    "phone,consent,consent date,consent source\n"
    "0912345671,Có,01/03/2026,web\n"
    "0912345672,Không,,\n"
    "0912345673,Từ chối,,\n"
    "0912345674,,,\n"
    "0912345675,x,,\n"
)


def test_a_column_says_who_has_agreed(world):
    consent = ConsentOptions(world.advertiser, source="shop", evidence="form 12")
    found = imported(world.account, CONSENTS, consent=consent)
    assert found.consents_recorded == 3
    states = dict(ConsentState.objects.values_list("msisdn", "state"))
    assert states == {
        "84912345671": "granted",
        "84912345673": "revoked",
        "84912345675": "granted",
    }
    record = ConsentRecord.objects.get(msisdn="84912345671")
    assert record.given_at == datetime(2026, 2, 28, 17, tzinfo=UTC)
    assert (record.source, record.method, record.purpose) == ("web", "import", "marketing")
    assert record.evidence["sha256"] == found.file_digest
    assert record.evidence["note"] == "form 12"
    assert ConsentRecord.objects.get(msisdn="84912345675").source == "shop"


def test_a_refusal_suppresses_and_a_plain_no_does_not(world):
    imported(world.account, CONSENTS, consent=ConsentOptions(world.advertiser, source="shop"))
    assert list(Suppression.objects.values_list("msisdn", flat=True)) == ["84912345673"]


def test_what_a_file_withdraws_is_told_once(world):
    other = make_account()
    consent = ConsentOptions(world.advertiser, source="shop")
    for _ in range(2):
        imported(world.account, CONSENTS, consent=consent)
    body = json.loads(Event.objects.get(account=world.account, type="consent.revoked").body)
    assert body["data"] == {
        "number": "+84912345673", "advertiser": world.advertiser.name, "purpose": "marketing",
        "reach": "brand", "program": None, "source": "import",
    }  # fmt: skip
    assert not Event.objects.filter(account=other).exists()


def test_a_plain_no_takes_back_what_was_given(world):
    consent = ConsentOptions(world.advertiser, source="shop")
    imported(world.account, "phone,consent\n0912345671,Có\n", consent=consent)
    imported(world.account, "phone,consent\n0912345671,Không\n", consent=consent)
    assert ConsentState.objects.get().state == "revoked"


def test_consent_for_every_contact_of_the_file(world):
    consent = ConsentOptions(world.advertiser, purpose="care", source="contract", for_all=True)
    found = imported(world.account, "phone\n0912345671\n0912345672\n", consent=consent)
    assert found.consents_recorded == 2
    assert set(ConsentState.objects.values_list("purpose", flat=True)) == {"care"}


def test_importing_again_records_no_consent_twice(world):
    consent = ConsentOptions(world.advertiser, source="shop")
    dated = "phone,consent,consent date\n0912345671,Có,01/03/2026\n"
    imported(world.account, dated, consent=consent)
    assert imported(world.account, dated, consent=consent).consents_recorded == 0
    assert ConsentRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "consent", "code"),
    [
        (CONSENTS, {"source": "shop", "for_all": True}, "consent_who"),
        ("phone\n0912345671\n", {"source": "shop"}, "consent_who"),
        ("phone\n0912345671\n", {"for_all": True}, "consent_source_missing"),
    ],
)
def test_who_agreed_and_where_must_be_clear(world, content, consent, code):
    found = upload(world.account, content)
    with pytest.raises(InvalidError) as refusal:
        start(found, consent=ConsentOptions(world.advertiser, **consent))
    assert (refusal.value.code, refusal.value.field) == (code, "consent")


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-8", "|")],
)
def test_every_dialect_ends_the_same(world, encoding, delimiter):
    rows = [["Họ tên", "SĐT"], ["Đặng Thị Hường", "0912345671"], ["Lê Ơn", "0912345672"]]
    raw = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    assert counts(imported(world.account, raw)) == (2, 0, 0, 0)
    assert Contact.objects.filter(name="Đặng Thị Hường").exists()


def test_a_legacy_file_is_composed(world):
    raw = b"ten,sdt\nNguy\xea\xden Thi\xf2 Ngo\xf2c,0912345671\n"
    imported(world.account, raw)
    assert Contact.objects.get().name == "Nguyễn Thị Ngọc"


def test_damaged_lines_of_a_utf8_file_are_set_aside(world):
    good = "".join(f"Nguyễn Thị Hường,09123456{i:02}\n" for i in range(20))
    found = imported(world.account, ("ten,sdt\n" + good).encode() + b"Tr\xe2n,0911111111\n")
    assert counts(found) == (20, 0, 0, 1)
    assert BadLine.objects.get().code == "damaged_text"
    assert "�" in BadLine.objects.get().content


def test_a_nul_in_a_row_sets_it_aside(world):
    found = imported(world.account, "name,phone\nA\0n,0912345671\nAn,0912345672\nx\0,12\0\n")
    assert counts(found) == (1, 0, 0, 2)
    assert Contact.objects.get().name == "An"
    assert all("\u2400" in line.content for line in BadLine.objects.all())


def test_a_file_without_titles(world):
    assert counts(imported(world.account, "An,0912345671\nBa,0912345672\n")) == (2, 0, 0, 0)
    attributes = Contact.objects.order_by("msisdn").values_list("attributes", flat=True)
    assert list(attributes) == [{"column_1": "An"}, {"column_1": "Ba"}]


def test_the_guess_can_be_changed(world):
    found = upload(world.account, "a,b,c\nx,0912345671,An\n")
    assert guessed(found)[1] == "number"
    start(found, mapping={0: "attribute:code", 1: "number", 2: "name"})
    import_run(found.pk)
    assert Contact.objects.values_list("name", "attributes").get() == ("An", {"code": "x"})
