"""What an account may send with: senders and templates, to read."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass, Scope
from config.common.api.fields import Moment, OutputSerializer
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView
from messaging.api.common import account_of, int_cursor
from messaging.api.outputs import sender_address
from messaging.constants import VersionStatus
from messaging.models import Template
from messaging.selectors.catalog import senders_page, template_get, templates_page, versions_page
from routing.constants import SenderKind, SenderStatus
from routing.models import Sender

# Who may send has to know with what.
_READ = (Scope.MESSAGES_READ.value, Scope.MESSAGES_SEND.value)


class SenderOutput(OutputSerializer):
    """A sender on lease."""

    address = serializers.SerializerMethodField(help_text="What goes into `from`.")
    kind = serializers.ChoiceField(SenderKind.choices)
    country = serializers.CharField()
    advertiser = serializers.CharField(source="advertiser.name")
    status = serializers.ChoiceField(SenderStatus.choices)
    allowed_classes = serializers.ListField(child=serializers.ChoiceField(MessageClass.choices))
    lease_start = serializers.DateField()
    lease_end = serializers.DateField(allow_null=True)
    receives_replies = serializers.BooleanField()

    def get_address(self, sender: Sender) -> str:
        return sender_address(sender.kind, sender.address)


class TemplateOutput(OutputSerializer):
    """A template; `approved_version` is what is sent now, null while there is none."""

    template = serializers.CharField(source="slug", help_text="What goes into `template`.")
    name = serializers.CharField()
    class_ = serializers.ChoiceField(MessageClass.choices, source="message_class")
    language = serializers.CharField()
    advertiser = serializers.CharField(source="advertiser.name")
    approved_version = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    slots = serializers.SerializerMethodField()

    def get_approved_version(self, template: Template) -> int | None:
        return next((version.number for version in _approved(template)), None)

    def get_text(self, template: Template) -> str | None:
        return next((version.body for version in _approved(template)), None)

    def get_slots(self, template: Template) -> list[dict[str, Any]]:
        return next((version.slots for version in _approved(template)), [])


def _approved(template: Template) -> list[Any]:
    """What `templates_page` and `template_get` have put there."""
    versions: list[Any] = getattr(template, "approved_versions", [])
    return versions


class TemplateVersionOutput(OutputSerializer):
    """One wording of a template."""

    version = serializers.IntegerField(source="number")
    status = serializers.ChoiceField(VersionStatus.choices)
    text = serializers.CharField(source="body")
    slots = serializers.ListField(child=serializers.DictField())
    submitted_at = Moment(allow_null=True)
    reviewed_at = Moment(allow_null=True)
    comment = serializers.CharField()


_SENDER: Final = SenderOutput()
_TEMPLATE: Final = TemplateOutput()
_VERSION: Final = TemplateVersionOutput()


class SendersView(ApiView):
    """`/senders`"""

    scopes = {"GET": _READ}

    @operation(
        "list_senders",
        "List senders",
        tag="catalog",
        scope=_READ[0],
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


class TemplatesView(ApiView):
    """`/templates`"""

    scopes = {"GET": _READ}

    @operation(
        "list_templates",
        "List templates",
        tag="catalog",
        scope=_READ[0],
        query=PageInput,
        responses={200: page_of("Template", TemplateOutput)},
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = templates_page(
            account_of(request),
            after=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda template: template.pk)
        return page_response(request, page, [_TEMPLATE.to_representation(row) for row in page.rows])


class TemplateView(ApiView):
    """`/templates/{template}`"""

    scopes = {"GET": _READ}

    @operation(
        "get_template",
        "Read a template",
        tag="catalog",
        scope=_READ[0],
        responses={200: TemplateOutput},
        also=(404,),
    )
    def get(self, request: Request, template: str) -> Response:
        return Response(_TEMPLATE.to_representation(template_get(account_of(request), template)))


class TemplateVersionsView(ApiView):
    """`/templates/{template}/versions`"""

    scopes = {"GET": _READ}

    @operation(
        "list_template_versions",
        "List a template's versions",
        tag="catalog",
        scope=_READ[0],
        query=PageInput,
        responses={200: page_of("TemplateVersion", TemplateVersionOutput)},
        also=(404,),
        description="Newest first.",
    )
    def get(self, request: Request, template: str) -> Response:
        wanted = query(request, PageInput())
        rows = versions_page(
            template_get(account_of(request), template),
            before=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda version: version.number)
        return page_response(request, page, [_VERSION.to_representation(row) for row in page.rows])
