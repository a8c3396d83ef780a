from typing import Any

import pytest
from django.urls import reverse

from campaigns.models import Contact, ContactList
from compliance.models import AuditEntry
from compliance.services.consent import consent_record
from tests.factories import make_contact, make_list

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return str(answer.content.decode())


def contact_page(name: str, *arguments: object) -> str:
    return reverse(f"admin:campaigns_contact_{name}", args=arguments)


def list_page(name: str, *arguments: object) -> str:
    return reverse(f"admin:campaigns_contactlist_{name}", args=arguments)


def test_a_contact_is_written_as_people_write(world, browse):
    client = browse(world.alice)
    values = {
        "account": world.account.pk,
        "number": "0912.345.678",
        "name": "Nguyễn An",
        "language": "vi",
        "attributes": "order: SM-1\n\nsize: M: large",
    }
    assert client.post(contact_page("add"), values).status_code == 302
    contact = Contact.objects.get()
    assert (contact.msisdn, contact.name) == ("84912345678", "Nguyễn An")
    assert contact.attributes == {"order": "SM-1", "size": "M: large"}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"number": "02438251234"}, "This is a fixed line"),
        ({"number": "0912345678"}, "A contact with the number +84912345678 exists"),
        ({"attributes": "no colon"}, "has no colon"),
        ({"attributes": "Đơn: 1"}, "cannot be a key"),
    ],
)
def test_what_cannot_be_is_explained(world, browse, values, sentence):
    make_contact(world.account, msisdn="84912345678")
    sent = {"account": world.account.pk, "number": "0912345679"} | values
    answer = browse(world.alice).post(contact_page("add"), sent)
    assert answer.status_code == 200
    assert sentence in text(answer)


def test_a_contacts_page_shows_what_is_in_force(world, browse):
    contact = make_contact(world.account)
    make_list(world.account, (contact,), name="Orders of March")
    for action, purpose in (("granted", "marketing"), ("revoked", "care")):
        consent_record(
            account=world.account,
            advertiser=world.advertiser,
            msisdn=contact.msisdn,
            purpose=purpose,
            action=action,
            method="form",
            source="the shop in Huế",
            actor=None,
        )
    shown = text(browse(world.alice).get(contact_page("change", contact.pk)))
    for expected in ("Granted", "Revoked", "Suppressed", "the shop in Huế", "Orders of March"):
        assert expected in shown


def test_changing_a_contact_replaces_its_attributes(world, browse):
    contact = make_contact(world.account, attributes={"a": "1", "b": "2"})
    values = {"name": "New", "language": "", "attributes": "b: 3"}
    answer = browse(world.alice).post(contact_page("change", contact.pk), values)
    assert answer.status_code == 302
    contact.refresh_from_db()
    assert (contact.name, contact.attributes) == ("New", {"b": "3"})


def test_deleting_a_contact_is_recorded(world, browse):
    contact = make_contact(world.account)
    browse(world.alice).post(contact_page("delete", contact.pk), {"post": "yes"})
    assert not Contact.objects.exists()
    assert AuditEntry.objects.filter(action="contact.deleted", actor=world.alice).exists()


@pytest.mark.parametrize("query", ["0912345678", "+84 912 345 678", "912345", "bich NGOC", "Ngọc"])
def test_contacts_are_found(world, browse, query):
    make_contact(world.account, msisdn="84912345678", name="Nguyễn Thị Bích Ngọc")
    make_contact(world.account, msisdn="84987000000", name="Trần Bình")
    shown = text(browse(world.alice).get(contact_page("changelist"), {"q": query}))
    assert "Bích Ngọc" in shown
    assert "Trần Bình" not in shown


def test_an_officer_looks_and_does_not_write(world, browse):
    contact = make_contact(world.account)
    client = browse(world.bob)
    assert client.get(contact_page("change", contact.pk)).status_code == 200
    assert client.get(contact_page("add")).status_code == 403


def test_a_list_shows_its_size_and_leads_to_its_contacts(world, browse):
    inside, outside = make_contact(world.account), make_contact(world.account)
    orders = make_list(world.account, (inside,))
    client = browse(world.alice)
    link = f"{contact_page('changelist')}?memberships__contact_list__id__exact={orders.pk}"
    assert link.replace("&", "&amp;") in text(client.get(list_page("changelist")))
    shown = text(client.get(link))
    assert inside.name in shown
    assert outside.name not in shown


def test_a_list_is_made_by_name_once(world, browse):
    client = browse(world.alice)
    values = {"account": world.account.pk, "name": "Orders", "description": ""}
    assert client.post(list_page("add"), values).status_code == 302
    assert client.post(list_page("add"), values).status_code == 200
    assert ContactList.objects.count() == 1


def test_a_list_leads_to_its_import(world, browse):
    orders = make_list(world.account)
    address = reverse("admin:campaigns_contactlist_import_file", args=[orders.pk])
    answer = browse(world.alice).get(address)
    assert answer["Location"] == f"{reverse('admin:campaigns_contactimport_add')}?list={orders.pk}"


def test_list_leads_to_the_composer_with_its_size(world, browse):
    orders = make_list(world.account, tuple(make_contact(world.account) for _ in range(3)))
    address = reverse("admin:campaigns_contactlist_write_text", args=[orders.pk])
    answer = browse(world.alice).get(address)
    assert answer["Location"] == f"{reverse('admin:messaging_templateversion_add')}?audience=3"


def test_numbers_are_pasted_onto_a_list(world, browse):
    orders = make_list(world.account)
    address = reverse("admin:campaigns_contactlist_add_numbers", args=[orders.pk])
    values = {"numbers": "0912 345 671\n\n+84912345672\n02438251234\n"}
    shown = text(browse(world.alice).post(address, values, follow=True))
    assert orders.memberships.count() == 2
    assert "2 contacts are new on the list." in shown
    assert "02438251234: This is a fixed line" in shown


def test_more_numbers_than_a_page_takes_are_refused(world, browse):
    orders = make_list(world.account)
    address = reverse("admin:campaigns_contactlist_add_numbers", args=[orders.pk])
    answer = browse(world.alice).post(address, {"numbers": "0912345671\n" * 1_001})
    assert "More than 1000 contacts" in text(answer)


@pytest.mark.parametrize("name", ["import_file", "add_numbers", "write_text"])
def test_strangers_touch_no_list(world, browse, name):
    orders = make_list(world.account)
    address = reverse(f"admin:campaigns_contactlist_{name}", args=[orders.pk])
    client = browse(world.charlie)
    assert client.get(address).status_code in {403, 404}
    assert client.post(address, {"numbers": "0912345671"}).status_code in {403, 404}
    assert not Contact.objects.exists()


def test_pages_cost_the_same_however_long(world, browse, django_assert_max_num_queries):
    contacts = tuple(make_contact(world.account) for _ in range(30))
    for number in range(10):
        make_list(world.account, contacts, name=f"List {number}")
    client = browse(world.alice)
    for address in (contact_page("changelist"), list_page("changelist")):
        with django_assert_max_num_queries(14):
            assert client.get(address).status_code == 200
