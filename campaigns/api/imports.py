"""Files of contacts: sent, followed, canceled, and their bad lines read."""

from typing import Any, Final

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.common import READ, WRITE, account_of, key_cursor, own, own_list
from campaigns.api.import_shapes import (
    BadLineOutput,
    ImportInput,
    ImportOutput,
    import_file,
    import_options,
    import_shown,
)
from campaigns.models import ContactImport
from campaigns.selectors.imports import bad_lines_page, imports_page
from campaigns.services.imports import ConsentOptions, Submission, import_cancel, import_submit
from compliance.models import Account
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView
from config.common.errors import DomainError
from messaging.api.common import KEY_HEADER
from messaging.api.repeating import repeatable
from messaging.selectors.consents import advertiser_named

_BAD_LINE: Final = BadLineOutput()


class ImportsView(ApiView):
    """`/imports`"""

    parser_classes = [MultiPartParser]
    scopes = {"GET": READ, "POST": WRITE}

    @operation(
        "list_imports",
        "List imports",
        tag="imports",
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("Import", ImportOutput)},
        description="Newest first.",
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = imports_page(
            account_of(request),
            before=key_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda found: found.pk)
        return page_response(request, page, [import_shown(row) for row in page.rows])

    @operation(
        "create_import",
        "Import a file of contacts",
        tag="imports",
        scope=WRITE[0],
        request={"multipart/form-data": ImportInput},
        responses={202: ImportOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="The file in the part `file`, options as JSON in the part `options`. "
        "The answer comes at once; follow the import by its id.",
    )
    @repeatable
    def post(self, request: Request) -> Response:
        account, file = account_of(request), import_file(request)
        options = import_options(request)
        try:
            made = import_submit(
                account=account,
                file=file,
                file_name=file.name,
                submission=_submission(account, options),
                actor=None,
            )
        except DomainError as error:
            error.field = _part(error.field)
            raise
        return Response(import_shown(made), 202)


def _part(field: str) -> str:
    """Where a service's field stands in the parts of the request."""
    if field in {"", "file"}:
        return field
    return f"options.{'consent.advertiser' if field == 'advertiser' else field}"


def _submission(account: Account, options: dict[str, Any]) -> Submission:
    consent = options.pop("consent", None)
    list_id = options.pop("contact_list", None)
    if consent is not None:
        advertiser = advertiser_named(account, consent.pop("advertiser"))
        options["consent"] = ConsentOptions(advertiser=advertiser, **consent)
    if list_id is not None:
        options["contact_list"] = own_list(account, list_id, field="list")
    return Submission(**options)


class ImportView(ApiView):
    """`/imports/{id}`"""

    scopes = {"GET": READ}

    @operation(
        "get_import",
        "Get an import",
        tag="imports",
        scope=READ[0],
        responses={200: ImportOutput},
        also=(404,),
        description="How far it is, and in the end what came of it.",
    )
    def get(self, request: Request, import_id: int) -> Response:
        return Response(import_shown(own(ContactImport, account_of(request), import_id)))


class ImportCancelView(ApiView):
    """`/imports/{id}/cancel`"""

    scopes = {"POST": WRITE}

    @operation(
        "cancel_import",
        "Cancel an import",
        tag="imports",
        scope=WRITE[0],
        responses={200: ImportOutput},
        also=(404, 409),
        description="It stops within a batch; contacts imported until then stay.",
    )
    def post(self, request: Request, import_id: int) -> Response:
        found = own(ContactImport, account_of(request), import_id)
        import_cancel(found, actor=None)
        found.refresh_from_db()
        return Response(import_shown(found))


class BadLinesView(ApiView):
    """`/imports/{id}/bad-lines`"""

    scopes = {"GET": READ}

    @operation(
        "list_import_bad_lines",
        "List the bad lines of an import",
        tag="imports",
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("BadLine", BadLineOutput)},
        also=(404,),
        description="In the order of the file.",
    )
    def get(self, request: Request, import_id: int) -> Response:
        found = own(ContactImport, account_of(request), import_id)
        wanted = query(request, PageInput())
        rows = bad_lines_page(
            found, after=key_cursor(wanted.get("cursor")), limit=wanted["limit"] + 1
        )
        for row in rows:
            row.contact_import = found
        page = cut(rows, wanted["limit"], lambda row: row.line)
        return page_response(request, page, [_BAD_LINE.to_representation(row) for row in page.rows])
