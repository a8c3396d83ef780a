import pytest

from campaigns.models import Contact, ContactList
from tests.factories import make_campaign, make_contact, make_list

pytestmark = pytest.mark.django_db


def test_a_list_is_made_and_read(api):
    made = api.post("/lists", {"name": "Orders", "description": "of March"})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["name"], shown["contact_count"]) == ("Orders", 0)
    assert api.get(f"/lists/{shown['id']}").json() == shown
    assert api.get("/lists").json()["data"] == [shown]


def test_a_name_is_taken_once(api):
    make_list(api.account, name="Orders")
    assert api.post("/lists", {"name": "Orders"}).status_code == 409


def test_names_of_other_accounts_are_free(api, stranger):
    make_list(stranger.account, name="Orders")
    assert api.post("/lists", {"name": "Orders"}).status_code == 201


def test_contacts_are_put_on_a_list_and_bad_ones_set_aside(api):
    known = make_contact(api.account, msisdn="84912345671", name="An")
    contact_list = make_list(api.account, (known,))
    body = {
        "contacts": [
            {"number": "0912345671", "attributes": {"order": "1"}},
            {"number": "0912 345 672", "name": "Bình"},
            {"number": "+84912345672", "language": "vi"},
            {"number": "02438251234"},
            {"number": "0912345673", "name": "x" * 201},
        ]
    }
    answer = api.post(f"/lists/{contact_list.pk}/contacts", body)
    assert answer.status_code == 200
    shown = answer.json()
    refused = shown.pop("refused")
    assert shown == {"joined": 1, "present": 1, "merged": 1, "created": 1}
    assert [(one["index"], one["code"], one["pointer"]) for one in refused] == [
        (3, "fixed_line", "#/contacts/3/number"),
        (4, "text_too_long", "#/contacts/4/name"),
    ]
    known.refresh_from_db()
    assert (known.name, known.attributes) == ("An", {"order": "1"})
    assert Contact.objects.get(msisdn="84912345672").language == "vi"


@pytest.mark.parametrize(
    "contacts", [[], [{"number": "0912345678"}] * 1_001, [{"name": "An"}], "0912345678", [1]]
)
def test_what_is_no_list_of_contacts_is_refused(api, contacts):
    contact_list = make_list(api.account)
    answer = api.post(f"/lists/{contact_list.pk}/contacts", {"contacts": contacts})
    assert answer.status_code == 422
    assert contact_list.memberships.count() == 0


def test_deleting_a_list_leaves_its_contacts(api):
    contact = make_contact(api.account)
    contact_list = make_list(api.account, (contact,))
    assert api.delete(f"/lists/{contact_list.pk}").status_code == 204
    assert Contact.objects.filter(pk=contact.pk).exists()


def test_a_list_that_a_campaign_used_is_kept(api):
    contact_list = make_campaign(api.account).contact_list
    assert api.delete(f"/lists/{contact_list.pk}").json()["code"] == "list_in_use"
    assert ContactList.objects.filter(pk=contact_list.pk).exists()


def test_a_stranger_finds_nothing(api, stranger):
    contact_list = make_list(api.account)
    path = f"/lists/{contact_list.pk}"
    entries = {"contacts": [{"number": "0912345678"}]}
    answers = [
        stranger.get(path),
        stranger.delete(path),
        stranger.post(f"{path}/contacts", entries),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert stranger.get("/lists").json()["data"] == []
    assert not Contact.objects.exists()
