"""Lists and what is on them."""

from typing import Any, Final

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.common import READ, WRITE, account_of, key_cursor, own
from campaigns.api.contacts import LANGUAGE, NUMBER, ZONE, Attributes
from campaigns.models import ContactList
from campaigns.selectors.contacts import lists_page, with_member_count
from campaigns.services.lists import (
    MOST_NUMBERS,
    Added,
    list_add_contacts,
    list_create,
    list_delete,
)
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.problems import field_problem, pointer
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api.common import KEY_HEADER
from messaging.api.repeating import repeatable


class ListInput(StrictSerializer):
    """A new list."""

    name = Text(max_length=120)
    description = Text(max_length=200, allow_blank=True, default="")


class EntryInput(StrictSerializer):
    """A contact to put on a list."""

    number = Text(max_length=200, allow_blank=True, help_text=NUMBER)
    name = Text(max_length=400, allow_blank=True, default="")
    language = Text(max_length=40, allow_blank=True, default="", help_text=LANGUAGE)
    timezone = Text(max_length=64, allow_blank=True, default="", help_text=ZONE)
    attributes = Attributes(default=dict)


@extend_schema_field(EntryInput(many=True))
class Entries(serializers.ListField):
    """Contacts to put on a list."""

    child = EntryInput()
    default_error_messages = {
        "not_a_list": gettext_lazy('The value is not a list: write [{{"number": …}}, …].'),
        "empty": gettext_lazy("The list is empty: give at least one contact."),
        "max_length": gettext_lazy(
            "The list has more than {max_length} contacts: send several, or import a file."
        ),
    }


class EntriesInput(StrictSerializer):
    """Up to 1,000 contacts."""

    contacts = Entries(allow_empty=False, max_length=MOST_NUMBERS)


class ListOutput(OutputSerializer):
    """A list and its size."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    contact_count = serializers.IntegerField(source="members")
    created_at = Moment()


class EntryRefusedOutput(OutputSerializer):
    """A contact that was set aside."""

    index = serializers.IntegerField(help_text="Position in `contacts`, from 0.")
    code = serializers.CharField(help_text="Stable name of the rule that was broken.")
    pointer = serializers.CharField(help_text="JSON Pointer into the request's body.")
    detail = serializers.CharField(help_text="The field, the rule and the fix, for people.")


class AddedOutput(OutputSerializer):
    """What became of the contacts: each is in `joined`, `present`, `merged` or `refused`."""

    joined = serializers.IntegerField(help_text="New on the list.")
    present = serializers.IntegerField(help_text="On the list before.")
    merged = serializers.IntegerField(help_text="The same number as another of the request.")
    created = serializers.IntegerField(help_text="Of them new contacts of the account.")
    refused = EntryRefusedOutput(many=True)


_INPUT: Final = ListInput()
_ENTRIES: Final = EntriesInput()
_LIST: Final = ListOutput()


class ListsView(ApiView):
    """`/lists`"""

    scopes = {"GET": READ, "POST": WRITE}

    @operation(
        "list_lists",
        "List the lists",
        tag="contacts",
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("List", ListOutput)},
        description="Newest first.",
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = lists_page(
            account_of(request),
            before=key_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda found: found.pk)
        return page_response(request, page, [_LIST.to_representation(row) for row in page.rows])

    @operation(
        "create_list",
        "Create a list",
        tag="contacts",
        scope=WRITE[0],
        request=ListInput,
        responses={201: ListOutput},
        also=(409,),
        parameters=[KEY_HEADER],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        made = list_create(account=account_of(request), actor=None, **body(request, _INPUT))
        return Response(_shown(made), 201)


class ListView(ApiView):
    """`/lists/{id}`"""

    scopes = {"GET": READ, "DELETE": WRITE}

    @operation(
        "get_list",
        "Get a list",
        tag="contacts",
        scope=READ[0],
        responses={200: ListOutput},
        also=(404,),
    )
    def get(self, request: Request, list_id: int) -> Response:
        return Response(_shown(own(ContactList, account_of(request), list_id)))

    @operation(
        "delete_list",
        "Delete a list",
        tag="contacts",
        scope=WRITE[0],
        responses={204: None},
        also=(404, 409),
        description="Its contacts stay. A list that a campaign used is kept.",
    )
    def delete(self, request: Request, list_id: int) -> Response:
        list_delete(contact_list=own(ContactList, account_of(request), list_id), actor=None)
        return Response(status=204)


class ListContactsView(ApiView):
    """`/lists/{id}/contacts`"""

    scopes = {"POST": WRITE}

    @operation(
        "add_list_contacts",
        "Put contacts on a list",
        tag="contacts",
        scope=WRITE[0],
        request=EntriesInput,
        responses={200: AddedOutput},
        also=(404, 409),
        parameters=[KEY_HEADER],
        description="Up to 1,000; numbers you have are merged: what is not empty wins, "
        "attributes are added. A bad contact is set aside, the others are kept.",
    )
    @repeatable
    def post(self, request: Request, list_id: int) -> Response:
        contact_list = own(ContactList, account_of(request), list_id)
        entries = body(request, _ENTRIES)["contacts"]
        added = list_add_contacts(contact_list=contact_list, entries=entries, actor=None)
        return Response(_added(added))


def _shown(contact_list: ContactList) -> dict[str, Any]:
    found = with_member_count(ContactList.objects.filter(pk=contact_list.pk)).get()
    return _LIST.to_representation(found)


def _added(added: Added) -> dict[str, Any]:
    refused = []
    for refusal in added.refused:
        problem = field_problem(refusal.error, {}, pointer("contacts", refusal.index))
        refused.append({"index": refusal.index, **problem.as_dict()})
    return {
        "joined": added.joined,
        "present": added.present,
        "merged": added.merged,
        "created": added.created,
        "refused": refused,
    }
