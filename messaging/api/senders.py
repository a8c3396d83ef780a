"""The senders an account may send from, and their papers."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass, Scope
from config.common.api.fields import StrictSerializer, Text, Word
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from config.common.errors import InvalidError, NotFoundError
from messaging.api.common import KEY_HEADER, READ_CATALOG, account_of, actor_of, int_cursor
from messaging.api.repeating import repeatable
from messaging.api.sender_outputs import (
    SenderDetailOutput,
    SenderOutput,
    SenderRegistrationOutput,
    registrations_shown,
)
from messaging.selectors.catalog import senders_page
from routing.constants import PaperState
from routing.models import Network, Sender, SenderRegistration
from routing.selectors.sender_lists import sender_with_papers
from routing.services.papers import paper_move, paper_save, registrations_add

_SENDER: Final = SenderOutput()
_DETAIL: Final = SenderDetailOutput()
_SHOWN: Final = SenderRegistrationOutput()
_WRITE = (Scope.TEMPLATES_WRITE.value,)
_IN_NAME = (
    "Done in the name of the person who made the key, with that person's roles: officers of the "
    "account keep registrations, and the platform's operators record what networks answer."
)


class RegistrationsInput(StrictSerializer):
    """Drafts for several networks and classes."""

    networks = serializers.ListField(
        child=Text(max_length=50),
        required=False,
        max_length=50,
        help_text=gettext_lazy("Codes of networks; absent: every one of the sender's country."),
    )
    classes = serializers.ListField(child=Word(choices=MessageClass.choices), max_length=4)
    note = Text(max_length=200, required=False, allow_blank=True, default="")


class RegistrationChangeInput(StrictSerializer):
    """What changes; the rest stays. `submitted` hands it in."""

    reference = Text(max_length=60, required=False, allow_blank=True)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)
    note = Text(max_length=200, required=False, allow_blank=True)
    state = Word(choices=PaperState.choices, required=False)
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


_REGISTRATIONS: Final = RegistrationsInput()
_CHANGE: Final = RegistrationChangeInput()


class SendersView(ApiView):
    """`/senders`"""

    scopes = {"GET": READ_CATALOG}

    @operation(
        "list_senders",
        "List senders",
        tag="catalog",
        scope=READ_CATALOG[0],
        query=PageInput,
        responses={200: page_of("Sender", SenderOutput)},
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = senders_page(
            account_of(request),
            after=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda sender: sender.pk)
        return page_response(request, page, [_SENDER.to_representation(row) for row in page.rows])


class SenderView(ApiView):
    """`/senders/{address}`"""

    scopes = {"GET": (*READ_CATALOG, *_WRITE)}

    @operation(
        "get_sender",
        "Read a sender",
        tag="catalog",
        scope=READ_CATALOG[0],
        responses={200: SenderDetailOutput},
        also=(404,),
        description="With lease, certificates, registrations, programs, and what stops messages "
        "from it.",
    )
    def get(self, request: Request, address: str) -> Response:
        found = sender_with_papers(account_of(request), address)
        return Response(_DETAIL.to_representation(found))


class SenderRegistrationsView(ApiView):
    """`/senders/{address}/registrations`"""

    scopes = {"POST": _WRITE}

    @operation(
        "register_sender",
        "Draft registrations",
        tag="catalog",
        scope=_WRITE[0],
        request=RegistrationsInput,
        responses={201: SenderRegistrationOutput(many=True)},
        also=(404, 409),
        parameters=[KEY_HEADER],
        description="A draft for each network and class that has none yet. " + _IN_NAME,
    )
    @repeatable
    def post(self, request: Request, address: str) -> Response:
        sender = sender_with_papers(account_of(request), address)
        values = body(request, _REGISTRATIONS)
        made = registrations_add(
            sender=sender,
            networks=_networks(sender, values.get("networks")),
            classes=values["classes"],
            note=values["note"],
            actor=actor_of(request),
        )
        return Response(registrations_shown(made), 201)


class SenderRegistrationView(ApiView):
    """`/senders/{address}/registrations/{id}`"""

    scopes = {"PATCH": _WRITE}

    @operation(
        "change_sender_registration",
        "Change a registration",
        tag="catalog",
        scope=_WRITE[0],
        request=RegistrationChangeInput,
        responses={200: SenderRegistrationOutput},
        also=(404, 409),
        description="What it says, and where it stands. " + _IN_NAME,
    )
    def patch(self, request: Request, address: str, registration: int) -> Response:
        sender = sender_with_papers(account_of(request), address)
        values = body(request, _CHANGE)
        actor = actor_of(request)
        state, reason = values.pop("state", None), values.pop("reason")
        row = _registration(sender, registration)
        if values:
            for name, value in values.items():
                setattr(row, name, value)
            paper_save(paper=row, actor=actor, reason=reason)
        if state is not None and state != row.state:
            paper_move(paper=row, state=state, actor=actor, reason=reason)
        return Response(_SHOWN.to_representation(_registration(sender, registration)))


def _networks(sender: Sender, codes: list[str] | None) -> list[Network]:
    rows = Network.objects.filter(country=sender.country)
    if codes is None:
        return list(rows)
    found = {row.code: row for row in rows.filter(code__in=codes)}
    unknown = next((code for code in codes if code not in found), None)
    if unknown is not None:
        raise InvalidError(
            "unknown_network",
            _("The sender's country has no network “%(code)s”.") % {"code": unknown},
            field="networks",
        )
    return list(found.values())


def _registration(sender: Sender, registration_id: int) -> SenderRegistration:
    rows = SenderRegistration.objects.select_related("network", "sender__account")
    row = rows.filter(sender=sender, pk=registration_id).first()
    if row is None:
        raise NotFoundError("registration_not_found", _("The sender has no such registration."))
    return row
