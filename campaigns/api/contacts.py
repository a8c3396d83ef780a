"""Contacts, one by one."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.common import READ, WRITE, account_of, key_cursor, own, own_list
from campaigns.models import Contact
from campaigns.selectors.contacts import contacts_page, lists_of
from campaigns.services.contacts import contact_create, contact_delete, contact_update
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api.common import KEY_HEADER
from messaging.api.repeating import repeatable
from routing.numbers import to_e164

NUMBER = _("A mobile number: E.164, or as written in the account's country.")
LANGUAGE = _("A language code such as `vi`.")
ZONE = _(
    "The person's time zone, such as `Asia/Ho_Chi_Minh`: legal sending hours are told by it. "
    "Empty: by the number."
)
_KEYS = _(
    "Strings by key; keys are small letters, digits and underscores, and can be slots of a "
    "template."
)


class Attributes(serializers.DictField):
    """A contact's attributes."""

    child = Text(allow_blank=True, trim_whitespace=False)
    default_error_messages = {
        "not_a_dict": _("The value is not a JSON object: write {{…}} with a string for each key."),
    }


class Changes(serializers.DictField):
    """Attributes to set; null takes one away."""

    child = Text(allow_blank=True, allow_null=True, trim_whitespace=False)
    default_error_messages = Attributes.default_error_messages


class ContactsQuery(PageInput):
    """Filters of contacts."""

    q = Text(
        max_length=100,
        required=False,
        help_text=_("A number in any notation, or a piece of a name with or without accents."),
    )
    list_ = Whole(
        source="contact_list",
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text=_("Id of a list."),
    )


class ContactInput(StrictSerializer):
    """A new contact."""

    number = Text(max_length=80, help_text=NUMBER)
    name = Text(max_length=400, allow_blank=True, default="")
    language = Text(max_length=40, allow_blank=True, default="", help_text=LANGUAGE)
    timezone = Text(max_length=64, allow_blank=True, default="", help_text=ZONE)
    attributes = Attributes(default=dict, help_text=_KEYS)


class ContactChange(StrictSerializer):
    """What changes; what is left out stays. The number is who the contact is, and stays."""

    name = Text(max_length=400, allow_blank=True, required=False)
    language = Text(max_length=40, allow_blank=True, required=False, help_text=LANGUAGE)
    timezone = Text(max_length=64, allow_blank=True, required=False, help_text=ZONE)
    attributes = Changes(
        required=False, help_text=_("Merged with those there are; null takes one away.")
    )


class ListNameOutput(OutputSerializer):
    """A list a contact is on."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ContactOutput(OutputSerializer):
    """A contact."""

    id = serializers.IntegerField()
    number = serializers.SerializerMethodField(help_text="E.164.")
    country = serializers.CharField()
    name = serializers.CharField()
    language = serializers.CharField()
    timezone = serializers.CharField()
    attributes = serializers.DictField(child=serializers.CharField())
    created_at = Moment()
    updated_at = Moment()

    def get_number(self, contact: Contact) -> str:
        return to_e164(contact.msisdn)


class ContactDetailOutput(ContactOutput):
    """A contact, with the lists it is on."""

    lists = serializers.SerializerMethodField()

    @extend_schema_field(ListNameOutput(many=True))
    def get_lists(self, contact: Contact) -> list[dict[str, Any]]:
        return [{"id": found.pk, "name": found.name} for found in lists_of(contact)]


_INPUT: Final = ContactInput()
_CHANGE: Final = ContactChange()
_CONTACT: Final = ContactOutput()
_DETAIL: Final = ContactDetailOutput()


class ContactsView(ApiView):
    """`/contacts`"""

    scopes = {"GET": READ, "POST": WRITE}

    @operation(
        "list_contacts",
        "List contacts",
        tag="contacts",
        scope=READ[0],
        query=ContactsQuery,
        responses={200: page_of("Contact", ContactOutput)},
        description="Newest first.",
    )
    def get(self, request: Request) -> Response:
        account, wanted = account_of(request), query(request, ContactsQuery())
        list_id = wanted.get("contact_list")
        rows = contacts_page(
            account,
            text=wanted.get("q", ""),
            list_id=None if list_id is None else own_list(account, list_id, field="list").pk,
            before=key_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda contact: contact.pk)
        return page_response(request, page, [_CONTACT.to_representation(row) for row in page.rows])

    @operation(
        "create_contact",
        "Create a contact",
        tag="contacts",
        scope=WRITE[0],
        request=ContactInput,
        responses={201: ContactDetailOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="A known number is refused; `POST /lists/{id}/contacts` merges known ones.",
    )
    @repeatable
    def post(self, request: Request) -> Response:
        values = body(request, _INPUT)
        contact = contact_create(account=account_of(request), actor=None, **values)
        return Response(_DETAIL.to_representation(contact), 201)


class ContactView(ApiView):
    """`/contacts/{id}`"""

    scopes = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}

    @operation(
        "get_contact",
        "Get a contact",
        tag="contacts",
        scope=READ[0],
        responses={200: ContactDetailOutput},
        also=(404,),
    )
    def get(self, request: Request, contact_id: int) -> Response:
        contact = own(Contact, account_of(request), contact_id)
        return Response(_DETAIL.to_representation(contact))

    @operation(
        "change_contact",
        "Change a contact",
        tag="contacts",
        scope=WRITE[0],
        request=ContactChange,
        responses={200: ContactDetailOutput},
        also=(404,),
    )
    def patch(self, request: Request, contact_id: int) -> Response:
        contact = own(Contact, account_of(request), contact_id)
        changed = contact_update(contact=contact, actor=None, **body(request, _CHANGE))
        return Response(_DETAIL.to_representation(changed))

    @operation(
        "delete_contact",
        "Delete a contact",
        tag="contacts",
        scope=WRITE[0],
        responses={204: None},
        also=(404,),
        description="Takes it off every list. Consent and suppressions outlive it.",
    )
    def delete(self, request: Request, contact_id: int) -> Response:
        contact_delete(contact=own(Contact, account_of(request), contact_id), actor=None)
        return Response(status=204)
