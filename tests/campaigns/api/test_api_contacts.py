import pytest

from campaigns.models import Contact
from tests.campaigns.api.conftest import Caller
from tests.factories import make_contact, make_list

pytestmark = pytest.mark.django_db


def problem(response):
    body = response.json()
    pointers = [one.get("pointer") or one.get("parameter") for one in body.get("errors", [])]
    return response.status_code, body["code"], pointers


def test_a_contact_is_created_and_read(api):
    body = {"number": "0912 345 678", "name": " Nguyễn  An ", "attributes": {"order": "SM-1"}}
    made = api.post("/contacts", body)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["number"], shown["name"], shown["country"]) == ("+84912345678", "Nguyễn An", "VN")
    assert shown["attributes"] == {"order": "SM-1"}
    assert api.get(f"/contacts/{shown['id']}").json() == shown


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "invalid_request", "#/number"),
        ({"number": 912345678}, "invalid_request", "#/number"),
        ({"number": "024 3825 1234"}, "fixed_line", "#/number"),
        ({"number": "0912345678", "surname": "x"}, "invalid_request", "#/surname"),
        ({"number": "0912345678", "name": "x" * 201}, "text_too_long", "#/name"),
        ({"number": "0912345678", "language": "xxxx"}, "language_unknown", "#/language"),
        ({"number": "0912345678", "timezone": "Hue"}, "time_zone_unknown", "#/timezone"),
        (
            {"number": "0912345678", "attributes": {"Đơn": "1"}},
            "attribute_key_invalid",
            "#/attributes/Đơn",
        ),
        (
            {"number": "0912345678", "attributes": {"order": 1}},
            "invalid_request",
            "#/attributes/order",
        ),
    ],
)
def test_a_wrong_field_is_named(api, body, code, pointer):
    assert problem(api.post("/contacts", body)) == (422, code, [pointer])


def test_a_time_zone_is_kept_by_its_name_and_changes(api):
    made = api.post("/contacts", {"number": "0912345678", "timezone": "america/new york"}).json()
    assert made["timezone"] == "America/New_York"
    shown = api.patch(f"/contacts/{made['id']}", {"timezone": ""}).json()
    assert shown["timezone"] == ""


def test_a_known_number_is_a_conflict(api):
    make_contact(api.account, msisdn="84912345678")
    assert problem(api.post("/contacts", {"number": "0912345678"}))[:2] == (409, "contact_exists")


def test_changes_are_merged_and_null_takes_away(api):
    contact = make_contact(api.account, name="An", attributes={"a": "1", "b": "2"})
    shown = api.patch(f"/contacts/{contact.pk}", {"attributes": {"a": None, "c": "3"}}).json()
    assert (shown["name"], shown["attributes"]) == ("An", {"b": "2", "c": "3"})


def test_a_number_cannot_be_changed(api):
    contact = make_contact(api.account)
    assert problem(api.patch(f"/contacts/{contact.pk}", {"number": "0912345678"}))[0] == 422


def test_a_contact_is_deleted_from_its_lists(api):
    contact = make_contact(api.account)
    contact_list = make_list(api.account, (contact,))
    assert api.delete(f"/contacts/{contact.pk}").status_code == 204
    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert contact_list.memberships.count() == 0


def test_contacts_are_listed_newest_first_in_pages(api):
    made = [make_contact(api.account) for _ in range(3)]
    first = api.get("/contacts?limit=2").json()
    assert [one["id"] for one in first["data"]] == [made[2].pk, made[1].pk]
    second = api.get(f"/contacts?limit=2&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in second["data"]] == [made[0].pk]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0912 345 678", True),
        ("%2B84912345678", True),
        ("2345", True),
        ("bich ngoc", True),
        ("Ngọc Nguyễn", True),
        ("0912345679", False),
        ("binh", False),
        ("!", False),
    ],
)
def test_contacts_are_found_by_number_or_name(api, text, found):
    make_contact(api.account, msisdn="84912345678", name="Nguyễn Thị Bích Ngọc")
    assert bool(api.get(f"/contacts?q={text}").json()["data"]) is found


def test_contacts_of_a_list(api):
    inside, _outside = make_contact(api.account), make_contact(api.account)
    contact_list = make_list(api.account, (inside,))
    shown = api.get(f"/contacts?list={contact_list.pk}").json()["data"]
    assert [one["id"] for one in shown] == [inside.pk]


def test_a_stranger_finds_nothing(api, stranger):
    contact = make_contact(api.account)
    contact_list = make_list(api.account, (contact,))
    path = f"/contacts/{contact.pk}"
    answers = [stranger.get(path), stranger.patch(path, {"name": "x"}), stranger.delete(path)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert stranger.get("/contacts").json()["data"] == []
    assert stranger.get(f"/contacts?list={contact_list.pk}").status_code == 422
    assert Contact.objects.filter(pk=contact.pk).exists()


def test_scopes_are_asked(api):
    reader = Caller(api.account, "contacts:read")
    assert reader.get("/contacts").status_code == 200
    assert problem(reader.post("/contacts", {"number": "0912345678"}))[:2] == (403, "scope_missing")
    assert problem(Caller(api.account, "messages:send").get("/contacts"))[0] == 403


def test_a_page_costs_the_same_however_long(api, django_assert_max_num_queries):
    for _ in range(20):
        make_contact(api.account)
    with django_assert_max_num_queries(4):
        assert len(api.get("/contacts").json()["data"]) == 20
